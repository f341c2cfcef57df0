"""The tornado of a one-at-a-time design: how far each end of each input is from the scenario, the farthest first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sim.analysis.intervals import Estimate

from .meta import FigureMeta
from .style import GREY, INK, PALE, page, shortened
from .sweep_table import said
from .wording import percent, replications

LOW, HIGH = "#6aaed6", "#08519c"
MOST_INPUTS = 20


class End(NamedTuple):
    """One value of an input: its name, what it sorts by, and the headline there minus that of the scenario."""

    name: str
    order: Any
    difference: float
    low: float
    high: float


def tornado(
    differences: pd.DataFrame, scenario: Estimate, points: pd.DataFrame, meta: FigureMeta, policy: str, headline: str
) -> Axes:
    """The headline with each input at its lowest and at its highest value, minus the scenario, under one policy.

    `differences` has point, difference, low, high and n, `scenario` is the headline there. Overrides called
    `INPUT: END` are ends of one input.
    """
    inputs = _inputs(differences, list(points.columns[2:]), points)
    shown = dict(sorted(inputs.items(), key=lambda item: -max(abs(end.difference) for end in item[1]))[:MOST_INPUTS])
    few = f" The {len(shown)} that move it most of {len(inputs)}." if len(shown) < len(inputs) else ""
    has_two = any(len(ends) > 1 for ends in shown.values())
    notes = (
        f"{replications(differences['n'])} of each point, paired with the scenario under the same draws. Dots: mean"
        f" differences{'; pale: the end that is named first, dark: the one named last' * has_two}. Whiskers:"
        f" {meta.level:.0%} intervals, each by itself. Hollow: not told from nothing.{few}"
    )
    title = f"What each input alone does to {headline}"
    subtitle = f"In the scenario: {percent(scenario)}. Policy: {meta.policies[policy] or policy}"
    height = (0.31 if has_two else 0.21) * len(shown) + 0.15
    (ax,) = page(meta, title, subtitle, notes, panels=(height,), left=2.75, right=0.35)
    for place, (name, ends) in enumerate(shown.items()):
        _bar(ax, place, ends)
        _label(ax, place, name, ends, meta.units.get(name, ""))
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks([])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    ax.set_xlabel("Minus the scenario, percentage points")
    sns.despine(ax=ax, left=True)
    return ax


def _inputs(differences: pd.DataFrame, paths: Sequence[str], points: pd.DataFrame) -> dict[str, list[End]]:
    """The ends of each input, at most two: the lowest and the highest value, or the first and the last override."""
    found: dict[str, list[End]] = {}
    for row in differences.merge(points, on="point").to_dict("records"):
        name, end, order = _of(row, paths)
        found.setdefault(name, []).append(End(end, order, row["difference"], row["low"], row["high"]))
    ordered = {name: sorted(ends, key=lambda end: end.order) for name, ends in found.items()}
    return {name: ends if len(ends) < 2 else [ends[0], ends[-1]] for name, ends in ordered.items()}


def _of(row: Mapping[Hashable, Any], paths: Sequence[str]) -> tuple[str, str, Any]:
    """The input that a point changes, its value in words, and what values sort by."""
    if not pd.isna(row["override"]):
        name, _, end = str(row["override"]).partition(": ")
        return name, end, row["point"]
    (path,) = (path for path in paths if not pd.isna(row[path]))
    value = row[path]
    return path, said(value), row["point"] if isinstance(value, str) else value


def _bar(ax: Axes, place: int, ends: Sequence[End]) -> None:
    reach = [0.0, *(100 * end.difference for end in ends)]
    ax.plot([min(reach), max(reach)], [place] * 2, color=PALE, linewidth=7, solid_capstyle="butt", zorder=1)
    looks = [(HIGH, 0.0)] if len(ends) == 1 else [(LOW, -0.13), (HIGH, 0.13)]
    for end, (colour, shift) in zip(ends, looks, strict=True):
        ax.plot([100 * end.low, 100 * end.high], [place + shift] * 2, color=colour, linewidth=1.2, zorder=2)
        face = "white" if end.low <= 0 <= end.high else colour
        ax.plot([100 * end.difference], [place + shift], "o", color=colour, markerfacecolor=face, markersize=4.5)


def _label(ax: Axes, place: int, name: str, ends: Sequence[End], unit: str) -> None:
    values = f"{' / '.join(end.name for end in ends)} {unit}".strip()
    lines = [(name, 1, "bottom", 7.3, INK), (values, -1, "top", 6.3, GREY)]
    if len(ends) == 1:
        lines = [(f"{name}{f' = {values}' if values else ''}", 0, "center", 7.3, INK)]
    for text, lift, side, size, colour in lines:
        ax.annotate(
            shortened(text, 50), (0, place), (-8, lift), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va=side, size=size, color=colour,
        )  # fmt: skip
