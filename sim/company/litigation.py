"""Cases in court: they cost each month, and end in a settlement, a dismissal or a judgment."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import at
from sim.company.state import Company
from sim.kernel.block import Mask, put
from sim.kernel.calendar import Phase
from sim.kernel.hazard import Hazard
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLAIMANTS = "claimants in court"
PROVISION = "litigation provision"
SETTLED, DISMISSED, JUDGED = range(3)
OUTCOMES = ("is settled", "is dismissed", "goes against the company")


def which_outcome(u: Floats, settlement: Any, dismissal: Any, judgment: Any) -> Ints:
    """How a case that ends today ends: by the shares of the rates at which each outcome comes.

    *Source* B60: most settle or are dropped; B62 for large cases about training.
    """
    total = settlement + dismissal + judgment
    return np.where(u * total < settlement, SETTLED, np.where(u * total < settlement + dismissal, DISMISSED, JUDGED))


class Case:
    """One case, with the column ``is_open``."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.lawyers = company.creditor(terms.creditor, "trade")
        self.claimants = company.creditor(CLAIMANTS, "trade")
        self.hazard = Hazard(company.block, self._draw("end"))
        self.own = company.block.columns(is_open=company.block.full(True, bool))
        company.ledger.post(company.ledger.open("equity"), company.ledger.open(PROVISION), self._provision, "opening")

    def _draw(self, decision: str) -> Any:
        return self.company.draw("litigation", self.terms.name, decision)

    @property
    def _provision(self) -> Any:
        return to_cents(self.terms.provision + self.company.block.full(0.0, float))

    def proceed(self, step: float) -> None:
        """A week in which the case may end."""
        terms = self.terms
        judgment_rate = np.where(self.company.clock.months >= terms.judgment_months, terms.judgment_per_month, 0.0)
        rate = terms.settlement_per_month + terms.dismissal_per_month + judgment_rate
        ended = self.hazard.fires(rate * step, self.own.is_open & self.company.trading)
        rows = np.flatnonzero(ended)
        if not len(rows):
            return
        u, sizes = (self._draw(name).uniform(rows=rows) for name in ("outcome", "amount"))
        rates = (terms.settlement_per_month, terms.dismissal_per_month, judgment_rate)
        how = which_outcome(u, *(at(rate, rows) for rate in rates))
        settlement, judgment = terms.settlement.quantile(sizes), terms.judgment.quantile(sizes)
        amount = np.where(how == SETTLED, settlement, np.where(how == JUDGED, judgment, 0.0))
        none = self.company.block.full(0)
        self.close(ended, put(none, rows, how), put(none, rows, to_cents(amount)))

    def close(self, where: Mask, outcome: Ints, cents: Ints) -> None:
        """The case is over; what was agreed or awarded falls due."""
        company, terms = self.company, self.terms
        where = where & self.own.is_open & company.trading
        self.own.is_open = self.own.is_open & ~where
        released = np.where(where, self._provision, 0)
        company.ledger.post(PROVISION, company.ledger.open("expense: claims"), released, "provision released")
        self.claimants.receive(np.where(where, cents, 0), company.today + terms.payment_days, "claims")
        for code, what in enumerate(OUTCOMES):
            company.tell(where & (outcome == code), terms.name, what, cents)
        if company.links.litigation_to_confidence:
            company.shock(where & (outcome == JUDGED), terms.judgment_shock)
            company.shock(where & (outcome != JUDGED), -terms.relief)

    def bill(self) -> None:
        """The lawyers' bill of a month."""
        cents = np.where(self.own.is_open, to_cents(self.terms.monthly), 0)
        self.lawyers.receive(cents, self.company.today + self.terms.net_days, "lawyers")
        self.company.tell(cents > 0, self.lawyers.name, f"bills its work on {self.terms.name}", cents)


def settle_case(company: Company, where: Mask, terms: Any) -> None:
    """Settle a case for an amount."""
    outcome = np.full(where.shape, SETTLED)
    company.cases[terms.case].close(where, outcome, np.where(where, to_cents(terms.amount), 0))


def lawyers(company: Company, own: Case) -> Generator[Any, Any, None]:
    """Bill at each month end for as long as the case lasts."""
    for day in company.timeline.month_ends():
        yield company.clock.at(day, Phase.INVOICES)
        own.bill()


def case(company: Company, own: Case) -> Generator[Any, Any, None]:
    """Each week the case may end."""
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.DECISIONS)
        own.proceed(company.clock.months - before)
        before = company.clock.months
