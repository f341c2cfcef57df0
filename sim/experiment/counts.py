"""Sufficient counts: how many replications saw each event on each day, kept beside the rows.

Incidence, quantiles of dates and restricted means follow from them, so that no analysis has to load all rows.

One row per policy, point, event and day: ``n`` replications in which the event happened on that day. Replications in a
row that share their uncertain inputs form a group; ``pairs`` is the sum of 2k + 1 over those ``n``, where k counts the
other replications of the group, if it is complete, that saw the event before: its running sum is the sum over groups
of the squared number of hits, which is all that intervals need to know of them. The event ``replications`` (day 0)
says how many replications (``n``) and complete groups (``pairs``) there are.

Events are an end (``insolvent``), an end with its cause (``insolvent.ceased``), ``any_end``, and each state
(``zero_cash``, whose day is the column ``zero_cash_day``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.experiment.table import STATE_DAYS
from sim.kernel.calendar import NEVER

Ints = NDArray[np.int64]

REPLICATIONS = "replications"
COUNT_TYPES = {
    "policy": pa.string(),
    "point": pa.int64(),
    "event": pa.string(),
    "day": pa.int64(),
    "n": pa.int64(),
    "pairs": pa.int64(),
}
KEY = ("policy", "point", "event", "day")


def counts_of(rows: pa.Table, chance_per_input: int) -> pa.Table:
    """The counts of some replications, sorted by policy, point and replication; groups are never parted among calls."""
    cells = _Cells(rows, chance_per_input)
    tables = [cells.sizes()]
    for event, days in _event_days(rows):
        tables.append(cells.table(event, days))
    return pa.concat_tables(tables)


def added(tables: Iterable[pa.Table]) -> pa.Table:
    """The counts of several tables together."""
    found = list(tables)
    if not found:
        return pa.schema(COUNT_TYPES).empty_table()
    together = (
        pa.concat_tables(found).group_by(list(KEY), use_threads=False).aggregate([("n", "sum"), ("pairs", "sum")])
    )
    renamed = together.rename_columns({"n_sum": "n", "pairs_sum": "pairs"})
    return renamed.select(list(COUNT_TYPES))


def _event_days(rows: pa.Table) -> Iterator[tuple[str, Ints]]:
    for column in STATE_DAYS:
        yield column.removesuffix("_day"), _days(rows[column])
    end_day = _days(rows["end_day"])
    ends, causes = rows["end"], pc.fill_null(rows["cause"], "")
    yield "any_end", np.where(_is(ends, "survived"), NEVER, end_day)
    for end in sorted(set(pc.unique(ends).to_pylist()) - {"survived"}):
        here = _is(ends, end)
        yield end, np.where(here, end_day, NEVER)
        for cause in sorted(set(pc.unique(causes.filter(pa.array(here))).to_pylist()) - {""}):
            yield f"{end}.{cause}", np.where(here & _is(causes, cause), end_day, NEVER)


def _is(column: Any, value: str) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(column, value).to_numpy(zero_copy_only=False), dtype=bool)


def _days(column: Any) -> Ints:
    return np.asarray(pc.fill_null(column, NEVER).to_numpy(), dtype=np.int64)


class _Cells:
    """Which policy, point and group each row belongs to."""

    def __init__(self, rows: pa.Table, chance_per_input: int) -> None:
        policy = rows["policy"].combine_chunks().dictionary_encode()
        point = rows["point"].to_numpy()
        codes = policy.indices.to_numpy().astype(np.int64)
        starts = np.flatnonzero(np.diff(codes, prepend=-1) | np.diff(point, prepend=-1))
        self.policies = [policy.dictionary[code].as_py() for code in codes[starts].tolist()]
        self.points = point[starts]
        self.cell = np.cumsum(np.isin(np.arange(len(point)), starts)) - 1
        group = rows["replication"].to_numpy() // chance_per_input
        parts = np.flatnonzero(np.diff(self.cell, prepend=-1) | np.diff(group, prepend=-1))
        self.group = np.cumsum(np.isin(np.arange(len(group)), parts)) - 1
        self.is_complete = np.bincount(self.group, minlength=len(parts)) == chance_per_input
        self.cell_of_group = self.cell[parts]

    def sizes(self) -> pa.Table:
        """Replications and complete groups of each cell."""
        n = np.bincount(self.cell, minlength=len(self.points))
        groups = np.bincount(self.cell_of_group[self.is_complete], minlength=len(self.points))
        here = np.arange(len(self.points))
        return self._table(REPLICATIONS, here, np.zeros_like(here), n, groups)

    def table(self, event: str, days: Ints) -> pa.Table:
        """The counts of one event, by cell and day."""
        seen = np.flatnonzero(days != NEVER)
        order = seen[np.lexsort((days[seen], self.group[seen]))]
        group = self.group[order]
        firsts = np.flatnonzero(np.diff(group, prepend=-1))
        rank = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
        weight = np.where(self.is_complete[group], 2 * rank + 1, 0)
        longest = int(days[seen].max(initial=0)) + 1
        keys, which = np.unique(self.cell[order] * longest + days[order], return_inverse=True)
        n = np.bincount(which, minlength=len(keys))
        pairs = np.rint(np.bincount(which, weights=weight, minlength=len(keys))).astype(np.int64)
        return self._table(event, keys // longest, keys % longest, n, pairs)

    def _table(self, event: str, cells: Ints, days: Ints, n: Ints, pairs: Ints) -> pa.Table:
        names = pa.array(self.policies, pa.string()).take(pa.array(cells))
        columns = [names, self.points[cells], [event] * len(cells), days, n, pairs]
        arrays = [pa.array(values, kind) for values, kind in zip(columns, COUNT_TYPES.values(), strict=True)]
        return pa.table(arrays, names=list(COUNT_TYPES))
