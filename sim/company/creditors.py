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
from sim.kernel.ledger import CASH, RESTRICTED_CASH, to_cents
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


def late_payment_interest(overdue: Ints, bank_rate: Any, margin: Any) -> Ints:
    """A month's statutory interest in cents between companies. *Source* L30: Bank Rate + 8%, simple."""
    return np.rint(overdue * (bank_rate + margin) / 12).astype(np.int64)


def quarter_days(timeline: Timeline, months: tuple[int, ...], day: int) -> Iterator[int]:
    """The quarter days after day 0. *Source*: the lease's months and day."""
    return (n for n in timeline.month_days(day) if timeline.date(n).month in months)


def landlord(company: Company, terms: Any) -> Generator[Any, Any, None]:
    """Bill each quarter's rent in advance; take the deposit where it stays unpaid."""
    creditor = company.creditor(terms.name, terms.class_)
    deposit = company.block.columns(left=to_cents(terms.deposit + company.block.full(0.0, float)))
    for day in quarter_days(company.timeline, terms.quarter_months, terms.quarter_day):
        yield company.clock.at(day, Phase.INVOICES)
        rent = np.where(company.state.closed, 0, to_cents(terms.quarterly))
        creditor.receive(rent, day, "rent")
        company.tell(rent > 0, terms.name, "bills the quarter's rent in advance", rent)
        wait = int(np.max(terms.wait_days))
        if day + wait < company.timeline.last_day and wait > 0:
            yield company.clock.at(day + wait, Phase.CREDITORS)
            held = np.minimum(company.ledger.balance(RESTRICTED_CASH), deposit.left)
            taken = creditor.settle(np.minimum(creditor.overdue, held), RESTRICTED_CASH, "deposit taken")
            deposit.left = deposit.left - taken
            company.tell(taken > 0, terms.name, "takes the deposit", taken)


def operating_cost(company: Company, cost: Any) -> Generator[Any, Any, None]:
    """Invoice an operating cost each month."""
    for day in company.timeline.month_days(cost.invoice_day):
        yield company.clock.at(day, Phase.INVOICES)
        amount = np.where(company.state.closed, 0, to_cents(cost.monthly))
        if np.any(cost.late_margin > 0):
            overdue = company.payables.open(cost.name).overdue
            amount = amount + late_payment_interest(overdue, company.state.bank_rate, cost.late_margin)
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
        paid = self.creditor.pay(np.minimum(wanted, self.company.spendable))
        self.company.reach("zero_cash", paid < wanted)


def line(company: Company, own: Line) -> Generator[Any, Any, None]:
    """Move cash in, and out, on each date of a line."""
    for k, day in enumerate(line_days(company.timeline, own.terms.every, own.terms.day)):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        own.receive(k)
        if own.own.out.any():
            yield company.clock.at(day, Phase.PAYROLL)
            own.pay()
