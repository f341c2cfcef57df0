"""Hazards as thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernel.block import Block, Mask
from sim.kernel.draws import Draw


class Hazard:
    """An event that fires when its integrated rate passes an Exp(1) threshold.

    One draw per entity, occurrence and replication, whatever the step: the date is monotone in the rate and the same in
    every policy that leaves the rate alone. After it fires the next occurrence begins.
    """

    def __init__(self, block: Block, draw: Draw) -> None:
        self.draw = draw
        self.own = block.columns(left=draw.exponential(), occurrence=block.full(0))

    def fires(self, amount: Any, where: Mask) -> Mask:
        """Add ``amount`` (rate x time, per row) to the integral of the rows in ``where``; say which pass their
        threshold.
        """
        self.own.left = self.own.left - np.where(where, amount, 0.0)
        fired: Mask = where & (self.own.left <= 0)
        rows = np.flatnonzero(fired)
        if len(rows):
            self.own.occurrence[rows] += 1
            self.own.left[rows] = self.draw.exponential(self.own.occurrence[rows], rows=rows)
        return fired
