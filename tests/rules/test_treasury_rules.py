"""The treasury: whom it pays first, what it keeps back, what it pays late; and policies that move it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.company.treasury import reserve, run_days
from sim.kernel.calendar import Timeline
from tests.worlds import Spec, frame_of, world

START = date(2023, 10, 31)
TIMELINE = Timeline(START, 120)


@pytest.mark.parametrize(
    ("weeks", "pay", "critical", "kept"),
    [(4, 60_000.4, 10_000, 280_002), (0, 60_000, 10_000, 0), (4, 0.0, 0, 0)],
    ids=["four weeks of pay and critical costs", "no reserve", "nobody to pay"],
)
def test_reserve_in_cents(weeks: int, pay: float, critical: float, kept: int) -> None:
    assert reserve(weeks, np.array([pay]), critical).tolist() == [kept]


def test_the_payment_run_is_on_friday_or_the_business_day_before() -> None:
    days = sorted(day for day in run_days(TIMELINE, "Friday", "GB") if day <= 160)
    found = [TIMELINE.date(day).isoformat() for day in days]
    assert found[:2] == ["2023-11-03", "2023-11-10"]
    assert "2024-03-28" in found, "29 March 2024 is Good Friday"
    assert "2024-03-29" not in found


def cost(name: str, pay_class: str, monthly: float = 1000, **parts: Any) -> Spec:
    """An invoice on the 1st, due at once."""
    return {"name": name, "class": pay_class, "monthly": monthly, "invoice_day": 1, "net_days": 0, **parts}


def payer(cash: float, last_day: date, costs: Any, **parts: Any) -> Any:
    horizon = (last_day - START).days
    return world(START, cash=cash, country="GB", horizon_days=horizon, costs=costs, **parts)


FRIDAY = date(2023, 11, 3)


def test_a_bill_due_on_wednesday_is_overdue_until_fridays_run() -> None:
    days = (date(2023, 11, 2), FRIDAY)
    thursday, friday = (frame_of(payer(5000, day, [cost("rent", "trade")])).iloc[0] for day in days)
    assert (thursday.final_overdue, thursday.final_cash) == (1000, 5000)
    assert (friday.final_overdue, friday.final_cash) == (0, 4000)


CLASSES = ("trade", "vendors", "tax", "critical")


def test_1500_dollars_pay_the_first_class_in_full_and_the_second_by_half() -> None:
    frame = frame_of(payer(1500, FRIDAY, [cost(name, name) for name in CLASSES]))
    assert {name: frame[f"final_overdue.{name}"].iloc[0] for name in CLASSES} == {
        "critical": 0,
        "tax": 500,
        "vendors": 1000,
        "trade": 1000,
    }
    assert frame.final_cash.tolist() == [0]


def test_the_order_of_payment_is_the_scenarios() -> None:
    order = {"reserve_weeks": 0, "pay_order": list(CLASSES), "protected": []}
    frame = frame_of(payer(1500, FRIDAY, [cost(name, name) for name in CLASSES], treasury=order))
    assert [frame[f"final_overdue.{name}"].iloc[0] for name in CLASSES] == [0, 500, 1000, 1000]


def test_a_protected_class_that_cannot_be_paid_in_full_is_zero_cash_and_another_is_not() -> None:
    critical, trade = (frame_of(payer(600, FRIDAY, [cost("rent", name)])).iloc[0] for name in ("critical", "trade"))
    assert (critical.zero_cash_day, critical.final_overdue, critical.final_cash) == (3, 400, 0)
    assert str(trade.zero_cash_day) == "<NA>"
    assert (trade.final_overdue, trade.final_cash) == (400, 0)


def test_a_reserve_of_four_weeks_keeps_a_trade_creditor_waiting_and_pays_a_critical_one() -> None:
    costs = [cost("rent", "critical", 1300), cost("lawyers", "trade", 1000)]
    row = frame_of(payer(3000, FRIDAY, costs, treasury={"reserve_weeks": 4})).iloc[0]
    assert row.final_cash == 1200, "4 x 12/52 of $1,300 a month"
    assert row["final_overdue.lawyers"] == 500
    assert row["final_overdue.rent"] == 0


def test_a_part_of_opening_cash_that_is_restricted_pays_nothing() -> None:
    opening = {"cash": 1000, "restricted_share": 0.3}
    scenario = world(START, country="GB", horizon_days=3, opening=opening, costs=[cost("rent", "trade")])
    row = frame_of(scenario).iloc[0]
    assert (row.final_cash, row.final_restricted_cash, row.final_overdue) == (0, 300, 300)


def test_stretching_trade_by_30_days_pays_the_bill_of_1_november_on_1_december() -> None:
    treasury = {"reserve_weeks": 0, "stretch_days": {"trade": 30}}
    costs = [cost("lawyers", "trade")]
    rows = [
        frame_of(payer(5000, day, costs, treasury=treasury)).iloc[0] for day in (date(2023, 11, 30), date(2023, 12, 1))
    ]
    assert [(row.final_cash, row.final_overdue) for row in rows] == [(5000, 1000), (4000, 1000)]


def actions(*steps: Spec) -> list[Spec]:
    return [{"name": "act", "actions": list(steps)}]


def test_a_policy_stretches_from_its_day_on_and_the_baseline_goes_on() -> None:
    stretch = {"do": "stretch", "class": "trade", "on": date(2023, 11, 20), "days": 60}
    frame = frame_of(payer(5000, date(2023, 12, 1), [cost("lawyers", "trade")]), policies=actions(stretch))
    assert frame.policy.tolist() == ["do-nothing", "act"]
    assert frame.final_cash.tolist() == [3000, 4000]


def test_a_policy_sets_a_parameter_from_the_start() -> None:
    cheaper = {"do": "set", "parameter": "costs.lawyers.monthly", "value": 400}
    frame = frame_of(payer(5000, FRIDAY, [cost("lawyers", "trade")]), policies=actions(cheaper))
    assert frame.final_cash.tolist() == [4000, 4600]


def test_giving_back_40_percent_of_a_vendor_costs_its_fee_and_saves_from_the_lag_on() -> None:
    cloud = {"name": "cloud", "monthly_usage": 1000, "service_share": 1, "usage_volatility": 0, "net_days": 5}
    cut = {"do": "cut_compute", "vendor": "cloud", "on": date(2023, 11, 15), "share": 0.4, "lag_days": 30}
    scenario = world(START, cash=9000, country="GB", horizon_months=2, vendors=[cloud])
    frame = frame_of(scenario, policies=actions({**cut, "fee_months": 1}))
    assert (frame.final_cash + -frame.final_owed).tolist() == [9000 - 2000, 9000 - 1000 - 400 - 600]


def test_a_launch_costs_its_price_in_30_days_and_sells_after_its_lag() -> None:
    part = {"launch": None, "trials_per_month": 0, "opening_subscribers": 10, "churn_per_month": 0}
    free = {"refund_share": 0, "fee_share": 0, "fee_fixed": 0, "failed_card_share": 0, "billing_days": [20]}
    launch = {"do": "launch_subscription", "on": date(2023, 11, 1), "lag_days": 30, "cost": 150}
    scenario = world(START, cash=1000, country="GB", horizon_days=60, subscription={**part, **free})
    frame = frame_of(scenario, policies=actions(launch))
    assert frame.final_cash.tolist() == [1000, 1000 - 150 + 10 * 20]


def test_a_launch_long_after_the_horizon_is_no_launch() -> None:
    launch = {"do": "launch_subscription", "on": date(2023, 11, 1), "lag_days": 3000, "cost": 150}
    part = {"launch": None, "trials_per_month": 900}
    frame = frame_of(world(START, cash=10, horizon_days=40, subscription=part), policies=actions(launch))
    assert frame.revenue.tolist() == [0, 0]


def test_an_insider_who_is_asked_on_1_november_and_decides_in_5_business_days_pays_on_the_8th() -> None:
    insider = {"name": "founder", "kind": "insider", "amount": 700, "decision_days": 5, "success_probability": 0}
    ask = {"do": "ask_insiders", "investor": "founder", "on": date(2023, 11, 1), "success_probability": 1}
    days = [(date(2023, 11, day) - START).days for day in (7, 8)]
    raised = [
        frame_of(
            world(START, cash=0, country="GB", horizon_days=day, investors=[insider]), policies=actions(ask)
        ).raised_note.tolist()
        for day in days
    ]
    assert raised == [[0, 0], [0, 700]]


def test_directors_who_file_by_policy_end_it_as_insolvent() -> None:
    scenario = world(START, cash=1000, country="GB", horizon_days=30)
    frame = frame_of(scenario, policies=actions({"do": "file", "on": date(2023, 11, 6)}))
    assert frame.end.tolist() == ["survived", "insolvent"]
    assert frame.cause.fillna("").tolist() == ["", "directors_filed"]
    assert frame.end_day.tolist() == [30, 6]
