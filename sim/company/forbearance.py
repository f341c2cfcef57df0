"""What a vendor grants instead of acting: bills paid ahead, a payment plan, a standstill."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.ladder import BREACH_NOTICE, SUSPENDED
from sim.company.state import LONG_AGO, Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase
from sim.kernel.payables import Creditor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AHEAD_DAYS = 7
"""Days in which a bill is due that is paid ahead (*Assumption*: 3-14)."""

GRACE_DAYS = 10
"""Days past due after which an arrangement is broken: one payment run missed (*Assumption*: 5-15)."""

DEPOSITS = "deposits with vendors"
DEPOSIT_PAID = "expense: vendor deposit"


def is_broken(overdue: Ints, age: Ints) -> Mask:
    """Whether an arrangement is broken: something is overdue beyond the grace. *Assumption*: 10 days (5-15)."""
    broken: Mask = (overdue > 0) & (age >= GRACE_DAYS)
    return broken


def instalments(cents: Ints, months: Any) -> list[Ints]:
    """A debt in whole cents over ``months`` equal instalments, the last one taking the remainder.

    *Source* model rule: a plan pays all of it, to the cent.
    """
    n = np.maximum(np.broadcast_to(months, cents.shape), 1)
    each = cents // n
    return [np.where(k < n - 1, each, np.where(k == n - 1, cents - each * (n - 1), 0)) for k in range(int(n.max()))]


def age_of(company: Company, creditor: Creditor) -> Ints:
    """Days since the oldest open invoice of a creditor fell due; negative if it has not. *Source* L32: a due date."""
    age: Ints = company.today - creditor.oldest_due_day()
    return age


class Ahead:
    """Bills paid ahead, with columns ``on`` (in force), ``asked`` (since the last cure) and ``deposit`` (cents)."""

    def __init__(self, company: Company, vendor: Any) -> None:
        self.company = company
        self.vendor = vendor
        self.creditor = company.creditor(f"{vendor.name} ahead", "vendors")
        for account in (DEPOSITS, DEPOSIT_PAID):
            company.ledger.open(account)
        full = company.block.full
        self.own = company.block.columns(on=full(False, bool), asked=full(False, bool), deposit=full(0))
        company.prompt[self.creditor.name] = None

    def begin(self, where: Mask) -> None:
        """Ask for a month's bill as a deposit; bills to come are due within a week."""
        company, own = self.company, self.own
        fresh = where & ~own.on & ~self.vendor.is_terminated & company.trading
        deposit = np.where(fresh, self.vendor.monthly_bill, 0)
        self.creditor.receive(deposit, company.today + AHEAD_DAYS, "vendor deposit")
        company.ledger.post(DEPOSITS, DEPOSIT_PAID, deposit, "vendor deposit")
        own.on, own.asked = own.on | fresh, own.asked | fresh
        own.deposit = own.deposit + np.where(company.trading, deposit, 0)
        company.tell(fresh, self.vendor.name, "wants a month's deposit and bills paid within a week", deposit)

    def hold(self, late: Mask, reached: Ints) -> Ints:
        """The rung reached, given that a vendor that is paid ahead does not suspend."""
        company, own, vendor = self.company, self.own, self.vendor
        if own.on.any():
            broken = own.on & is_broken(self.creditor.overdue, age_of(company, self.creditor))
            company.tell(broken, vendor.name, "has not been paid ahead as agreed")
            own.on = own.on & ~broken
        suspends = late & (reached >= SUSPENDED) & (vendor.own.rung < SUSPENDED) & ~own.asked
        if suspends.any():
            u = vendor.draw("prepayment").uniform_where(suspends, vendor.own.cures)
            self.begin(suspends & (u < vendor.terms.prepayment_probability))
        vendor.own.pressure = np.where(
            own.on & late, np.minimum(vendor.own.pressure, vendor.own.patience), vendor.own.pressure
        )
        return np.where(own.on, np.minimum(reached, BREACH_NOTICE), reached)

    def set_off(self, billed: Ints) -> Ints:
        """What is left of a bill once a deposit that is no longer needed is set off."""
        own = self.own
        used = np.where(own.on | ~self.company.trading, 0, np.minimum(own.deposit, billed))
        own.deposit = own.deposit - used
        self.company.ledger.post(DEPOSIT_PAID, DEPOSITS, used, "deposit set off")
        return billed - used

    def end(self, where: Mask) -> None:
        """Back to the contract's terms."""
        self.own.on = self.own.on & ~where
        self.own.asked = self.own.asked & ~where


