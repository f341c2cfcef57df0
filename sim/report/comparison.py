"""The policies side by side: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.incidence import at_horizon
from sim.analysis.intervals import Estimate, Floats
from sim.analysis.summary import estimates

from .style import (
    END_COLOURS,
    GREY,
    INK,
    FigureMeta,
    date_axis,
    date_numbers,
    labels_at_right,
    page,
    percent_axis,
    shortened,
)
from .wording import TO, behind, day_month_year, percent, replications, words

LINE_STYLES = ("solid", (0, (5, 1.2)), (0, (1, 1)), (0, (5, 1.2, 1, 1.2)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))
TOO_PALE = (6, 8)
SMALLEST_LABELLED = 0.05


def insolvency_side_by_side(incidence: pd.DataFrame, meta: FigureMeta) -> Axes:
    """Cumulative incidence of insolvency under every policy, with simultaneous bands; the baseline thick and black."""
    table = incidence[incidence["event"] == "insolvent"]
    notes = (
        f"{replications(table['n'])} of each policy. Shaded: simultaneous {meta.level:.0%} bands. In brackets: "
        f"{meta.level:.0%} intervals at the horizon. All policies meet the same draws, so differences between them are "
        "surer than the single bands suggest."
    )
    height = max(2.75, 0.3 * len(meta.policies))
    (ax,) = page(meta, "Insolvency by date, under each policy", meta.label, notes, panels=(height,), right=1.75)
    palette = [INK, *(colour for k, colour in enumerate(sns.color_palette("colorblind").as_hex()) if k not in TOO_PALE)]
    labels = []
    for k, policy in enumerate(meta.policies):
        rows, colour = table[table["policy"] == policy], palette[k % len(palette)]
        dates, style = date_numbers(meta, rows["day"]), LINE_STYLES[k % len(LINE_STYLES)]
        ax.fill_between(dates, rows["band_low"], rows["band_high"], step="post", color=colour, alpha=0.12, linewidth=0)
        width = 2.2 if k == 0 else 1.4
        ax.plot(dates, rows["estimate"], drawstyle="steps-post", color=colour, linestyle=style, linewidth=width)
        share = at_horizon(rows)
        labels.append((share.value, f"{shortened(policy, 27)}\n{percent(share)}", colour))
    date_axis(ax, meta)
    percent_axis(ax)
    ax.set_ylabel("P(insolvent) so far")
    labels_at_right(ax, labels)
    return ax


def ends_side_by_side(summary: pd.DataFrame, meta: FigureMeta) -> Axes:
    """Shares of the ends at the horizon, one stacked bar per policy."""
    notes = (
        f"{replications(behind(summary))} of each policy. Second lines: {meta.level:.0%} intervals, rounded outwards. "
        f"Shares under {SMALLEST_LABELLED:.0%} are drawn but not labelled: the summary table has all, with intervals."
    )
    title, height = f"How each policy has ended by {day_month_year(meta.horizon)}", 0.42 * len(meta.policies) + 0.3
    (ax,) = page(meta, title, meta.label, notes, panels=(height,), left=1.95, right=0.25)
    found = {policy: estimates(summary, policy) for policy in meta.policies}
    left = np.zeros(len(found))
    for end in END_COLOURS:
        shares = [lines[f"share_{end}"] for lines in found.values()]
        if any(share.value > 0 for share in shares):
            _bars(ax, end, shares, left)
        left += [share.value for share in shares]
    _name_policies(ax, meta)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    sns.despine(ax=ax, left=True, bottom=True)
    ax.tick_params(length=0)
    ax.legend(loc="lower right", bbox_to_anchor=(1.01, 0.99), ncols=len(END_COLOURS))
    return ax


def _bars(ax: Axes, end: str, shares: list[Estimate], left: Floats) -> None:
    widths, name, colour = [share.value for share in shares], words(end).capitalize(), END_COLOURS[end]
    ax.barh(range(len(shares)), widths, left=left, color=colour, edgecolor="white", linewidth=0.8, label=name)
    ink = "white" if end == "insolvent" else INK
    for place, (start, share) in enumerate(zip(left, shares, strict=True)):
        if share.value >= SMALLEST_LABELLED:
            text = f"{share.value:.0%}\n{math.floor(100 * share.low)}{TO}{math.ceil(100 * share.high)}"
            middle = float(start) + share.value / 2
            ax.text(middle, place, text, ha="center", va="center", color=ink, size=7, linespacing=1.05)


def _name_policies(ax: Axes, meta: FigureMeta) -> None:
    ax.set_xlim(0, 1)
    ax.set_ylim(len(meta.policies) - 0.5, -1.1)
    ax.set_yticks([])
    for place, (policy, label) in enumerate(meta.policies.items()):
        lines = textwrap.wrap(label, 36, max_lines=2, placeholder=" \N{HORIZONTAL ELLIPSIS}")
        middle = 4.0 * len(lines) - 4
        at: dict[str, Any] = {"textcoords": "offset points", "ha": "right"}
        name = shortened(policy, 30)
        ax.annotate(name, (0, place), (-6, middle), va="bottom" if lines else "center", size=8, **at)
        ax.annotate("\n".join(lines), (0, place), (-6, middle - 1), va="top", size=6.3, color=GREY, **at)
