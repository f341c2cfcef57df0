"""Pathwise: in a world without feedback, money that comes or is saved never brings the day without cash forward."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.scenarios import (
    NO_FEEDBACK,
    Spec,
    companies,
    costs,
    dollars,
    named,
    scenario_of,
    staff,
    subscriptions,
    tables,
    vendors,
)

BLIND: Spec = {
    "feedback": NO_FEEDBACK,
    "treasury": {"reserve_weeks": 0},
    "terminal_states": [],
    "board": None,
    "investors": [],
    "tranches": [],
    "minimum_service": 0,
}
"""Nobody reacts to arrears or to cash, and nothing is kept back."""


def zero_cash(spec: Spec) -> pd.Series:
    return tables(scenario_of(spec))[0].zero_cash_day


def with_cash(spec: Spec, cash: float) -> Spec:
    return {**spec, "opening": {**spec["opening"], "cash": cash}}


@settings(max_examples=40)
@given(companies(**BLIND), dollars(0, 50_000), dollars(1, 50_000))
def test_more_opening_cash_never_brings_the_day_without_cash_forward(spec: Spec, cash: int, more: int) -> None:
    poor, rich = (zero_cash(with_cash(spec, amount)) for amount in (cash, cash + more))
    assert (rich >= poor).all()


@settings(max_examples=40)
@given(companies(**BLIND, vendors=[]), vendors().filter(bool), st.integers(0, 99))
def test_a_cheaper_vendor_never_brings_the_day_without_cash_forward(
    spec: Spec, others: list[Spec], percent: int
) -> None:
    first = {**others[0], "monthly_usage": 20_000}
    cheaper = {**first, "monthly_usage": 20_000 * percent / 100}
    dear, cheap = (zero_cash({**spec, "vendors": [vendor, *others[1:]]}) for vendor in (first, cheaper))
    assert (cheap >= dear).all()


@settings(max_examples=40)
@given(companies(**BLIND), dollars(1, 20_000), st.integers(1, 28))
def test_one_more_cheque_never_brings_the_day_without_cash_forward(spec: Spec, amount: int, day: int) -> None:
    cheque = {"name": "a-cheque", "direction": "in", "every": "month", "day": day, "amount": amount}
    without, with_it = zero_cash(spec), zero_cash({**spec, "lines": [*spec["lines"], cheque]})
    assert (with_it >= without).all()


def whole(strategy: st.SearchStrategy[list[Spec]], **fixed: Any) -> st.SearchStrategy[list[Spec]]:
    """Members without proportional charges."""
    return strategy.map(lambda members: [{**member, **fixed} for member in members])


def whole_lines() -> st.SearchStrategy[list[Spec]]:
    line = {
        "direction": st.sampled_from(["in", "out"]),
        "class": st.sampled_from(["payroll", "critical", "trade"]),
        "every": st.sampled_from(["day", "month_end"]),
        "count": st.just({"poisson": 0.7}),
        "amount": dollars(-500, 2000),
    }
    return named("line", st.fixed_dictionaries(line), 2)


EVEN_MONTHS = 377_580
"""Dollars that 28, 29, 30 and 31 days divide without a rest: a month with days of suspension is billed in part."""


@st.composite
def whole_dollar_companies(draw: st.DrawFn) -> Spec:
    """Every amount in whole dollars, none a proportion of another (no reserve either); boards and vendors do react."""
    flat = {"growth_per_month": 0, "usage_volatility": 0, "late_interest_per_month": 0, "service_share": 0}
    parts = {
        "vendors": [{**v, "monthly_usage": EVEN_MONTHS * draw(dollars(0, 3))} for v in draw(whole(vendors(), **flat))],
        "costs": [{**cost, "monthly": draw(dollars(0, 5000))} for cost in draw(costs())],
        "staff": [
            {**group, "monthly_cost": 2 * draw(dollars(0, 2000))} for group in draw(whole(staff(), withheld_share=0))
        ],
        "lines": draw(whole_lines()),
        "revenue": [],
        "tranches": [],
        "investors": [],
        "treasury": {"reserve_weeks": 0, "stretch_days": {"trade": draw(st.integers(0, 30))}},
    }
    subscription = draw(subscriptions())
    free = {"price": 20, "reference_price": 20, "refund_share": 0, "fee_share": 0, "fee_fixed": 1}
    spec = draw(companies(**parts, subscription=subscription and {**subscription, **free}))
    invoices = spec["opening"].get("invoices", [])
    return {**spec, "opening": {"cash": draw(dollars(0, 100_000)), "invoices": invoices}}


def doubled(node: Any, key: str = "") -> Any:
    """The same company with every amount twice as large."""
    if isinstance(node, dict):
        return {name: doubled(child, name) for name, child in node.items()}
    if isinstance(node, list):
        return [doubled(child, key) for child in node]
    amounts = {"cash", "amount", "monthly", "monthly_usage", "monthly_cost", "price", "reference_price", "fee_fixed"}
    return 2 * node if key in amounts else node


@settings(max_examples=50)
@given(whole_dollar_companies())
def test_doubling_every_amount_changes_no_date_and_doubles_cash(spec: Spec) -> None:
    once, twice = (tables(scenario_of(world))[0] for world in (spec, doubled(spec)))
    dates = [name for name in once if name.endswith("_day")]
    same = [*dates, "end", "cause", "leading_state", "creditor", "subscribers", "head_count", "days_suspended"]
    pd.testing.assert_frame_equal(once[same], twice[same])
    assert (2 * once.final_cash == twice.final_cash).all()
    assert (2 * once.peak_overdue == twice.peak_overdue).all()


def test_doubling_doubles_amounts_and_nothing_else() -> None:
    spec = {"start": date(2023, 10, 31), "opening": {"cash": 5}, "staff": [{"monthly_cost": 3, "head_count": 4}]}
    assert doubled(spec) == {**spec, "opening": {"cash": 10}, "staff": [{"monthly_cost": 6, "head_count": 4}]}
