"""Staff: who leaves, what a payroll costs, when it leaves the bank, and what happens if it cannot."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from math import exp
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.company.paydays import PAYDAYS, funding_days, tax_due_date, unpaid_days
from sim.company.staff import earned, exit_multiplier, net_and_withheld
from sim.company.state import LONG_AGO
from sim.kernel.calendar import Timeline
from tests.worlds import Spec, frame_of, line, result_of, world

START = date(2023, 10, 31)
TIMELINE = Timeline(START, 120)
MORALE = SimpleNamespace(contagion=0.15, cut_factor=1.4, cut_days=90)


@pytest.mark.parametrize(
    ("start", "country", "kind", "when", "days"),
    [
        (START, "GB", "monthly", date(2023, 11, 1), 1),
        (START, "GB", "monthly", date(2023, 11, 27), 27),
        (START, "GB", "monthly", date(2023, 11, 28), 0),
        (START, "GB", "monthly", date(2023, 12, 1), 1),
        (START, "US", "semi_monthly", date(2023, 11, 12), 12),
        (START, "US", "semi_monthly", date(2023, 11, 13), 0),
        (START, "US", "semi_monthly", date(2023, 11, 16), 1),
        (date(2023, 11, 20), "US", "semi_monthly", date(2023, 11, 20), 5),
        (date(2023, 11, 20), "GB", "monthly", date(2023, 11, 20), 20),
        (date(2023, 11, 29), "GB", "monthly", date(2023, 11, 29), 0),
    ],
    ids=[
        "on 1 November a day is unpaid",
        "on the 27th 27 days",
        "on the 28th November's pay has left the bank",
        "on 1 December a day",
        "in the US 12 days on the 12th",
        "none on the 13th, for the payday of the 15th",
        "a day on the 16th",
        "who starts on the 20th owes five days",
        "or twenty, of a monthly payroll",
        "or none, where it has left before",
    ],
)
def test_days_of_work_that_no_payroll_has_paid(start: date, country: str, kind: str, when: date, days: int) -> None:
    timeline = Timeline(start, 120)
    assert unpaid_days(timeline, country, PAYDAYS[kind], 2)[timeline.day(when)] == days


def test_36500_dollars_a_month_are_1200_a_day() -> None:
    assert earned(np.array([1, 2]), 36_500, np.array([1, 3])).tolist() == pytest.approx([120_000, 720_000])


@pytest.mark.parametrize(
    ("missed", "contagion", "cut", "factor"),
    [
        (-LONG_AGO, 0.0, -LONG_AGO, 1.0),
        (60, 0.0, -LONG_AGO, 4.0),
        (61, 0.0, -LONG_AGO, 1.0),
        (-LONG_AGO, 2.0, -LONG_AGO, 1.3),
        (-LONG_AGO, 0.0, 90, 1.4),
        (0, 1.0, 0, 4 * 1.4 * 1.15),
    ],
    ids=[
        "people leave at their usual rate",
        "four times as fast 60 days after a missed payroll",
        "as usual on the 61st",
        "1.3 times with two recent senior exits",
        "1.4 times 90 days after a cut",
        "6.44 times when all of it comes together",
    ],
)
def test_how_fast_people_leave(missed: int, contagion: float, cut: int, factor: float) -> None:
    since = (np.array([missed]), 4.0, 60, np.array([contagion]), np.array([cut]), MORALE)
    assert exit_multiplier(*since).tolist() == pytest.approx([factor])


@pytest.mark.parametrize(
    ("head_count", "paydays", "share", "net", "withheld"),
    [
        (30, 1, 0.4, 21_600_000, 14_400_000),
        (30, 2, 0.4, 10_800_000, 7_200_000),
        (30, 1, 0.0, 36_000_000, 0),
        (0, 1, 0.4, 0, 0),
    ],
    ids=[
        "30 people at $12,000 take $216,000 home and $144,000 is owed to the tax office",
        "half of both when paid twice a month",
        "$360,000 when nothing is withheld",
        "nobody costs nothing",
    ],
)
def test_one_payroll(head_count: int, paydays: int, share: float, net: int, withheld: int) -> None:
    found = net_and_withheld(np.array([head_count]), 12_000, paydays, share)
    assert [int(part[0]) for part in found] == [net, withheld]


@pytest.mark.parametrize(
    ("country", "paydays", "expected"),
    [
        ("GB", "monthly", ["2023-11-28", "2023-12-27", "2024-01-29", "2024-02-27"]),
        ("US", "semi_monthly", ["2023-11-13", "2023-11-28", "2023-12-13", "2023-12-27"]),
    ],
    ids=["Britain, monthly: 29 December is a Friday and 27 two days before", "America, on the 15th and the last day"],
)
def test_payroll_leaves_the_bank_two_business_days_before_payday(
    country: str, paydays: str, expected: list[str]
) -> None:
    days = funding_days(TIMELINE, country, PAYDAYS[paydays], 2)
    assert [TIMELINE.date(day).isoformat() for day, _ in islice(days, 4)] == expected


@pytest.mark.parametrize(
    ("payday", "due"),
    [(date(2023, 11, 30), date(2023, 12, 22)), (date(2023, 12, 29), date(2024, 1, 22))],
    ids=["November's is due on 22 December", "December's on 22 January"],
)
def test_tax_withheld_on_a_payday_is_due(payday: date, due: date) -> None:
    assert tax_due_date(payday) == due


def group(**parts: Any) -> Spec:
    """Ten people at $1,000 a month in Britain, 40% withheld, who stay."""
    tax = {"withheld_share": 0.4, "tax_creditor": "tax-office"}
    return {
        "name": "team",
        "head_count": 10,
        "monthly_cost": 1000,
        "country": "GB",
        "attrition_per_month": 0,
        **tax,
        **parts,
    }


def employer(cash: float, last_day: date, staff: Any = None, **parts: Any) -> Any:
    horizon = (last_day - START).days
    return world(START, cash=cash, country="GB", horizon_days=horizon, staff=[staff or group()], **parts)


def test_ten_people_at_1000_dollars_cost_6000_on_28_november_and_4000_of_tax_on_22_december() -> None:
    paid = [frame_of(employer(50_000, day)).final_cash.iloc[0] for day in (date(2023, 11, 27), date(2023, 11, 28))]
    assert paid == [50_000, 44_000]
    after_tax = frame_of(employer(50_000, date(2023, 12, 22))).iloc[0]
    assert after_tax.final_cash == 40_000
    assert after_tax["peak_overdue.tax-office"] == 0, "the tax is paid on the Friday it falls due"


def test_5000_dollars_pay_most_of_a_payroll_of_6000_and_1000_stay_owed() -> None:
    row = frame_of(employer(5_000, date(2023, 11, 28))).iloc[0]
    assert (row.final_cash, row.final_wages_owed) == (0, 1_000)
    assert row.payroll_missed_day == row.zero_cash_day == row.default_event_day == 28
    assert row.cash_flow_insolvent_day == 28


def test_wages_in_arrears_wait_over_a_weekend_for_the_next_business_day() -> None:
    grant = [line("grant", "in", "month", 3_000, day=2)]
    days = (date(2023, 11, 28), date(2023, 12, 3), date(2023, 12, 4))
    rows = [frame_of(employer(0, day, lines=grant)).iloc[0] for day in days]
    assert [(row.final_cash, row.final_wages_owed) for row in rows] == [(0, 3_000), (3_000, 3_000), (0, 0)]


def test_a_missed_payroll_costs_40_percent_of_investors_confidence() -> None:
    confidence = {"arrears_weight": 0, "missed_payroll_shock": 0.4, "suspension_shock": 0, "senior_exit_shock": 0}
    row = frame_of(employer(5_000, date(2023, 11, 28), confidence=confidence)).iloc[0]
    assert row.confidence == pytest.approx(0.6)
    unlinked = {"confidence": confidence, "feedback": {"missed_pay_to_confidence": False}}
    assert frame_of(employer(5_000, date(2023, 11, 28), **unlinked)).confidence.iloc[0] == 1


def test_replaced_leavers_keep_the_head_count_and_unreplaced_ones_do_not() -> None:
    n = 2000
    leaving = group(head_count=40, attrition_per_month=0.2, withheld_share=0, tax_creditor=None, hiring_months=0.01)
    horizon = date(2024, 10, 28)
    kept, shrunk = (
        frame_of(employer(1e9, horizon, {**leaving, "replacement_share": share}), n).head_count for share in (1, 0)
    )
    assert kept.mean() > 37, "a leaver is missed for a week"
    months = 11 + 28 / 31
    assert abs(shrunk.mean() - 40 * exp(-0.2 * months)) < 4 * np.sqrt(4 / n) + 0.02


def test_nobody_is_hired_while_wages_are_owed() -> None:
    leaving = group(head_count=40, attrition_per_month=2, replacement_share=1, hiring_months=0.01, missed_pay_factor=1)
    frame = frame_of(employer(1, date(2024, 2, 26), leaving), 50)
    assert frame.head_count.max() < 10


def test_people_leave_four_times_as_fast_after_a_missed_payroll() -> None:
    n, leave = 2000, group(head_count=100, attrition_per_month=0.1, replacement_share=0)
    tracks = result_of(employer(0, date(2023, 12, 26), leave), n, tracked=n).tracks
    before, after = (tracks[tracks.day == day].head_count.mean() for day in (28, 56))
    assert abs(before - 100 * exp(-0.1 * 27 / 30)) < 4 * 3 / np.sqrt(n), "Monday 27 November, the day before"
    assert abs(after / before - exp(-0.4 * (3 / 30 + 25 / 31))) < 4 * 0.06 / np.sqrt(n), "Monday 25 December"


KEY = {"name": "head", "group": "team", "exit_per_month": 50, "product_loss": 0.1}


def test_a_head_who_leaves_takes_a_head_and_10_percent_of_the_product() -> None:
    api = {"name": "api", "monthly": 520, "volatility": 0, "fee_share": 0}
    scenario = employer(1e6, date(2023, 11, 13), key_people=[KEY], revenue=[api])
    row = frame_of(scenario).iloc[0]
    assert (row.head_count, row.senior_exits) == (9, 1)
    sixth, thirteenth = 520 * 6 / 30, 520 * 7 / 30 * 0.9
    assert row.revenue == pytest.approx(sixth + thirteenth, abs=0.02), "the exit comes after customers have paid"


def test_trading_ceases_when_fewer_than_the_minimum_are_left() -> None:
    scenario = employer(1e6, date(2023, 11, 30), key_people=[KEY], minimum_head_count=10)
    row = frame_of(scenario).iloc[0]
    assert (row.end, row.cause, row.end_day) == ("insolvent", "ceased", 6)
    assert START + timedelta(days=6) == date(2023, 11, 6), "a Monday"


def test_a_company_without_staff_does_not_cease_for_want_of_them() -> None:
    assert frame_of(world(START, horizon_days=9, minimum_head_count=10)).end.tolist() == ["survived"]