class Plan:
    """Arrears paid in instalments, with the column ``on``: while it is in force new bills are paid on time."""

    def __init__(self, company: Company, vendor: Any) -> None:
        self.company = company
        self.vendor = vendor
        self.creditor = company.creditor(f"{vendor.name} plan", "vendors")
        self.own = company.block.columns(on=company.block.full(False, bool))
        company.prompt[self.creditor.name] = None
        company.prompt[vendor.name] = self.own

    def begin(self, where: Mask, months: Any, down_payment: Any) -> None:
        """Turn what is overdue into instalments, a part of it paid at once; without that cash nothing happens."""
        company, vendor = self.company, self.vendor
        arrears = np.where(where, vendor.creditor.overdue, 0)
        down = np.rint(arrears * down_payment).astype(np.int64)
        agreed = where & (arrears > 0) & (down <= company.spendable)
        company.tell(where & ~agreed, vendor.name, "agrees to no plan: there is nothing to pay down or to pay with")
        vendor.creditor.pay(np.where(agreed, down, 0), "down payment")
        rest = np.where(agreed, arrears - down, 0)
        for k, part in enumerate(instalments(rest, months), start=1):
            vendor.creditor.transfer(self.creditor, part, company.today + 30 * k)
        self.own.on = self.own.on | agreed
        company.tell(agreed, vendor.name, "agrees to a payment plan of {n} months", rest, months)
        vendor.relent(agreed)

    def check(self) -> Mask:
        """Where an instalment was missed: the plan is void, what is left of it due."""
        broken = (
            self.own.on & self.company.trading & is_broken(self.creditor.overdue, age_of(self.company, self.creditor))
        )
        if broken.any():
            self.creditor.accelerate(broken)
            self.company.tell(broken, self.vendor.name, "the payment plan is broken: all of it falls due")
        self.own.on = self.own.on & ~broken & (self.creditor.owed > 0)
        return broken


class Standstills:
    """Standstills of one vendor or of all creditors, with columns ``until`` (a day) per vendor and ``collective``."""

    def __init__(self, company: Company) -> None:
        self.company = company
        full = company.block.full
        self.own = company.block.columns(**{name: full(LONG_AGO) for name in (*company.vendors, "all creditors")})

    def agree(self, where: Mask, names: tuple[str, ...], days: Any) -> None:
        """Nobody among ``names`` (all creditors if none is named) acts for ``days``."""
        company = self.company
        where = where & company.trading
        for name in names or ("all creditors",):
            until = getattr(self.own, name)
            setattr(self.own, name, np.where(where, np.maximum(until, company.today + days), until))
            company.tell(where, name, "agrees to a standstill of {n} days", n=days)
        if not names:
            self._count(where & ~company.state.standstill, 1)

    def _count(self, where: Mask, change: int) -> None:
        state = self.company.state
        state.standstill = np.where(where, change > 0, state.standstill)
        state.live = state.live + np.where(where, change, 0)

    def holds(self, vendor: str) -> Mask:
        """Rows in which a vendor may not act today."""
        today = self.company.today
        held: Mask = (getattr(self.own, vendor) > today) | (getattr(self.own, "all creditors") > today)
        return held

    def check(self) -> None:
        """A missed payroll ends every standstill; what has lapsed is a prospect lost."""
        company, state = self.company, self.company.state
        missed = company.trading & (company.wages_owed > 0)
        for name in vars(self.own):
            setattr(self.own, name, np.where(missed, LONG_AGO, getattr(self.own, name)))
        lapsed = company.trading & state.standstill & (getattr(self.own, "all creditors") <= company.today)
        company.tell(lapsed, "creditors", "are free to act again: the standstill is over")
        self._count(lapsed, -1)
        state.lost_prospects = state.lost_prospects + lapsed


def standstills(company: Company, own: Standstills) -> Generator[Any, Any, None]:
    """Each day see whether a standstill still holds."""
    for day in range(1, company.timeline.last_day + 1):
        yield company.clock.at(day, Phase.CREDITORS)
        if company.state.standstill.any() or day % 7 == 0:
            own.check()
