"""Figures of what is owed and what comes back, and of how little the dates follow a smooth curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.fan import FEWEST_TRADING
from sim.analysis.intervals import Estimate, Floats
from sim.analysis.shape import FAMILIES, Fit, fit
from sim.analysis.weeks import BANDS, WEEKS, Weeks

from .meta import FigureMeta
from .plots import FAN_COLOUR, FAN_NAMES, fan_panel
from .style import GREY, INK, PALE, labels_at_right, page, pale_lines, shortened
from .wording import TO, hundredths, interval, replications_of, words

FAMILY_LOOKS = {"lognormal": ("#0173b2", "solid"), "Weibull": ("#c26d00", (0, (4, 1.5)))}
MIDDLE = 0.5
PAPER = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)


def exposures(fans: Mapping[str, pd.DataFrame], meta: FigureMeta, policy: str) -> Axes:
    """What is overdue by week among what still trades: a panel for each creditor or for all of them, from their
    fans."""
    tracked = int(next(iter(fans.values()))["n_trading"].iloc[0])
    notes = (
        f"n = {tracked:,} tracked replications, weekly; overdue: due and unpaid, of those still trading while they are"
        f" at least {min(FEWEST_TRADING, tracked)}. Line: median; shaded: middle half and middle 90%. Each panel has a"
        " scale of its own."
    )
    title, subtitle = "Overdue to creditors while the company trades", f"Policy: {meta.policies[policy] or policy}"
    rows = -(-len(fans) // 2)
    heights = (0.62,) * rows if rows > 1 else (2.1,)
    panels = page(meta, title, subtitle, notes, panels=heights, right=0.25 if len(fans) > 1 else 1.25)
    axes = [half for panel in panels for half in _halves(panel)] if len(fans) > 1 else panels
    last = max(int(table[0.5].dropna().index.max()) for table in fans.values())
    until = replace(meta, horizon_days=max(last, 7))
    for ax, (name, table) in zip(axes, fans.items(), strict=False):
        fan_panel(ax, table, until, "", named=() if len(fans) > 1 else tuple(FAN_NAMES))
        ax.set_title(f"{name}, $ million", loc="left", size=7.5, pad=3)
        ax.tick_params(labelbottom=ax.get_position().y0 < panels[-1].get_position().y1)
    for ax in axes[len(fans) :]:
        ax.remove()
    return axes[0]


def _halves(ax: Axes) -> tuple[Axes, Axes]:
    """Two axes in the place of one."""
    box = ax.get_position()
    width = 0.45 * box.width
    ax.set_position((box.x0, box.y0, width, box.height))
    return ax, ax.figure.add_axes((box.x1 - width, box.y0, width, box.height))


def cash_weeks(
    rows: Mapping[str, Weeks], trading: Mapping[int, Estimate], meta: FigureMeta, policy: str, n: int
) -> Axes:
    """A table of the weeks ahead: the 90th, 50th and 10th percentile of what still trades, by name, and its share."""
    notes = (
        f"n = {n:,} tracked replications at the start; amounts in $ million, of those still trading. Second lines:"
        f" {meta.level:.0%} order-statistic intervals, and of the share a simultaneous band. Cash seems to hold up"
        " where the ones without cash have stopped."
    )
    lines = [(name, band) for name in rows for band in BANDS]
    subtitle = f"Policy: {meta.policies[policy] or policy}"
    title, height = f"Cash over the next {WEEKS} weeks", 0.27 * (len(lines) + 2)
    (ax,) = page(meta, title, subtitle, notes, panels=(height,), left=1.12, right=0.12)
    ax.set(xlim=(-0.5, WEEKS + 0.5), ylim=(len(lines) + 0.5, -1.5))
    ax.axis("off")
    for week in trading:
        when = meta.start + timedelta(days=7 * week)
        ax.text(week, -1, f"{week}\n{when.day} {when:%b}", ha="center", va="center", size=6.3, color=GREY)
        _week_cell(ax, week, len(lines), trading[week], 100, ".0f")
        for place, (name, band) in enumerate(lines):
            if week in rows[name]:
                _week_cell(ax, week, place, rows[name][week][band], 1e-6, ".1f")
    labels = ["Week, on", *(f"{name}, P{100 * band:.0f}" for name, band in lines), "Still trading, %"]
    for place, label in enumerate(labels):
        ax.text(-0.62, place - 1, label, ha="right", va="center", size=7, clip_on=False)
        ax.axhline(place - 0.5, color=GREY if place % len(BANDS) == 0 else PALE, linewidth=0.5)
    return ax


def _week_cell(ax: Axes, week: int, place: int, amount: Estimate, scale: float, form: str) -> None:
    value, low, high = (f"{scale * one:{form}}" for one in amount)
    ax.text(week, place - 0.16, value, ha="center", va="center", size=6.8)
    ax.text(week, place + 0.24, f"{low}{TO}{high}", ha="center", va="center", size=4.9, color=GREY)


def recovery_bars(recoveries: Mapping[str, Mapping[str, Estimate]], meta: FigureMeta, n: int) -> Axes:
    """What each class of creditor gets back of its claim at an insolvent end, by policy, most for the last class first;
    `recoveries` by class, then by policy under which it has a claim."""
    notes = (
        f"{replications_of(n)} of each policy; means over insolvent ends with {meta.level:.0%} intervals as whiskers"
        " and in brackets, in per cent of the claim."
    )
    last = list(recoveries.values())[-1]
    policies = sorted(last, key=lambda policy: -last[policy].value)
    height = 0.17 * len(policies) + 0.1
    title = "What creditors get back at an insolvent end"
    (first,) = page(meta, title, meta.label, notes, panels=(height,), left=1.75, right=0.1)
    for ax, (name, found) in zip(_side_by_side(first, len(recoveries)), recoveries.items(), strict=True):
        _recovery_panel(ax, [found.get(policy) for policy in policies])
        ax.set_title(words(name).capitalize(), loc="left", size=8)
    first.set_yticks(range(len(policies)), [shortened(policy, 26) for policy in policies], size=7.5)
    return first


def _side_by_side(ax: Axes, n: int) -> list[Axes]:
    """So many axes in the place of one, with room beside each."""
    box = ax.get_position()
    width = box.width / n
    ax.set_position((box.x0, box.y0, 0.82 * width, box.height))
    others = (ax.figure.add_axes((box.x0 + k * width, box.y0, 0.82 * width, box.height)) for k in range(1, n))
    return [ax, *others]


def _recovery_panel(ax: Axes, shares: Sequence[Estimate | None]) -> None:
    for place, share in enumerate(shares):
        if share is None:
            ax.text(0.03, place, "no claim", va="center", size=5.8, color=GREY)
            continue
        ax.barh(place, share.value, 0.72, color=FAN_COLOUR, alpha=0.55)
        ax.plot([share.low, share.high], [place, place], color=INK, linewidth=1)
        is_long = share.high > MIDDLE
        at, side = (share.low - 0.03, "right") if is_long else (share.high + 0.03, "left")
        ax.text(at, place, f"{hundredths(share.value)} ({interval(share)})", va="center", ha=side, size=5.8)
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.4, -0.6), xticks=[0, 0.5], yticks=[])
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    ax.tick_params(axis="y", length=0)
    sns.despine(ax=ax, left=True)


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
