"""Cloud vendors: monthly bills in arrears, and the acts by which they collect."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.account import Account
from sim.company.ladder import (
    BREACH_NOTICE,
    CREDIT_HOLD,
    NOTHING,
    PATIENT,
    RUNGS,
    STRICT,
    SUSPENDED,
    TERMINATED,
    draw_above,
    haste,
    pace,
    rung,
)
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def exit_fee(fee_months: Any, monthly_usage: Any, share: Any) -> Any:
    """Dollars a vendor charges for capacity given back early.

    *Assumption*: 0-6 months of its price; contracts of this kind are take-or-pay (V11, V14).
    """
    return fee_months * monthly_usage * share


class Vendor(Account):
    """A cloud vendor that acts on what stays unpaid."""

    def start(self) -> None:
        """Pressure at the start is the age of the oldest invoice then due; patience is known to exceed it."""
        self.own.largest_bill = self.monthly_bill
        for invoice in self.company.scenario.opening.invoices:
            if invoice.creditor == self.name:
                self.own.largest_bill = np.maximum(self.own.largest_bill, to_cents(invoice.amount))
        is_late = self.creditor.overdue > 0
        age = np.where(is_late, np.maximum(-self.creditor.oldest_due_day(), 0), 0)
        self.own.pressure = age.astype(np.float64)
        for days in np.unique(age):
            rows = np.flatnonzero(age == days)
            self.own.patience[rows] = self._patience(rows, float(days))

    def _patience(self, rows: Ints, floor: float = -1.0) -> Floats:
        u = self.draw("patience").uniform(self.own.cures[rows], rows=rows)
        strict, commercial = (
            draw_above(law, floor, u) for law in (self.terms.patience.strict, self.terms.patience.commercial)
        )
        return np.where(self.own.posture[rows] == STRICT, strict, commercial)

    def _is_bound(self) -> Mask:
        """Rows in which it may not act: a moratorium, or a standstill it has agreed to."""
        company = self.company
        bound: Mask = company.state.moratorium
        return bound | company.standstills.holds(self.name) if company.standstills else bound

    def _haste(self) -> Any:
        terms, state = self.terms, self.company.state
        gpu_price = state.gpu_price if self.company.links.gpu_price_to_patience else 1.0
        fetches = terms.resale_ratio * gpu_price
        return haste(
            fetches,
            terms.scarcity_weight,
            state.live > 0,
            terms.rescue_factor,
            state.disclosed,
            terms.disclosure_factor,
        )

    def review(self) -> None:
        """Look at what stayed unpaid, and act."""
        company, own, terms = self.company, self.own, self.terms
        broken = self.plan.check() if self.plan else None
        overdue = self.overdue
        paid = self.paid
        acts = company.trading & (own.rung < TERMINATED)
        age = company.today - self.oldest_due_day(int(own.reviewed.min(where=acts, initial=company.today)))
        bound = self._is_bound()
        stands_still = (own.posture == PATIENT) & (company.state.live > 0) | bound
        per_day = pace(
            overdue,
            own.largest_bill,
            own.paid_before < paid,
            stands_still,
            terms.exposure_factor,
            terms.payment_factor,
        )
        per_day = per_day * self._haste() * company.state.calm
        late = acts & (overdue > 0) & company.links.arrears_to_capacity
        since = np.maximum(np.minimum(company.today - own.reviewed, age), 0)
        own.pressure = np.where(late, own.pressure + per_day * since, own.pressure)
        own.reviewed = np.where(acts, company.today, own.reviewed)
        if broken is not None:
            own.pressure = np.where(broken, terms.breach_notice_at * own.patience, own.pressure)
        own.paid_before = paid
        reached = rung(own.pressure, own.patience, terms.credit_hold_at, terms.breach_notice_at, terms.cure_days)
        if self.ahead:
            reached = self.ahead.hold(late, reached)
        self._recall(late & ~bound)
        self._climb(late & ~bound, reached)
        in_plan = self.plan.own.on if self.plan else False
        self._cure(acts & (overdue == 0) & (own.rung > NOTHING) & ~np.asarray(in_plan))

    def _recall(self, late: Mask) -> None:
        own, terms = self.own, self.terms
        recalls = late & (own.recalled < terms.recall_share) & (own.pressure >= terms.recall_at * own.patience)
        self.company.tell(recalls, self.name, "takes back part of the capacity")
        own.recalled = np.where(recalls, terms.recall_share, own.recalled)

    def give_notice(self, where: Mask) -> None:
        """Give notice of breach, whatever has been paid."""
        own = self.own
        where = where & (own.rung < BREACH_NOTICE) & self.company.trading
        own.pressure = np.where(where, self.terms.breach_notice_at * own.patience, own.pressure)
        self._climb(where, np.full_like(own.rung, BREACH_NOTICE))

    def _climb(self, late: Mask, reached: Ints) -> None:
        company, own = self.company, self.own
        before, overdue = own.rung, self.overdue
        own.rung = np.where(late, np.maximum(before, reached), before)
        if not (own.rung > before).any():
            return
        for step, what in RUNGS.items():
            company.tell((before < step) & (own.rung >= step), self.name, what, overdue)
        company.reach("default_event", (before < BREACH_NOTICE) & (own.rung >= BREACH_NOTICE))
        suspends = (before < SUSPENDED) & (own.rung >= SUSPENDED)
        own.suspended_day = np.where(suspends, company.today, own.suspended_day)
        company.reach("service_suspended", suspends)
        company.shock(suspends & company.links.capacity_to_confidence, company.scenario.confidence.suspension_shock)
        terminates = (before < TERMINATED) & (own.rung == TERMINATED)
        if terminates.any():
            accelerated = sum((each.owed - each.overdue for each in self.accounts), start=np.zeros_like(own.rung))
            for account in self.accounts:
                if (account.owed > account.overdue).any():
                    account.accelerate(terminates)
            if self.contract:
                self.contract.terminate(terminates, accelerated)
            company.reach("debt_accelerated", terminates)

    def _cure(self, cured: Mask) -> None:
        rows = np.flatnonzero(cured)
        if not len(rows):
            return
        own = self.own
        self.company.tell(cured, self.name, "is paid up: the ladder starts again")
        self._reinstate(cured)
        if self.ahead:
            self.ahead.end(cured)
        own.cures[rows] += 1
        own.pressure[rows] = 0.0
        own.patience[rows] = self._patience(rows)
        own.rung[rows] = NOTHING

    def _reinstate(self, where: Mask) -> None:
        own, today = self.own, self.company.today
        month_start = today - self.company.clock.date.day
        away = np.where(own.rung == SUSPENDED, today - np.maximum(own.suspended_day, month_start), 0)
        own.suspended_days = own.suspended_days + np.where(where, away, 0)
        own.recalled = np.where(where, 0.0, own.recalled)

    def relent(self, where: Mask) -> None:
        """Come back down the ladder to a credit hold: service is there again, what was overdue no longer presses."""
        own = self.own
        where = where & ~self.is_terminated & self.company.trading
        self._reinstate(where)
        own.pressure = np.where(where, 0.0, own.pressure)
        own.paid_before = np.where(where, self.paid, own.paid_before)
        own.rung = np.where(where, np.minimum(own.rung, CREDIT_HOLD), own.rung)
        set_service(self.company)


def pay_exit_fee(company: Company, where: Mask, terms: Any) -> None:
    """The decision to give back capacity: its fee is invoiced, and people take note."""
    vendor = company.vendors[terms.vendor]
    fee = to_cents(exit_fee(terms.fee_months, vendor.terms.monthly_usage, terms.share))
    vendor.creditor.receive(np.where(where, fee, 0), company.today + vendor.terms.net_days, "exit fee")
    cut = where & company.links.cuts_to_exits
    company.state.cut_day = np.where(cut, company.today, company.state.cut_day)


def cut_usage(company: Company, where: Mask, terms: Any) -> None:
    """A share of a vendor's usage is gone."""
    company.vendors[terms.vendor].shrink(where, terms.share)


def set_service(company: Company) -> None:
    """Service is what the vendors that have not suspended carry. *Assumption*: shares of service add up."""
    lost = sum(v.own.service_share * np.where(v.is_suspended, 1.0, v.own.recalled) for v in company.vendors.values())
    company.state.service = np.where(company.trading, np.maximum(1.0 - lost, 0.0), company.state.service)


def billing(company: Company, vendor: Vendor) -> Generator[Any, Any, None]:
    """Invoice each month's usage in arrears."""
    month_start = 0
    for month, day in enumerate(company.timeline.month_ends(), start=1):
        yield company.clock.at(day, Phase.INVOICES)
        vendor.bill(month, month_start)
        month_start = day


def credit_control(company: Company, vendor: Vendor) -> Generator[Any, Any, None]:
    """Each week act on what stayed unpaid."""
    for day in company.timeline.weekly(vendor.terms.review_weekday):
        yield company.clock.at(day, Phase.CREDITORS)
        vendor.review()
        set_service(company)
