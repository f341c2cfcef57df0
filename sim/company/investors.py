"""Outside investors: meetings, diligence, term sheets, conditions and closes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.in_kind import grant
from sim.company.parameters import Rows, at
from sim.company.recapitalisation import settlement_day, vendors_draw
from sim.company.state import Company
from sim.kernel.block import Mask, put
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


def consents(vendor: Floats, founder: Floats, terms: Any) -> Mask:
    """Whether the vendors and the founder agree to a recapitalisation. *Source* P16 for the vendors, C12 for him."""
    return (vendor < terms.vendor_consent_probability) & (founder < terms.founder_consent_probability)


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
        return not self.terms.waits_to_be_asked or bool(own.asked.any() or self._is_under_way)

    @property
    def _is_under_way(self) -> bool:
        return bool(((self.own.stage != IDLE) & (self.own.stage != DONE)).any())

    def _luck(self, decision: str, rows: Ints) -> Floats:
        """A draw of the approach now under way in each of these rows."""
        uniform: Floats = self._draw(decision).uniform(self.own.approach[rows], rows=rows)
        return uniform

    def _prospects(self, rows: Ints) -> Any:
        """What moves the odds of a round: confidence, the funding climate, and how well the company is led."""
        state = self.company.state
        return at(self.confidence, rows) * state.climate[rows] * state.management[rows]

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
        rows = np.flatnonzero(met)
        if not len(rows):
            return
        own.asked[rows] = False
        company.state.live = company.state.live + met
        company.tell(met, terms.name, "starts to look at the company")
        self._wait(rows, DILIGENCE, terms.decision_days, "decision time")
        self._meet_badly(rows)

    def _meet_badly(self, met: Ints) -> None:
        """A first meeting that goes badly ends the approach."""
        bad = met[self._luck("first meeting", met) < at(self.terms.bad_meeting_probability, met)]
        self._tell(bad, "the first meeting goes badly")
        self._refuse(bad)

    def _tell(self, rows: Ints, what: str) -> None:
        self.company.tell(self.company.block.mask(rows), self.terms.name, what)

    def _wait(self, rows: Ints, stage: int, law: Any, decision: str) -> None:
        own, company = self.own, self.company
        days = np.ceil(law.quantile(self._luck(decision, rows))).astype(np.int64)
        own.stage[rows] = stage
        own.next_day[rows] = company.timeline.business_day(company.today + np.maximum(days, 1), company.country)

    def act(self) -> None:
        """A business day: term sheets that are due close or fall through, diligence that ends brings a yes or a no."""
        due = np.flatnonzero((self.own.next_day == self.company.today) & self.company.trading)
        stage = self.own.stage[due]
        for act, rows in ((self._close, due[stage == TERM_SHEET]), (self._decide, due[stage == DILIGENCE])):
            if len(rows):
                act(rows)

    def _decide(self, rows: Ints) -> None:
        """Say yes or no where diligence ends today."""
        terms, own = Rows(self.terms, rows), self._luck("decision", rows)
        chance = at(self.company.scenario.confidence.outside_round_chance, rows)
        yes = says_yes(self.gate.level[rows], chance, self._prospects(rows), own, terms.success_probability)
        agreed = self._on_its_conditions(rows[yes])
        declined = np.setdiff1d(rows, agreed, assume_unique=True)
        self._tell(declined, "declines")
        self._tell(agreed, "signs a term sheet")
        self._refuse(declined)
        self._wait(agreed, TERM_SHEET, self.terms.closing_days, "closing time")
        if self._is_settled:
            self.own.next_day[agreed] = settlement_day(self.company, self.own.next_day[agreed])

    @property
    def _is_settled(self) -> bool:
        """Whether its money comes with a settlement of the vendors."""
        return self.terms.recapitalises and self.company.scenario.recapitalisation is not None

    def _on_its_conditions(self, rows: Ints) -> Ints:
        """Rows in which it still says yes once its own bills are paid and its conditions are met."""
        company, terms = self.company, self.terms
        if terms.vendor is not None:
            rows = rows[company.payables.open(terms.vendor).overdue[rows] == 0]
        if company.leadership is None or not len(rows):
            return rows
        wants = self._luck("condition", rows) < at(terms.wants_exit_probability, rows)
        asked = rows[wants & company.state.ceo_present[rows]]
        self._tell(asked, "makes it a condition that the chief executive goes")
        return np.setdiff1d(rows, company.leadership.refuses_to_go(asked), assume_unique=True)

    def _fall_through(self, rows: Ints) -> Any:
        """Chance that a term sheet falls through: another one where diligence reveals arrears."""
        terms, company = Rows(self.terms, rows), self.company
        if terms.hidden_fall_through_probability is None:
            return terms.fall_through_probability
        revealed = (company.payables.overdue[rows] > 0) & ~company.state.disclosed[rows]
        return np.where(revealed, terms.hidden_fall_through_probability, terms.fall_through_probability)

    def _close(self, rows: Ints) -> None:
        """Close or fall through where a term sheet is due today."""
        company, own, terms = self.company, self.own, self.terms
        names = ("fall-through", "vendor consent", "founder consent", "amount")
        fall, vendor, founder, size = (self._luck(name, rows) for name in names)
        vendor = vendors_draw(company, terms.name, rows, own.approach[rows], vendor)
        needs_consent = (company.payables.overdue[rows] > 0) & terms.recapitalises
        stays = fall >= self._fall_through(rows)
        agreed = consents(vendor, founder, Rows(terms, rows))
        signed = stays & (agreed | ~needs_consent)
        closed, size = rows[signed], size[signed]
        self._tell(rows[~stays], "walks away from the term sheet")
        self._tell(rows[stays & ~signed], "does not close: the vendors or the founder do not consent")
        self._tell(closed[needs_consent[signed]], "closes, with the consent of the vendors and the founder")
        self._tell(closed[~needs_consent[signed]], "closes")
        self._refuse(rows[~signed])
        if len(closed):
            self._pay(closed, size)
        own.closings[closed] += 1
        self._rest(closed)

    def _pay(self, rows: Ints, size: Floats) -> None:
        company, terms, none = self.company, self.terms, self.company.block.full(0.0, float)
        where = company.block.mask(rows)
        company.raise_money(where, put(none, rows, terms.amount.quantile(size)), terms.instrument)
        if terms.credits is not None:
            grant(company, terms.credits_at, where, put(none, rows, terms.credits.quantile(size)))
        if self._is_settled:
            company.state.recapitalising = company.state.recapitalising | where
        elif terms.recapitalises:
            company.end(where, "recapitalised")

    def _refuse(self, rows: Ints) -> None:
        if len(rows):
            where = self.company.block.mask(rows)
            self.company.shock(where, self.terms.refusal_shock)
            self.company.state.lost_prospects = self.company.state.lost_prospects + where
        self._rest(rows)

    def _rest(self, rows: Ints) -> None:
        own, terms, state = self.own, Rows(self.terms, rows), self.company.state
        own.stage[rows] = np.where(own.closings[rows] >= terms.max_closings, DONE, IDLE)
        own.next_day[rows] = self.company.today + terms.cool_off_days
        own.approach[rows] += 1
        state.live = put(state.live, rows, state.live[rows] - 1)


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
            own.act()
            own.meet(company.clock.months - before)
        before = company.clock.months
