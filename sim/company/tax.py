"""Taxes: what late payment costs, value added tax of either sign, a research credit, and Time To Pay."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.diary import Diary
from sim.company.forbearance import instalments
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase, days_in_month
from sim.kernel.ledger import CASH, to_cents
from sim.kernel.payables import Creditor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PAYROLL_TAX_DAY = 22
TAX_YEAR_MONTH = 4
SIX_MONTHS, TWELVE_MONTHS = 183, 365
VAT_PENALTY_DAYS = (16, 31)
VAT_PENALTY = 0.02
VAT_LATE_RATE = 0.04
MONTHS_A_YEAR = 12
PLAN = "Time To Pay"


def late_interest_rate(bank_rate: Any, margin: Any) -> Any:
    """Interest a year on tax paid late. *Source* L37: Bank Rate + 2.5% until April 2025."""
    return bank_rate + margin


def default_rate(failures: Ints) -> Floats:
    """Penalty on the amount that is late, by how many late payments of payroll tax this tax year now counts.

    *Source* L40: the first is free, then three at each of 1, 2 and 3%, and 4% from there.
    """
    steps = np.array([0.0, 0.0, 0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.03, 0.03, 0.03, 0.04])
    return steps[np.clip(failures, 0, len(steps) - 1)]


def quarter_ends(first: date, last: date, months: tuple[int, ...]) -> Iterator[tuple[date, int]]:
    """Each month end that ends a quarter, with the months of it that lie after ``first``.

    *Source* L36: quarters are the company's own.
    """
    year, month, since = first.year, first.month, 0
    while True:
        year, month = year + month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1
        since += 1
        end = date(year, month, days_in_month(date(year, month, 1)))
        if end > last:
            return
        if month in months:
            yield end, since
            since = 0


def vat_due_date(quarter_end: date) -> date:
    """When a return and its payment are due. *Source* L36: one calendar month and seven days after the period."""
    month = quarter_end.month + 2
    return date(quarter_end.year + (month - 1) // MONTHS_A_YEAR, (month - 1) % MONTHS_A_YEAR + 1, 7)


def crossed(creditor: Creditor, age: int, days: int) -> Ints:
    """Cents that turned ``age`` days overdue within the last ``days``, unpaid. *Source* L40: penalties fall once."""
    return creditor.payable(age) - creditor.payable(age + days)


def is_granted(u: Floats, has_broken: Mask, first: Any, again: Any) -> Mask:
    """Whether Time To Pay is granted. *Source* L44: seldom after a broken plan."""
    granted: Mask = u < np.where(has_broken, again, first)
    return granted


class Tax:
    """The tax office, with columns ``failures`` (this tax year), ``in_plan``, ``has_broken``, ``n_asked``, ``favour``
    (factor on the chance of Time To Pay).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        offices = [group.tax_creditor for group in company.groups.values() if group.tax_creditor]
        self.payroll_tax: list[Creditor] = list({office.name: office for office in offices}.values())
        self.vat: Creditor | None = company.creditor(terms.vat.creditor, "tax") if terms.vat else None
        self.charges: Creditor = company.creditor(terms.charges, "tax")
        self.plan: Creditor = company.creditor(PLAN, "critical")
        self.refunds = Diary(company.block)
        full = company.block.full
        self.own = company.block.columns(
            failures=full(0) + terms.failures_so_far,
            in_plan=full(False, bool),
            has_broken=full(False, bool),
            n_asked=full(0),
            favour=full(1.0, float),
        )

    @property
    def taxes(self) -> list[Creditor]:
        """Whom tax is owed to, charges apart."""
        return [*self.payroll_tax, *([self.vat] if self.vat else [])]

    @property
    def vat_owed(self) -> Any:
        """Cents of value added tax and of instalments owed."""
        return self.plan.owed + (self.vat.owed if self.vat else 0)

    @property
    def overdue(self) -> Ints:
        """Cents of tax overdue, charges and plan apart."""
        return sum((tax.overdue for tax in self.taxes), start=self.company.block.full(0))

    def assess(self, days: int) -> None:
        """A month end: interest and penalties on what was late in a month of ``days``, and plans that were broken."""
        if self.company.clock.date.month == TAX_YEAR_MONTH:
            self.own.failures = np.zeros_like(self.own.failures)
        owing = self.overdue + self.plan.owed
        self.own.in_plan = self.own.in_plan & (self.plan.owed > 0)
        if not owing.any():
            return
        rate = late_interest_rate(self.company.state.bank_rate, self.terms.interest_margin)
        interest = owing * rate / MONTHS_A_YEAR
        charged = np.rint(interest + self._payroll_penalties(days) + self._vat_penalties(days)).astype(np.int64)
        self.charges.receive(charged, self.company.today + 30, "tax charges")
        self.company.tell(charged > 0, "tax office", "charges interest and penalties", charged)
        self._break_plans()

    def _payroll_penalties(self, days: int) -> Floats:
        since = self.company.clock.date.day - PAYROLL_TAX_DAY
        late = sum((tax.payable(since) - tax.payable(since + 1) for tax in self.payroll_tax), start=self._none)
        fails = (late > 0) & self.company.trading
        self.own.failures = self.own.failures + fails
        old = sum((crossed(tax, SIX_MONTHS, days) for tax in self.payroll_tax), start=self._none)
        old = old + sum((crossed(tax, TWELVE_MONTHS, days) for tax in self.payroll_tax), start=self._none)
        penalties: Floats = late * default_rate(self.own.failures) + old * self.terms.late_share
        return penalties

    def _vat_penalties(self, days: int) -> Any:
        if self.vat is None or not self.vat.overdue.any():
            return 0.0
        first, second = (crossed(self.vat, age, days) for age in VAT_PENALTY_DAYS)
        return (first + second) * VAT_PENALTY + self.vat.payable(VAT_PENALTY_DAYS[1]) * VAT_LATE_RATE / MONTHS_A_YEAR

    @property
    def _none(self) -> Ints:
        none: Ints = self.company.block.full(0)
        return none

    def _break_plans(self) -> None:
        """A plan is broken by an instalment or new tax that is not paid on time."""
        own, company = self.own, self.company
        broken = own.in_plan & company.trading & (self.overdue + self.plan.overdue > 0)
        if broken.any():
            company.tell(broken, "tax office", "sees Time To Pay broken: all of it falls due", self.plan.owed)
            self.plan.accelerate(broken)
            self.plan.transfer(self.taxes[0], np.where(broken, self.plan.overdue, 0), company.today)
            own.has_broken = own.has_broken | broken
            if company.petitions is not None:
                company.petitions.hasten("tax", broken, self.terms.broken_plan_days)
        own.in_plan = own.in_plan & ~broken

    def ask_time(self, where: Mask, months: Any) -> None:
        """Ask for Time To Pay on all tax that is overdue."""
        company, own, terms = self.company, self.own, self.terms
        asks = where & company.trading & (self.overdue > 0) & ~own.in_plan
        u = company.draw("tax", "office", "time to pay").uniform_where(asks, own.n_asked)
        own.n_asked = own.n_asked + asks
        first, again = terms.grant_probability * own.favour, terms.grant_probability_after_break * own.favour
        granted = asks & is_granted(u, own.has_broken, first, again)
        company.tell(granted, "tax office", "grants Time To Pay", self.overdue)
        company.tell(asks & ~granted, "tax office", "refuses Time To Pay", self.overdue)
        for tax in self.taxes:
            for k, part in enumerate(instalments(np.where(granted, tax.overdue, 0), months), start=1):
                tax.transfer(self.plan, part, company.today + 30 * k)
        own.in_plan = own.in_plan | granted

    def set_off(self, cents: Ints, kind: str) -> Ints:
        """Money from the tax office pays tax that is overdue first; return what is left in cents."""
        account = self.company.ledger.open(f"income: {kind}")
        for creditor in (*self.taxes, self.plan, self.charges):
            cents = cents - creditor.settle(np.minimum(cents, creditor.overdue), account, f"{kind} set off")
        return cents

    def refund(self, cents: Ints, kind: str) -> None:
        """The tax office pays, after set-off."""
        account = self.company.ledger.open(f"income: {kind}")
        due = np.where(self.company.trading, cents, 0)
        rest = self.set_off(due, kind)
        self.company.tell(due > 0, "tax office", f"owes {kind}, of which it sets off what is overdue", due)
        self.company.ledger.post(CASH, account, rest, kind)

    def close_quarter(self, months: int, days: int, due: int) -> None:
        """A return for ``months``, with ``days`` since the last: pay by the due date, or wait for the refund."""
        vat, company = self.terms.vat, self.company
        assert self.vat is not None
        net = to_cents(vat.monthly * months + company.block.full(0.0, float))
        suppliers = [c for class_ in ("vendors", "trade") for c in company.classes.get(class_, ())]
        unpaid = sum((crossed(supplier, SIX_MONTHS, days) for supplier in suppliers), start=self._none)
        clawback = np.where(net > 0, np.rint(unpaid * vat.clawback_share).astype(np.int64), 0)
        net = np.where(company.trading, net - clawback, 0)
        self.vat.receive(np.maximum(-net, 0), due, "value added tax")
        company.tell(net < 0, self.vat.name, "is owed value added tax", -net)
        rows = np.flatnonzero(net > 0)
        refund_days = vat.refund_days[rows] if np.ndim(vat.refund_days) else vat.refund_days
        self.refunds.note(due + refund_days, rows, net[rows])


