"""Cloud vendors: monthly bills in arrears, and the ladder from reminder to termination."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase, days_in_month
from sim.kernel.ledger import to_cents
from sim.kernel.payables import Creditor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATIENT, COMMERCIAL, STRICT = range(3)
NOTHING, REMINDER, CREDIT_HOLD, BREACH_NOTICE, SUSPENDED, TERMINATED = range(6)

RUNGS = {
    REMINDER: "sends a reminder",
    CREDIT_HOLD: "puts the account on credit hold",
    BREACH_NOTICE: "gives notice of breach",
    SUSPENDED: "suspends service",
    TERMINATED: "terminates: all it is owed falls due",
}
"""What a vendor does on each rung of its ladder."""

MANY_BILLS = 2
"""Monthly bills overdue beyond which a vendor loses patience faster (*Source* V07)."""


def usage_charge(monthly_usage: Any, growth: Any, months_grown: Ints, usage_factor: Floats, share: Any) -> Floats:
    """Dollars for one month of usage: it grows by ``growth`` a month and is billed for ``share`` of the month's days.

    *Source* C20, C35 for the amounts; billing in arrears V01.
    """
    charge: Floats = monthly_usage * (1 + growth) ** months_grown * usage_factor * share
    return charge


def late_interest(overdue: Ints, per_month: Any) -> Ints:
    """A month's interest in cents on what is overdue. *Source* V04, V16: 1.5% a month."""
    return np.rint(overdue * per_month).astype(np.int64)


def pace(overdue: Ints, monthly_bill: Ints, has_paid: Mask, stands_still: Mask, exposure: Any, payment: Any) -> Floats:
    """Days of pressure per day past due: more with a large exposure, fewer after a payment, none while it stands still.

    *Source* V07 for exposure, P07 for the patient vendor; the payment factor is an *Assumption* (0.3-0.8).
    """
    faster = np.where(overdue > MANY_BILLS * monthly_bill, exposure, 1.0)
    slower = np.where(has_paid, payment, 1.0)
    return np.where(stands_still, 0.0, faster * slower)


def rung(pressure: Floats, patience: Floats, credit_hold_at: Any, breach_notice_at: Any, cure_days: Any) -> Ints:
    """The rung of the ladder that a pressure has reached, from reminder up.

    *Source* P07, V05; the shares of patience are an *Assumption* (0.2-0.5, 0.5-0.8).
    """
    steps = [pressure >= credit_hold_at * patience, pressure >= breach_notice_at * patience]
    steps += [pressure >= patience, pressure >= patience + cure_days]
    return np.sum([REMINDER + np.zeros_like(steps[0], dtype=np.int64), *steps], axis=0, dtype=np.int64)


def postures(odds: Any) -> list[Any]:
    """Probabilities of the patient, the commercial and the strict posture: uncertain odds taken in proportion.

    *Source* P06.
    """
    total = odds.patient + odds.commercial + odds.strict
    return [odds.patient / total, odds.commercial / total, odds.strict / total]


def draw_above(law: Any, floor: float, u: Floats) -> Floats:
    """Draws of a distribution given that they exceed ``floor``, by its quantiles.

    *Source* P07: the clock began before the start date.
    """
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if law.quantile(np.array([middle]))[0] <= floor else (low, middle)
    drawn: Floats = law.quantile(low + u * (1 - low))
    return drawn


