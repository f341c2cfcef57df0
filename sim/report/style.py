"""The look of every figure: a page of memo width, date axes, direct labels, small print. Nothing global is changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from sim.analysis.intervals import Floats

from .meta import FigureMeta
from .wording import day_month_year

WIDTH, DPI = 5.2, 200
INK, GREY, PALE = "#1a1a1a", "#5f5f5f", "#d9d9d9"
SMALL_PRINT_WIDTH = 102
SMALLEST_STEP = 0.003
"""A move of a share that can be seen: two thirds of a point on a page."""
CAUSE_COLOURS = ("#a63603", "#ec7014", "#fdae6b", "#fdd0a2", "#feedde")
END_COLOURS = {
    "insolvent": CAUSE_COLOURS[0],
    "recapitalised": "#3d8fc9",
    "acquired": "#8cbfe0",
    "licensed_out": "#b9d7ec",
    "wound_down": "#dbe9f5",
    "survived": "#ececec",
}
RC = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.handlelength": 1.1,
    "legend.handleheight": 0.9,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.hashsalt": "sim.report",
}


@contextmanager
def house_style() -> Iterator[None]:
    """The settings of the house for the figures drawn and saved inside."""
    settings: dict[Any, Any] = {**sns.axes_style("ticks"), **RC}
    with mpl.rc_context(settings):
        yield


def page(
    meta: FigureMeta,
    title: str,
    subtitle: str,
    notes: str,
    *,
    panels: Sequence[float] = (2.75,),
    left: float = 0.62,
    right: float = 1.45,
) -> list[Axes]:
    """A page with one axes per panel, top to bottom; heights and the left and right margins in inches.

    The small print at the foot holds `notes` and the origin of the figure. The page is as high as all of this needs.
    """
    small_print = textwrap.wrap(f"{notes} {_origin(meta)}", SMALL_PRINT_WIDTH)
    foot, top, gap = 0.5 + 0.125 * len(small_print), 0.62, 0.22
    height = foot + sum(panels) + gap * (len(panels) - 1) + top
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    FigureCanvasAgg(figure)
    for text, size, weight, colour, drop in ((title, 10.5, "bold", INK, 0.12), (subtitle, 8, "normal", GREY, 0.34)):
        line = shortened(text, int(120 * WIDTH / size))
        figure.text(0.1 / WIDTH, 1 - drop / height, line, size=size, weight=weight, color=colour, va="top")
    lines = "\n".join(small_print)
    figure.text(0.1 / WIDTH, 0.08 / height, lines, size=6.5, color=GREY, va="bottom", linespacing=1.35)
    bottoms = foot + np.cumsum([0, *(panel + gap for panel in panels[:0:-1])])[::-1]
    width = (WIDTH - left - right) / WIDTH
    return [
        figure.add_axes((left / WIDTH, bottom / height, width, panel / height))
        for bottom, panel in zip(bottoms, panels, strict=True)
    ]


def shortened(text: str, width: int) -> str:
    """At most `width` characters of a text."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def two_lines(label: str, width: int) -> str:
    """A label on no more than two lines of so many characters."""
    return "\n".join(textwrap.wrap(label, width, max_lines=2, placeholder=" \N{HORIZONTAL ELLIPSIS}"))


def _origin(meta: FigureMeta) -> str:
    dates = f"As of {day_month_year(meta.start)}, horizon {day_month_year(meta.horizon)}."
    return f"{dates} Scenario: {shortened(meta.label, 100)}. Fingerprint {meta.fingerprint}."


def date_numbers(meta: FigureMeta, days: npt.ArrayLike) -> Floats:
    """Days from the start as places on a date axis."""
    return np.asarray(days, dtype=np.float64) + np.datetime64(meta.start, "D").astype(int)


def date_axis(ax: Axes, meta: FigureMeta) -> None:
    """A real date axis from the start to the horizon: a tick each month, some of them labelled."""
    first, last = np.datetime64(meta.start, "D"), np.datetime64(meta.horizon, "D")
    inches = ax.bbox.width / DPI
    step = next((months for months in (1, 2, 3, 6) if meta.horizon_days <= 70 * inches * months), 12)
    months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    ticks = months.astype("datetime64[D]")
    labelled = [when.item() for when in ticks[months.astype(int) % step == 0] if first <= when <= last]
    if meta.horizon_days < 70:
        labelled = [when.item() for when in np.arange(first, last + 1, max(1, int(meta.horizon_days / (1.3 * inches))))]
    ax.set_xlim(first.astype(int), last.astype(int))
    names = [_month(when, meta.horizon_days < 70, k == 0) for k, when in enumerate(labelled)]
    ax.set_xticks(np.array(labelled, dtype="datetime64[D]").astype(int), names)
    seen = ticks[(ticks >= first) & (ticks <= last)].astype(int)
    ax.plot(seen, np.zeros(len(seen)), "|", transform=ax.get_xaxis_transform(), color=GREY, markersize=3.5,
            markeredgewidth=0.5, clip_on=False)  # fmt: skip


