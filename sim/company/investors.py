"""Investors: outside leads, insiders, and promised tranches."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IDLE, DILIGENCE, TERM_SHEET, DONE = range(4)


def says_yes(gate: Floats, chance: Any, confidence: Floats, own: Floats, success: Any) -> Mask:
    """Whether an outside lead says yes: the company's gate is open and the lead's own draw succeeds.

    *Source* P14: odds of several leads do not multiply; B33 for one lead.
    """
    return (gate < chance * confidence) & (own < success)


def closes(fall: Floats, fall_through: Any, needs_consent: Mask, vendor: Floats, founder: Floats, terms: Any) -> Mask:
    """Whether a term sheet becomes money.

    *Source* B34 for falling through, P16 for the vendors' consent, C12 for the founder's.
    """
    consent = (vendor < terms.vendor_consent_probability) & (founder < terms.founder_consent_probability)
    return (fall >= fall_through) & (consent | ~needs_consent)


def whole_days(days: Floats) -> Ints:
    """Days rounded to whole ones, at least one. *Source*: the scenario's decision times."""
    return np.maximum(np.rint(days), 1).astype(np.int64)


class Outside:
    """An outside investor, with columns ``stage``, ``next_day``, ``approach`` (how many so far), ``closings``."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        full = company.block.full
        self.own = company.block.columns(
            stage=np.where(terms.max_closings > 0, full(IDLE), DONE),
            **{name: full(0) for name in ("next_day", "approach", "closings")},
        )
        self.meetings = Hazard(company.block, self._draw("meeting"))
        self.gate = company.block.columns(level=company.draw("investors", "company", "gate").uniform())

    def _draw(self, decision: str) -> Any:
        return self.company.draw("investors", self.terms.name, decision)

    @property
    def confidence(self) -> Any:
        """Confidence as far as it matters to this investor."""
        return self.company.state.confidence if self.company.links.confidence_to_rounds else 1.0

    def meet(self, step: float) -> None:
        """A business day on which the company may meet the investor."""
        own, today = self.own, self.company.today
        free = self.company.trading & (own.stage == IDLE) & (own.next_day <= today)
        met = self.meetings.fires(self.terms.meetings_per_month * self.confidence * step, free)
        self._wait(met, DILIGENCE, self.terms.decision_days, "decision time")
        self.company.state.live = self.company.state.live + met
        self.company.tell(met, self.terms.name, "starts to look at the company")

    def _wait(self, where: Mask, stage: int, law: Any, decision: str) -> None:
        rows = np.flatnonzero(where)
        if not len(rows):
            return
        own, company = self.own, self.company
        days = np.ceil(law.quantile(self._draw(decision).uniform(own.approach[rows], rows=rows))).astype(np.int64)
        own.stage[rows] = stage
        own.next_day[rows] = company.timeline.business_day(company.today + np.maximum(days, 1), company.country)

    def _due(self, stage: int) -> Mask:
        due: Mask = self.company.trading & (self.own.stage == stage) & (self.own.next_day == self.company.today)
        return due

    def decide(self) -> None:
        """Say yes or no where diligence ends today."""
        asked = self._due(DILIGENCE)
        if not asked.any():
            return
        own = self._draw("decision").uniform_where(asked, self.own.approach)
        chance = self.company.scenario.confidence.outside_round_chance
        yes = asked & says_yes(self.gate.level, chance, self.confidence, own, self.terms.success_probability)
        self.company.tell(asked & ~yes, self.terms.name, "declines")
        self.company.tell(yes, self.terms.name, "signs a term sheet")
        self._refuse(asked & ~yes)
        self._wait(yes, TERM_SHEET, self.terms.closing_days, "closing time")

    def close(self) -> None:
        """Close or fall through where a term sheet is due today."""
        due = self._due(TERM_SHEET)
        if not due.any():
            return
        company, own, terms = self.company, self.own, self.terms
        fall, vendor, founder, size = (
            self._draw(name).uniform_where(due, own.approach)
            for name in ("fall-through", "vendor consent", "founder consent", "amount")
        )
        needs_consent = (company.payables.overdue > 0) & terms.recapitalises
        closed = due & closes(fall, terms.fall_through_probability, needs_consent, vendor, founder, terms)
        company.tell(due & ~closed, terms.name, "walks away from the term sheet")
        company.tell(closed, terms.name, "closes")
        self._refuse(due & ~closed)
        company.raise_money(closed, terms.amount.quantile(size), terms.instrument)
        if terms.recapitalises:
            company.end(closed, "recapitalised")
        own.closings = own.closings + closed
        self._rest(closed)

    def _refuse(self, where: Mask) -> None:
        self.company.shock(where, self.terms.refusal_shock)
        self.company.state.lost_prospects = self.company.state.lost_prospects + where
        self._rest(where)

    def _rest(self, where: Mask) -> None:
        own = self.own
        own.stage = np.where(where, np.where(own.closings >= self.terms.max_closings, DONE, IDLE), own.stage)
        own.next_day = np.where(where, self.company.today + self.terms.cool_off_days, own.next_day)
        own.approach = own.approach + where
        self.company.state.live = self.company.state.live - where


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
        void = pending & company.has_reached("default_event") & terms.voided_by_default
        due = pending & ~void & (own.day == company.today)
        pays = due & (self._draw("arrival").uniform() < terms.probability) if due.any() else due
        if pays.any():
            company.raise_money(pays, terms.amount.quantile(self._draw("amount").uniform()), terms.instrument)
        company.tell(pays, terms.name, "arrives")
        company.tell(due & ~pays, terms.name, "does not come")
        company.tell(void, terms.name, "is void after an event of default")
        own.pending = own.pending & ~(void | due)
        company.state.live = company.state.live - (void | due)
        company.state.lost_prospects = company.state.lost_prospects + (void | (due & ~pays))


def outside_investor(company: Company, own: Outside) -> Generator[Any, Any, None]:
    """Meet, examine, sign and close, or not."""
    before = 0.0
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.DECISIONS)
        own.close()
        own.decide()
        own.meet(company.clock.months - before)
        before = company.clock.months


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
