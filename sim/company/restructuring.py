"""Ways out that the directors choose: a moratorium, an orderly wind-down, a restructuring officer."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.people import consultation_days
from sim.company.petitions import NOBODY
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import to_cents

Ints = NDArray[np.int64]

OFFICER = "restructuring officer"
OFFICER_TERMS_DAYS = 14
"""Days in which the officer's bill is due (*Assumption*: 7-30)."""

ACTIONS_OF_THIS_FILE = ("moratorium", "wind_down", "appoint_cro")


def is_wound_down(heads: Ints, owed: Ints, wages: Ints, is_stopped: Mask) -> Mask:
    """Whether a wind-down is complete: usage has stopped, nobody is employed and everybody is paid in full.

    *Source* model rule: an orderly end leaves no creditor behind.
    """
    done: Mask = is_stopped & (heads == 0) & (owed == 0) & (wages == 0)
    return done


def moratorium_ends(today: int, until: Ints, unpaid: Mask) -> Mask:
    """Whether a moratorium ends today: its time is over, or wages of its own time are not paid. *Source* L11, L12."""
    ends: Mask = (until <= today) | unpaid
    return ends


class Restructuring:
    """What the directors have set going, with columns ``until`` and ``longer`` (of a moratorium, days and business days
    of its extension), ``stop_day`` (end of usage in a wind-down) and ``fee`` (the officer's, cents a month).
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        full = company.block.full
        self.own = company.block.columns(until=full(NEVER), longer=full(0), stop_day=full(NEVER), fee=full(0))
        if any(action.do == "appoint_cro" for policy in company.all_policies for action in policy.actions):
            company.creditor(OFFICER, "critical")

    def shelter(self, where: Mask, business_days: Any, extension: Any) -> None:
        """A moratorium begins, unless a petition is pending."""
        company, own = self.company, self.own
        barred = where & (company.petitions.own.petitioner != NOBODY) if company.petitions else where & False
        begins = where & ~barred & ~company.state.moratorium
        company.tell(barred, "court", "bars a moratorium: a petition is pending")
        company.tell(begins, "monitor", "reports that a rescue is likely: creditors may not act")
        company.state.moratorium = company.state.moratorium | begins
        until = company.timeline.business_day(company.today, company.country, business_days)
        own.until = np.where(begins, until, own.until)
        own.longer = np.where(begins, extension, own.longer)

    def wind_down(self, where: Mask, terms: Any) -> None:
        """Dismiss everybody, give compute back, keep no reserve and stretch nobody."""
        company, own = self.company, self.own
        begins = where & company.trading & (own.stop_day == NEVER)
        company.tell(begins, "board", "resolves to wind the company down")
        own.stop_day = np.where(begins, company.today + np.maximum(terms.usage_days, 1), own.stop_day)
        company.state.hiring_frozen = company.state.hiring_frozen | begins
        company.levers.set_reserve(begins, 0)
        for class_ in company.scenario.treasury.pay_order:
            company.levers.stretch(class_, begins, 0)
        for group in company.groups.values():
            heads = np.where(begins, group.own.head, 0)
            days = consultation_days(heads, group.terms.country) + terms.notice_days
            company.people.dismiss(group, begins, heads, days, terms.severance_weeks)

    def stop_usage(self) -> None:
        """Compute goes back and customers are served no more."""
        company = self.company
        stops = company.trading & (self.own.stop_day == company.today)
        if not stops.any():
            return
        company.state.closed = company.state.closed | stops
        company.state.activity = np.where(stops, 0.0, company.state.activity)
        for vendor in company.vendors.values():
            vendor.own.usage_factor = np.where(stops, 0.0, vendor.own.usage_factor)
        company.tell(stops, "company", "serves no more customers")

    def check(self) -> None:
        """A day: moratoria that end, wind-downs that are complete."""
        company, own, state = self.company, self.own, self.company.state
        if state.moratorium.any():
            self._check_moratorium()
        stopped = company.trading & (own.stop_day <= company.today)
        if stopped.any():
            heads = sum((g.own.head for g in company.groups.values()), start=company.block.full(0))
            done = is_wound_down(heads, company.payables.owed, company.wages_owed, stopped)
            company.end(done, "wound_down")

    def _check_moratorium(self) -> None:
        company, own, state = self.company, self.own, self.company.state
        extends = state.moratorium & (own.until <= company.today) & (own.longer > 0) & (state.live > 0)
        later = company.timeline.business_day(company.today, company.country, own.longer)
        own.until = np.where(extends, later, own.until)
        own.longer = np.where(extends, 0, own.longer)
        ends = state.moratorium & moratorium_ends(company.today, own.until, company.wages_owed > 0)
        company.tell(ends & company.trading, "monitor", "ends the moratorium: creditors may act again")
        state.moratorium = state.moratorium & ~ends

    def appoint(self, where: Mask, terms: Any) -> None:
        """A restructuring officer comes in."""
        company, state = self.company, self.company.state
        self.own.fee = np.where(where, to_cents(terms.monthly), self.own.fee)
        state.calm = np.where(where, terms.pressure_factor, state.calm)
        if company.tax is not None:
            company.tax.own.favour = np.where(where, terms.grant_factor, company.tax.own.favour)

    def dismiss_officer(self, where: Mask) -> None:
        """The officer goes."""
        company, state = self.company, self.company.state
        self.own.fee = np.where(where, 0, self.own.fee)
        state.calm = np.where(where, 1.0, state.calm)
        if company.tax is not None:
            company.tax.own.favour = np.where(where, 1.0, company.tax.own.favour)


def is_wanted(company: Company) -> bool:
    """Whether a policy of the question has one of these ways out."""
    return any(action.do in ACTIONS_OF_THIS_FILE for policy in company.all_policies for action in policy.actions)


def begin_moratorium(company: Company, where: Mask, terms: Any) -> None:
    """Creditors may not act for a time."""
    company.restructuring.shelter(where, terms.business_days, terms.extension_business_days)


def begin_wind_down(company: Company, where: Mask, terms: Any) -> None:
    """Wind the company down while everybody can still be paid."""
    company.restructuring.wind_down(where, terms)


def appoint_officer(company: Company, where: Mask, terms: Any) -> None:
    """Appoint a restructuring officer."""
    company.restructuring.appoint(where, terms)


def dismiss_officer(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """The restructuring officer's time is over."""
    company.restructuring.dismiss_officer(where)


def restructuring(company: Company, own: Restructuring) -> Generator[Any, Any, None]:
    """Each day see whether a wind-down stops or completes, and whether a moratorium holds."""
    for day in range(1, company.timeline.last_day + 1):
        yield company.clock.at(day, Phase.MARKET)
        own.stop_usage()
        yield company.clock.at(day, Phase.CREDITORS)
        own.check()


def officer(company: Company, own: Restructuring) -> Generator[Any, Any, None]:
    """The officer bills each month."""
    for day in company.timeline.month_ends():
        yield company.clock.at(day, Phase.INVOICES)
        if own.own.fee.any():
            company.payables.open(OFFICER).receive(own.own.fee, day + OFFICER_TERMS_DAYS, OFFICER)
