"""How active customers are while service is down, what the company earns and burns, and what investors think."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.calendar import Phase
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_RUNWAY_PART = 0.1
"""Confidence starts at 1 whatever the runway; a longer one raises it tenfold at most."""


def activity_target(service: Floats, revenue_left: Any) -> Floats:
    """What activity tends to: all of it with full service, ``revenue_left`` with none. *Source* P09."""
    target: Floats = 1 - (1 - revenue_left) * (1 - service)
    return target


def confidence_target(overdue: Floats, monthly_cost: Any, weight: Any) -> Floats:
    """What investors' confidence tends to, given overdue amounts in months of cost. *Assumption*: weight 0.1-1."""
    target: Floats = 1 / (1 + weight * overdue / monthly_cost)
    return target


def runway_part(months: Floats, comfortable: Any, weight: Any) -> Floats:
    """What is left of confidence with so many months of cash: all from ``comfortable`` on, ``1 - weight`` with none,
    but a tenth at least.

    *Source* B33 and B43 for the months below which investors count them; *Assumption*: weight 0-0.6.
    """
    left: Floats = np.maximum(1 - weight * np.clip(1 - months / comfortable, 0.0, 1.0), LEAST_RUNWAY_PART)
    return left


def growth_part(revenue: Ints, level: Floats, weight: Any) -> Floats:
    """How much growth adds to confidence, from revenue a month against its recent level; at most ``weight`` either way.

    *Assumption*: weight 0-0.5.
    """
    growth = np.divide(revenue - level, level, out=np.zeros_like(level), where=level > 0)
    part: Floats = 1 + weight * np.clip(growth, -1.0, 1.0)
    return part


def opening_monthly_cost(company: Company) -> Any:
    """Dollars a month for vendors, staff and costs at the start. *Source* C24: the gross cost run rate."""
    case = company.scenario
    people = sum(group.head_count * group.monthly_cost for group in case.staff)
    return sum(v.monthly_usage for v in case.vendors) + people + sum(cost.monthly for cost in case.costs)


def monthly_receipts(company: Company) -> Ints:
    """Cents a month that customers pay: the lines of revenue at today's activity and product value, demand apart, and
    subscribers by the month.

    *Source* C52, C53.
    """
    now = company.clock.months
    lines = (line.monthly * (1 + line.growth_per_month) ** now for line in company.scenario.revenue)
    receipts = to_cents(sum(lines, start=0.0) * company.state.activity * company.state.product_value)
    return receipts + (company.subscription.monthly_charges if company.subscription else 0)


def monthly_revenue(company: Company) -> Ints:
    """Cents a month that customers bring: what they pay, and what is earned of years paid in advance. *Source* C52."""
    return monthly_receipts(company) + (company.subscription.own.monthly_release if company.subscription else 0)


def monthly_burn(company: Company) -> Floats:
    """Cents a month that today's company spends above what customers pay; never negative.

    *Source* C24 for what a run rate counts; rent and court cases are left out.
    """
    bills = (np.where(vendor.is_terminated, 0, vendor.monthly_bill) for vendor in company.vendors.values())
    vendors = sum(bills, start=company.block.full(0))
    people = sum(group.own.head * group.monthly_cost for group in company.groups.values())
    costs = sum(cost.monthly for cost in company.scenario.costs)
    burn: Floats = np.maximum(vendors + 100 * (people + costs) - monthly_receipts(company), 0.0)
    return burn


def product(company: Company) -> Generator[Any, Any, None]:
    """Each week activity follows service."""
    terms, state = company.scenario.product, company.state
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.USAGE)
        if company.links.capacity_to_revenue:
            target = np.where(state.closed, 0.0, activity_target(state.service, terms.revenue_left))
            gap = target - state.activity
            moved = state.activity + gap * -np.expm1(-7 / terms.response_days)
            state.activity = np.where(company.trading, moved, state.activity)


class Confidence:
    """What outside investors think, with columns ``monthly_cost`` (dollars, at the start), ``opening`` (the part of the
    runway at the start, for confidence starts at 1) and ``level`` (cents of revenue a month, lately).
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.terms = company.scenario.confidence
        zero = company.block.full(0.0, float)
        self.own = company.block.columns(
            monthly_cost=np.maximum(opening_monthly_cost(company), 1.0) + zero,
            opening=zero + 1.0,
            level=zero,
        )

    def open(self) -> None:
        """Note runway and revenue at the start."""
        self.own.opening = self._runway_part()
        self.own.level = monthly_revenue(self.company).astype(np.float64)

    def move(self, months: float) -> None:
        """Move towards what arrears, runway and growth allow, over some months."""
        company, terms, state = self.company, self.terms, self.company.state
        target = self._arrears_part() * self._growth_part(months)
        if company.links.runway_to_confidence:
            target = target * self._runway_part() / self.own.opening
        moved = state.confidence + (target - state.confidence) * _share_closed(months, terms.half_life_months)
        state.confidence = np.where(company.trading, moved, state.confidence)

    def _arrears_part(self) -> Floats:
        company = self.company
        overdue = company.payables.overdue / 100 * company.links.arrears_to_confidence
        if company.disclosure:
            overdue = overdue * company.disclosure.known_share
        return confidence_target(overdue, self.own.monthly_cost, self.terms.arrears_weight)

    def _runway_part(self) -> Floats:
        company, terms = self.company, self.terms
        cash, burn = np.maximum(company.ledger.cash, 0), monthly_burn(company)
        months = np.divide(cash, burn, out=np.full(burn.shape, np.inf), where=burn > 0)
        return runway_part(months, terms.runway_months, terms.runway_weight)

    def _growth_part(self, months: float) -> Any:
        own, revenue = self.own, monthly_revenue(self.company)
        part = growth_part(revenue, own.level, self.terms.growth_weight)
        own.level = own.level + (revenue - own.level) * _share_closed(months, self.terms.growth_half_life_months)
        return part if self.company.links.revenue_to_confidence else 1.0


def _share_closed(months: float, half_life: Any) -> Any:
    return 1 - 2.0 ** (-months / half_life)


def confidence(company: Company, own: Confidence) -> Generator[Any, Any, None]:
    """Each week investors' confidence moves towards what the company's state allows."""
    yield company.clock.at(0, Phase.MARKET)
    own.open()
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.MARKET)
        own.move(company.clock.months - before)
        before = company.clock.months
