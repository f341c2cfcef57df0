"""Outcome tables: the engine's arrays and codes as Arrow tables, and Arrow tables as pandas frames.

A column's type never depends on its content: days that may not happen are nullable integers, names are strings,
amounts are dollars rounded to cents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.kernel.calendar import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from sim.company.plan import BlockPlan, Outcome
    from sim.experiment.cells import Sheet
    from sim.experiment.design import Point

Array = np.ndarray[Any, np.dtype[Any]]

KEY = {"policy": pa.string(), "point": pa.int64(), "replication": pa.int64()}
STATE_DAYS = (
    "zero_cash_day",
    "cash_flow_insolvent_day",
    "payroll_missed_day",
    "service_suspended_day",
    "default_event_day",
    "debt_accelerated_day",
)
COURT_DAYS = ("statutory_demand_expired_day", "petition_presented_day", "balance_sheet_insolvent_day")
RECOVERIES = ("recovery.employees", "recovery.tax_preferential", "recovery.unsecured", "creditor_deficiency")
CAPITAL_DAYS = ("public_day", "ceo_exit_day")
CAPITAL = {
    **dict.fromkeys(CAPITAL_DAYS, pa.int64()),
    "deals_won": pa.int64(),
    "raised_in_kind": pa.float64(),
    "sale_price": pa.float64(),
}
ROW_TYPES = {
    **KEY,
    "end": pa.string(),
    "end_day": pa.int64(),
    "end_date": pa.date32(),
    "cause": pa.string(),
    "leading_state": pa.string(),
    "creditor": pa.string(),
    **dict.fromkeys(STATE_DAYS, pa.int64()),
    "lowest_cash": pa.float64(),
    "lowest_cash_day": pa.int64(),
    "final_cash": pa.float64(),
    "final_restricted_cash": pa.float64(),
    "peak_overdue": pa.float64(),
    "final_overdue": pa.float64(),
    "final_owed": pa.float64(),
    "final_wages_owed": pa.float64(),
    "raised": pa.float64(),
    "raised_equity": pa.float64(),
    "raised_note": pa.float64(),
    "revenue": pa.float64(),
    "subscribers": pa.int64(),
    "head_count": pa.int64(),
    "senior_exits": pa.int64(),
    "days_suspended": pa.int64(),
    "confidence": pa.float64(),
    **CAPITAL,
    **dict.fromkeys(COURT_DAYS, pa.int64()),
    **dict.fromkeys(RECOVERIES, pa.float64()),
}
TRACK_TYPES = {
    **KEY,
    "day": pa.int64(),
    "cash": pa.float64(),
    "restricted_cash": pa.float64(),
    "overdue": pa.float64(),
    "owed": pa.float64(),
    "wages_owed": pa.float64(),
    "revenue": pa.float64(),
    "subscribers": pa.int64(),
    "head_count": pa.int64(),
    "confidence": pa.float64(),
    "activity": pa.float64(),
}
NULLABLE_DAYS = frozenset({"end_day", "lowest_cash_day", *STATE_DAYS, *COURT_DAYS, *CAPITAL_DAYS})


def block_tables(outcome: Outcome, plan: BlockPlan, points: Sequence[int]) -> tuple[pa.Table, pa.Table]:
    """The rows and the weekly tracks of a simulated block, whose design points bear these numbers."""
    labels = {**outcome.labels, "policy": [policy.name for policy in plan.policies]}
    numbers = np.array(points)
    rows = {**outcome.rows, "point": numbers[outcome.rows["point"]]}
    rows["end_date"] = np.datetime64(plan.scenario.start, "D") + rows["end_day"]
    tracks = {**outcome.tracks, "point": numbers[outcome.tracks["point"]]}
    return _table(rows, row_types(rows), labels), _table(tracks, track_types(tracks), labels)


def of_sheet(tables: Sequence[pa.Table], sheet: Sheet) -> pa.Table:
    """What belongs to a sheet of tables that are each in order, in one piece and in order."""
    runs = [run for table in tables for run in _runs(table, sheet.policies, sheet.first, sheet.stop)]
    return _put_together([run for run in runs if run[0][1] in sheet.points], tables[0])


def in_order(table: pa.Table, policies: Sequence[str]) -> pa.Table:
    """The rows of these policies in order of policies, points, replications (and days), in one piece."""
    place = pc.index_in(table["policy"], pa.array(policies))
    columns = [name for name in ("point", "replication", "day") if name in table.schema.names]
    keys = pa.table({"place": place, **{name: table[name] for name in columns}})
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    others = int(place.null_count)
    return table.take(order.slice(0, len(order) - others)).combine_chunks()


def joined(tables: Sequence[pa.Table], policies: Sequence[str]) -> pa.Table:
    """The rows of these policies of several tables, each in order of policies, points, replications (and days), in that
    order in one piece."""
    return _put_together([run for table in tables for run in _runs(table, policies, 0, NEVER)], tables[0])


Run = tuple[list[int], pa.Table]
"""The rows of one policy and point in order; and the places of policy, point and first replication."""


def _runs(table: pa.Table, policies: Sequence[str], first: int, stop: int) -> Iterator[Run]:
    """The runs of a table in order, from replication ``first`` to ``stop - 1``."""
    place = pc.fill_null(pc.index_in(table["policy"], pa.array(policies)), -1).to_numpy()
    keys = np.stack([place, table["point"].to_numpy(), table["replication"].to_numpy()])
    edges = np.flatnonzero((np.diff(keys[:2], axis=1, prepend=-2, append=-2) != 0).any(axis=0))
    for begin, end in pairwise(edges):
        low, high = begin + np.searchsorted(keys[2, begin:end], (first, stop))
        if place[begin] >= 0 and low < high:
            yield keys[:, low].tolist(), table.slice(low, high - low)


def _put_together(runs: Sequence[Run], like: pa.Table) -> pa.Table:
    """Whole runs of rows put in their places."""
    pieces = [rows for _, rows in sorted(runs, key=lambda run: run[0])]
    return pa.concat_tables(pieces or [like.slice(0, 0)], promote_options="default").combine_chunks()


def points_table(points: Sequence[Point]) -> pa.Table:
    """One row per point: its number, its override, and a column for each path that any point sets."""
    paths = dict.fromkeys(path for point in points for path in point.settings)
    columns: dict[str, Any] = {
        "point": pa.array(range(len(points)), pa.int64()),
        "override": pa.array([point.override or None for point in points], pa.string()),
    }
    return pa.table(columns | {path: _setting_column([point.settings.get(path) for point in points]) for path in paths})


def _setting_column(values: Sequence[Any]) -> pa.Array:
    """Numbers and switches as such; texts, dates and distributions as the text a file would hold."""
    if all(isinstance(value, bool | None) for value in values):
        return pa.array(values, pa.bool_())
    numbers = [value.get("value") if isinstance(value, dict) else value for value in values]
    if all(isinstance(number, int | float | None) for number in numbers) and numbers.count(None) == values.count(None):
        return pa.array(numbers, pa.float64())
    texts = [value if isinstance(value, str | None) else json.dumps(value) for value in values]
    return pa.array(texts, pa.string())


def row_types(columns: Mapping[str, object] | Sequence[str]) -> dict[str, Any]:
    """Name and Arrow type of each column of the replications table; the last ones are two for each creditor."""
    peaks = [name for name in columns if name.startswith("peak_overdue.")]
    finals = [name for name in columns if name.startswith("final_overdue.")]
    return {**ROW_TYPES, **dict.fromkeys(peaks + finals, pa.float64())}


def track_types(columns: Mapping[str, object] | Sequence[str]) -> dict[str, Any]:
    """Name and Arrow type of each column of the tracks; the last ones are one for each creditor."""
    return {**TRACK_TYPES, **dict.fromkeys((name for name in columns if name.startswith("overdue.")), pa.float64())}


def empty_table(types: Mapping[str, Any], columns: Sequence[str] | None = None) -> pa.Table:
    """A table of these columns without rows."""
    return pa.schema({name: types[name] for name in columns or types}).empty_table()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The same table in pandas: nullable ``Int64`` for days that may be missing, ``string`` for names."""
    import pandas as pd

    nullable = {pa.int64(): pd.Int64Dtype()}
    columns = {}
    for name in table.column_names:
        mapper = nullable.get if name in NULLABLE_DAYS else None
        columns[name] = table[name].to_pandas(types_mapper=mapper, date_as_object=False)
        table = table.drop_columns(name)
    return pd.DataFrame(columns, copy=False)


def _table(columns: Mapping[str, Array], types: Mapping[str, Any], labels: Mapping[str, Sequence[str]]) -> pa.Table:
    return pa.table({name: _array(columns[name], kind, labels.get(name, ())) for name, kind in types.items()})


def _array(values: Array, kind: Any, labels: Sequence[str]) -> pa.Array:
    if kind == pa.string():
        codes = pa.array(values.astype(np.int32), mask=values < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(labels, pa.string())).cast(kind)
    if kind == pa.int64():
        return pa.array(values.astype(np.int64), mask=values == NEVER)
    return pa.array(values, from_pandas=True).cast(kind)
