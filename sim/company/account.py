"""The account with a cloud vendor: what is used, what is billed, and what is owed in its books."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.compute import Grants, own_use, price_paid
from sim.company.contract import Contract
from sim.company.forbearance import AHEAD_DAYS, Ahead, Plan
from sim.company.in_kind import credits_used, less_credits
from sim.company.ladder import BREACH_NOTICE, CREDIT_HOLD, SUSPENDED, TERMINATED, postures
from sim.company.parameters import at
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, days_in_month
from sim.kernel.ledger import to_cents
from sim.kernel.payables import Creditor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def usage_charge(monthly_usage: Any, growth: Any, months_grown: Ints, usage_factor: Floats, share: Any) -> Floats:
    """Dollars for one month of usage: it grows by ``growth`` a month and is billed for ``share`` of the month's days.

    *Source* C20, C35 for the amounts; billing in arrears V01.
    """
    charge: Floats = monthly_usage * (1 + growth) ** months_grown * usage_factor * share
    return charge


def late_interest(overdue: Ints, per_month: Any) -> Ints:
    """A month's interest in cents on what is overdue. *Source* V04, V16: 1.5% a month."""
    return np.rint(overdue * per_month).astype(np.int64)


class Account:
    """One cloud vendor's account: parameters, payables, and columns ``posture, patience, pressure, cures, rung,
    usage_factor, months_grown, suspended_day, suspended_days, paid_before, reviewed, recalled, service_share, resold,
    largest_bill``.

    ``largest_bill`` is the largest month so far in cents, growth and resale apart: arrears are held against what they
    were run up at, so that giving capacity back does not make an old debt look larger. ``recalled`` is the share of
    capacity it has taken back, ``resold`` dollars of usage sold on since the last bill.
    ``contract``, ``ahead`` and ``plan`` are there if the scenario or a policy can bring them about.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.name: str = terms.name
        self.ahead = Ahead(company, self) if self._may("prepay", terms.prepayment_probability) else None
        self.plan = Plan(company, self) if self._may("ask_plan") else None
        self.creditor: Creditor = company.creditor(terms.name, "vendors")
        self.contract = Contract(company, self, terms.commitment) if terms.commitment else None
        self.grants: list[Grants] = []
        full = company.block.full
        self.own = company.block.columns(
            posture=self.draw("posture").categorical(postures(terms.posture)),
            **{
                name: full(0) for name in ("cures", "rung", "months_grown", "suspended_days", "paid_before", "reviewed")
            },
            largest_bill=full(0),
            pressure=full(0.0, float),
            patience=full(0.0, float),
            usage_factor=full(1.0, float),
            suspended_day=full(NEVER),
            recalled=full(0.0, float),
            service_share=full(0.0, float) + terms.service_share,
            resold=full(0.0, float),
        )

    def _may(self, action: str, chance: Any = 0) -> bool:
        """Whether the scenario, or an action of a policy of the question, can bring something about."""
        actions = [each for policy in self.company.all_policies for each in policy.actions if each.do == action]
        return bool(np.any(chance > 0)) or any(getattr(each, "vendor", "") == self.terms.name for each in actions)

    def draw(self, decision: str) -> Any:
        """The draws of a decision of this vendor."""
        return self.company.draw("vendors", self.name, decision)

    @property
    def accounts(self) -> list[Creditor]:
        """What is owed to it: bills, bills paid ahead, instalments."""
        return [self.creditor, *(each.creditor for each in (self.ahead, self.plan) if each)]

    @property
    def overdue(self) -> Ints:
        """Cents overdue to it in all accounts."""
        return sum((account.overdue for account in self.accounts[1:]), start=self.creditor.overdue)

    @property
    def disputed(self) -> Ints:
        """Cents of what is overdue to it that the company disputes. *Source* L05: no petition can rest on that."""
        return self.contract.own.disputed if self.contract else self.company.block.full(0)

    @property
    def is_in_breach(self) -> Mask:
        """Rows in which notice of breach has been given, or worse."""
        return self.own.rung >= BREACH_NOTICE

    @property
    def is_terminated(self) -> Mask:
        """Rows in which the contract is over."""
        return self.own.rung == TERMINATED

    def oldest_due_day(self, since: int) -> Ints:
        """The due day of the oldest overdue debt to it; of one that fell due by ``since``, some day up to it."""
        days = self.creditor.oldest_due_day(since=since)
        for account in self.accounts[1:]:
            if (overdue := account.overdue > 0).any():
                days = np.where(overdue, np.minimum(days, account.oldest_due_day(since=since)), days)
        return days

    @property
    def paid(self) -> Ints:
        """Cents paid to it so far in all accounts."""
        return sum((account.own.paid for account in self.accounts[1:]), start=self.creditor.own.paid)

    @property
    def core_usage(self) -> Any:
        """Dollars a month of the opening bill that are the company's own, grants apart."""
        return np.maximum(self.terms.monthly_usage - sum(grant.at_start for grant in self.grants), 0.0)

    @property
    def is_suspended(self) -> Mask:
        """Rows without service from this vendor."""
        return self.own.rung >= SUSPENDED

    @property
    def monthly_bill(self) -> Ints:
        """Cents a month at today's usage, growth and resale apart."""
        return to_cents(self.core_usage * self.own.usage_factor + sum(grant.monthly for grant in self.grants))

    def unbilled(self, rows: Ints) -> Ints:
        """Cents of usage since the last bill at the end of these rows (an index), at their usage of that day, demand
        and market prices apart, less what credits in kind cover.
        """
        company, own = self.company, self.own
        end = company.state.end_day[rows]
        days, length = company.timeline.days_into_month(end)
        suspended = np.where(self.is_suspended[rows], end - np.maximum(own.suspended_day[rows], end - days), 0)
        share = np.maximum(days - suspended - own.suspended_days[rows], 0) / length
        growth = (1 + at(self.terms.growth_per_month, rows)) ** own.months_grown[rows]
        core = at(self.core_usage, rows) * own.usage_factor[rows] * growth * (1 - own.recalled[rows])
        given = sum((grant.monthly[rows] for grant in self.grants), start=0.0)
        usage = np.where(self.is_terminated[rows], 0, to_cents((core + given) * share + own.resold[rows]))
        if self.name not in company.credits:
            return usage
        return usage - credits_used(usage, company.credits[self.name].left[rows])

    def bill(self, month: int, month_start: int) -> None:
        """Invoice the month that ends today."""
        company, own, terms = self.company, self.own, self.terms
        today = company.today
        away = own.suspended_days + np.where(self.is_suspended, today - np.maximum(own.suspended_day, month_start), 0)
        share = 1 - away / days_in_month(company.clock.date)
        use = own_use(terms.inference_share, company.demand, company.state.activity, own.recalled)
        charge = usage_charge(self.core_usage, terms.growth_per_month, own.months_grown, own.usage_factor * use, share)
        charge = charge * price_paid(terms.market_share, company.state.gpu_price)
        given = sum(grant.take() for grant in self.grants) * share
        own.largest_bill = np.maximum(own.largest_bill, self.monthly_bill)
        usage = to_cents(charge * self.draw("usage").noise(terms.usage_volatility, month) + given + own.resold)
        interest = late_interest(self.creditor.overdue, terms.late_interest_per_month)
        own.resold = np.where(company.trading, 0.0, own.resold)
        self._invoice(np.where(self.is_terminated, 0, usage), np.where(self.is_terminated, 0, interest))
        grows = (own.rung < CREDIT_HOLD) & (own.months_grown < terms.growth_months) & company.trading
        own.months_grown = own.months_grown + grows
        own.suspended_days = np.where(company.trading, 0, own.suspended_days)

    def _invoice(self, usage: Ints, interest: Ints) -> None:
        company, today, net_days = self.company, self.company.today, self.terms.net_days
        if self.terms.held_net_days is not None:
            shorter = np.minimum(net_days, self.terms.held_net_days)
            net_days = np.where(self.own.rung >= CREDIT_HOLD, shorter, net_days)
        billed = less_credits(company, self.name, usage + interest)
        if self.contract:
            self.contract.use(usage)
        if self.ahead:
            billed = self.ahead.set_off(billed)
            self.ahead.creditor.receive(np.where(self.ahead.own.on, billed, 0), today + AHEAD_DAYS, "compute")
            billed = np.where(self.ahead.own.on, 0, billed)
        self.creditor.receive(billed, today + net_days, "compute")
        company.tell(billed > 0, self.name, "invoices the month, due in {n} days", billed, net_days)

    def shrink(self, where: Mask, share: Any, service_loss: Any = 0) -> None:
        """Less usage, commitment and service from today on."""
        own = self.own
        own.usage_factor = np.where(where, own.usage_factor * (1 - share), own.usage_factor)
        own.service_share = np.where(where, own.service_share * (1 - service_loss), own.service_share)
        if self.contract:
            self.contract.scale(where, 1 - share)
