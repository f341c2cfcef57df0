"""The table that a sweep prints: its headline probability at its points, under each policy."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.analysis.intervals import Estimate

from .wording import percent, replications
from .wording import points as in_points

SHOWN_SETTINGS = 3


def sweep_table(shares: pd.DataFrame, points: pd.DataFrame, *, title: str, headline: str, most: int) -> Group:
    """For each policy a row for each point, or for the highest and lowest where there are more than `most`.

    `shares` has policy, point, estimate, low, high and n.
    """
    varied = _varied(points)
    settings = varied[:SHOWN_SETTINGS]
    table = _table("point", *settings, headline)
    for policy, own in shares.merge(points, on="point").groupby("policy", sort=False):
        table.add_row("", Text(str(policy), style="bold"))
        for row in _rows(own, _shown(own, most)):
            table.add_row(str(row["point"]), *(said(row[name]) for name in settings), _percent(row))
    few = f", the {most} highest and lowest of {len(points):,} points" if len(points) > most else ""
    left = f" The first {SHOWN_SETTINGS} of {len(varied)} parameters." if len(varied) > SHOWN_SETTINGS else ""
    return _group(title, table, f"95% intervals, {replications(shares['n'])} of each policy and point{few}.{left}")


def one_at_a_time_table(
    shares: pd.DataFrame, differences: pd.DataFrame, points: pd.DataFrame, *, title: str, headline: str
) -> Group:
    """For each policy a row for each point: what the point sets, its probability, and how far it is from the scenario.

    `shares` has policy, point, estimate, low, high and n, `differences` has policy, point, difference, low and high.
    """
    told = dict(zip(points["point"], map(_setting, points.to_dict("records")), strict=True))
    from_base = {(row["policy"], row["point"]): _difference(row) for row in differences.to_dict("records")}
    table = _table("point", "what differs", headline, "minus the scenario")
    for policy, own in shares.groupby("policy", sort=False):
        table.add_row("", Text(str(policy), style="bold"))
        for row in _rows(own, points["point"]):
            difference = from_base.get((policy, row["point"]), "")
            table.add_row(str(row["point"]), told[row["point"]], _percent(row), difference)
    foot = "Differences are in percentage points, replication by replication under the same draws."
    return _group(title, table, f"95% intervals, {replications(shares['n'])} of each policy and point. {foot}")


def _varied(points: pd.DataFrame) -> list[str]:
    """What differs between points; numbers that follow from the override are named by it."""
    by_override = points.assign(override=points["override"].fillna("")).groupby("override", sort=False)
    paths = [name for name in points.columns if name not in ("point", "override")]
    alone = points[points["override"].isna()]
    own = [name for name in paths if alone[name].notna().any() or by_override[name].nunique(dropna=False).max() > 1]
    return [*(["override"] if len(by_override) > 1 else []), *own]


def _shown(own: pd.DataFrame, most: int) -> list[int]:
    """The points of a policy in order, or those with the highest and the lowest estimate if there are too many."""
    if len(own) <= most:
        return sorted(own["point"])
    order: list[int] = own.sort_values("estimate", ascending=False, kind="stable")["point"].tolist()
    return [*order[: most // 2], *order[-(most - most // 2) :]]


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _rows(shares: pd.DataFrame, points: Iterable[int]) -> list[dict[Hashable, Any]]:
    return [row for point in points for row in shares[shares["point"] == point].to_dict("records")]


def _group(title: str, table: Table, foot: str) -> Group:
    return Group(Text(f"{title}\n", style="bold"), table, Text(f"\n{foot}", style="dim"))


def _percent(row: Mapping[Hashable, Any]) -> str:
    return percent(Estimate(row["estimate"], row["low"], row["high"]))


def _difference(row: Mapping[Hashable, Any]) -> str:
    return f"{in_points(row['difference'])} ({in_points(row['low'])} to {in_points(row['high'])})"


def _setting(point: Mapping[Hashable, Any]) -> str:
    """What a point sets, in words: the name of its override, else each path with its value."""
    if not pd.isna(point["override"]):
        return str(point["override"])
    own = {str(name): said(value) for name, value in point.items() if name not in ("point", "override")}
    return ", ".join(f"{name} = {value}" for name, value in own.items() if value) or "nothing: the scenario"


def said(value: object) -> str:
    """A value of a parameter in a table: nothing if there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if value != value else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"
    return str(value)