def _month(when: date, is_short: bool, is_first: bool) -> str:
    name = f"{when.day} {when:%b}" if is_short else f"{when:%b}"
    return f"{name}\n{when.year}" if is_first or when.timetuple().tm_yday == 1 else name


def steps(ax: Axes, meta: FigureMeta, rows: pd.DataFrame, colour: str, *, shade: float, **line: Any) -> None:
    """A curve of an incidence table as steps over dates, its simultaneous band shaded around it."""
    seen = rows.iloc[turning_points(rows["estimate"])]
    dates = date_numbers(meta, seen["day"])
    if shade:
        low, high = seen["band_low"], seen["band_high"]
        ax.fill_between(dates, low, high, step="post", color=colour, alpha=shade, linewidth=0)
    ax.plot(dates, seen["estimate"], drawstyle="steps-post", color=colour, **line)


def turning_points(*curves: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Where any of some curves has moved by what can be seen on a page since the last of these places."""
    bins = [np.round(np.asarray(curve, dtype=float) / SMALLEST_STEP) for curve in curves]
    moved = np.any([np.diff(one) != 0 for one in bins], axis=0)
    moved[-1:] = True
    return np.flatnonzero(np.concatenate([[True], moved]))


def percent_axis(ax: Axes, top: float = 1.0) -> None:
    """Percentages on y from 0 to `top`, pale lines across."""
    ax.set_ylim(0, top)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    pale_lines(ax)


def pale_lines(ax: Axes) -> None:
    ax.grid(axis="y", color=PALE, linewidth=0.5)
    sns.despine(ax=ax, left=True)
    ax.tick_params(axis="y", length=0)


def labels_at_right(ax: Axes, labels: Sequence[tuple[float, str, str]], *, lines: int = 2, at: float = 1.0) -> None:
    """Direct labels (height in data units, text, colour) beside the curves' ends, none over another, with hair lines.

    `lines` is how many lines each text has; `at` where the curves end, as a share of the width of the axes.
    """
    low, high = ax.get_ylim()
    gap = (0.115 * lines + 0.04) * (high - low) * DPI / ax.bbox.height
    ordered, across = sorted(labels, key=lambda label: label[0]), ax.get_yaxis_transform()
    places = spread([height for height, _, _ in ordered], gap, low + gap / 2, high)
    for (height, text, colour), place in zip(ordered, places, strict=True):
        dark = tuple(0.7 * part for part in to_rgb(colour))
        ax.plot([at + 0.005, at + 0.025], [height, place], transform=across, color=dark, linewidth=0.6, clip_on=False)
        label = ax.text(at + 0.032, place, text, transform=across, color=dark, va="center", size=7.5, linespacing=1.15)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places for labels at ascending `heights`: `gap` apart, as near as can be, in [low, high] if there is room."""
    steps = gap * np.arange(len(heights))
    nearest = isotonic_regression(np.asarray(heights) - steps).x
    return [float(place) for place in np.clip(nearest, low, max(low, high - gap * (len(heights) - 1))) + steps]


def end_colours(incidence: pd.DataFrame) -> dict[str, str]:
    """The ends in an incidence table, insolvent ones by cause, each with its colour: the same in all figures."""
    events = [str(event) for event in incidence["event"].unique()]
    others = {event: END_COLOURS[event] for event in events if event in END_COLOURS and event != "insolvent"}
    return cause_colours(incidence) | others


def cause_colours(incidence: pd.DataFrame) -> dict[str, str]:
    """The causes of insolvency in an incidence table, each with its colour; those past the palette share the last."""
    causes = [str(event) for event in incidence["event"].unique() if str(event).startswith("insolvent.")]
    return {event: CAUSE_COLOURS[min(k, len(CAUSE_COLOURS) - 1)] for k, event in enumerate(causes)}
