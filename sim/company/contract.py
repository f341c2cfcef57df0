"""Committed spend: what falls due with a vendor whether it was used or not."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase, Timeline
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def shortfall(committed: Floats, used: Ints) -> Ints:
    """Cents of committed spend that was not used, billed in full when the contract year ends. *Source* V11, V13."""
    return np.maximum(to_cents(committed / 100) - used, 0)


def termination_claim(committed: Floats, used: Ints, per_month: Floats, months_left: float) -> Ints:
    """Cents that a vendor claims when it terminates: the year's shortfall so far, and the rest of the year.

    *Source* V11, V14; that it claims no more than the current year is an *Assumption* (contracts run 1-5 years).
    """
    return shortfall(committed, used) + to_cents(per_month * months_left / 100)


def year_ends(timeline: Timeline, first: date) -> Iterator[int]:
    """The last day of each contract year after day 0. *Source* V11: commitments are by the year."""
    for year in range(first.year, timeline.dates[-1].year + 1):
        day = timeline.day(first.replace(year=year))
        if day > 0:
            yield day


class Contract:
    """Committed spend with one vendor, in cents, with columns ``per_month``, ``committed`` and ``used`` (in the current
    contract year so far), ``disputed``.
    """

    def __init__(self, company: Company, vendor: Any, terms: Any) -> None:
        self.company = company
        self.vendor = vendor
        self.terms = terms
        full = company.block.full
        per_month = full(0.0, float) + terms.per_year * 100 / 12
        elapsed = float(np.clip(12 - company.timeline.months_at(terms.year_ends), 0, 12))
        self.own = company.block.columns(
            per_month=per_month,
            committed=per_month * elapsed,
            used=full(0) + to_cents(terms.used_before),
            disputed=full(0),
        )
        self._since = 0.0

    def _accrue(self) -> None:
        now = self.company.clock.months
        self.own.committed = self.own.committed + self.own.per_month * (now - self._since)
        self._since = now

    def use(self, cents: Ints) -> None:
        """Count usage that was billed."""
        self.own.used = self.own.used + cents

    def scale(self, where: Mask, factor: Any) -> None:
        """Change what is committed from today on."""
        self._accrue()
        self.own.per_month = np.where(where, self.own.per_month * factor, self.own.per_month)

    def add(self, where: Mask, cents: Any) -> None:
        """Commit more, spread over a year from today on."""
        self._accrue()
        self.own.per_month = np.where(where, self.own.per_month + cents / 12, self.own.per_month)

    def close_year(self) -> None:
        """Bill the shortfall of the contract year that ends today."""
        self._accrue()
        own, company, vendor = self.own, self.company, self.vendor
        due = np.where(vendor.is_terminated, 0, shortfall(own.committed, own.used))
        vendor.creditor.receive(due, company.today + vendor.terms.net_days, "committed spend")
        company.tell(due > 0, vendor.name, "invoices the year's shortfall of committed spend", due)
        own.committed, own.used = np.zeros_like(own.committed), np.zeros_like(own.used)

    def terminate(self, where: Mask, accelerated: Ints) -> None:
        """Claim what the contract would have brought; part of that and of what was ``accelerated`` is disputed."""
        self._accrue()
        own, company = self.own, self.company
        first = company.timeline.months_at(self.terms.year_ends)
        left = (first - company.clock.months) % 12
        claim = np.where(where, termination_claim(own.committed, own.used, own.per_month, left), 0)
        self.vendor.creditor.receive(claim, company.today, "termination claim")
        company.tell(claim > 0, self.vendor.name, "claims the rest of the committed year", claim)
        disputed = np.rint((claim + accelerated) * self.terms.disputed_share).astype(np.int64)
        own.disputed = np.where(where & company.trading, disputed, own.disputed)
        company.tell(where & (disputed > 0), "company", f"disputes part of the claim of {self.vendor.name}", disputed)


def contract_years(company: Company, own: Contract) -> Generator[Any, Any, None]:
    """Settle at the end of each contract year."""
    for day in year_ends(company.timeline, own.terms.year_ends):
        yield company.clock.at(day, Phase.INVOICES)
        own.close_year()
