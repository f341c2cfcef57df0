"""Compute: what a vendor's bill is made of, and the projects outside the company that are given some."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase

Floats = NDArray[np.float64]


def own_use(inference_share: Any, demand: Any, activity: Floats, recalled: Floats) -> Floats:
    """The company's own usage as a share of what it would be: inference follows customers, recalled capacity is gone.

    *Source* C35 for the bill; that inference is proportional to what customers do is an *Assumption*.
    """
    use: Floats = (1 - inference_share * (1 - demand * activity)) * (1 - recalled)
    return np.maximum(use, 0.0)


def price_paid(market_share: Any, gpu_price: Floats) -> Floats:
    """Price of the company's own usage over the contract price, of which a share follows the market.

    *Source* V39 for the market, V11 for a contract price that does not move.
    """
    price: Floats = 1 - market_share * (1 - gpu_price)
    return price


def arrivals_left(per_month: Any, months: Any, step: float) -> Any:
    """Mean number of projects that begin in ``step`` months and still run at its end. *Source* C40: projects end."""
    return per_month * months * -np.expm1(-step / months)


class Grants:
    """A grant: projects that run, with columns ``running``, ``closed`` (no new ones) and ``accrued`` (dollars)."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        full = company.block.full
        self.own = company.block.columns(
            running=full(0) + terms.running, closed=full(False, bool), accrued=full(0.0, float)
        )
        self._since = 0.0

    @property
    def at_start(self) -> Any:
        """Dollars a month of what ran at the start: part of the vendor's opening bill."""
        return self.terms.running * self.terms.monthly

    @property
    def monthly(self) -> Floats:
        """Dollars a month of what runs today."""
        cost: Floats = self.own.running * self.terms.monthly
        return cost

    def take(self) -> Floats:
        """Dollars accrued since this was last asked."""
        self._settle()
        taken: Floats = self.own.accrued
        self.own.accrued = np.zeros_like(taken)
        return taken

    def _settle(self) -> None:
        now = self.company.clock.months
        self.own.accrued = self.own.accrued + self.monthly * (now - self._since)
        self._since = now

    def turn_over(self, month: int, step: float) -> None:
        """A month of projects that end and begin."""
        self._settle()
        own, terms = self.own, self.terms
        over = self._draw("end").binomial(own.running, -np.expm1(-step / terms.months), month)
        new = np.where(own.closed, 0.0, arrivals_left(terms.arrivals_per_month, terms.months, step))
        running = own.running - over + self._draw("arrival").poisson(new, month)
        own.running = np.where(self.company.trading, running, own.running)

    def end(self, where: Mask, share: Any) -> None:
        """End a share of the running projects (rounded to whole ones) and take on no more."""
        self._settle()
        own = self.own
        ended = np.rint(own.running * share).astype(np.int64)
        own.running = np.where(where, own.running - ended, own.running)
        own.closed = own.closed | where
        self.company.tell(where, self.terms.name, "ends: {n} projects lose their compute", n=ended)

    def _draw(self, decision: str) -> Any:
        return self.company.draw("grants", self.terms.name, decision)


def end_grants(company: Company, where: Mask, terms: Any) -> None:
    """An action: projects outside the company lose their compute."""
    for name, grant in company.grants.items():
        if terms.grant in (None, name):
            grant.end(where, terms.share)


def grants(company: Company, own: Grants) -> Generator[Any, Any, None]:
    """Each month projects end and begin."""
    before = 0.0
    for month, day in enumerate(company.timeline.month_ends()):
        yield company.clock.at(day, Phase.USAGE)
        own.turn_over(month, company.clock.months - before)
        before = company.clock.months
