"""Customers: who signs up, who stays, what they pay and when the money arrives."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from math import exp, log
from typing import Any

import numpy as np
import pytest

from sim.company.creditors import line_days
from sim.company.customers import burst, churn_factor, cohort_billing_days, conversion, mean_survival
from sim.kernel.calendar import Timeline
from tests.worlds import Spec, frame_of, line, result_of, world

TIMELINE = Timeline(date(2023, 10, 31), 120)


@pytest.mark.parametrize(
    ("price", "elasticity", "share"),
    [(20, 1.0, 0.03), (10, 1.0, 0.06), (40, 2.0, 0.0075), (40, 0.0, 0.03)],
    ids=[
        "3% at the reference price of $20",
        "6% at half the price",
        "0.75% at twice the price if demand is elastic",
        "3% at any price if it is not",
    ],
)
def test_share_of_trials_that_pay(price: float, elasticity: float, share: float) -> None:
    assert conversion(0.03, price, 20, elasticity) == pytest.approx(share)


@pytest.mark.parametrize(
    ("age", "window", "area"),
    [(3.5, 3.5, 3.5 / log(2) / 2), (7.0, 3.5, 3.5 / log(2) / 4), (5.0, 0.0, 0.0)],
    ids=["half of the burst comes in its first half-life", "a quarter in its second", "none in no time"],
)
def test_burst_of_trials_after_a_launch(age: float, window: float, area: float) -> None:
    assert burst(np.array([age]), np.array([window]), 3.5).tolist() == pytest.approx([area])


@pytest.mark.parametrize(
    ("window", "churn", "share"),
    [(1.0, 0.0, 1.0), (1.0, 0.09, (1 - exp(-0.09)) / 0.09), (0.0, 0.09, 1.0)],
    ids=["all without churn", "95.6% of a month's sign-ups at 9% a month", "all of those of this moment"],
)
def test_share_of_sign_ups_still_there_at_billing(window: float, churn: float, share: float) -> None:
    assert mean_survival(np.array([window]), np.array([churn])).tolist() == pytest.approx([share])


@pytest.mark.parametrize(
    ("service", "factor"),
    [(1.0, 1.0), (0.0, 3.0), (0.2, 2.6)],
    ids=["as ever with full service", "three times without", "2.6 times with a fifth"],
)
def test_subscribers_cancel_faster_while_service_is_down(service: float, factor: float) -> None:
    assert churn_factor(service, 3.0) == pytest.approx(factor)


def test_cohorts_bill_on_their_day_of_each_month_and_the_31st_is_its_last() -> None:
    pairs = takewhile(lambda pair: pair[0] <= 61, cohort_billing_days(TIMELINE, (1, 15, 31)))
    found = [(TIMELINE.date(day).isoformat(), cohort) for day, cohort in pairs]
    assert found == [
        ("2023-11-01", 0),
        ("2023-11-15", 1),
        ("2023-11-30", 2),
        ("2023-12-01", 0),
        ("2023-12-15", 1),
        ("2023-12-31", 2),
    ]


@pytest.mark.parametrize(
    ("every", "day", "first"),
    [
        ("day", None, ["2023-11-01", "2023-11-02"]),
        ("week", "Friday", ["2023-11-03", "2023-11-10"]),
        ("month_end", None, ["2023-11-30", "2023-12-31"]),
        ("month", 5, ["2023-11-05", "2023-12-05"]),
    ],
    ids=["every day", "each Friday", "each month end", "the 5th of each month"],
)
def test_dates_of_a_line(every: str, day: Any, first: list[str]) -> None:
    days = line_days(TIMELINE, every, day)
    assert [TIMELINE.date(next(days)).isoformat() for _ in first] == first


def subscription(**parts: Any) -> Spec:
    """Forty subscribers who never leave, nobody new, $20 a month, billed on the 15th, without fees."""
    nobody = {"trials_per_month": 0, "churn_per_month": 0, "failed_card_share": 0, "opening_subscribers": 40}
    free = {"refund_share": 0, "fee_share": 0, "fee_fixed": 0, "billing_days": [15]}
    return {"launch": date(2023, 10, 31), **nobody, **free, **parts}


def subscribed(last_day: date, **parts: Any) -> Any:
    horizon = (last_day - date(2023, 10, 31)).days
    scenario = world(date(2023, 10, 31), cash=0, country="GB", horizon_days=horizon, subscription=subscription(**parts))
    return frame_of(scenario).iloc[0]


def test_forty_subscribers_pay_800_dollars_on_their_day_and_the_processor_two_business_days_later() -> None:
    assert (subscribed(date(2023, 11, 15)).revenue, subscribed(date(2023, 11, 14)).revenue) == (800, 0)
    assert (subscribed(date(2023, 11, 16)).final_cash, subscribed(date(2023, 11, 17)).final_cash) == (0, 800)


def test_of_800_dollars_refunds_take_32_the_processor_35_20() -> None:
    row = subscribed(date(2023, 11, 20), refund_share=0.04, fee_share=0.029, fee_fixed=0.30)
    assert row.revenue == 800
    assert row.final_cash == pytest.approx(800 - 32 - 40 * (0.58 + 0.30))


def test_a_price_of_40_dollars_charges_1600() -> None:
    assert subscribed(date(2023, 11, 15), price=40).revenue == 1600


def test_before_its_launch_and_on_the_day_itself_nobody_is_charged() -> None:
    assert subscribed(date(2023, 12, 14), launch=date(2023, 11, 15)).revenue == 0
    assert subscribed(date(2023, 12, 15), launch=date(2023, 11, 15)).revenue == 800


def test_without_a_launch_nobody_is_ever_charged() -> None:
    row = subscribed(date(2023, 12, 31), launch=None)
    assert (row.revenue, row.subscribers) == (0, 40)


def test_opening_subscribers_are_spread_over_the_cohorts_the_first_taking_the_remainder() -> None:
    days = {"billing_days": [8, 15, 22], "opening_subscribers": 11}
    charged = [subscribed(date(2023, 11, day), **days).revenue for day in (7, 8, 15, 22)]
    assert charged == [0, 80, 160, 220]


def test_opening_subscribers_leave_from_day_0_on_even_if_billing_begins_with_a_later_launch() -> None:
    days = {"launch": date(2023, 11, 15), "billing_days": [8], "churn_per_month": 0.5, "opening_subscribers": 10_000}
    row = subscribed(date(2023, 12, 8), **days)
    stay = exp(-0.5 * (1 + 8 / 31))
    assert abs(row.subscribers - 10_000 * stay) < 4 * np.sqrt(10_000 * stay * (1 - stay))


def test_an_outage_of_half_the_service_doubles_churn_and_halves_sign_ups() -> None:
    n = 4000
    vendor = {"name": "cloud", "monthly_usage": 0, "service_share": 0.5, "patience": {"commercial": 1, "strict": 1}}
    opening = {"cash": 0, "invoices": [{"creditor": "cloud", "amount": 1, "due": "2023-09-30"}]}
    part = subscription(opening_subscribers=1000, churn_per_month=0.1, billing_days=[30], trials_per_month=1000)
    parts = {"vendors": [{**vendor, "cure_days": 900}], "subscription": {**part, "conversion_rate": 0.1}}
    frame = frame_of(world(date(2023, 10, 31), horizon_days=30, opening=opening, **parts), n)
    assert set(frame.service_suspended_day) == {1}, "a Wednesday"
    mean = 1000 * exp(-0.2) + 50 * (1 - exp(-0.2)) / 0.2
    assert abs(frame.subscribers.mean() - mean) < 4 * np.sqrt(mean / n)


def revenue(**parts: Any) -> Spec:
    return {"name": "api", "monthly": 520, "volatility": 0, "fee_share": 0, **parts}


def test_520_dollars_a_month_are_collected_on_mondays_for_the_share_of_the_month_since_the_last() -> None:
    scenario = world(date(2023, 10, 31), cash=0, horizon_days=27, revenue=[revenue()])
    tracks = result_of(scenario).tracks
    mondays = [0, 6, 13, 20]
    assert tracks.cash.tolist() == pytest.approx([520 * day / 30 for day in mondays], abs=0.02)


def test_a_full_month_brings_its_520_dollars_less_3_percent_of_fees() -> None:
    scenario = world(date(2023, 11, 6), cash=0, horizon_days=28, revenue=[revenue(fee_share=0.03)])
    row = frame_of(scenario).iloc[0]
    months = 4 / 31 + 24 / 30
    assert row.revenue == pytest.approx(520 * months, abs=0.03)
    assert row.final_cash == pytest.approx(0.97 * 520 * months, abs=0.05)


def test_a_line_of_three_amounts_of_7_dollars_each_friday_brings_21() -> None:
    scenario = world(
        date(2023, 10, 31), cash=0, horizon_days=10, lines=[line("tips", "in", "week", 7, day="Friday", count=3)]
    )
    assert frame_of(scenario).final_cash.tolist() == [42]


def test_a_negative_amount_goes_the_other_way() -> None:
    scenario = world(date(2023, 10, 31), cash=100, horizon_days=30, lines=[line("swing", "in", "month_end", -30)])
    row = frame_of(scenario).iloc[0]
    assert (row.final_cash, row.revenue) == (70, 0)


def test_what_a_line_cannot_pay_stays_owed_and_is_paid_in_the_next_weekly_run() -> None:
    lines = [line("rent", "out", "month", 100, day=6), line("grant", "in", "month", 500, day=8)]
    early, late = (
        frame_of(world(date(2023, 10, 31), cash=30, horizon_days=days, country="GB", lines=lines)).iloc[0]
        for days in (9, 10)
    )
    assert (early.zero_cash_day, early.final_overdue, early.final_cash) == (6, 70, 500)
    assert (late.final_overdue, late.final_cash) == (0, 430)
