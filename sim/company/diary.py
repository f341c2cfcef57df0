"""Amounts that fall on later days in few rows each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel.block import Block

Ints = NDArray[np.int64]


class Diary:
    """Notes of cents by day and row; rows are kept by their number at the start, which narrowing does not move."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._pages: dict[int, list[tuple[Ints, Ints]]] = {}

    def note(self, days: Any, rows: Ints, cents: Ints) -> None:
        """Note ``cents`` for ``rows`` (places in the block as it stands) on ``days`` (a number or one per row)."""
        days = np.broadcast_to(days, rows.shape)
        for day in np.unique(days):
            which = days == day
            self._pages.setdefault(int(day), []).append((self._block.row[rows[which]], cents[which]))

    def read(self) -> Ints | None:
        """What was noted for today and earlier, (rows,), and forget it; ``None`` if nothing was."""
        days = [day for day in self._pages if day <= self._block.clock.today]
        if not days:
            return None
        total = self._block.full(0)
        for day in sorted(days):
            for numbers, cents in self._pages.pop(day):
                places = np.minimum(np.searchsorted(self._block.row, numbers), len(total) - 1)
                here = self._block.row[places] == numbers
                np.add.at(total, places[here], cents[here])
        return total
