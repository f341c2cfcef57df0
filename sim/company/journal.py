"""The dated journal of one replication: who billed, who was paid, who left, what the board saw, what tipped it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.kernel.calendar import Clock
from sim.kernel.ledger import CASH, Cents

BANK = "bank"
"""Who notes movements of free cash. With the opening balance they add up to the balance of any day."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened: its day and date, who acted, what they did, and the cents that moved, if any."""

    day: int
    date: date
    actor: str
    what: str
    cents: int | None = None


class Journal:
    """Collects entries from the first row of a block: what processes tell, and every movement of cash."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.entries: list[Entry] = []

    def tell(self, where: Any, actor: str, what: str, cents: Any = None, n: Any = None) -> None:
        """Note what somebody did, if it happened in the first row; ``{n}`` in ``what`` stands for a number."""
        if np.ravel(where)[0]:
            amount = None if cents is None else int(np.ravel(cents)[0])
            what = what if n is None else what.format(n=np.ravel(n)[0])
            self.entries.append(Entry(self.clock.today, self.clock.date, actor, what, amount))

    def observe(self, debit: str, credit: str, cents: Cents, kind: str) -> None:
        """Note a movement of free cash: what came in, or whom it went to."""
        if CASH in (debit, credit) and cents[0] and self.clock.today > 0:
            comes_in = debit == CASH
            other = kind if comes_in else debit.removeprefix("payable to ").removeprefix("accrued ")
            what = f"receives: {other}" if comes_in else f"pays: {other}"
            self.tell(True, BANK, what, cents[0] if comes_in else -cents[0])


class Silence:
    """Takes notes of nothing: what processes tell when nobody reads."""

    def tell(self, where: Any, actor: str, what: str, cents: Any = None, n: Any = None) -> None:
        """Ignore."""
