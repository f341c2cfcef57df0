"""What is owed to creditors: open invoices, paid first in, first out."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel.block import Block
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import CASH, Cents, Ledger

Days = NDArray[np.int64]


class Payables:
    """All creditors, and the totals that fell due and were paid, in cents, (rows,)."""

    def __init__(self, block: Block, ledger: Ledger) -> None:
        self.block = block
        self.ledger = ledger
        self.creditors: dict[str, Creditor] = {}
        self.totals = block.columns(due=block.full(0), paid=block.full(0))

    def open(self, name: str) -> Creditor:
        """The creditor of that name, new if need be."""
        if name not in self.creditors:
            self.creditors[name] = Creditor(self, name)
        return self.creditors[name]

    @property
    def overdue(self) -> Cents:
        """What has fallen due and is unpaid, over all creditors."""
        return self.totals.due - self.totals.paid

    @property
    def owed(self) -> Cents:
        """All that is owed, due or not, over all creditors."""
        return sum((c.owed for c in self.creditors.values()), start=self.block.full(0))


class Creditor:
    """What one creditor is owed: amounts by the day on which they fall due, and one cumulative amount paid, which
    settles what was due first.

    An amount joins ``due`` in the phase ``PAYROLL`` of its day. ``due_by`` holds ``due`` as it stood after each of the
    days in ``days`` (the earliest first): from it the age of a debt is read. A day is forgotten once what was due by
    then is paid in every row.
    """

    def __init__(self, payables: Payables, name: str) -> None:
        self.name = name
        self.account = payables.ledger.open(f"payable to {name}")
        self.days: list[int] = []
        self._payables = payables
        self._block = payables.block
        self._ledger = payables.ledger
        zero = self._block.full
        self.own = self._block.columns(pending={}, due_by=[], due=zero(0), paid=zero(0))

    @property
    def owed(self) -> Cents:
        """All that is owed, due or not."""
        return self._ledger.owed(self.account)

    @property
    def overdue(self) -> Cents:
        """What has fallen due and is unpaid."""
        return self.own.due - self.own.paid

    @property
    def has_fallen_due_today(self) -> bool:
        """Whether anything fell due today that is not paid in every row."""
        return bool(self.days) and self.days[-1] == self._block.clock.today

    def receive(self, cents: Any, due_day: Any, kind: str) -> None:
        """Book an invoice: an expense of that kind, due on ``due_day`` (a number or one per row), at once if that has
        passed.
        """
        amount = self._ledger.post(self._ledger.open(f"expense: {kind}"), self.account, cents, kind)
        self._add(amount, due_day)

    def lend(self, cents: Any, due_day: Any, kind: str) -> None:
        """Take a loan: cash now, owed until ``due_day``."""
        self._add(self._ledger.post(CASH, self.account, cents, kind), due_day)

    def open_with(self, cents: Any, due_day: int) -> None:
        """Enter an invoice of the opening balance; the earliest first, so that the age of each is known."""
        self._add(self._ledger.post(self._ledger.open("equity"), self.account, cents, "opening balance"), due_day)

    def _add(self, amount: Cents, due_day: Any) -> None:
        if np.ndim(due_day) == 0:
            self._add_on(int(due_day), amount)
            return
        for day in np.unique(due_day[amount != 0]).tolist():
            self._add_on(day, np.where(due_day == day, amount, 0))

    def _add_on(self, day: int, amount: Cents) -> None:
        today, clock = self._block.clock.today, self._block.clock
        if day < today + (today == 0 or clock.phase >= Phase.PAYROLL):
            self._make_due(amount, day)
        elif day in self.own.pending:
            self.own.pending[day] = self.own.pending[day] + amount
        else:
            self.own.pending[day] = amount
            if day < NEVER:
                clock.call(day, Phase.PAYROLL, partial(self._fall_due, day))

    def _fall_due(self, day: int) -> None:
        self._make_due(self.own.pending.pop(day), day)

    def _make_due(self, cents: Cents, day: int) -> None:
        fallen = np.where(self._block.trading, cents, 0)
        if not fallen.any():
            return
        self.own.due = self.own.due + fallen
        self._payables.totals.due = self._payables.totals.due + fallen
        if not self.days or day > self.days[-1]:
            self.days.append(day)
            self.own.due_by.append(self.own.due)
        else:
            self.own.due_by[-1] = self.own.due

    def accelerate(self, where: Any) -> None:
        """Make all that is not due yet in the rows of ``where`` due today."""
        for day, amount in self.own.pending.items():
            early = np.where(where & self._block.trading, amount, 0)
            self._make_due(early, self._block.clock.today)
            self.own.pending[day] = amount - early

    def payable(self, stretch_days: Any = 0) -> Cents:
        """What fell due ``stretch_days`` ago or earlier and is unpaid."""
        if np.ndim(stretch_days) == 0:
            return self._unpaid_of(self._block.clock.today - stretch_days)
        if not self.days:
            return self._block.full(0)
        least, most = stretch_days.min(), stretch_days.max()
        payable = self.payable(least)
        if least < most and payable.any():
            for days in np.unique(stretch_days)[1:].tolist():
                payable = np.where(stretch_days == days, self.payable(days), payable)
        return payable

    def _unpaid_of(self, last_day: int) -> Cents:
        """What fell due by ``last_day`` and is unpaid."""
        place = bisect_right(self.days, last_day) - 1
        return np.maximum(self.own.due_by[place] - self.own.paid, 0) if place >= 0 else self._block.full(0)

    def pay(self, cents: Any, kind: str = "supplier payment") -> Cents:
        """Pay ``cents`` out of free cash, oldest invoice first."""
        return self.settle(cents, CASH, kind)

    def transfer(self, to: Creditor, cents: Any, due_day: Any) -> None:
        """Move ``cents`` of what is overdue to another account, where they are due on another day."""
        to._add(self.settle(cents, to.account, "rescheduled"), due_day)

    def settle(self, cents: Any, account: str, kind: str) -> Cents:
        """Settle ``cents`` of what is overdue against another account, oldest invoice first."""
        if not np.any(cents):
            return self._block.full(0)
        paid = self._ledger.post(self.account, account, cents, kind)
        self.own.paid = self.own.paid + paid
        self._payables.totals.paid = self._payables.totals.paid + paid
        while self.days and np.all(self.own.due_by[0] <= self.own.paid):
            self.days.pop(0)
            self.own.due_by.pop(0)
        return paid

    def oldest_due_day(self, rows: Any = ..., since: int | None = None) -> Days:
        """The due day of the oldest debt that is overdue; ``NEVER`` where nothing is.

        With an index ``rows``, of those rows only. Of a debt that fell due by ``since``, some day up to it.
        """
        paid = self.own.paid[rows]
        oldest = np.full(paid.shape, NEVER, dtype=np.int64)
        late = np.flatnonzero(self.own.due[rows] > paid)
        first = 0 if since is None else max(bisect_right(self.days, since) - 1, 0)
        for day, due in zip(self.days[first:], self.own.due_by[first:], strict=True):
            if not len(late):
                break
            is_open = due[rows][late] > paid[late]
            oldest[late[is_open]] = day
            late = late[~is_open]
        return oldest
