"""A block of replications that share one SimPy environment: rows, columns, narrowing and the loop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.kernel.calendar import Clock, Timeline
from sim.kernel.draws import Draw, Source

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

WORTH_NARROWING = 0.75
"""A block is narrowed when no more than this share of its rows still trades."""


def put(column: NDArray[Any], rows: Ints, values: Any) -> NDArray[Any]:
    """A copy of a column with other values in some rows: whoever holds the old one sees no change."""
    changed = column.copy()
    changed[rows] = values
    return changed


class Columns:
    """Named columns of a block's state.

    Each attribute is an array whose last axis is the block's rows, or a list or dict of such arrays. The block narrows
    them, so a process reads them anew after each ``yield``: none may survive in a local variable.
    """

    def __init__(self, **columns: Any) -> None:
        vars(self).update(columns)

    def take(self, rows: Ints) -> None:
        """Keep these rows only."""
        for name, column in vars(self).items():
            if isinstance(column, np.ndarray):
                setattr(self, name, column.take(rows, axis=-1))
            elif isinstance(column, list) and column and isinstance(column[0], np.ndarray):
                setattr(self, name, [part.take(rows, axis=-1) for part in column])
            elif isinstance(column, dict):
                setattr(self, name, {key: part.take(rows, axis=-1) for key, part in column.items()})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...


class Block:
    """Rows = (policy, design point, replication) for each policy, point and replication from ``first`` to ``stop - 1``.

    ``row`` numbers the rows as they stood at the start, ``policy`` indexes the policies, ``point`` the design points,
    ``offset`` is replication less ``first``, and ``trading`` says which rows no end has closed: all of shape (rows,).
    """

    def __init__(
        self, timeline: Timeline, seed: int, first: int, stop: int, n_policies: int = 1, n_points: int = 1
    ) -> None:
        self.first, self.stop = first, stop
        self.timeline = timeline
        self.env = simpy.Environment()
        self.clock = Clock(self.env, timeline)
        self.source = Source(seed)
        self._all_columns: list[Columns] = []
        self._processes: dict[str, Generator[Any, Any, None]] = {}
        self._leaving: Callable[[Ints], None] | None = None
        width = stop - first
        n = width * n_points * n_policies
        self._own = self.columns(
            row=np.arange(n),
            policy=np.repeat(np.arange(n_policies), width * n_points),
            point=np.tile(np.repeat(np.arange(n_points), width), n_policies),
            offset=np.tile(np.arange(width), n_points * n_policies),
            trading=np.ones(n, dtype=bool),
        )
        self.n_trading = n

    @property
    def row(self) -> Ints:
        return self._own.row

    @property
    def policy(self) -> Ints:
        return self._own.policy

    @property
    def point(self) -> Ints:
        return self._own.point

    @property
    def offset(self) -> Ints:
        return self._own.offset

    @property
    def trading(self) -> Mask:
        return self._own.trading

    @property
    def n_rows(self) -> int:
        """Rows that are still carried along."""
        return len(self._own.row)

    @property
    def replication(self) -> Ints:
        """The replication of each row."""
        return self._own.offset + self.first

    def columns(self, **columns: Any) -> Columns:
        """Columns that the block narrows with itself."""
        own = Columns(**columns)
        self.keep(own)
        return own

    def keep(self, columns: Columns) -> None:
        """Narrow these columns with the block from now on."""
        self._all_columns.append(columns)

    def full(self, value: Any, dtype: Any = np.int64) -> Any:
        """A column of one value."""
        return np.full(self.n_rows, value, dtype=dtype)

    def mask(self, rows: Ints) -> Mask:
        """True in these rows."""
        mask: Mask = self.full(False, bool)
        mask[rows] = True
        return mask

    def draw(self, *names: str) -> Draw:
        """The draws of a decision: process, entity, decision."""
        return Draw(self, *names)

    def process(self, name: str, generator: Generator[Any, Any, None]) -> None:
        """Add a process. Within a phase processes run in the order of their names."""
        if name in self._processes:
            raise ValueError(f"two processes are called {name}")
        self._processes[name] = generator

    def close(self, mask: Mask) -> None:
        """End the replications in ``mask``: their rows are frozen from now on."""
        self._own.trading = self._own.trading & ~mask
        self.n_trading = int(np.count_nonzero(self._own.trading))

    def run(self, leaving: Callable[[Ints], None]) -> None:
        """Run to the horizon, or to the end of the day on which the last row ends.

        ``leaving(rows)`` is called with the rows about to be dropped, and at the end with all that are left.
        """
        self._leaving = leaving
        for rank, name in enumerate(sorted(self._processes)):
            self.clock.ranks[self.env.process(self._processes[name])] = rank
        while self.env.peek() <= self.timeline.last_day:
            if self.env.peek() > self.env.now:
                if not self.n_trading:
                    break
                self._narrow()
            self.env.step()
        leaving(np.arange(self.n_rows))

    def _narrow(self) -> None:
        if self.n_trading > WORTH_NARROWING * self.n_rows:
            return
        assert self._leaving is not None
        self._leaving(np.flatnonzero(~self.trading))
        rows = np.flatnonzero(self.trading)
        for columns in self._all_columns:
            columns.take(rows)