class Vendor:
    """One cloud vendor's account: parameters, payables, and columns ``posture, patience, pressure, cures, rung,
    usage_factor, months_grown, suspended_day, suspended_days, paid_before``.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.name: str = terms.name
        self.creditor: Creditor = company.creditor(terms.name, "vendors")
        full = company.block.full
        self.own = company.block.columns(
            posture=self._draw("posture").categorical(postures(terms.posture)),
            **{
                name: full(0) for name in ("cures", "rung", "months_grown", "suspended_days", "paid_before", "reviewed")
            },
            pressure=full(0.0, float),
            patience=full(0.0, float),
            usage_factor=full(1.0, float),
            suspended_day=full(NEVER),
        )

    def _draw(self, decision: str) -> Any:
        return self.company.draw("vendors", self.name, decision)

    def start(self) -> None:
        """Pressure at the start is the age of the oldest invoice then due; patience is known to exceed it."""
        oldest = self.creditor.oldest_due_day()
        age = float(max(0, -oldest.min())) if np.any(self.creditor.overdue > 0) else 0.0
        self.own.pressure = self.company.block.full(age, float)
        self.own.patience = self._patience(np.arange(self.company.block.n_rows), age)

    def _patience(self, rows: Ints, floor: float = -1.0) -> Floats:
        u = self._draw("patience").uniform(self.own.cures[rows], rows=rows)
        strict, commercial = (
            draw_above(law, floor, u) for law in (self.terms.patience.strict, self.terms.patience.commercial)
        )
        return np.where(self.own.posture[rows] == STRICT, strict, commercial)

    @property
    def is_suspended(self) -> Mask:
        """Rows without service from this vendor."""
        return self.own.rung >= SUSPENDED

    @property
    def monthly_bill(self) -> Ints:
        """Cents a month at today's usage, growth apart."""
        return to_cents(self.terms.monthly_usage * self.own.usage_factor)

    def bill(self, month: int, month_start: int) -> None:
        """Invoice the month that ends today."""
        company, own, terms = self.company, self.own, self.terms
        today = company.today
        away = own.suspended_days + np.where(self.is_suspended, today - np.maximum(own.suspended_day, month_start), 0)
        share = 1 - away / days_in_month(company.clock.date)
        charge = usage_charge(terms.monthly_usage, terms.growth_per_month, own.months_grown, own.usage_factor, share)
        usage = to_cents(charge * self._draw("usage").noise(terms.usage_volatility, month))
        interest = late_interest(self.creditor.overdue, terms.late_interest_per_month)
        billed = np.where(own.rung < TERMINATED, usage + interest, 0)
        self.creditor.receive(billed, today + terms.net_days, "compute")
        company.tell(billed > 0, self.name, "invoices the month, due in {n} days", billed, terms.net_days)
        own.months_grown = own.months_grown + (own.rung < CREDIT_HOLD)
        own.suspended_days = np.zeros_like(own.suspended_days)

    def review(self) -> None:
        """Look at what stayed unpaid, and act."""
        company, own, terms = self.company, self.own, self.terms
        overdue = self.creditor.overdue
        age = company.today - self.creditor.oldest_due_day()
        stands_still = (own.posture == PATIENT) & (company.state.live > 0)
        per_day = pace(
            overdue,
            self.monthly_bill,
            own.paid_before < self.creditor.own.paid,
            stands_still,
            terms.exposure_factor,
            terms.payment_factor,
        )
        acts = company.trading & (own.rung < TERMINATED)
        late = acts & (overdue > 0) & company.links.arrears_to_capacity
        since = np.minimum(company.today - own.reviewed, age)
        own.pressure = np.where(late, own.pressure + per_day * since, own.pressure)
        own.reviewed = np.where(acts, company.today, own.reviewed)
        own.paid_before = self.creditor.own.paid
        reached = rung(own.pressure, own.patience, terms.credit_hold_at, terms.breach_notice_at, terms.cure_days)
        self._climb(late, reached)
        self._cure(acts & (overdue == 0) & (own.rung > NOTHING))

    def _climb(self, late: Mask, reached: Ints) -> None:
        company, own = self.company, self.own
        before = own.rung
        own.rung = np.where(late, np.maximum(before, reached), before)
        for step, what in RUNGS.items():
            company.tell((before < step) & (own.rung >= step), self.name, what, self.creditor.overdue)
        company.reach("default_event", (before < BREACH_NOTICE) & (own.rung >= BREACH_NOTICE))
        suspends = (before < SUSPENDED) & (own.rung >= SUSPENDED)
        own.suspended_day = np.where(suspends, company.today, own.suspended_day)
        company.reach("service_suspended", suspends)
        company.shock(suspends & company.links.capacity_to_confidence, company.scenario.confidence.suspension_shock)
        terminates = (before < TERMINATED) & (own.rung == TERMINATED)
        if terminates.any():
            self.creditor.accelerate(terminates)
            company.reach("debt_accelerated", terminates)

    def _cure(self, cured: Mask) -> None:
        rows = np.flatnonzero(cured)
        if not len(rows):
            return
        own, today = self.own, self.company.today
        self.company.tell(cured, self.name, "is paid up: the ladder starts again")
        month_start = today - self.company.clock.date.day
        away = np.where(own.rung == SUSPENDED, today - np.maximum(own.suspended_day, month_start), 0)
        own.suspended_days = own.suspended_days + np.where(cured, away, 0)
        own.cures[rows] += 1
        own.pressure[rows] = 0.0
        own.patience[rows] = self._patience(rows)
        own.rung[rows] = NOTHING


def set_service(company: Company) -> None:
    """Service is what the vendors that have not suspended carry. *Assumption*: shares of service add up."""
    lost = sum(np.where(v.is_suspended, v.terms.service_share, 0.0) for v in company.vendors.values())
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