class ResearchCredit:
    """A credit that may come, with columns ``day``, ``cents`` (claimed), ``is_granted``, ``pending``."""

    def __init__(self, company: Company, tax: Tax, terms: Any) -> None:
        self.company = company
        self.tax = tax
        day = np.ceil(terms.arrival_day.quantile(self._draw("arrival day").uniform())).astype(np.int64)
        self.own = company.block.columns(
            day=np.maximum(day, 1),
            cents=to_cents(terms.amount.quantile(self._draw("amount").uniform())),
            is_granted=self._draw("grant").uniform() < terms.probability,
            pending=company.block.full(True, bool),
        )
        self.lender: Creditor | None = None

    def _draw(self, decision: str) -> Any:
        return self.company.draw("tax", "research credit", decision)

    def open_lender(self) -> None:
        """Open the account of a lender, if a policy of the question borrows against the credit."""
        if any(action.do == "rd_advance" for policy in self.company.all_policies for action in policy.actions):
            self.lender = self.company.creditor("lender against the research credit", "trade")

    def next_day(self) -> int:
        """The first day after today on which a decision falls."""
        days = self.own.day[self.own.day > self.company.today]
        return int(days.min()) if len(days) else NEVER

    def decide(self) -> None:
        """The credit is paid, after a lender's share and arrears of tax; or it is refused."""
        own, company = self.own, self.company
        today = (own.day == company.today) & company.trading
        granted = today & own.is_granted
        cents = np.where(granted, own.cents, 0)
        company.tell(today & ~own.is_granted, "tax office", "refuses the research credit", own.cents)
        if self.lender is not None:
            self.lender.accelerate(today)
            account = company.ledger.open("income: research credit")
            cents = cents - self.lender.settle(np.minimum(cents, self.lender.overdue), account, "advance repaid")
        self.tax.refund(cents, "research credit")
        own.pending = own.pending & ~today

    def advance(self, where: Mask, share: Any, fee: Any) -> None:
        """Borrow against a credit that is still pending."""
        own, company = self.own, self.company
        assert self.lender is not None
        lent = np.where(where & own.pending & company.trading, np.rint(own.cents * share).astype(np.int64), 0)
        self.lender.lend(lent, NEVER, "advance on the research credit")
        self.lender.receive(np.rint(lent * fee).astype(np.int64), NEVER, "fee of the advance")
        company.tell(lent > 0, self.lender.name, "advances on the research credit", lent)


