"""Figures of ends, dates and cash, a function each: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.analysis.fan import FEWEST_TRADING, fan
from sim.analysis.incidence import at_horizon, cumulative_incidence, policies_of
from sim.analysis.intervals import Estimate, Floats, wilson
from sim.analysis.summary import estimates, summarise

from .comparison import ends_side_by_side, insolvency_side_by_side
from .drawing import Picture, drawn, write
from .meta import FigureMeta
from .style import (
    GREY,
    INK,
    cause_colours,
    date_axis,
    date_numbers,
    end_colours,
    labels_at_right,
    page,
    pale_lines,
    percent_axis,
    steps,
    turning_points,
)
from .wording import complement, date_reached, percent, replications, words

CURVES = {
    "zero_cash": ("Out of cash", "#0173b2", (0, (1, 1))),
    "payroll_missed": ("Payroll missed", "#c26d00", (0, (4, 1.5))),
    "insolvent": ("Insolvent", INK, "solid"),
}
FAN_COLOUR = "#2171b5"
FAN_BANDS = ((0.05, 0.95, 0.22), (0.25, 0.75, 0.38))
FAN_NAMES = {0.05: "5%", 0.25: "25%", 0.5: "Median", 0.75: "75%", 0.95: "95%"}
DAILY_UP_TO, MOST_TAIL, MIDDLE = 184, 1.5, 0.5


def three_curves(incidence: pd.DataFrame, meta: FigureMeta, policy: str) -> Axes:
    """Cumulative incidence of zero cash, a missed payroll and insolvency under one policy, with simultaneous bands."""
    table = incidence[incidence["policy"] == policy]
    notes = (
        f"{replications(table['n'])}. Shaded: simultaneous {meta.level:.0%} bands. In brackets: {meta.level:.0%} "
        "intervals at the horizon. Out of cash (a payroll or a protected bill could not be paid in full) and payroll "
        "missed are states, which end nothing; directors may file before either."
    )
    (ax,) = page(meta, "How likely each stage has been reached, by date", _policy(meta, policy), notes)
    labels = []
    for event, (label, colour, style) in CURVES.items():
        rows = table[table["event"] == event]
        share = at_horizon(rows)
        steps(ax, meta, rows, colour, shade=0.18, linestyle=style, linewidth=1.6)
        labels.append((share.value, f"{label}\n{percent(share)}", colour))
    date_axis(ax, meta)
    percent_axis(ax)
    ax.set_ylabel("Probability so far")
    labels_at_right(ax, labels)
    return ax


def ends_by_cause(incidence: pd.DataFrame, meta: FigureMeta, policy: str) -> Axes:
    """Cumulative incidence of every end under one policy, insolvency by cause, stacked; the rest still trades."""
    table = incidence[incidence["policy"] == policy]
    notes = (
        f"{replications(table['n'])}. In brackets: {meta.level:.0%} intervals of the shares at the horizon. "
        "The ends compete: each replication has one. White: still trading."
    )
    (ax,) = page(meta, "How the company has ended, by date", _policy(meta, policy), notes, right=1.65)
    trading = complement(at_horizon(table[table["event"] == "any_end"]))
    labels = [(1 - trading.value / 2, f"Still trading\n{percent(trading)}", INK)]
    colours = {event: colour for event, colour in end_colours(incidence).items() if event in set(table["event"])}
    curves = {event: table[table["event"] == event] for event in colours}
    shares = [rows["estimate"].to_numpy() for rows in curves.values()]
    tops = np.cumsum(shares or [np.zeros(meta.horizon_days + 1)], axis=0)
    seen = turning_points(*tops)
    dates, below = date_numbers(meta, seen), np.zeros(len(seen))
    for (event, rows), above in zip(curves.items(), tops[:, seen], strict=False):
        share = at_horizon(rows)
        if share.value > 0:
            ax.fill_between(dates, below, above, step="post", facecolor=colours[event], edgecolor="white",
                            linewidth=0.5)  # fmt: skip
            name = f"Insolvent: {words(event)}" if event.startswith("insolvent.") else words(event).capitalize()
            labels.append(((below[-1] + above[-1]) / 2, f"{name}\n{percent(share)}", INK))
        below = above
    date_axis(ax, meta)
    percent_axis(ax)
    ax.set_ylabel("Share of replications")
    labels_at_right(ax, labels)
    return ax


def insolvency_dates(incidence: pd.DataFrame, summary: pd.DataFrame, meta: FigureMeta, policy: str) -> Axes:
    """Histogram of the insolvency date by cause: a bar a week, or a day where the horizon is half a year or less."""
    table, lines = incidence[incidence["policy"] == policy], estimates(summary, policy)
    width, unit = (1, "day") if meta.horizon_days <= DAILY_UP_TO else (7, "week")
    notes = (
        f"{replications(table['n'])}. One bar per {unit} from the start. Whiskers and brackets: {meta.level:.0%} "
        "intervals, beside the bars at the horizon. Median: half of all replications are insolvent by then."
    )
    (ax,) = page(meta, "When the company becomes insolvent", _policy(meta, policy), notes, right=1.6)
    edges = np.append(np.arange(0, meta.horizon_days + 1, width), meta.horizon_days + 1)
    bins = pd.DataFrame({event: _per_bin(table, event, edges) for event in ("insolvent", *cause_colours(incidence))})
    if bins["insolvent"].any():
        _bars(ax, bins, cause_colours(incidence), date_numbers(meta, edges))
    _whiskers(ax, bins["insolvent"].to_numpy(), int(table["n"].iloc[0]), date_numbers(meta, edges), meta.level)
    date_axis(ax, meta)
    percent_axis(ax, ax.get_ylim()[1] if lines["share_insolvent"].value else 1.0)
    ax.set_xlabel("")
    ax.set_ylabel(f"Share of replications per {unit}")
    _key(ax, meta, lines, {event: colour for event, colour in cause_colours(incidence).items() if bins[event].any()})
    return ax


def _per_bin(table: pd.DataFrame, event: str, edges: npt.NDArray[np.int64]) -> Floats:
    so_far = table.loc[table["event"] == event, "estimate"].to_numpy()
    return np.diff(so_far[edges[1:] - 1], prepend=0)


def _bars(ax: Axes, bins: pd.DataFrame, colours: dict[str, str], edges: Floats) -> None:
    """Bars of the causes one upon another, without gaps."""
    below = np.zeros(len(bins))
    for cause, colour in colours.items():
        above = below + bins[cause].to_numpy()
        ax.stairs(above, edges, baseline=below, fill=True, color=colour, linewidth=0)
        below = above


def _whiskers(ax: Axes, shares: Floats, n: int, edges: Floats, level: float) -> None:
    low, high = wilson(shares, n, level)
    middles, seen = (edges[:-1] + edges[1:]) / 2, shares > 0
    ax.vlines(middles[seen], low[seen], high[seen], color=INK, linewidth=0.5)


def _key(ax: Axes, meta: FigureMeta, lines: dict[str, Estimate], colours: dict[str, str]) -> None:
    median = lines["insolvency_quantile_0.5"]
    value, low, high = (date_reached(day, meta.start) for day in median)
    mark = ax.axvline(float(date_numbers(meta, median.value)), color=INK, linewidth=1, linestyle=(0, (3, 1.5)))
    entries: list[tuple[Artist, str]] = [
        (Patch(color=colour), f"{words(event).capitalize()}\n{percent(lines[f'share_{event}'])}")
        for event, colour in colours.items()
    ]
    entries.append((Patch(alpha=0), f"Not insolvent\n{percent(complement(lines['share_insolvent']))}"))
    entries.append((mark, f"Median {value}\n({low})" if low == high else f"Median {value}\n({low} to\n{high})"))
    handles, names = zip(*entries, strict=True)
    ax.legend(handles, names, loc="upper left", bbox_to_anchor=(1.0, 1.04), fontsize=7.5)


def cash_fan(free: pd.DataFrame, restricted: pd.DataFrame, meta: FigureMeta, policy: str) -> tuple[Axes, Axes, Axes]:
    """Free and restricted cash from the opening position among what still trades (median, middle half, middle 90%),
    and how much still trades."""
    tracked = int(free["n_trading"].iloc[0])
    opening = " and ".join(
        f"${table[0.5].iloc[0] / 1e6:,.1f}M {name}" for name, table in (("free", free), ("restricted", restricted))
    )
    notes = (
        f"n = {tracked:,} tracked replications, weekly. Cash is that of the replications still "
        f"trading, while they are at least {min(FEWEST_TRADING, tracked)}. Line: median; shaded: middle half and middle"
        f" 90%. Median at the start: {opening}. Restricted: held as security, not to be spent. Lowest panel:"
        f" simultaneous {meta.level:.0%} band."
    )
    title, until = "Cash while the company trades", fan_end(meta, [free, restricted])
    upper, middle, lower = page(meta, title, _policy(meta, policy), notes, panels=(1.7, 0.55, 0.55), right=1.25)
    fan_panel(upper, free, until, "Free cash, $ million", most_tail=MOST_TAIL)
    upper.plot(date_numbers(meta, [0]), free[0.5].iloc[:1] / 1e6, "o", color=INK, markersize=4, clip_on=False, zorder=5)
    fan_panel(middle, restricted, until, "Restricted,\n$ m", named=(0.05, 0.5, 0.95))
    for ax in (upper, middle):
        ax.tick_params(labelbottom=False)
    _trading_panel(lower, free[free.index <= until.horizon_days], until)
    return upper, middle, lower


def fan_end(meta: FigureMeta, fans: Iterable[pd.DataFrame]) -> FigureMeta:
    """The time that fans fill: to the last week in which any of them is drawn."""
    return replace(meta, horizon_days=max(7, *(int(table[0.5].dropna().index.max()) for table in fans)))


def fan_panel(
    ax: Axes, table: pd.DataFrame, meta: FigureMeta, label: str, *, named: Collection[float] = tuple(FAN_NAMES),
    most_tail: float = math.inf,
) -> None:
    """A fan in $ million over dates: median, middle half and middle 90%, those of `named` with a label at the end.

    The axis shows the middle half in full; where few high paths would rule it, it ends at `most_tail` times that, and
    says how high the middle 90% goes.
    """
    amounts = table[list(FAN_NAMES)].dropna() / 1e6
    dates = date_numbers(meta, amounts.index)
    for low, high, alpha in FAN_BANDS:
        ax.fill_between(dates, amounts[low], amounts[high], color=FAN_COLOUR, alpha=alpha, linewidth=0)
    ax.plot(dates, amounts[0.5], color=INK, linewidth=1.4)
    date_axis(ax, meta)
    top, most = float(amounts.to_numpy().max(initial=0)), most_tail * float(amounts[0.75].max() or 1.0)
    limit = min(1.05 * top or 1.0, most)
    ax.set_ylim(0, limit)
    ax.set_ylabel(label)
    pale_lines(ax)
    if top > limit:
        _cut_off(ax, dates[amounts[0.95] == top][0], f"95%: up to ${top:.1f}M")
    if len(amounts) > 1:
        labels = [(min(float(amounts[quantile].iloc[-1]), limit), FAN_NAMES[quantile], INK) for quantile in named]
        labels_at_right(ax, labels, lines=1, at=float(amounts.index[-1]) / meta.horizon_days)


def _cut_off(ax: Axes, date: float, said: str) -> None:
    """Say at the top, near a date, how high goes what the axis cuts off."""
    at = float(np.clip(ax.transAxes.inverted().transform(ax.transData.transform((date, 0)))[0], 0.1, 0.9))
    side, away = ("right", -0.03) if at > MIDDLE else ("left", 0.03)
    ax.annotate(said, (at, 0.99), (at + away, 0.93), xycoords="axes fraction", ha=side, va="top", size=7,
                arrowprops={"arrowstyle": "->", "linewidth": 0.7, "color": INK})  # fmt: skip


def _trading_panel(ax: Axes, table: pd.DataFrame, meta: FigureMeta) -> None:
    dates = date_numbers(meta, table.index)
    ax.fill_between(dates, table["low"], table["high"], step="post", color=GREY, alpha=0.3, linewidth=0)
    ax.plot(dates, table["trading"], drawstyle="steps-post", color=INK, linewidth=1.4)
    date_axis(ax, meta)
    percent_axis(ax)
    ax.set_yticks([0, 0.5, 1])
    ax.set_ylabel("Trading")
    last = Estimate(*(float(table[column].iloc[-1]) for column in ("trading", "low", "high")))
    labels_at_right(ax, [(last.value, percent(last), INK)], lines=1)


def _policy(meta: FigureMeta, policy: str) -> str:
    return f"Policy: {meta.policies[policy] or policy}"


def draw_all(frame: pd.DataFrame, tracks: pd.DataFrame, meta: FigureMeta, directory: Path) -> list[Path]:
    """Draw every figure of a result that its rows and tracks give, and write it as SVG and PNG into `directory`.

    Two figures with the policies side by side, and four for each policy. Equal tables give equal bytes. Returns the
    paths written.
    """
    return write(drawn(_pictures(frame, tracks, meta)), directory)


def _pictures(frame: pd.DataFrame, tracks: pd.DataFrame, meta: FigureMeta) -> Iterator[Picture]:
    days, level, chance = meta.horizon_days, meta.level, meta.chance_per_input
    incidence = cumulative_incidence(frame, horizon_days=days, level=level, chance_per_input=chance)
    summary = summarise(frame, days=[], horizon_days=days, start=meta.start, level=level, chance_per_input=chance)
    yield from together(incidence, summary, meta)
    for policy in [name for name in meta.policies if name in policies_of(incidence)]:
        yield from alone(incidence, summary, tracks, meta, policy)


def together(
    incidence: pd.DataFrame, summary: pd.DataFrame, meta: FigureMeta, leading: Sequence[str] = ()
) -> Iterator[Picture]:
    """The figures of ends and dates with the policies side by side; `leading` ones are named among many."""
    found = {policy: meta.policies[policy] for policy in meta.policies if policy in policies_of(incidence)}
    if found:
        own = replace(meta, policies=found)
        alt = "Cumulative incidence of insolvency by date under each policy"
        yield "policies-insolvency", alt, insolvency_side_by_side(incidence, own, leading)
        yield "policies-ends", "Bars: how each policy has ended by the horizon", ends_side_by_side(summary, own)


def alone(
    incidence: pd.DataFrame, summary: pd.DataFrame, tracks: pd.DataFrame, meta: FigureMeta, policy: str
) -> Iterator[Picture]:
    """The figures of ends, dates and cash under one policy."""
    alt = f"Out of cash, payroll missed and insolvent by date under {policy}"
    yield f"{policy}-curves", alt, three_curves(incidence, meta, policy)
    yield f"{policy}-ends", f"Every end by date under {policy}", ends_by_cause(incidence, meta, policy)
    alt = f"Histogram of the insolvency date under {policy}"
    yield f"{policy}-dates", alt, insolvency_dates(incidence, summary, meta, policy)
    own = tracks[tracks["policy"] == policy]
    if len(own):
        free, restricted = (_fan(own, name, meta) for name in ("cash", "restricted_cash"))
        alt = f"Free and restricted cash by week under {policy}"
        yield f"{policy}-cash", alt, cash_fan(free, restricted, meta, policy)[0]


def _fan(tracks: pd.DataFrame, column: str, meta: FigureMeta) -> pd.DataFrame:
    days, level, chance = meta.horizon_days, meta.level, meta.chance_per_input
    return fan(tracks, column, horizon_days=days, level=level, chance_per_input=chance)
