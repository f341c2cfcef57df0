"""Figures that a choice rests on: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.compare import Paired
from sim.analysis.intervals import Estimate

from .meta import FigureMeta
from .style import GREY, INK, PALE, page, pale_lines, point_labels, shortened
from .wording import money, points, replications_of, signed

BETTER, WORSE, NEITHER = "#0173b2", "#a63603", "#6f6f6f"
HIGHER_IS_BETTER = {"good": True, "loss": False, "money_lost": False, "people": True, "utility": True, "days": None}
NAMES = {"good": "Chance of a good end, percentage points", "loss": "Creditors' loss, $ million"}
SCALES = {"good": 100.0, "loss": 1e-6}


def forest(differences: Mapping[str, Sequence[Paired]], meta: FigureMeta, n: int) -> Axes:
    """Every policy minus the baseline, replication by replication, most good ends first: two panels, good ends and
    creditors' loss."""
    notes = (
        f"{replications_of(n)} of each policy, paired. Dots: mean differences. Whiskers: {meta.level:.0%} intervals"
        " that hold for all policies of a panel at once. Blue with a filled dot: better; brown with a square: worse;"
        " grey and hollow: not told from nothing."
    )
    rows = {row.policy: row for row in sorted(differences["good"], key=lambda row: -row.difference)}
    losses = {row.policy: row for row in differences["loss"]}
    baseline = meta.policies[differences["good"][0].against]
    height = 0.29 * len(rows) + 0.1
    title = "Each policy against the baseline"
    (left,) = page(meta, title, f"Against: {baseline}", notes, panels=(height,), left=2.3, right=2.22)
    box = left.get_position()
    right = left.figure.add_axes((box.x1 + 0.03, box.y0, box.width, box.height))
    _forest_panel(left, list(rows.values()), "good")
    _forest_panel(right, [losses[policy] for policy in rows], "loss")
    left.set_yticks(range(len(rows)), [_wrapped(meta.policies[policy] or policy) for policy in rows], size=7.2)
    right.set_yticks([])
    return left


def _forest_panel(ax: Axes, rows: Sequence[Paired], quantity: str) -> None:
    scale = SCALES[quantity]
    for place, row in enumerate(rows):
        colour, marker, face = _look(row, HIGHER_IS_BETTER[quantity])
        ax.plot([scale * row.low_all, scale * row.high_all], [place, place], color=colour, linewidth=1.3)
        ax.plot([scale * row.difference], [place], marker, color=colour, markerfacecolor=face, markersize=5)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(NAMES[quantity])
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    sns.despine(ax=ax, left=True)
    ax.tick_params(axis="y", length=0)


def _look(row: Paired, higher_is_better: bool | None) -> tuple[str, str, str]:
    if row.low_all <= 0 <= row.high_all:
        return NEITHER, "o", "white"
    return (BETTER, "o", BETTER) if (row.low_all > 0) == higher_is_better else (WORSE, "s", WORSE)


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, 38, max_lines=2, placeholder=" \N{HORIZONTAL ELLIPSIS}"))


def pareto_picture(
    good: Mapping[str, Estimate], loss: Mapping[str, Estimate], front: Mapping[str, bool], meta: FigureMeta, n: int
) -> Axes:
    """Chance of a good end against what creditors lose: up and to the left is better. Hollow: bettered in both."""
    notes = (
        f"{replications_of(n)} of each policy. Crosses: {meta.level:.0%} intervals. Filled: no other policy is better"
        " in both. Hollow: another one is. All policies meet the same draws: differences are surer than the crosses."
    )
    (ax,) = page(meta, "Good ends against creditors' loss", meta.label, notes, panels=(_height(len(good)),), right=2.6)
    points = []
    for name, chance in good.items():
        cost, colour = loss[name], INK if front[name] else GREY
        _cross(ax, (cost.value, cost.low, cost.high), (chance.value, chance.low, chance.high), 1e-6, 1, front[name])
        text = f"{shortened(name, 24)}  {chance.value:.1%}, {money(cost.value)}"
        points.append((cost.value / 1e6, chance.value, text, colour))
    ax.set_xlabel("What creditors lose on average, $ million")
    ax.set_ylabel("Chance of a good end")
    ax.set_ylim(0, min(1.0, 1.25 * max(chance.high for chance in good.values()) or 1.0))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    pale_lines(ax)
    point_labels(ax, points)
    return ax


Span = tuple[float, float, float]


def _cross(ax: Axes, x: Span, y: Span, x_scale: float, y_scale: float, is_filled: bool) -> None:
    """A point with an interval either way."""
    (across, left, right), (up, low, high) = ([x_scale * one for one in x], [y_scale * one for one in y])
    colour = INK if is_filled else GREY
    ax.plot([left, right], [up] * 2, color=colour, linewidth=0.9)
    ax.plot([across] * 2, [low, high], color=colour, linewidth=0.9)
    ax.plot([across], [up], "o", color=colour, markersize=5.5, markerfacecolor=colour if is_filled else "white")


