"""Figures of what is owed and what comes back, and of how little the dates follow a smooth curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.fan import FEWEST_TRADING
from sim.analysis.intervals import Estimate, Floats
from sim.analysis.shape import FAMILIES, Fit, fit

from .plots import FAN_BANDS, FAN_COLOUR, FAN_NAMES
from .style import (
    CAUSE_COLOURS,
    GREY,
    INK,
    FigureMeta,
    date_axis,
    date_numbers,
    labels_at_right,
    page,
    pale_lines,
    percent_axis,
)
from .wording import replications_of, words

FAMILY_LOOKS = {"lognormal": ("#0173b2", "solid"), "Weibull": ("#c26d00", (0, (4, 1.5)))}
PAPER = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)


def overdue_fan(table: pd.DataFrame, meta: FigureMeta, policy: str) -> Axes:
    """What is overdue to all creditors by week, among what still trades: median, middle half, middle 90%."""
    tracked = int(table["n_trading"].iloc[0])
    notes = (
        f"n = {tracked:,} tracked replications, weekly; overdue: due and unpaid, to all creditors, of those still"
        f" trading while they are at least {min(FEWEST_TRADING, tracked)}."
    )
    title, subtitle = "Overdue to creditors while the company trades", f"Policy: {meta.policies[policy] or policy}"
    (ax,) = page(meta, title, subtitle, notes, panels=(2.1,), right=1.25)
    overdue = table[list(FAN_NAMES)].dropna() / 1e6
    dates = date_numbers(meta, overdue.index)
    for low, high, alpha in FAN_BANDS:
        ax.fill_between(dates, overdue[low], overdue[high], color=FAN_COLOUR, alpha=alpha, linewidth=0)
    ax.plot(dates, overdue[0.5], color=INK, linewidth=1.6)
    date_axis(ax, meta)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("Overdue, $ million")
    pale_lines(ax)
    labels = [(float(overdue[quantile].iloc[-1]), name, INK) for quantile, name in FAN_NAMES.items()]
    labels_at_right(ax, labels, lines=1, at=float(overdue.index[-1]) / meta.horizon_days)
    return ax


def recovery_bars(recoveries: Mapping[str, Mapping[str, Estimate]], meta: FigureMeta, n: int) -> Axes:
    """What each class of creditor gets back of its claim at an insolvent end, by policy; `recoveries` by class, then
    policy."""
    notes = f"{replications_of(n)} of each policy; means over insolvent ends with {meta.level:.0%} intervals."
    (ax,) = page(meta, "What creditors get back at an insolvent end", meta.label, notes, panels=(2.4,), right=1.7)
    policies = list(next(iter(recoveries.values())))
    width = 0.8 / len(policies)
    for k, policy in enumerate(policies):
        colour, places = str(0.15 + 0.65 * k / max(len(policies) - 1, 1)), np.arange(len(recoveries)) + k * width
        values = [by_policy[policy] for by_policy in recoveries.values()]
        ax.bar(places, [one.value for one in values], width, color=colour, label=policy, align="edge")
        middles = places + width / 2
        ax.vlines(
            middles, [one.low for one in values], [one.high for one in values], color=CAUSE_COLOURS[0], linewidth=1
        )
    ax.set_xticks(np.arange(len(recoveries)) + 0.4, [words(name).capitalize() for name in recoveries])
    percent_axis(ax)
    ax.set_ylabel("Share of the claim")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03), fontsize=7)
    return ax


def probability_plot(days: Floats, meta: FigureMeta, policy: str) -> Axes:
    """The insolvency dates on normal paper in log time, with lognormal and Weibull fits and how far these miss."""
    found = [one for one in (fit(days, family) for family in FAMILIES) if one is not None]
    notes = (
        f"n = {len(days):,} insolvent replications. Dots: their actual dates. Lines: fits by maximum likelihood."
        " Misfit: the largest difference between a fit and the actual share by any day. No figure of this memo uses a"
        " fit."
    )
    title = "A smooth curve misses the dates of insolvency"
    (ax,) = page(meta, title, f"Policy: {meta.policies[policy] or policy}", notes, panels=(2.5,), right=1.6)
    values, counts = np.unique(np.maximum(days, 1), return_counts=True)
    shares, paper = (counts.cumsum() - counts / 2) / len(days), Fit("lognormal", 0, 1, 0)
    ax.plot(values, paper.standard(shares), "o", color=INK, markersize=2.2, markeredgewidth=0)
    grid = np.geomspace(values[0], values[-1], 300)
    labels = []
    for one in found:
        colour, style = FAMILY_LOOKS[one.family]
        curve = one.share(grid)
        seen = (curve > PAPER[0]) & (curve < PAPER[-1])
        ax.plot(grid[seen], paper.standard(curve[seen]), color=colour, linestyle=style, linewidth=1.3)
        top = float(paper.standard(curve[seen])[-1]) if seen.any() else 0.0
        labels.append((top, f"{one.family}\nmisfit {one.misfit:.0%}", colour))
    _paper(ax, values)
    labels_at_right(ax, labels)
    return ax


def _paper(ax: Axes, values: Sequence[float] | Floats) -> None:
    ticks = [7, 14, 30, 60, 91, 182, 365, 730, 1461]
    ax.set_xscale("log")
    seen = [tick for tick in ticks if values[0] <= tick <= values[-1]]
    ax.set_xticks(seen, [f"{tick:,}" for tick in seen])
    ax.set_xticks([], minor=True)
    places = Fit("lognormal", 0, 1, 0).standard(np.array(PAPER))
    ax.set_yticks(places, [f"{100 * share:g}%" for share in PAPER])
    ax.set_ylim(places[0], places[-1])
    ax.set_xlabel("Days from the start (log scale)", color=GREY)
    ax.set_ylabel("Share of the insolvent")
    pale_lines(ax)
