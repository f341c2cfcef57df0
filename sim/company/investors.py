"""Outside investors: meetings, diligence, term sheets, conditions and closes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.in_kind import grant
from sim.company.recapitalisation import recapitalise, vendors_draw
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase
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


class Outside:
    """An outside investor, with columns ``stage``, ``next_day``, ``approach`` (how many so far), ``closings``,
    ``asked``.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        full = company.block.full
        self.own = company.block.columns(
            stage=np.where(terms.max_closings > 0, full(IDLE), DONE),
            **{name: full(0) for name in ("next_day", "approach", "closings")},
            asked=full(False, bool),
        )
        self.meetings = Hazard(company.block, self._draw("meeting"))
        self.gate = company.block.columns(level=company.draw("investors", "company", "gate").uniform())

    def _draw(self, decision: str) -> Any:
        return self.company.draw("investors", self.terms.name, decision)

    @property
    def confidence(self) -> Any:
        """Confidence as far as it matters to this investor."""
        return self.company.state.confidence if self.company.links.confidence_to_rounds else 1.0

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to do today: an investor who waits to be asked mostly has nothing."""
        own = self.own
        return not self.terms.waits_to_be_asked or bool(own.asked.any() or ((own.stage % DONE) != IDLE).any())

    @property
    def prospects(self) -> Any:
        """What moves the odds of a round: confidence, the funding climate, and how well the company is led."""
        state = self.company.state
        return self.confidence * state.climate * state.management

    def meet(self, step: float) -> None:
        """A business day on which the company may meet the investor."""
        own, terms, company = self.own, self.terms, self.company
        if terms.waits_to_be_asked and not own.asked.any():
            return
        free = company.trading & (own.stage == IDLE) & (own.next_day <= company.today)
        met = free & own.asked
        if not terms.waits_to_be_asked:
            rate = terms.meetings_per_month * self.confidence * company.state.climate
            met = met | self.meetings.fires(rate * step, free & ~met)
        own.asked = own.asked & ~met
        company.state.live = company.state.live + met
        company.tell(met, terms.name, "starts to look at the company")
        self._wait(met, DILIGENCE, terms.decision_days, "decision time")
        self._meet_badly(met)

    def _meet_badly(self, met: Mask) -> None:
        """A first meeting that goes badly ends the approach."""
        if not met.any():
            return
        draw = self._draw("first meeting").uniform_where(met, self.own.approach)
        bad = met & (draw < self.terms.bad_meeting_probability)
        self.company.tell(bad, self.terms.name, "the first meeting goes badly")
        self._refuse(bad)

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
        yes = asked & says_yes(self.gate.level, chance, self.prospects, own, self.terms.success_probability)
        yes = self._on_its_conditions(yes)
        self.company.tell(asked & ~yes, self.terms.name, "declines")
        self.company.tell(yes, self.terms.name, "signs a term sheet")
        self._refuse(asked & ~yes)
        self._wait(yes, TERM_SHEET, self.terms.closing_days, "closing time")

    def _on_its_conditions(self, yes: Mask) -> Mask:
        """Rows in which it still says yes once its own bills are paid and its conditions are met."""
        company, terms = self.company, self.terms
        if not yes.any():
            return yes
        if terms.vendor is not None:
            yes = yes & (company.payables.open(terms.vendor).overdue == 0)
        if company.leadership is not None:
            draw = self._draw("condition").uniform_where(yes, self.own.approach)
            asked = yes & company.state.ceo_present & (draw < terms.wants_exit_probability)
            company.tell(asked, terms.name, "makes it a condition that the chief executive goes")
            yes = yes & (~asked | company.leadership.agrees_to_go(asked))
        return yes

    def _fall_through(self) -> Any:
        """Chance that a term sheet falls through: another one where diligence reveals arrears."""
        terms, state = self.terms, self.company.state
        if terms.hidden_fall_through_probability is None:
            return terms.fall_through_probability
        revealed = (self.company.payables.overdue > 0) & ~state.disclosed
        return np.where(revealed, terms.hidden_fall_through_probability, terms.fall_through_probability)

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
        vendor = vendors_draw(company, terms.name, due, own.approach, vendor)
        needs_consent = (company.payables.overdue > 0) & terms.recapitalises
        closed = due & closes(fall, self._fall_through(), needs_consent, vendor, founder, terms)
        company.tell(due & ~closed, terms.name, "walks away from the term sheet")
        company.tell(closed, terms.name, "closes")
        self._refuse(due & ~closed)
        company.raise_money(closed, terms.amount.quantile(size), terms.instrument)
        if terms.credits is not None:
            grant(company, terms.credits_at, closed, terms.credits.quantile(size))
        if terms.recapitalises:
            recapitalise(company, closed)
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


def raise_round(company: Company, where: Mask, terms: Any) -> None:
    """Approach an outside investor at its next free business day."""
    own = company.outside[terms.investor].own
    own.asked = own.asked | where


def big_ask(company: Company, where: Mask, terms: Any) -> None:
    """Approach several strategic investors at once."""
    for name in terms.investors:
        own = company.outside[name].own
        own.asked = own.asked | where


def outside_investor(company: Company, own: Outside) -> Generator[Any, Any, None]:
    """Meet, examine, sign and close, or not."""
    before = 0.0
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.DECISIONS)
        if own.is_busy:
            if (own.own.next_day == day).any():
                own.close()
                own.decide()
            own.meet(company.clock.months - before)
        before = company.clock.months