def _height(n: int) -> float:
    """Inches of a panel beside which so many lines of text fit."""
    return max(2.4, 0.127 * n + 0.1)


def filing_frontier(gained: Sequence[Paired], added: Sequence[Paired], meta: FigureMeta, n: int) -> Axes:
    """What trading on gains and costs by the trigger of filing: the chance of a good end gained against the deficiency
    of creditors added, both against the policy that files first."""
    notes = (
        f"{replications_of(n)} of each policy, paired with the policy that files first. Crosses: {meta.level:.0%}"
        " intervals that hold for all policies at once. Filled: no other trigger gains as much for less. A cross over a"
        " pale line is not told from nothing in that direction."
    )
    first = gained[0].against
    title = "What waiting to file gains, and what it costs creditors"
    subtitle = f"Against: {meta.policies[first] or first}"
    (ax,) = page(meta, title, subtitle, notes, panels=(_height(len(gained)),), right=2.6)
    ax.axhline(0, color=PALE, linewidth=0.8)
    ax.axvline(0, color=PALE, linewidth=0.8)
    labels = []
    for chance, cost in zip(gained, added, strict=True):
        is_best = not any(
            more.difference >= chance.difference and less.difference < cost.difference
            for more, less in zip(gained, added, strict=True)
        )
        _cross(ax, _span(cost), _span(chance), 1e-6, 100, is_best)
        text = f"{shortened(chance.policy, 28)}  {points(chance.difference)}, {_signed(cost.difference)}"
        labels.append((cost.difference / 1e6, 100 * chance.difference, text, INK if is_best else GREY))
    ax.plot([0], [0], "s", color=INK, markersize=5)
    labels.append((0.0, 0.0, f"{shortened(first, 28)}  0, $0", INK))
    ax.set_xlabel("Deficiency of creditors added, mean, $ million")
    ax.set_ylabel("Good ends gained, % points")
    pale_lines(ax)
    point_labels(ax, labels)
    return ax


def _span(row: Paired) -> Span:
    return row.difference, row.low_all, row.high_all


def tornado_picture(
    swings: pd.DataFrame, meta: FigureMeta, *, policy: str, n: int, mean: float,
    words: Callable[[str], str], value: Callable[[str, float], str],
) -> Axes:  # fmt: skip
    """The chance of a good end in the lowest and highest fifth of each input, largest swing first."""
    notes = (
        f"{replications_of(n)}. Ends of a bar: mean in the fifth of the replications in which the input is lowest"
        f" (pale) and highest (dark), with {meta.level:.0%} intervals; what bounds the fifths stands beside them."
        " Line: all replications. A bar whose intervals overlap tells nothing from chance."
    )
    height = 0.31 * len(swings) + 0.15
    subtitle = f"Policy: {meta.policies[policy] or policy}"
    title = "Which uncertain inputs move the chance of a good end"
    (ax,) = page(meta, title, subtitle, notes, panels=(height,), left=2.75, right=0.35)
    for place, (name, row) in enumerate(swings.iterrows()):
        ax.plot([row["low"], row["high"]], [place, place], color=PALE, linewidth=7, solid_capstyle="butt", zorder=1)
        for side, colour, shift in (("low", "#8cbfe0", -0.13), ("high", "#0173b2", 0.13)):
            span = [row[f"{side}_from"], row[f"{side}_to"]]
            ax.plot(span, [place + shift] * 2, color=colour, linewidth=1.2, zorder=2)
            ax.plot([row[side]], [place + shift], "o", color=colour, markersize=4.5, zorder=3)
        bounds = f"under {value(str(name), row['below'])} / over {value(str(name), row['above'])}"
        label = shortened(words(str(name)), 50)
        ax.annotate(label, (0, place), (-8, 1), xycoords=("axes fraction", "data"), textcoords="offset points",
                    ha="right", va="bottom", size=7.3)  # fmt: skip
        ax.annotate(bounds, (0, place), (-8, -1), xycoords=("axes fraction", "data"), textcoords="offset points",
                    ha="right", va="top", size=6.3, color=GREY)  # fmt: skip
    ax.axvline(mean, color=INK, linewidth=0.8)
    ax.set_yticks([])
    ax.set_ylim(len(swings) - 0.4, -0.6)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    ax.set_xlabel("Chance of a good end")
    sns.despine(ax=ax, left=True)
    return ax


def _signed(dollars: float) -> str:
    return signed(money(dollars), round(dollars))
