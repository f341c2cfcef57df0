"""Double-entry books in whole cents, one column per account over the rows of a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel.block import Block

Cents = NDArray[np.int64]
Observer = Callable[[str, str, Cents, str], None]

CASH = "free cash"
RESTRICTED_CASH = "restricted cash"


def to_cents(dollars: Any) -> Any:
    """Dollars rounded to whole cents, half to even; any shape."""
    return np.rint(np.asarray(dollars, dtype=np.float64) * 100).astype(np.int64)


class Ledger:
    """Accounts whose balances always sum to zero: debits are positive, credits negative.

    Every movement names debit, credit and a kind. Rows that no longer trade are frozen: nothing is posted to them.
    ``observers`` see each movement.
    """

    def __init__(self, block: Block) -> None:
        self._block = block
        self.balances = block.columns()
        self.observers: list[Observer] = []
        self.open(CASH)

    def open(self, account: str) -> str:
        """Open an account (again: no change) and return its name."""
        if account not in vars(self.balances):
            setattr(self.balances, account, self._block.full(0))
        return account

    def balance(self, account: str) -> Cents:
        """The balance of an account in cents, (rows,): debit positive."""
        return vars(self.balances)[account]

    def owed(self, account: str) -> Cents:
        """What an account of liabilities owes, in cents, (rows,)."""
        return -self.balance(account)

    @property
    def cash(self) -> Cents:
        """Free cash in cents, (rows,)."""
        return self.balance(CASH)

    def post(self, debit: str, credit: str, cents: Any, kind: str) -> Cents:
        """Move ``cents`` (a number or one per row) from ``credit`` to ``debit``; return what moved, which is 0 in rows
        that have ended.
        """
        moved: Cents = np.where(self._block.trading, cents, 0)
        books = vars(self.balances)
        books[debit] = books[debit] + moved
        books[credit] = books[credit] - moved
        for observe in self.observers:
            observe(debit, credit, moved, kind)
        return moved

    def pay(self, debit: str, cents: Any, kind: str) -> Cents:
        """Pay up to ``cents`` out of free cash; return what could be paid."""
        return self.post(debit, CASH, np.minimum(cents, self.cash), kind)
