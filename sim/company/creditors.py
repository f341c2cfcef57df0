"""Operating costs, and the generic lines of cash in and out."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import Parameters
from sim.company.staff import pay_wages
from sim.company.state import Company
from sim.kernel.calendar import Phase, Timeline
from sim.kernel.ledger import CASH, to_cents
from sim.kernel.payables import Creditor

Ints = NDArray[np.int64]


def line_days(timeline: Timeline, every: str, day: Any) -> Iterator[int]:
    """The dates of a line's calendar: each day, each week on a weekday, each month on a day of it.

    *Source*: the scenario's ``every``.
    """
    if every == "day":
        return iter(range(1, timeline.n_days))
    if every == "week":
        return timeline.weekly(day)
    return timeline.month_days(31 if every == "month_end" else day)


def operating_cost(company: Company, cost: Any) -> Generator[Any, Any, None]:
    """Invoice an operating cost each month."""
    for day in company.timeline.month_days(cost.invoice_day):
        yield company.clock.at(day, Phase.INVOICES)
        amount = to_cents(cost.monthly)
        company.payables.open(cost.name).receive(amount, day + cost.net_days, cost.name)
        company.tell(amount > 0, cost.name, "invoices the month, due in {n} days", amount, cost.net_days)


class Line:
    """A generic stream of cash, with the column ``out`` (cents still to be paid today)."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.own = company.block.columns(out=company.block.full(0))
        self.creditor: Creditor | None = (
            None if terms.class_ == "payroll" else company.creditor(terms.name, terms.class_)
        )

    def flow(self, occurrence: int) -> Ints:
        """Cents of one date: in is positive."""
        terms, draw = self.terms, self.company.draw("lines", self.terms.name, "amount")
        counts = self._counts(occurrence)
        total = self.company.block.full(0)
        for k in range(int(counts.max())):
            amount = to_cents(terms.amount.quantile(draw.uniform(occurrence, variate=k)))
            total = total + np.where(counts > k, amount, 0)
        return total if terms.direction == "in" else -total

    def _counts(self, occurrence: int) -> Ints:
        count = self.terms.count
        if isinstance(count, Parameters):
            return self.company.draw("lines", self.terms.name, "count").poisson(count.poisson, occurrence)
        return self.company.block.full(0) + count

    def receive(self, occurrence: int) -> None:
        """Take in what this date brings; note what is to be paid."""
        flow = self.flow(occurrence)
        self.company.collect(np.maximum(flow, 0), 0, CASH, self.terms.name)
        self.own.out = np.where(self.company.trading, np.maximum(-flow, 0), 0)

    def pay(self) -> None:
        """Pay at once, as far as cash goes; the rest stays owed."""
        if self.creditor is None:
            pay_wages(self.company, self.own.out)
            return
        self.creditor.receive(self.own.out, self.company.today, self.terms.name)
        wanted = np.minimum(self.own.out, self.creditor.overdue)
        paid = self.creditor.pay(np.minimum(wanted, self.company.ledger.cash))
        self.company.reach("zero_cash", paid < wanted)


def line(company: Company, own: Line) -> Generator[Any, Any, None]:
    """Move cash in, and out, on each date of a line."""
    for k, day in enumerate(line_days(company.timeline, own.terms.every, own.terms.day)):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        own.receive(k)
        if own.own.out.any():
            yield company.clock.at(day, Phase.PAYROLL)
            own.pay()
