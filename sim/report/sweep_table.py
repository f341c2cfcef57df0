"""The table that a sweep prints: its headline probability at some of its points, under each policy."""

from __future__ import annotations

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.analysis.intervals import Estimate

from .wording import percent, replications

SHOWN_SETTINGS = 3


def sweep_table(shares: pd.DataFrame, points: pd.DataFrame, *, title: str, headline: str, most: int) -> Group:
    """A row for each policy and point, the likeliest points first where there are more than `most` of them.

    `shares` has policy, point, estimate, low, high and n.
    """
    shares = shares.merge(points, on="point")
    order = shares.groupby("point")["estimate"].mean().sort_values(ascending=False).index
    shown = order[: most // 2].append(order[-(most - most // 2) :]) if len(order) > most else order.sort_values()
    settings = [name for name in points.columns if name != "point" and points[name].notna().any()]
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, header_style="bold")
    for name in ("point", *settings[:SHOWN_SETTINGS], "policy", headline):
        table.add_column(name, overflow="fold")
    for point in shown:
        for row in shares[shares["point"] == point].to_dict("records"):
            values = [_said(row[name]) for name in settings[:SHOWN_SETTINGS]]
            estimate = Estimate(row["estimate"], row["low"], row["high"])
            table.add_row(str(point), *values, str(row["policy"]), percent(estimate))
    few = f", the {len(shown)} highest and lowest of {len(order):,} points" if len(order) > len(shown) else ""
    foot = f"\n95% intervals, {replications(shares['n'])} of each policy and point{few}."
    return Group(Text(f"{title}\n", style="bold"), table, Text(foot, style="dim"))


def _said(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:,.6g}"
    return "" if value is None else str(value)