def defer_tax(company: Company, where: Mask, terms: Any) -> None:
    """Pay tax late from now on."""
    company.levers.stretch("tax", where, terms.days)


def end_tax_deferral(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """Pay tax as the scenario says again."""
    company.levers.stretch("tax", where, company.scenario.treasury.stretch_days.tax)


def time_to_pay(company: Company, where: Mask, terms: Any) -> None:
    """Ask the tax office for Time To Pay."""
    company.tax.ask_time(where, company.tax.terms.instalments if terms.months is None else terms.months)


def advance_research_credit(company: Company, where: Mask, terms: Any) -> None:
    """Borrow against the research credit."""
    company.research_credit.advance(where, terms.share, terms.fee)


def tax_office(company: Company, own: Tax) -> Generator[Any, Any, None]:
    """At each month end charge for what was paid late."""
    before = 0
    for day in company.timeline.month_ends():
        yield company.clock.at(day, Phase.CREDITORS)
        own.assess(day - before)
        before = day


def value_added_tax(company: Company, own: Tax) -> Generator[Any, Any, None]:
    """File a return at the end of each quarter."""
    timeline, before = company.timeline, 0
    for end, months in quarter_ends(timeline.start, timeline.date(timeline.last_day), own.terms.vat.quarter_months):
        yield company.clock.at(timeline.day(end), Phase.INVOICES)
        own.close_quarter(months, company.today - before, timeline.day(vat_due_date(end)))
        before = company.today


def tax_refunds(company: Company, own: Tax) -> Generator[Any, Any, None]:
    """Each week the tax office pays the refunds that have come due."""
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        cents = own.refunds.read()
        if cents is not None:
            own.refund(cents, "value added tax")


def research_credit(company: Company, own: ResearchCredit) -> Generator[Any, Any, None]:
    """Decide on the credit when its day comes."""
    while (day := own.next_day()) <= company.timeline.last_day:
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        own.decide()
