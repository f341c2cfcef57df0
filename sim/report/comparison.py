"""The policies side by side: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.incidence import at_horizon
from sim.analysis.intervals import Estimate, Floats
from sim.analysis.summary import estimates

from .meta import FigureMeta
from .style import (
    END_COLOURS,
    GREY,
    INK,
    date_axis,
    labels_at_right,
    page,
    percent_axis,
    shortened,
    steps,
    two_lines,
)
from .wording import TO, behind, day_month_year, hundredths, percent, replications, words

LINE_STYLES = ("solid", (0, (5, 1.2)), (0, (1, 1)), (0, (5, 1.2, 1, 1.2)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))
TOO_PALE = (6, 8)
SMALLEST_LABELLED = 0.1
MOST_CURVES, THIN = 6, "#b4b4b4"


def insolvency_side_by_side(incidence: pd.DataFrame, meta: FigureMeta, leading: Sequence[str] = ()) -> Axes:
    """Cumulative incidence of insolvency under every policy; the baseline thick and black.

    If there are more than MOST_CURVES, only the baseline, the `leading` ones and those that are insolvent least often
    are named and in colour.
    """
    table = incidence[incidence["event"] == "insolvent"]
    curves = {str(policy): rows for policy, rows in table.groupby("policy", sort=False)}
    shares = {policy: at_horizon(curves[policy]) for policy in meta.policies}
    named = told_apart(shares, leading)
    others = [share for policy, share in shares.items() if policy not in named]
    (ax,) = page(meta, "Insolvency by date, under each policy", meta.label, _curve_notes(table, meta, len(others)),
                 panels=(3.0,), right=1.75)  # fmt: skip
    for policy in [policy for policy in shares if policy not in named]:
        steps(ax, meta, curves[policy], THIN, shade=0, linewidth=0.7, zorder=1.5)
    labels = [_of_the_others(others)] if others else []
    palette = [INK, *(colour for k, colour in enumerate(sns.color_palette("colorblind").as_hex()) if k not in TOO_PALE)]
    for policy, colour, style in zip(named, palette, LINE_STYLES, strict=False):
        width = 2.2 if style == "solid" else 1.5
        steps(ax, meta, curves[policy], colour, shade=0.12, linestyle=style, linewidth=width)
        name = two_lines(meta.policies[policy] or policy, 27)
        labels.append((shares[policy].value, f"{name}\n{percent(shares[policy])}", colour))
    date_axis(ax, meta)
    percent_axis(ax)
    ax.set_ylabel("P(insolvent) so far")
    labels_at_right(ax, labels, lines=3)
    return ax


def told_apart(shares: Mapping[str, Estimate], leading: Sequence[str]) -> list[str]:
    """The policies that a figure of curves names: all if they are few; else the baseline, the leading and the least."""
    ordered = sorted(shares, key=lambda policy: shares[policy].value)
    wanted = dict.fromkeys([next(iter(shares)), *(policy for policy in leading if policy in shares), *ordered])
    few = list(wanted)[:MOST_CURVES]
    return [policy for policy in shares if policy in few]


def _curve_notes(table: pd.DataFrame, meta: FigureMeta, n_others: int) -> str:
    grey = (
        f" Grey: the {n_others} policies not named; the summary table has them all, with intervals."
        if n_others
        else ""
    )
    return (
        f"{replications(table['n'])} of each policy. Shaded: simultaneous {meta.level:.0%} bands. In brackets: "
        f"{meta.level:.0%} intervals at the horizon.{grey} All policies meet the same draws, so differences between "
        "them are surer than the single bands suggest."
    )


def _of_the_others(shares: Sequence[Estimate]) -> tuple[float, str, str]:
    values = sorted(share.value for share in shares)
    low, high = hundredths(values[0]), hundredths(values[-1])
    span = f"{low}%" if low == high else f"{low}% to {high}%"
    return values[len(values) // 2], f"{len(values)} other{'s' * (len(values) > 1)}\n{span}", GREY


def ends_side_by_side(summary: pd.DataFrame, meta: FigureMeta) -> Axes:
    """Shares of the ends at the horizon, one stacked bar per policy, the least insolvent at the top."""
    notes = (
        f"{replications(behind(summary))} of each policy. Second lines: {meta.level:.0%} intervals, rounded outwards. "
        f"Shares under {SMALLEST_LABELLED:.0%} are drawn but not labelled: the summary table has all, with intervals."
    )
    title, height = f"How each policy has ended by {day_month_year(meta.horizon)}", 0.365 * len(meta.policies) + 0.25
    (ax,) = page(meta, title, meta.label, notes, panels=(height,), left=1.95, right=0.22)
    unsorted = {policy: estimates(summary, policy) for policy in meta.policies}
    found = dict(sorted(unsorted.items(), key=lambda item: item[1]["share_insolvent"].value))
    left = np.zeros(len(found))
    for end in END_COLOURS:
        shares = [lines[f"share_{end}"] for lines in found.values()]
        if any(share.value > 0 for share in shares):
            _bars(ax, end, shares, left)
        left += [share.value for share in shares]
    _name_policies(ax, {policy: meta.policies[policy] for policy in found})
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


def _name_policies(ax: Axes, labels: Mapping[str, str]) -> None:
    ax.set_xlim(0, 1)
    ax.set_ylim(len(labels) - 0.5, -0.6)
    ax.set_yticks([])
    for place, (policy, label) in enumerate(labels.items()):
        lines = two_lines(label, 38).splitlines()
        middle = 4.0 * len(lines) - 4
        at: dict[str, Any] = {"textcoords": "offset points", "ha": "right"}
        name = shortened(policy, 30)
        ax.annotate(name, (0, place), (-6, middle), va="bottom" if lines else "center", size=8, **at)
        ax.annotate("\n".join(lines), (0, place), (-6, middle - 1), va="top", size=6.3, color=GREY, **at)
