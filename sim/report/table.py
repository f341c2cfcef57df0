"""The table that a run prints: when each policy is insolvent, why, and how else it ends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.analysis.intervals import LEVEL, Estimate
from sim.analysis.summary import NOT_REACHED, estimates

from .wording import behind, hundredths, interval, replications, words

LEADING_CAUSES = 2
SMALLEST_SHOWN = 0.0005
DAYS_PER_MONTH = 365.25 / 12

Lines = Mapping[str, Estimate]


def result_tables(summary: pd.DataFrame, *, title: str, start: date, horizon_days: int, level: float = LEVEL) -> Group:
    """Two tables that fit 100 columns, from the result of `summarise`.

    The first: P(insolvent) by each day asked for, and the median insolvency date. The second: leading causes of
    insolvency and the other ends, by the horizon. Each figure stands over or before its interval; the last line gives
    the level and the number of replications.
    """
    if summary.empty:
        return Group(Text(title, style="bold"), Text("No replication is complete."))
    policies = {str(policy): estimates(summary, str(policy)) for policy in summary["policy"].unique()}
    horizon = start + timedelta(days=horizon_days)
    caption = (
        f"{level:.0%} intervals, {replications(behind(summary))} of each policy, start {start}, horizon {horizon}."
    )
    head, foot = Text(f"{title}\n", style="bold"), Text(f"\n{caption}", style="dim")
    return Group(head, _dates_table(policies, start), Text(), _ends_table(policies, horizon), foot)


def _dates_table(policies: Mapping[str, Lines], start: date) -> Table:
    quantities = [name for name in next(iter(policies.values())) if name.startswith("insolvent_by_day_")]
    table = _table("P(insolvent) within\nPolicy")
    for quantity in quantities:
        table.add_column(_header(int(quantity.rpartition("_")[2]), start), justify="right", no_wrap=True)
    table.add_column("median\ndate", justify="right")
    for policy, lines in policies.items():
        shares = [_percent_cell(lines[quantity]) for quantity in quantities]
        table.add_row(Text(policy), *shares, _date_cell(lines["insolvency_quantile_0.5"], start))
    return table


def _ends_table(policies: Mapping[str, Lines], horizon: date) -> Table:
    table = _table(f"Ended by {horizon}\nPolicy")
    table.add_column("insolvent", justify="right", no_wrap=True)
    table.add_column("leading causes of insolvency")
    table.add_column("other ends")
    for policy, lines in policies.items():
        insolvent, causes, others = _shares(lines)
        cells = [_list_cell(causes, LEADING_CAUSES), _list_cell(others, len(others))]
        table.add_row(Text(policy), _percent_cell(insolvent), *cells)
    return table


def _shares(lines: Lines) -> tuple[Estimate, Lines, Lines]:
    ends = {name.removeprefix("share_"): share for name, share in lines.items() if name.startswith("share_")}
    insolvent = ends.pop("insolvent")
    return (
        insolvent,
        {event: share for event, share in ends.items() if "." in event},
        {event: share for event, share in ends.items() if "." not in event},
    )


def _table(first_header: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(first_header, overflow="fold", min_width=12, max_width=24)
    return table


def _header(day: int, start: date) -> str:
    months = round(day / DAYS_PER_MONTH)
    is_month = months > 0 and abs(day - months * DAYS_PER_MONTH) < 2
    span = f"{months} month{'s' * (months > 1)}" if is_month else f"day {day}"
    return f"{span}\n{start + timedelta(days=day)}"


def _percent_cell(share: Estimate) -> Text:
    return Text.assemble(f"{hundredths(share.value)}%", (f"\n{interval(share)}", "dim"))


def _list_cell(shares: Lines, most: int) -> Text:
    seen = [(event, share) for event, share in shares.items() if share.value >= SMALLEST_SHOWN]
    lines = [
        Text.assemble(f"{hundredths(share.value)}% ", (f"({interval(share)})", "dim"), f" {words(event)}")
        for event, share in sorted(seen, key=lambda item: -item[1].value)[:most]
    ]
    return Text("\n").join(lines) if lines else Text("none")


def _date_cell(median: Estimate, start: date) -> Text:
    value, low, high = (_iso(day, start) for day in median)
    if low == high == NOT_REACHED:
        return Text(value)
    if low[:4] == high[:4] == value[:4]:
        return Text.assemble(value, (f"\n{low[5:]} to {high[5:]}", "dim"))
    return Text.assemble(value, (f"\n{low} to\n{high}", "dim"))


def _iso(day: float, start: date) -> str:
    return NOT_REACHED if math.isnan(day) else str(start + timedelta(days=int(day)))
