"""The press: leaks make distress public; what investors do not know, and how they learn it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.product import opening_monthly_cost
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard

Floats = NDArray[np.float64]


def leak_rate(per_month: Any, months_overdue: Floats, arrears_weight: Any, exits: Floats, exits_weight: Any) -> Floats:
    """Rate a month at which distress becomes public: people talk, and more of them with arrears and exits.

    *Source* S06: inside sources; the weights are an *Assumption* (0.3-3, 0.2-1).
    """
    rate: Floats = per_month * (1 + arrears_weight * months_overdue + exits_weight * exits)
    return rate


def finding_rate(per_month: Any, months_overdue: Floats) -> Floats:
    """Rate a month at which investors find out what they were not told, in proportion to arrears.

    *Source* C14: learned of strain that had not been disclosed.
    """
    rate: Floats = per_month * months_overdue
    return rate


class Stress:
    """Arrears in months of the opening cost, with the column ``monthly`` (cents)."""

    def __init__(self, company: Company) -> None:
        self.company = company
        monthly = np.maximum(opening_monthly_cost(company), 1.0) * 100 + company.block.full(0.0, float)
        self.own = company.block.columns(monthly=monthly)

    @property
    def months_overdue(self) -> Floats:
        """What is overdue, in months of cost."""
        months: Floats = self.company.payables.overdue / self.own.monthly
        return months


class Press:
    """The press, which writes once and is then known to have written."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.stress = Stress(company)
        self.hazard = Hazard(company.block, company.draw("press", "press", "leak"))

    def listen(self, step: float) -> None:
        """A week in which somebody may talk."""
        company, state, terms = self.company, self.company.state, self.terms
        rate = leak_rate(
            terms.leak_per_month, self.stress.months_overdue, terms.arrears_weight, state.contagion, terms.exits_weight
        )
        self.publish(self.hazard.fires(rate * step, company.trading & ~state.is_public))

    def publish(self, where: Mask) -> None:
        """Distress is public from today."""
        if not where.any():
            return
        company, state = self.company, self.company.state
        state.is_public = state.is_public | where
        state.public_day = np.where(where, company.today, state.public_day)
        company.tell(where, "press", "reports on unpaid bills and departures: distress is public")
        company.shock(where & company.links.disclosure_to_confidence, self.terms.confidence_shock)
        if company.disclosure:
            company.disclosure.find_out(where)


class Disclosure:
    """What investors know, with the column ``pressure_day`` (``NEVER`` without pressure)."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.stress = Stress(company)
        self.hazard = Hazard(company.block, self._draw("found out"))
        self.own = company.block.columns(pressure_day=company.block.full(NEVER))

    def _draw(self, decision: str) -> Any:
        return self.company.draw("disclosure", "investors", decision)

    @property
    def known_share(self) -> Floats:
        """Share of arrears that outside investors take into account, (rows,)."""
        return np.where(self.company.state.disclosed, 1.0, self.terms.known_share)

    def look(self, step: float) -> None:
        """A week in which investors may find out what they were not told."""
        rate = finding_rate(self.terms.found_out_per_month, self.stress.months_overdue)
        self.find_out(self.hazard.fires(rate * step, self.company.trading & ~self.company.state.disclosed))

    def find_out(self, where: Mask) -> None:
        """Investors learn it from somebody else: an abrupt loss of confidence."""
        fresh = where & ~self.company.state.disclosed
        self.company.tell(fresh, "investors", "find out about strain that was not disclosed to them")
        self._learn(fresh, self.terms.found_out_shock)

    def tell_them(self, where: Mask) -> None:
        """The company tells them itself."""
        fresh = where & self.company.trading & ~self.company.state.disclosed
        self.company.tell(fresh, "board", "discloses arrears and runway to investors")
        self._learn(fresh, self.terms.disclosure_shock)

    def _learn(self, where: Mask, shock: Any) -> None:
        if not where.any():
            return
        company, terms = self.company, self.terms
        company.state.disclosed = company.state.disclosed | where
        company.shock(where & company.links.disclosure_to_confidence, shock)
        presses = where & (self._draw("pressure").uniform_where(where) < terms.pressure_probability)
        luck = self._draw("pressure time").uniform_where(presses)
        days = np.ceil(terms.pressure_days.quantile(luck)).astype(np.int64)
        day = company.today + np.maximum(days, 1)
        self.own.pressure_day = np.where(presses, day, self.own.pressure_day)

    def press_for_sale(self) -> None:
        """An investor urges a sale; the founder agrees to look for a buyer, or not."""
        company = self.company
        urged = company.trading & (self.own.pressure_day <= company.today)
        if not urged.any():
            return
        self.own.pressure_day = np.where(urged, NEVER, self.own.pressure_day)
        agrees = urged & (self._draw("agreement").uniform_where(urged) < self.terms.agreement_probability)
        company.tell(agrees, "investor", "urges a sale: the founder agrees to look for a buyer")
        company.tell(urged & ~agrees, "investor", "urges a sale: the founder refuses")
        if "sale" in company.sales:
            company.sales["sale"].open(agrees)


def disclose(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """Policy: tell investors about arrears and runway."""
    company.disclosure.tell_them(where)


def press(company: Company, own: Press) -> Generator[Any, Any, None]:
    """Each week somebody may talk."""
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.MARKET)
        own.listen(company.clock.months - before)
        before = company.clock.months


def disclosure(company: Company, own: Disclosure) -> Generator[Any, Any, None]:
    """Each week investors may find out, and press for a sale."""
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.MARKET)
        own.look(company.clock.months - before)
        own.press_for_sale()
        before = company.clock.months
