"""How active customers are while service is down, and what investors think."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.calendar import Phase

Floats = NDArray[np.float64]


def activity_target(service: Floats, revenue_left: Any) -> Floats:
    """What activity tends to: all of it with full service, ``revenue_left`` with none. *Source* P09."""
    target: Floats = 1 - (1 - revenue_left) * (1 - service)
    return target


def confidence_target(overdue: Floats, monthly_cost: Any, weight: Any) -> Floats:
    """What investors' confidence tends to, given overdue amounts in months of cost. *Assumption*: weight 0.1-1."""
    target: Floats = 1 / (1 + weight * overdue / monthly_cost)
    return target


def opening_monthly_cost(company: Company) -> Any:
    """Dollars a month for vendors, staff and costs at the start. *Source* C24: the gross cost run rate."""
    case = company.scenario
    people = sum(group.head_count * group.monthly_cost for group in case.staff)
    return sum(v.monthly_usage for v in case.vendors) + people + sum(cost.monthly for cost in case.costs)


def monthly_revenue(company: Company) -> Floats:
    """Dollars a month that the lines of revenue bring at today's activity and product value, demand apart.

    *Source* C52.
    """
    now = company.clock.months
    lines = (line.monthly * (1 + line.growth_per_month) ** now for line in company.scenario.revenue)
    revenue: Floats = sum(lines, start=0.0) * company.state.activity * company.state.product_value
    return revenue


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


def confidence(company: Company) -> Generator[Any, Any, None]:
    """Each week investors' confidence moves towards what arrears allow."""
    terms, state = company.scenario.confidence, company.state
    costs = company.block.columns(
        monthly=np.maximum(opening_monthly_cost(company), 1.0) + company.block.full(0.0, float)
    )
    before = 0.0
    for day in company.timeline.weekly():
        yield company.clock.at(day, Phase.MARKET)
        overdue = company.payables.overdue / 100 * company.links.arrears_to_confidence
        if company.disclosure:
            overdue = overdue * company.disclosure.known_share
        gap = confidence_target(overdue, costs.monthly, terms.arrears_weight) - state.confidence
        moved = state.confidence + gap * (1 - 2.0 ** (-(company.clock.months - before) / terms.half_life_months))
        state.confidence = np.where(company.trading, moved, state.confidence)
        before = company.clock.months
