"""Figures that a choice rests on: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.compare import Paired
from sim.analysis.intervals import Estimate

from .style import GREY, INK, PALE, FigureMeta, labels_at_right, page, pale_lines, shortened
from .wording import money, points, replications_of

BETTER, WORSE, NEITHER = "#0173b2", "#a63603", "#6f6f6f"
HIGHER_IS_BETTER = {"good": True, "loss": False, "money_lost": False, "people": True, "utility": True, "days": None}
NAMES = {"good": "Chance of a good end, percentage points", "loss": "Creditors' loss, $ million"}
SCALES = {"good": 100.0, "loss": 1e-6}


def forest(differences: Mapping[str, Sequence[Paired]], meta: FigureMeta, n: int) -> Axes:
    """Every policy minus the baseline, replication by replication: two panels, good ends and creditors' loss."""
    notes = (
        f"{replications_of(n)} of each policy, paired. Dots: mean differences. Whiskers: {meta.level:.0%} intervals"
        " that hold for all policies of a panel at once. Blue with a filled dot: better; brown with a square: worse;"
        " grey and hollow: not told from nothing."
    )
    rows, baseline = differences["good"], meta.policies[differences["good"][0].against]
    height = 0.36 * len(rows) + 0.1
    title = "Each policy against the baseline"
    (left,) = page(meta, title, f"Against: {baseline}", notes, panels=(height,), left=2.05, right=2.35)
    box = left.get_position()
    right = left.figure.add_axes((box.x1 + 0.03, box.y0, box.width, box.height))
    for ax, quantity in ((left, "good"), (right, "loss")):
        _forest_panel(ax, differences[quantity], quantity)
    left.set_yticks(range(len(rows)), [_wrapped(meta.policies[row.policy] or row.policy) for row in rows], size=7.5)
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
    return "\n".join(textwrap.wrap(label, 34, max_lines=2, placeholder=" \N{HORIZONTAL ELLIPSIS}"))


def pareto_picture(
    good: Mapping[str, Estimate], loss: Mapping[str, Estimate], front: Mapping[str, bool], meta: FigureMeta, n: int
) -> Axes:
    """Chance of a good end against what creditors lose: up and to the left is better. Hollow: bettered in both."""
    notes = (
        f"{replications_of(n)} of each policy. Crosses: {meta.level:.0%} intervals. Filled: no other policy is better"
        " in both. Hollow: another one is. All policies meet the same draws: differences are surer than the crosses."
    )
    (ax,) = page(meta, "Good ends against creditors' loss", meta.label, notes, panels=(3.0,), right=2.0)
    labels = []
    for name, chance in good.items():
        cost, colour = loss[name], INK if front[name] else GREY
        ax.plot([cost.low / 1e6, cost.high / 1e6], [chance.value] * 2, color=colour, linewidth=0.9)
        ax.plot([cost.value / 1e6] * 2, [chance.low, chance.high], color=colour, linewidth=0.9)
        ax.plot([cost.value / 1e6], [chance.value], "o", color=colour, markersize=6,
                markerfacecolor=colour if front[name] else "white")  # fmt: skip
        labels.append((chance.value, f"{shortened(name, 24)}\n{_pair(chance.value, cost.value)}", colour))
    ax.set_xlabel("What creditors lose on average, $ million")
    ax.set_ylabel("Chance of a good end")
    ax.set_ylim(0, min(1.0, 1.25 * max(chance.high for chance in good.values()) or 1.0))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    pale_lines(ax)
    _labels_of_points(ax, labels, [cost.value / 1e6 for cost in loss.values()])
    return ax


def _pair(chance: float, cost: float) -> str:
    return f"{chance:.1%}, {money(cost)}"


def _labels_of_points(ax: Axes, labels: Sequence[tuple[float, str, str]], xs: Sequence[float]) -> None:
    """Labels in the right margin with a hair line from each point."""
    low, high = ax.get_xlim()
    for (height, _, colour), x in zip(labels, xs, strict=True):
        ax.plot([x, high], [height, height], color=colour, linewidth=0.4, linestyle=(0, (1, 2)), zorder=0)
    ax.set_xlim(low, high)
    labels_at_right(ax, labels)


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
    height = 0.36 * len(swings) + 0.15
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


def change_in_words(row: Paired) -> str:
    """A difference with its simultaneous interval, as a cell of a table."""
    if row.quantity == "good":
        return f"{points(row.difference)} pts\n{points(row.low_all)} to {points(row.high_all)}"
    return f"{_signed(row.difference)}\n{_signed(row.low_all)} to {_signed(row.high_all)}"


def _signed(dollars: float) -> str:
    return f"+{money(dollars)}" if round(dollars) > 0 else money(dollars)
