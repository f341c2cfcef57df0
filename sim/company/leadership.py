"""Leadership: the chief executive leaves or stays, an interim leads, a successor is found."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import at
from sim.company.press import Stress
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def exit_rate(per_month: Any, months_overdue: Floats, confidence: Floats, is_public: Mask, terms: Any) -> Floats:
    """Rate a month at which the chief executive leaves: higher with arrears, lost confidence and public distress.

    *Source* C13: asked to step down over departures and a tenuous position; the weights are an *Assumption* (0-3).
    """
    lost = np.maximum(1 - confidence, 0.0)
    stress = terms.arrears_weight * months_overdue + terms.confidence_weight * lost
    rate: Floats = per_month * (1 + stress + np.where(is_public, terms.public_weight, 0.0))
    return rate


def unrest(since_public: Any, press: Any, since_exit: Any, leadership: Any) -> Floats:
    """Factor on leaving while the press is on the company and after the chief executive's exit. *Source* B55."""
    factor: Floats = np.ones(np.shape(since_exit))
    for since, terms in ((since_public, press), (since_exit, leadership)):
        if terms is not None:
            factor = factor * np.where((since >= 0) & (since <= terms.exit_days), terms.exit_factor, 1.0)
    return factor


class Leadership:
    """Who leads, with the column ``successor_day``."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.stress = Stress(company)
        self.hazard = Hazard(company.block, self._draw("exit"))
        self.own = company.block.columns(successor_day=company.block.full(NEVER))
        company.state.management = company.state.management * terms.present_quality

    def _draw(self, decision: str) -> Any:
        return self.company.draw("leadership", "chief executive", decision)

    def may_leave(self, step: float) -> None:
        """A week in which the chief executive may go."""
        company, state, terms = self.company, self.company.state, self.terms
        linked = company.links.stress_to_ceo_exit
        months = self.stress.months_overdue if linked else np.zeros(company.block.n_rows)
        confidence = state.confidence if linked else np.ones(company.block.n_rows)
        rate = exit_rate(terms.exit_per_month, months, confidence, state.is_public & linked, terms)
        self.leave(self.hazard.fires(rate * step, company.trading & state.ceo_present))

    def leave(self, where: Mask) -> None:
        """The chief executive goes; an interim leads and the search begins."""
        company, state, terms = self.company, self.company.state, self.terms
        gone = where & company.trading & state.ceo_present
        if not gone.any():
            return
        company.tell(gone, "chief executive", "resigns; an interim leads and the search begins")
        state.ceo_present = state.ceo_present & ~gone
        state.interim = state.interim | gone
        state.ceo_exit_day = np.where(gone, company.today, state.ceo_exit_day)
        state.management = np.where(gone, terms.interim_quality, state.management)
        if company.links.ceo_exit_to_rounds:
            company.shock(gone, 1 - terms.confidence_factor)
        rows = np.flatnonzero(gone)
        days = np.ceil(terms.search_days.quantile(self._draw("search").uniform(rows=rows))).astype(np.int64)
        self.own.successor_day[rows] = company.today + np.maximum(days, 1)

    def refuses_to_go(self, asked: Ints) -> Ints:
        """Of the rows in which an investor makes it a condition, those in which he stays; in the others he goes."""
        agrees = self._draw("condition").uniform(rows=asked) < at(self.terms.agreement_probability, asked)
        self.leave(self.company.block.mask(asked[agrees]))
        return asked[~agrees]

    def appoint(self) -> None:
        """The successor starts where his day has come."""
        company, state = self.company, self.company.state
        starts = company.trading & state.interim & (self.own.successor_day <= company.today)
        if starts.any():
            company.tell(starts, "successor", "starts as chief executive")
            state.interim = state.interim & ~starts
            state.management = np.where(starts, self.terms.successor_quality, state.management)


def stir(company: Company) -> None:
    """Set today's factor on leaving."""
    case, state, links = company.scenario, company.state, company.links
    factor = unrest(
        company.today - state.public_day,
        case.press if links.public_to_exits else None,
        company.today - state.ceo_exit_day,
        case.leadership if links.ceo_exit_to_staff else None,
    )
    state.unrest = np.where(company.trading, factor, state.unrest)


def ceo_exit(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """Policy: the chief executive goes."""
    company.leadership.leave(where)


def leadership(company: Company, own: Leadership) -> Generator[Any, Any, None]:
    """Each week the chief executive may leave and a successor may start."""
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.MARKET)
        own.may_leave(company.clock.months - before)
        own.appoint()
        before = company.clock.months


def mood(company: Company) -> Generator[Any, Any, None]:
    """Each week people see who leads and what the press writes."""
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.USAGE)
        stir(company)
