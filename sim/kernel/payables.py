"""What is owed to creditors: open invoices, paid first in, first out."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Invoices of one creditor as slots (amount, due day) and one cumulative amount paid, which settles what was due
    first.

    An amount joins ``due`` in the phase ``PAYROLL`` of its due day. While slots are entered in the order of their due
    days, one is dropped once it is paid in every row; from the first that is not, none is.
    """

    def __init__(self, payables: Payables, name: str) -> None:
        self.name = name
        self.account = payables.ledger.open(f"payable to {name}")
        self._payables = payables
        self._block = payables.block
        self._ledger = payables.ledger
        self._dropped = 0
        self._in_order = True
        zero = self._block.full
        self.own = self._block.columns(amount=[], due_day=[], due=zero(0), paid=zero(0), settled=zero(0))

    @property
    def owed(self) -> Cents:
        """All that is owed, due or not."""
        return self._ledger.owed(self.account)

    @property
    def overdue(self) -> Cents:
        """What has fallen due and is unpaid."""
        return self.own.due - self.own.paid

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
        """Enter an invoice of the opening balance."""
        self._add(self._ledger.post(self._ledger.open("equity"), self.account, cents, "opening balance"), due_day)

    def _add(self, amount: Cents, due_day: Any) -> None:
        today, clock = self._block.clock.today, self._block.clock
        due_days = np.array(np.broadcast_to(due_day, amount.shape), dtype=np.int64)
        if self.own.due_day and np.any(due_days < self.own.due_day[-1]):
            self._in_order = False
        self.own.amount.append(amount)
        self.own.due_day.append(due_days)
        slot = self._dropped + len(self.own.amount) - 1
        is_past = today == 0 or clock.phase >= Phase.PAYROLL
        for day in [due_day] if np.ndim(due_day) == 0 else np.unique(due_days):
            if day < today + is_past:
                self._fall_due(slot, int(day))
            elif day < NEVER:
                clock.call(int(day), Phase.PAYROLL, partial(self._fall_due, slot, int(day)))

    def _fall_due(self, slot: int, day: int) -> None:
        place = slot - self._dropped
        if place >= 0:
            self._make_due(np.where(self.own.due_day[place] == day, self.own.amount[place], 0))

    def _make_due(self, cents: Cents) -> None:
        fallen = np.where(self._block.trading, cents, 0)
        self.own.due = self.own.due + fallen
        self._payables.totals.due = self._payables.totals.due + fallen

    def accelerate(self, where: Any) -> None:
        """Make every open invoice of the rows in ``where`` due today."""
        today = self._block.clock.today
        for place, due_days in enumerate(self.own.due_day):
            early = where & (due_days > today)
            self._make_due(np.where(early, self.own.amount[place], 0))
            self.own.due_day[place] = np.where(early, today, due_days)

    def payable(self, stretch_days: Any = 0) -> Cents:
        """What fell due ``stretch_days`` ago or earlier and is unpaid."""
        if isinstance(stretch_days, int) and stretch_days == 0:
            return self.overdue
        last = self._block.clock.today - stretch_days
        old = self._block.full(0)
        for amount, due_days in zip(self.own.amount, self.own.due_day, strict=True):
            old += np.where(due_days <= last, amount, 0)
        return np.clip(self.own.settled + old - self.own.paid, 0, self.overdue)

    def pay(self, cents: Any, kind: str = "supplier payment") -> Cents:
        """Pay ``cents`` out of free cash, oldest invoice first."""
        return self.settle(cents, CASH, kind)

    def transfer(self, to: Creditor, cents: Any, due_day: Any) -> None:
        """Move ``cents`` of what is overdue to another account, where they are due on another day."""
        to._add(self.settle(cents, to.account, "rescheduled"), due_day)

    def settle(self, cents: Any, account: str, kind: str) -> Cents:
        """Settle ``cents`` of what is overdue against another account, oldest invoice first."""
        paid = self._ledger.post(self.account, account, cents, kind)
        self.own.paid = self.own.paid + paid
        self._payables.totals.paid = self._payables.totals.paid + paid
        self._drop_settled()
        return paid

    def _drop_settled(self) -> None:
        while self._in_order and self.own.amount and np.all(self.own.settled + self.own.amount[0] <= self.own.paid):
            self.own.settled = self.own.settled + self.own.amount.pop(0)
            self.own.due_day.pop(0)
            self._dropped += 1

    def oldest_due_day(self, rows: Any = ...) -> Days:
        """The due day of the oldest invoice that is not paid in full; ``NEVER`` where nothing is owed.

        With an index ``rows``, of those rows only.
        """
        paid, total = self.own.paid[rows], self.own.settled[rows]
        oldest = np.full(paid.shape, NEVER, dtype=np.int64)
        for amount, due_days in reversed(list(self._by_due_day(rows))):
            owed_by_then = total + amount
            oldest = np.where(owed_by_then > paid, due_days, oldest)
        return oldest

    def _by_due_day(self, rows: Any) -> Iterator[tuple[Cents, Days]]:
        """What falls due up to each slot's day, that slot included, and the day: earliest day first."""
        if not self.own.amount:
            return
        amount = np.stack([slot[rows] for slot in self.own.amount])
        due_days = np.stack([slot[rows] for slot in self.own.due_day])
        if not self._in_order:
            order = np.argsort(due_days, axis=0, kind="stable")
            amount, due_days = np.take_along_axis(amount, order, 0), np.take_along_axis(due_days, order, 0)
        yield from zip(np.cumsum(amount, axis=0), due_days, strict=True)
