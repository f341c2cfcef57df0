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


def termination_claim(committed: Floats, used: Ints, per_month: Floats, months_left: Any) -> Ints:
    """Cents that a vendor claims when its contract is over: what the whole year commits and was not used.

    *Source* V11, V14; that it claims no more than the current year is an *Assumption* (contracts run 1-5 years).
    """
    return shortfall(committed + per_month * months_left, used)


def accrued(per_month: Floats, added: Floats, until: Floats, since: Floats, now: Any) -> Floats:
    """Cents committed between two moments, given in months; what was ``added`` runs ``until`` its year is over.

    *Source* model rule: commitment is spread evenly over its year.
    """
    return per_month * (now - since) + added * np.maximum(np.minimum(until, now) - since, 0.0)


def year_ends(timeline: Timeline, first: date) -> Iterator[int]:
    """The last day of each contract year after day 0. *Source* V11: commitments are by the year."""
    for year in range(first.year, timeline.dates[-1].year + 1):
        day = timeline.day(first.replace(year=year))
        if day > 0:
            yield day


def months_left(timeline: Timeline, first: date, day: Any) -> Any:
    """Months from a day (any shape) to the end of its contract year; none on the last day of one. *Source* V11."""
    years = range(first.year, timeline.dates[-1].year + 2)
    ends = [first.replace(year=year) for year in years]
    next_end = np.searchsorted([timeline.day(end) for end in ends], day)
    return np.array([timeline.months_at(end) for end in ends])[next_end] - timeline.months[day]


class Contract:
    """Committed spend with one vendor, in cents, with columns ``per_month``, ``committed`` and ``used`` (in the current
    contract year, up to ``since``, in months), ``added`` (a month, ``until`` a month), ``disputed``, ``claimed``.
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
            **{name: full(0) for name in ("disputed", "claimed")},
            **{name: full(0.0, float) for name in ("since", "added", "until")},
        )

    def _accrue(self) -> None:
        own, now, trading = self.own, self.company.clock.months, self.company.trading
        grown = own.committed + accrued(own.per_month, own.added, own.until, own.since, now)
        own.committed = np.where(trading, grown, own.committed)
        own.since = np.where(trading, now, own.since)

    def use(self, cents: Ints) -> None:
        """Count usage that was billed."""
        self.own.used = self.own.used + np.where(self.company.trading, cents, 0)

    def scale(self, where: Mask, factor: Any) -> None:
        """Change what is committed from today on."""
        self._accrue()
        self.own.per_month = np.where(where, self.own.per_month * factor, self.own.per_month)

    def add(self, where: Mask, cents: Any) -> None:
        """Commit more, spread over a year from today on; what was added before and is not over yet joins it."""
        self._accrue()
        own, now = self.own, self.company.clock.months
        left = own.added * np.maximum(own.until - now, 0.0)
        own.added = np.where(where, (left + cents) / 12, own.added)
        own.until = np.where(where, now + 12, own.until)

    def close_year(self) -> None:
        """Bill the shortfall of the contract year that ends today."""
        self._accrue()
        own, company, vendor = self.own, self.company, self.vendor
        due = np.where(vendor.is_terminated, 0, shortfall(own.committed, own.used))
        vendor.creditor.receive(due, company.today + vendor.terms.net_days, "committed spend")
        company.tell(due > 0, vendor.name, "invoices the year's shortfall of committed spend", due)
        own.committed = np.where(company.trading, 0.0, own.committed)
        own.used = np.where(company.trading, 0, own.used)

    def _outstanding(self, rows: Any, day: Any, unbilled: Any) -> Ints:
        """Cents of the current year that are committed and not used in these rows, on these days."""
        own, now = self.own, self.company.timeline.months[day]
        added = accrued(own.per_month[rows], own.added[rows], own.until[rows], own.since[rows], now)
        left = months_left(self.company.timeline, self.terms.year_ends, day)
        still = own.added[rows] * np.clip(own.until[rows] - now, 0.0, left)
        committed = own.committed[rows] + added + still
        return termination_claim(committed, own.used[rows] + unbilled, own.per_month[rows], left)

    def terminate(self, where: Mask, accelerated: Ints) -> None:
        """Claim what the contract would have brought; part of that and of what was ``accelerated`` is disputed."""
        own, company = self.own, self.company
        where = where & company.trading
        claim = np.where(where, self._outstanding(slice(None), company.today, 0), 0)
        self.vendor.creditor.receive(claim, company.today, "termination claim")
        company.tell(claim > 0, self.vendor.name, "claims the rest of the committed year", claim)
        disputed = np.rint((claim + accelerated) * self.terms.disputed_share).astype(np.int64)
        own.disputed = np.where(where, disputed, own.disputed)
        own.claimed = np.where(where, claim, own.claimed)
        company.tell(where & (disputed > 0), "company", f"disputes part of the claim of {self.vendor.name}", disputed)

    def damages(self, rows: Ints, mitigated: Any, unbilled: Ints, broken: float) -> Floats:
        """Cents that an end of the company adds to what its books owe this vendor, in these rows (an index), if this
        share of contracts is broken by it: the rest of the committed year, less what capacity that is let to others
        mitigates. A claim made at a termination is cut alike, whatever the end.
        """
        days = self.company.state.end_day[rows]
        claim = broken * self._outstanding(rows, days, unbilled) * (1 - mitigated)
        cut = np.minimum(self.own.claimed[rows], self.vendor.creditor.owed[rows]) * mitigated
        return np.where(self.vendor.is_terminated[rows], -cut, claim)


def contract_years(company: Company, own: Contract) -> Generator[Any, Any, None]:
    """Settle at the end of each contract year."""
    for day in year_ends(company.timeline, own.terms.year_ends):
        yield company.clock.at(day, Phase.INVOICES)
        own.close_year()
