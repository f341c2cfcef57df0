"""Insiders and the founder, who bridge when asked, and promised tranches."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.investors import DILIGENCE, DONE, IDLE
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def whole_days(days: Floats) -> Ints:
    """Days rounded to whole ones, at least one. *Source*: the scenario's decision times."""
    return np.maximum(np.rint(days), 1).astype(np.int64)


class Insider:
    """An insider or the founder, with columns ``stage``, ``next_day``, ``approach``, ``closings``, ``asked``,
    ``success``.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        full = company.block.full
        self.own = company.block.columns(
            stage=np.where(terms.max_closings > 0, full(IDLE), DONE),
            **{name: full(0) for name in ("next_day", "approach", "closings")},
            asked=full(False, bool),
            success=full(0.0, float) + terms.success_probability,
        )

    def _draw(self, decision: str) -> Any:
        return self.company.draw("investors", self.terms.name, decision)

    def ask(self) -> None:
        """Ask where cover is short or a policy says so."""
        company, own = self.company, self.own
        short = company.state.cover < self.terms.ask_below_weeks
        asks = company.trading & (own.stage == IDLE) & (own.next_day <= company.today) & (short | own.asked)
        rows = np.flatnonzero(asks)
        if not len(rows):
            return
        days = whole_days(
            self.terms.decision_days.quantile(self._draw("decision time").uniform(own.approach[rows], rows=rows))
        )
        own.stage[rows] = DILIGENCE
        own.next_day[rows] = company.timeline.business_day(company.today, company.country, days)
        own.asked = own.asked & ~asks
        company.tell(asks, self.terms.name, "is asked for a bridge")
        company.state.live = company.state.live + asks

    def decide(self) -> None:
        """Pay or refuse where the decision falls today."""
        company, own, terms = self.company, self.own, self.terms
        due = company.trading & (own.stage == DILIGENCE) & (own.next_day == company.today)
        if not due.any():
            return
        chance = np.where(own.closings > 0, terms.repeat_probability, own.success)
        decision, size = (self._draw(name).uniform_where(due, own.approach) for name in ("decision", "amount"))
        pays = due & (decision < chance)
        company.tell(pays, terms.name, "agrees to bridge")
        company.tell(due & ~pays, terms.name, "refuses to bridge")
        company.raise_money(pays, terms.amount.quantile(size), terms.instrument)
        own.closings = own.closings + pays
        done = due & (~pays | (own.closings >= terms.max_closings))
        own.stage = np.where(due, np.where(done, DONE, IDLE), own.stage)
        own.next_day = np.where(due, company.today + terms.cool_off_days, own.next_day)
        own.approach = own.approach + due
        company.state.live = company.state.live - due
        company.state.lost_prospects = company.state.lost_prospects + (due & ~pays)


class Tranche:
    """Promised money, with columns ``day`` and ``pending``."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        day = np.ceil(terms.arrival_day.quantile(self._draw("arrival day").uniform())).astype(np.int64)
        day = np.minimum(np.maximum(day, 1), NEVER)
        self.own = company.block.columns(
            day=company.timeline.business_day(day, company.country), pending=company.block.full(True, bool)
        )
        company.state.live = company.state.live + 1

    def _draw(self, decision: str) -> Any:
        return self.company.draw("tranches", self.terms.name, decision)

    def arrive(self) -> None:
        """Pay, refuse or lapse where that falls on today."""
        company, own, terms = self.company, self.own, self.terms
        pending = own.pending & company.trading
        if not pending.any():
            return
        void = pending & company.has_reached("default_event") & terms.voided_by_default
        due = pending & ~void & (own.day == company.today)
        gone = void | due
        if not gone.any():
            return
        pays = due & (self._draw("arrival").uniform_where(due) < terms.probability)
        company.raise_money(pays, terms.amount.quantile(self._draw("amount").uniform_where(pays)), terms.instrument)
        company.tell(pays, terms.name, "arrives")
        company.tell(due & ~pays, terms.name, "does not come")
        company.tell(void, terms.name, "is void after an event of default")
        own.pending = own.pending & ~gone
        company.state.live = company.state.live - gone
        company.state.lost_prospects = company.state.lost_prospects + (void | (due & ~pays))


def ask_insiders(company: Company, where: Mask, terms: Any) -> None:
    """Ask an insider for a bridge at its next free business day."""
    own = company.insiders[terms.investor].own
    own.asked = own.asked | where
    if terms.success_probability is not None:
        own.success = np.where(where, terms.success_probability, own.success)


def insider(company: Company, own: Insider) -> Generator[Any, Any, None]:
    """Bridge, when asked."""
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.DECISIONS)
        own.decide()
        own.ask()


def tranche(company: Company, own: Tranche) -> Generator[Any, Any, None]:
    """Wire promised money on its day, unless a default has voided it."""
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.DECISIONS)
        own.arrive()
