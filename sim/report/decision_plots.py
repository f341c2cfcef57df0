"""Figures that a choice rests on: tables of `sim.analysis` in, matplotlib axes out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.compare import Paired
from sim.analysis.intervals import Estimate

from .meta import FigureMeta
from .placing import Cross, Span, crosses
from .style import GREY, INK, PALE, page, pale_lines, shortened, two_lines
from .wording import money, money_interval, percent, points, replications_of, signed

BETTER, WORSE, NEITHER = "#0173b2", "#a63603", "#6f6f6f"
HIGHER_IS_BETTER = {"good": True, "loss": False, "money_lost": False, "people": True, "utility": True, "days": None}
NAMES = {"good": "Good ends, % points", "loss": "Creditors' loss, $ million"}
SCALES = {"good": 100.0, "loss": 1e-6}
LADDER_STYLES = ("solid", (0, (4, 2)), (0, (1, 1.5)))


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
    height = 0.255 * len(rows) + 0.1
    title = "Each policy against the baseline"
    (left,) = page(meta, title, f"Against: {baseline}", notes, panels=(height,), left=2.2, right=1.65)
    box = left.get_position()
    right = left.figure.add_axes((box.x1 + 0.03, box.y0, box.width, box.height))
    _forest_panel(left, list(rows.values()), "good")
    _forest_panel(right, [losses[policy] for policy in rows], "loss")
    left.set_yticks(range(len(rows)), [two_lines(meta.policies[policy] or policy, 36) for policy in rows], size=7)
    right.set_yticks([])
    return left


def _forest_panel(ax: Axes, rows: Sequence[Paired], quantity: str) -> None:
    scale = SCALES[quantity]
    for place, row in enumerate(rows):
        colour, marker, face = _look(row, HIGHER_IS_BETTER[quantity])
        ax.plot([scale * row.low_all, scale * row.high_all], [place, place], color=colour, linewidth=1.3)
        ax.plot([scale * row.difference], [place], marker, color=colour, markerfacecolor=face, markersize=3.8)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_title(NAMES[quantity], loc="left", size=7.5, pad=2)
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    sns.despine(ax=ax, left=True)
    ax.tick_params(axis="y", length=0)


def _look(row: Paired, higher_is_better: bool | None) -> tuple[str, str, str]:
    if row.low_all <= 0 <= row.high_all:
        return NEITHER, "o", "white"
    return (BETTER, "o", BETTER) if (row.low_all > 0) == higher_is_better else (WORSE, "s", WORSE)


def pareto_picture(
    good: Mapping[str, Estimate],
    loss: Mapping[str, Estimate],
    front: Mapping[str, bool],
    meta: FigureMeta,
    n: int,
    leading: Sequence[str] = (),
) -> Axes:
    """Chance of a good end against what creditors lose: up and to the left is better. Hollow: bettered in both.

    The filled ones and the `leading` ones are named first and with their numbers.
    """
    ordered = sorted(good, key=lambda name: -good[name].value)
    first = dict.fromkeys([*(name for name in ordered if front[name]), *leading])
    marks = [
        Cross(
            _scaled(loss[name], 1e-6), _scaled(good[name], 1), _called(name, good, loss, meta, first), front[name],
            name in first,
        )
        for name in dict.fromkeys([*first, *ordered])
    ]  # fmt: skip
    notes = (
        f"{replications_of(n)} of each policy. Crosses, and brackets: {meta.level:.0%} intervals. Filled: no other"
        " policy is better in both. Hollow: another one is. All policies meet the same draws: differences are surer"
        " than the crosses."
    )
    (ax,) = page(meta, "Good ends against creditors' loss", meta.label, notes, panels=(2.2,), right=0.2)
    ax.set_xlabel("What creditors lose on average, $ million")
    ax.set_ylabel("Chance of a good end")
    top = min(1.0, 1.2 * max(chance.high for chance in good.values()) or 1.0)
    ax.set_ylim(-0.05 * top, top)
    _roomy(ax, [end for mark in marks for end in mark.x])
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%" if share >= 0 else "")
    pale_lines(ax)
    _count_unnamed(ax, crosses(ax, marks))
    return ax


def _called(
    name: str, good: Mapping[str, Estimate], loss: Mapping[str, Estimate], meta: FigureMeta, first: Mapping[str, None]
) -> str:
    """The label of a policy, and the numbers of the first ones."""
    label = two_lines(meta.policies.get(name) or name, 30)
    if name not in first:
        return label
    amount = f"{money(loss[name].value)} ({money_interval(loss[name].low, loss[name].high)})"
    return f"{label}\n{percent(good[name])}\n{amount}"


def _scaled(one: Estimate, scale: float) -> Span:
    return scale * one.value, scale * one.low, scale * one.high


def _roomy(ax: Axes, ends: Sequence[float]) -> None:
    """Limits across with room for names beside the outermost points."""
    low, high = min(ends), max(ends)
    room = 0.12 * ((high - low) or 1.0)
    ax.set_xlim(low - room, high + 2.2 * room)


def _count_unnamed(ax: Axes, unnamed: int) -> None:
    """Say how many points are not named."""
    if unnamed:
        text = f"{unnamed} not named for want of room: the table of policies has all"
        ax.text(1, 1.01, text, transform=ax.transAxes, ha="right", va="bottom", size=6.5, color=GREY)


def filing_frontier(
    gained: Sequence[Paired],
    added: Sequence[Paired],
    meta: FigureMeta,
    n: int,
    ladders: Sequence[Sequence[str]] = (),
) -> Axes:
    """What trading on gains and costs by the trigger of filing: the chance of a good end gained against the deficiency
    of creditors added, both against the policy that files first. Triggers of a ladder, which differ in one threshold,
    are joined in its order. Points are numbered; the numbers are beneath."""
    notes = (
        f"{replications_of(n)} of each policy, paired with the policy that files first (square). Crosses, and brackets:"
        f" {meta.level:.0%} intervals that hold for all policies at once. Filled: no other trigger gains as much for"
        " less. Lines join triggers that differ in one threshold, in its order."
    )
    first = gained[0].against
    title = "What waiting to file gains, and what it costs creditors"
    subtitle = f"Against: {meta.policies[first] or first}"
    ax, key = page(meta, title, subtitle, notes, panels=(2.8, 0.155 * len(gained) + 0.3), right=0.2)
    rows = sorted(zip(gained, added, strict=True), key=lambda pair: pair[1].difference)
    marks = {
        chance.policy: Cross(
            _span(cost, 1e-6), _span(chance, 100), str(place), _is_best(chance, cost, gained, added), True
        )
        for place, (chance, cost) in enumerate(rows, 1)
    }
    _frontier_axes(ax, list(marks.values()))
    _ladders(ax, marks, ladders)
    crosses(ax, list(marks.values()))
    _key(key, rows, meta)
    return ax


def _frontier_axes(ax: Axes, marks: Sequence[Cross]) -> None:
    ax.axhline(0, color=PALE, linewidth=0.8)
    ax.axvline(0, color=PALE, linewidth=0.8)
    ax.plot([0], [0], "s", color=INK, markersize=5)
    ax.set_xlabel("Deficiency of creditors added on average, $ million")
    ax.set_ylabel("Good ends gained, % points")
    pale_lines(ax)
    _roomy(ax, [0.0, *(end for mark in marks for end in mark.x)])
    heights = [0.0, *(end for mark in marks for end in mark.y)]
    room = 0.08 * (max(heights) - min(heights) or 1.0)
    ax.set_ylim(min(heights) - room, max(heights) + room)


def _key(ax: Axes, rows: Sequence[tuple[Paired, Paired]], meta: FigureMeta) -> None:
    """A line for each numbered trigger: what it gains and what it adds."""
    ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
    box, drop = ax.get_position(), 0.3 / ax.figure.bbox_inches.height  # type: ignore[union-attr]
    ax.set_position((0.02, box.y0 - drop, 0.96, box.height))
    ax.axis("off")
    for place, (chance, cost) in enumerate(rows):
        label = shortened(meta.policies.get(chance.policy) or chance.policy, 57)
        gain = f"{points(chance.difference)} pts ({points(chance.low_all)} to {points(chance.high_all)})"
        loss = f"{_signed(cost.difference)} ({money_interval(cost.low_all, cost.high_all)})"
        for x, text in ((0, str(place + 1)), (0.03, label), (0.545, gain), (0.79, loss)):
            ax.text(x, place, text, size=6.5, va="center")


def _is_best(chance: Paired, cost: Paired, gained: Sequence[Paired], added: Sequence[Paired]) -> bool:
    """Whether no other trigger gains as much for less."""
    return not any(
        more.difference >= chance.difference and less.difference < cost.difference
        for more, less in zip(gained, added, strict=True)
    )


def _ladders(ax: Axes, marks: Mapping[str, Cross], ladders: Sequence[Sequence[str]]) -> None:
    for ladder, style in zip(ladders, itertools.cycle(LADDER_STYLES), strict=False):
        steps = [marks[name] for name in ladder if name in marks]
        ax.plot([one.x[0] for one in steps], [one.y[0] for one in steps], color=GREY, linestyle=style, linewidth=0.9,
                zorder=1)  # fmt: skip


def _span(row: Paired, scale: float) -> Span:
    return scale * row.difference, scale * row.low_all, scale * row.high_all


def tornado_picture(
    swings: pd.DataFrame, meta: FigureMeta, *, policy: str, n: int, mean: float,
    words: Callable[[str], str], value: Callable[[str, float], str],
) -> Axes:  # fmt: skip
    """The chance of a good end in the lowest and highest fifth of each input, largest swing first."""
    notes = (
        f"{replications_of(n)}. Ends of a bar: mean in the fifth of the replications in which the input is lowest"
        f" (pale, hollow) and highest (dark, filled), with {meta.level:.0%} intervals; what bounds the fifths stands"
        " beside them. Line: all replications. A bar whose intervals overlap tells nothing from chance."
    )
    height = 0.31 * len(swings) + 0.15
    subtitle = f"Policy: {meta.policies[policy] or policy}"
    title = "Which uncertain inputs move the chance of a good end"
    (ax,) = page(meta, title, subtitle, notes, panels=(height,), left=2.35, right=0.3)
    for place, (name, row) in enumerate(swings.iterrows()):
        ax.plot([row["low"], row["high"]], [place, place], color=PALE, linewidth=7, solid_capstyle="butt", zorder=1)
        for side, colour, shift in (("low", "#8cbfe0", -0.13), ("high", "#0173b2", 0.13)):
            span = [row[f"{side}_from"], row[f"{side}_to"]]
            ax.plot(span, [place + shift] * 2, color=colour, linewidth=1.2, zorder=2)
            face = "white" if side == "low" else colour
            ax.plot([row[side]], [place + shift], "o", color=colour, markerfacecolor=face, markersize=4.5, zorder=3)
        bounds = _bounds(value(str(name), row["below"]), value(str(name), row["above"]))
        label = shortened(words(str(name)), 40)
        ax.annotate(label, (0, place), (-8, 1), xycoords=("axes fraction", "data"), textcoords="offset points",
                    ha="right", va="bottom", size=7)  # fmt: skip
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


def _bounds(below: str, above: str) -> str:
    """What bounds the outer fifths, the unit said once if both have it."""
    amount, _, unit = below.partition(" ")
    return f"under {amount if above.endswith(f' {unit}') else below}, over {above}"


def _signed(dollars: float) -> str:
    return signed(money(dollars), round(dollars))
