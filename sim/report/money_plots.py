"""Figures of what is owed and what comes back, and of how little the dates follow a smooth curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.fan import FEWEST_TRADING
from sim.analysis.intervals import Estimate, Floats, simultaneous_half_width
from sim.analysis.shape import FAMILIES, Fit, fit
from sim.analysis.weeks import BANDS, WEEKS, Weeks

from .meta import FigureMeta
from .plots import FAN_COLOUR, FAN_NAMES, fan_end, fan_panel
from .style import GREY, INK, PALE, page, pale_lines, two_lines
from .wording import TO, hundredths, replications_of, words

FAMILY_LOOKS = {"lognormal": ("#0173b2", "solid"), "Weibull": ("#c26d00", (0, (5, 2)))}
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
    heights = (0.58,) * rows if rows > 1 else (2.1,)
    panels = page(meta, title, subtitle, notes, panels=heights, right=0.25 if len(fans) > 1 else 1.25)
    axes = [half for panel in panels for half in _halves(panel)] if len(fans) > 1 else panels
    until = fan_end(meta, fans.values())
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
    """A table of the weeks ahead, a line each: the 10th, 50th and 90th percentile of the first of `rows` and the median
    of the others, among what still trades, and the share that does."""
    notes = (
        f"n = {n:,} tracked replications at the start; $ million, of those still trading. In brackets: {meta.level:.0%}"
        " order-statistic intervals, and of the share a simultaneous band. Cash seems to hold up where the ones without"
        " cash have stopped."
    )
    main, *others = rows
    columns = [(main, band) for band in reversed(BANDS)] + [(name, MIDDLE) for name in others]
    title, subtitle = f"Cash over the next {WEEKS} weeks, $ million", f"Policy: {meta.policies[policy] or policy}"
    (ax,) = page(meta, title, subtitle, notes, panels=(0.2 * (len(trading) + 2),), left=0.82, right=0.05)
    box, drop = ax.get_position(), 0.33 / ax.figure.bbox_inches.height  # type: ignore[union-attr]
    ax.set_position((box.x0, box.y0 - drop, box.width, box.height + drop))
    ax.set(xlim=(-0.5, len(columns) + 0.5), ylim=(len(trading) - 0.5, -2.4))
    ax.axis("off")
    heads = [f"{name}\nP{100 * band:.0f}" for name, band in columns]
    for place, head in enumerate([*heads, "Still trading\n%"]):
        ax.text(place, -1.4, head, ha="center", va="center", size=8, weight="bold", linespacing=1.15)
    for line, week in enumerate(trading):
        cells = [_amount(rows[name].get(week, {}).get(band), 1e-6, ".1f") for name, band in columns]
        _week_line(ax, line, _week_called(meta, week), [*cells, _amount(trading[week], 100, ".0f")])
    return ax


def _week_called(meta: FigureMeta, week: int) -> str:
    when = meta.start + timedelta(days=7 * week)
    return f"{week}:  {when.day} {when:%b}"


def _amount(amount: Estimate | None, scale: float, form: str) -> tuple[str, str]:
    """A value and its interval in brackets; nothing if there is none."""
    if amount is None:
        return "", ""
    value, low, high = (f"{scale * one:{form}}" for one in amount)
    return value, f"({low}{TO}{high})"


def _week_line(ax: Axes, line: int, name: str, cells: Sequence[tuple[str, str]]) -> None:
    ax.axhline(line - 0.5, color=PALE if line else GREY, linewidth=0.5)
    ax.text(-0.55, line, name, ha="right", va="center", size=8, clip_on=False)
    for place, (value, span) in enumerate(cells):
        ax.text(place - 0.12, line, value, ha="right", va="center", size=8.3)
        ax.text(place - 0.07, line, span, ha="left", va="center", size=6.6, color=GREY)


def recovery_bars(recoveries: Mapping[str, Mapping[str, Estimate]], meta: FigureMeta, n: int) -> Axes:
    """What each class of creditor gets back of its claim at an insolvent end, by policy, most for the last class first;
    `recoveries` by class, then by policy under which it has a claim."""
    notes = (
        f"{replications_of(n)} of each policy; means over insolvent ends, in per cent of the claim. Whiskers:"
        f" {meta.level:.0%} intervals."
    )
    last = list(recoveries.values())[-1]
    policies = sorted(last, key=lambda policy: -last[policy].value)
    height = 0.235 * len(policies) + 0.1
    title = "What creditors get back at an insolvent end"
    (first,) = page(meta, title, meta.label, notes, panels=(height,), left=2.05, right=0.02)
    for ax, (name, found) in zip(_side_by_side(first, len(recoveries)), recoveries.items(), strict=True):
        _recovery_panel(ax, [found.get(policy) for policy in policies])
        ax.set_title(words(name).capitalize(), loc="left", size=8)
    names = [two_lines(meta.policies.get(policy) or policy, 36) for policy in policies]
    first.set_yticks(range(len(policies)), names, size=6.8)
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
            ax.text(0.03, place, "no claim", va="center", size=6.8, color=GREY)
            continue
        ax.barh(place, share.value, 0.72, color=FAN_COLOUR, alpha=0.55)
        ax.plot([share.low, share.high], [place, place], color=INK, linewidth=1)
        is_long = share.high > MIDDLE
        at, side = (share.low - 0.03, "right") if is_long else (share.high + 0.03, "left")
        ax.text(at, place, f"{hundredths(share.value)}%", va="center", ha=side, size=6.8)
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.4, -0.6), xticks=[0, 0.5], yticks=[])
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    ax.tick_params(axis="y", length=0)
    sns.despine(ax=ax, left=True)


def probability_plot(days: Floats, meta: FigureMeta, policy: str) -> Axes:
    """The insolvency dates on normal paper in log time, with lognormal and Weibull fits and how far these miss."""
    found = [one for one in (fit(days, family) for family in FAMILIES) if one is not None]
    by_chance = simultaneous_half_width(len(days) / meta.chance_per_input, meta.level)
    notes = (
        f"n = {len(days):,} insolvent replications. Lines: fits by maximum likelihood. Misfit: the largest difference"
        f" between a fit and the actual share by any day; up to {hundredths(by_chance)} points can be chance"
        f" ({meta.level:.0%}). No figure of this memo uses a fit."
    )
    title = _verdict([one.misfit for one in found], by_chance)
    (ax,) = page(meta, title, f"Policy: {meta.policies[policy] or policy}", notes, panels=(2.5,), right=0.2)
    values, counts = np.unique(np.maximum(days, 1), return_counts=True)
    shares, paper = (counts.cumsum() - counts / 2) / len(days), Fit("lognormal", 0, 1, 0)
    ax.plot(values, paper.standard(shares), "o", color=INK, markersize=2.2, markeredgewidth=0, label="Actual dates")
    grid = np.geomspace(values[0], values[-1], 300)
    for one in found:
        colour, style = FAMILY_LOOKS[one.family]
        curve = one.share(grid)
        seen = (curve > PAPER[0]) & (curve < PAPER[-1])
        label = f"{one.family.capitalize()}, misfit {100 * one.misfit:.1f} points"
        ax.plot(grid[seen], paper.standard(curve[seen]), color=colour, linestyle=style, linewidth=1.3, label=label)
    _paper(ax, values)
    ax.legend(loc="lower right", handlelength=3, fontsize=7.5, markerscale=2)
    return ax


def _verdict(misfits: Sequence[float], by_chance: float) -> str:
    """What a plot may be called: that smooth curves miss, only if each of them does so beyond chance."""
    is_missed = bool(misfits) and min(misfits) > by_chance
    return "A smooth curve misses the dates of insolvency" if is_missed else "Smooth curves and the dates of insolvency"


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
