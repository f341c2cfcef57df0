"""Petitions: creditors go to court, the notice freezes the bank account, and a hearing decides."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.ladder import draw_above
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import to_cents
from sim.kernel.payables import Creditor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1
WEEK = 7
NOTICE_BEFORE_HEARING = 7
"""Days that must lie between the notice in the Gazette and the hearing (*Source* L08)."""

ORDER, ADJOURNED, DISMISSED = range(3)


def is_ripe(age: Ints, patience: Floats, undisputed: Ints, minimum: Ints) -> Mask:
    """Whether a creditor goes to court: an undisputed debt above the minimum has waited beyond its patience.

    *Source* L05 for the debt, L01 for the minimum, P17 for the time it takes.
    """
    ripe: Mask = (undisputed > minimum) & (age >= patience)
    return ripe


def outcome(u: Floats, order: Any, adjourned: Any) -> Ints:
    """What a hearing decides while the debt is unpaid: 0 an order, 1 an adjournment, 2 a dismissal. *Source* P17."""
    return np.where(u < order, ORDER, np.where(u < order + adjourned, ADJOURNED, DISMISSED))


def settles(debt: Ints, cash: Ints, share: Any) -> Mask:
    """Whether the company pays a petitioner off: only a debt that is small beside its cash.

    *Source* P17: many petitions are paid; the share is an *Assumption* (0.1-0.5).
    """
    pays: Mask = debt <= cash * share
    return pays


class Petitions:
    """Creditors before the court.

    Columns (creditors, rows): ``late`` (days of overdue debt, never less than the age of the oldest invoice),
    ``patience``, ``tries``, ``demand_day`` (expiry of a statutory demand). Columns (rows,): ``petitioner`` (-1 =
    none), ``served_day``, ``notice_day``, ``hearing_day``, ``release_day``, ``n_petitions``, ``n_hearings``.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.who: list[tuple[str, Creditor]] = [
            (class_, creditor) for class_ in ("trade", "critical", "tax", "vendors") for creditor in self._of(class_)
        ]
        self.has_demands = False
        self.was_late = [True] * len(self.who)
        full, n = company.block.full, len(self.who)
        self.own = company.block.columns(
            **{name: np.stack([full(0)] * n) for name in ("late", "tries")},
            demand_day=np.stack([full(NEVER)] * n),
            patience=np.stack([full(np.inf, float)] * n),
            petitioner=full(NOBODY),
            **{name: full(NEVER) for name in ("served_day", "notice_day", "hearing_day", "release_day")},
            **{name: full(0) for name in ("n_petitions", "n_hearings")},
        )
        for i in range(n):
            self._renew(i, np.arange(company.block.n_rows))

    def _of(self, class_: str) -> list[Creditor]:
        is_linked = class_ != "tax" or self.company.links.tax_arrears_to_petitions
        return self.company.classes.get(class_, []) if is_linked else []

    def _draw(self, i: int, decision: str) -> Any:
        class_, creditor = self.who[i]
        return self.company.draw("petitions", "tax office" if class_ == "tax" else creditor.name, decision)

    def _court(self, decision: str) -> Any:
        return self.company.draw("petitions", "court", decision)

    def _renew(self, i: int, rows: Ints) -> None:
        """A creditor's patience with the next debt."""
        law = getattr(self.terms.patience, self.who[i][0])
        u = self._draw(i, "patience").uniform(self.own.tries[i][rows], rows=rows)
        self.own.patience[i, rows] = law.quantile(u)
        self.own.tries[i, rows] += 1

    def open_with_ages(self) -> None:
        """Ages of opening invoices, and patience known to exceed them."""
        for i, (class_, creditor) in enumerate(self.who):
            age = self.company.today - creditor.oldest_due_day()
            self.own.late[i] = np.where(creditor.overdue > 0, age, 0)
            floor = float(self.own.late[i].max(initial=0))
            if floor > 0:
                u = self._draw(i, "patience").uniform()
                self.own.patience[i] = draw_above(getattr(self.terms.patience, class_), floor, u)

    def hasten(self, class_: str, where: Mask, days: Any) -> None:
        """Creditors of a class go to court after ``days`` at the latest."""
        for i, (own_class, _) in enumerate(self.who):
            if own_class == class_:
                patience = np.minimum(self.own.patience[i], self.own.late[i] + days)
                self.own.patience[i] = np.where(where, patience, self.own.patience[i])

    def undisputed(self, i: int) -> Ints:
        """Cents of a creditor's overdue debt that nobody disputes. *Source* L05."""
        class_, creditor = self.who[i]
        if class_ != "vendors":
            return creditor.overdue
        return np.maximum(creditor.overdue - self.company.disputed(creditor.name), 0)

    def review(self) -> None:
        """A week in which creditors may turn to the court."""
        company, own = self.company, self.own
        if not company.links.arrears_to_petitions:
            return
        minimum = to_cents(self.terms.minimum_debt)
        halted = company.state.moratorium | company.state.standstill
        free = company.trading & (own.petitioner == NOBODY) & ~halted
        for i in range(len(self.who)):
            undisputed = self.undisputed(i)
            if not (undisputed.any() or self.was_late[i]):
                continue
            self.was_late[i] = bool(undisputed.any())
            own.late[i] = np.where(undisputed > minimum, own.late[i] + WEEK, 0)
            if self.has_demands:
                own.demand_day[i] = np.where(own.late[i] > 0, own.demand_day[i], NEVER)
            candidates = np.flatnonzero((own.late[i] >= own.patience[i]) & free)
            if len(candidates):
                self._consider(i, candidates, undisputed, minimum)

    def _consider(self, i: int, rows: Ints, undisputed: Ints, minimum: Ints) -> None:
        company, own = self.company, self.own
        own.late[i, rows] = age = company.today - self.who[i][1].oldest_due_day(rows)
        rows = rows[is_ripe(age, own.patience[i, rows], undisputed[rows], minimum) & (own.petitioner[rows] == NOBODY)]
        fresh = rows[own.demand_day[i, rows] == NEVER]
        u = self._draw(i, "demand").uniform(own.tries[i, fresh], rows=fresh)
        demands = fresh[u < self._at("demand_probability", fresh)]
        own.demand_day[i, demands] = company.today + self._at("demand_days", demands)
        self.has_demands |= len(demands) > 0
        self._tell(demands, i, "serves a statutory demand", undisputed)
        expired = own.demand_day[i, rows] <= company.today
        company.reach("statutory_demand_expired", self._mask(rows[expired]))
        self._present(i, rows[expired | (own.demand_day[i, rows] == NEVER)], undisputed)

    def _at(self, name: str, rows: Ints) -> Any:
        value = getattr(self.terms, name)
        return value[rows] if np.ndim(value) else value

    def _mask(self, rows: Ints) -> Mask:
        mask: Mask = self.company.block.full(False, bool)
        mask[rows] = True
        return mask

    def _tell(self, rows: Ints, i: int, what: str, cents: Any = None) -> None:
        if len(rows):
            self.company.tell(self._mask(rows), self.who[i][1].name, what, cents)

    def _present(self, i: int, rows: Ints, undisputed: Ints) -> None:
        if not len(rows):
            return
        company, own, terms = self.company, self.own, self.terms
        times = self._court("notice").uniform(own.n_petitions[rows], rows=rows)
        dates = self._court("hearing").uniform(own.n_petitions[rows], rows=rows)
        hearing = np.maximum(np.ceil(terms.hearing_days.quantile(dates)), NOTICE_BEFORE_HEARING).astype(np.int64)
        notice = np.rint(terms.advertising_days.quantile(times)).astype(np.int64)
        own.petitioner[rows] = i
        own.n_petitions[rows] += 1
        own.served_day[rows] = self._open_day(company.today + self._at("service_days", rows))
        own.notice_day[rows] = self._open_day(company.today + np.minimum(notice, hearing - NOTICE_BEFORE_HEARING))
        own.hearing_day[rows] = self._open_day(company.today + hearing)
        self._renew(i, rows)
        own.demand_day[i, rows] = NEVER
        self._tell(rows, i, "presents a winding-up petition", undisputed)
        company.reach("petition_presented", self._mask(rows))

    def _open_day(self, day: Any) -> Any:
        return self.company.timeline.business_day(day, self.company.country)

    def hold_court(self) -> None:
        """A business day: service, notice, validation and hearings that fall on it."""
        own, today = self.own, self.company.today
        pending = self.company.trading & (own.petitioner != NOBODY)
        if not pending.any():
            return
        self._settle(pending & (own.served_day == today))
        self._withdraw(self._paid(np.flatnonzero(pending)), "is paid: the petition is withdrawn")
        pending = pending & (own.petitioner != NOBODY)
        self._advertise(pending & (own.notice_day == today))
        self._validate(pending & (own.release_day == today))
        self._hear(pending & (own.hearing_day == today))

    @property
    def ordered(self) -> Mask:
        """Rows that a court's order ends today."""
        state, causes = self.company.state, self.company.causes
        code = causes.index("court_order") if "court_order" in causes else NOBODY
        wound_up: Mask = (state.cause == code) & (code != NOBODY) & (self.own.petitioner != NOBODY)
        return wound_up

    def _paid(self, rows: Ints) -> Mask:
        """Of these rows, those whose petitioner is owed nothing overdue."""
        petitioners = self.own.petitioner[rows]
        paid = [rows[(petitioners == i) & (self.who[i][1].overdue[rows] == 0)] for i in np.unique(petitioners)]
        return self._mask(np.concatenate(paid))

    def _settle(self, served: Mask) -> None:
        if not served.any():
            return
        company, own = self.company, self.own
        company.tell(served, "court", "serves the petition on the company")
        company.state.served_day = np.where(served, company.today, company.state.served_day)
        spendable = company.spendable
        for i in np.unique(own.petitioner[served]):
            creditor = self.who[i][1]
            pays = served & (own.petitioner == i) & settles(creditor.overdue, spendable, self.terms.settle_share)
            creditor.pay(np.where(pays, creditor.overdue, 0), "settlement of a petition")

    def _withdraw(self, where: Mask, what: str) -> None:
        """The petition is gone; the account is free again."""
        if not where.any():
            return
        own, state = self.own, self.company.state
        self.company.tell(where, "petitioner", what)
        own.petitioner = np.where(where, NOBODY, own.petitioner)
        for name in ("served_day", "notice_day", "hearing_day", "release_day"):
            setattr(own, name, np.where(where, NEVER, getattr(own, name)))
        state.frozen = state.frozen & ~where

    def _advertise(self, where: Mask) -> None:
        """The notice makes the petition public, and the bank freezes the account."""
        if not where.any():
            return
        company, own, state = self.company, self.own, self.company.state
        company.tell(where, "Gazette", "carries the notice of the petition")
        state.public_day = np.where(where & ~state.is_public, company.today, state.public_day)
        state.is_public = state.is_public | where
        freezes = where & company.links.petition_to_freeze
        state.frozen = state.frozen | freezes
        company.tell(freezes, "bank", "freezes the account")
        u = self._court("validation").uniform_where(freezes, own.n_petitions)
        validated = freezes & (u < self.terms.validation_probability)
        release = self._open_day(company.today + np.maximum(self.terms.validation_days, 1))
        own.release_day = np.where(validated, release, own.release_day)

    def _validate(self, where: Mask) -> None:
        self.company.state.frozen = self.company.state.frozen & ~where
        self.company.tell(where, "court", "validates payments: the account is free")

    def _hear(self, where: Mask) -> None:
        if not where.any():
            return
        company, own, terms = self.company, self.own, self.terms
        u = self._court("order").uniform_where(where, own.n_hearings)
        own.n_hearings = own.n_hearings + where
        result = outcome(u, terms.order_probability, terms.adjourned_probability)
        company.tell(where & (result == ORDER), "court", "makes a winding-up order")
        company.end(where & (result == ORDER), "insolvent", "court_order")
        later = where & (result == ADJOURNED)
        company.tell(later, "court", "adjourns the hearing")
        adjourned = self._open_day(company.today + np.maximum(terms.adjourned_days, 1))
        own.hearing_day = np.where(later, adjourned, own.hearing_day)
        dismissed = where & (result == DISMISSED)
        for i in np.unique(own.petitioner[dismissed]):
            own.late[i] = np.where(dismissed & (own.petitioner == i), 0, own.late[i])
        self._withdraw(dismissed, "sees the petition dismissed")


def petitions(company: Company, own: Petitions) -> Generator[Any, Any, None]:
    """Each business day the court sits; each week creditors consider turning to it."""
    own.open_with_ages()
    weekly = set(company.timeline.weekly(own.terms.weekday))
    for day in range(1, company.timeline.last_day + 1):
        if day == int(company.timeline.business_day(day, company.country)):
            yield company.clock.at(day, Phase.DECISIONS)
            own.hold_court()
        if day in weekly:
            yield company.clock.at(day, Phase.CREDITORS)
            own.review()
