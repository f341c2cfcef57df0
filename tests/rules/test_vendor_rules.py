"""Cloud vendors: what they bill, how long they wait, what they do then."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.company.account import late_interest, usage_charge
from sim.company.ladder import BREACH_NOTICE, CREDIT_HOLD, REMINDER, SUSPENDED, TERMINATED, draw_above, pace, rung
from sim.company.product import activity_target, confidence_target, growth_part, runway_part
from sim.company.vendors import exit_fee
from tests.worlds import Spec, frame_of, line, result_of, world

NO_POSTURE: Spec = {"patient": 0, "commercial": 1, "strict": 0}


@pytest.mark.parametrize(
    ("overdue", "per_month", "interest"),
    [(700_000_000, 0.015, 10_500_000), (100_000, 0.015, 1_500), (33, 0.015, 0), (0, 0.015, 0), (700_000_000, 0.0, 0)],
    ids=[
        "a $7.0M bill overdue for a month bears $105,000 of interest",
        "$1,000 bear $15",
        "33 cents bear nothing",
        "nothing overdue bears nothing",
        "a vendor that asks for none gets none",
    ],
)
def test_late_interest(overdue: int, per_month: float, interest: int) -> None:
    assert late_interest(np.array([overdue]), per_month).tolist() == [interest]


@pytest.mark.parametrize(
    ("months", "factor", "share", "dollars"),
    [(0, 1.0, 1.0, 7.0e6), (2, 1.0, 1.0, 7.1407e6), (0, 0.6, 1.0, 4.2e6), (0, 1.0, 0.5, 3.5e6), (0, 1.0, 0.0, 0.0)],
    ids=[
        "$7.0M in the first month",
        "1% growth twice makes $7.1407M",
        "after a cut of 40% $4.2M",
        "half a month without service $3.5M",
        "a month without service nothing",
    ],
)
def test_usage_of_7_million_a_month_is_charged(months: int, factor: float, share: float, dollars: float) -> None:
    charge = usage_charge(7.0e6, 0.01, np.array([months]), np.array([factor]), np.array([share]))
    assert charge.tolist() == pytest.approx([dollars])


@pytest.mark.parametrize(
    ("overdue", "has_paid", "stands_still", "days"),
    [
        (200, False, False, 1.0),
        (201, False, False, 1.5),
        (200, True, False, 0.5),
        (201, True, False, 0.75),
        (201, True, True, 0.0),
    ],
    ids=[
        "a day past due counts as one up to two monthly bills",
        "as one and a half beyond",
        "as half after a payment",
        "as three quarters when both hold",
        "not at all while a patient vendor waits for a prospect",
    ],
)
def test_pace_of_pressure(overdue: int, has_paid: bool, stands_still: bool, days: float) -> None:
    arguments = (np.array([overdue]), np.array([100]), np.array([has_paid]), np.array([stands_still]))
    assert pace(*arguments, 1.5, 0.5).tolist() == [days]


@pytest.mark.parametrize(
    ("pressure", "reached"),
    [
        (0, REMINDER),
        (32, REMINDER),
        (33, CREDIT_HOLD),
        (67, BREACH_NOTICE),
        (99, BREACH_NOTICE),
        (100, SUSPENDED),
        (129, SUSPENDED),
        (130, TERMINATED),
    ],
)
def test_rung_of_a_vendor_with_100_days_of_patience_and_30_days_to_cure(pressure: float, reached: int) -> None:
    assert rung(np.array([float(pressure)]), np.array([100.0]), 0.33, 0.67, 30).tolist() == [reached]


class Uniform:
    """A law on 0 to 100 days."""

    def bounds(self) -> tuple[float, float]:
        return 0.0, 100.0

    def quantile(self, u: Any) -> Any:
        return 100 * np.asarray(u)


def test_patience_known_to_exceed_40_of_100_days_is_uniform_on_the_rest() -> None:
    drawn = draw_above(Uniform(), 40.0, np.array([0.0, 0.5, 1.0]))
    assert drawn == pytest.approx([40.0, 70.0, 100.0])


def test_giving_back_40_percent_of_7_million_a_month_costs_2_8_million_at_one_month() -> None:
    assert exit_fee(1.0, 7.0e6, 0.4) == pytest.approx(2.8e6)


@pytest.mark.parametrize(
    ("service", "target"),
    [(1.0, 1.0), (0.0, 0.35), (0.2, 0.48)],
    ids=["with full service all use stays", "without service 35% stays", "with a fifth of it 48% stays"],
)
def test_activity_tends_to(service: float, target: float) -> None:
    assert activity_target(np.array([service]), 0.35).tolist() == pytest.approx([target])


@pytest.mark.parametrize(
    ("overdue", "target"),
    [(0.0, 1.0), (12.75e6, 1 / 1.3), (25.5e6, 1 / 1.6)],
    ids=["nothing overdue: full", "a month of costs overdue: 0.77", "two months: 0.625"],
)
def test_confidence_tends_to(overdue: float, target: float) -> None:
    assert confidence_target(np.array([overdue]), 12.75e6, 0.3).tolist() == pytest.approx([target])


@pytest.mark.parametrize(
    ("months", "part"),
    [(0.0, 0.7), (3.0, 0.85), (6.0, 1.0), (60.0, 1.0)],
    ids=["no cash: 0.7", "half of what is enough: 0.85", "enough: all", "ten times as much: all"],
)
def test_of_confidence_a_runway_leaves(months: float, part: float) -> None:
    assert runway_part(np.array([months]), 6, 0.3).tolist() == pytest.approx([part])


@pytest.mark.parametrize(
    ("revenue", "level", "part"),
    [(100, 100.0, 1.0), (150, 100.0, 1.1), (900, 100.0, 1.2), (0, 100.0, 0.8), (100, 0.0, 1.0)],
    ids=["as lately: 1", "half more: 1.1", "nine times: 1.2 at most", "none left: 0.8", "none lately: not told"],
)
def test_growth_moves_confidence(revenue: int, level: float, part: float) -> None:
    assert growth_part(np.array([revenue]), np.array([level]), 0.2).tolist() == pytest.approx([part])


def vendor(**parts: Any) -> Spec:
    """A commercial vendor of $1,000 a month with exactly 40 days of patience and no noise."""
    fixed = {"usage_volatility": 0, "late_interest_per_month": 0, "posture": NO_POSTURE, "exposure_factor": 1}
    return {
        "name": "cloud",
        "monthly_usage": 1000,
        "service_share": 0.8,
        "patience": {"commercial": 40, "strict": 20},
        **fixed,
        **parts,
    }


def bill(amount: float, due: str) -> Spec:
    return {"creditor": "cloud", "amount": amount, "due": due}


def unpaid(cash: float = 0, horizon_days: int = 120, lines: Any = (), amounts: Any = (500,), **parts: Any) -> Any:
    """A company without income that owes its vendor bills due on Tuesday 31 October 2023, its day 0."""
    opening = {"cash": cash, "invoices": [bill(amount, "2023-10-31") for amount in amounts]}
    return world(date(2023, 10, 31), opening=opening, horizon_days=horizon_days, vendors=[vendor(**parts)], lines=lines)


REVIEWS = ("2023-11-29", "2023-12-13", "2024-01-10")
DAY = {name: (date.fromisoformat(name) - date(2023, 10, 31)).days for name in REVIEWS}


def test_a_bill_unpaid_for_40_days_suspends_service_at_the_next_wednesday_review() -> None:
    row = frame_of(unpaid()).iloc[0]
    assert row.default_event_day == DAY["2023-11-29"], "27 of 40 days are past on Wednesday 29 November, day 29"
    assert row.service_suspended_day == DAY["2023-12-13"], "40 days are past on Wednesday 13 December, day 43"
    assert row.debt_accelerated_day == DAY["2024-01-10"], "70 days are past on Wednesday 10 January, day 71"
    assert row.final_owed == row.final_overdue, "termination makes every open bill due"


def test_bills_stop_at_termination_and_a_month_is_billed_for_its_days_of_service() -> None:
    row = frame_of(unpaid()).iloc[0]
    december = round(1000 * 13 / 31, 2)
    assert row.final_owed == pytest.approx(500 + 1000 + december, abs=0.005)


def test_a_strict_vendor_has_half_the_patience() -> None:
    strict = unpaid(posture={"patient": 0, "commercial": 0, "strict": 1})
    assert frame_of(strict).service_suspended_day.iloc[0] == 22


def test_a_patient_vendor_stands_still_while_a_tranche_may_come() -> None:
    tranche = {"name": "promise", "amount": 1, "probability": 0, "arrival_day": 60, "voided_by_default": False}
    patient = {"patient": 1, "commercial": 0, "strict": 0}
    opening = {"cash": 0, "invoices": [bill(500, "2023-10-31")]}
    scenario = world(
        date(2023, 10, 31),
        opening=opening,
        horizon_days=150,
        vendors=[vendor(posture=patient)],
        tranches=[tranche],
        country="GB",
    )
    assert frame_of(scenario).service_suspended_day.iloc[0] == 99, "day 57 was the last review it stood still at"


def test_more_than_two_monthly_bills_overdue_make_days_count_one_and_a_half() -> None:
    row = frame_of(unpaid(amounts=(1000, 1000, 1), exposure_factor=1.5)).iloc[0]
    assert row.service_suspended_day == 29, "1.5 times 29 days is more than 40"
    large = frame_of(unpaid(amounts=(1500, 501), exposure_factor=1.5)).iloc[0]
    assert large.service_suspended_day == 43, "two months of 1,500 dollars are 3,000"


def test_5000_dollars_on_20_november_pay_the_bill_before_patience_ends() -> None:
    frame = frame_of(unpaid(lines=[line("rescue", "in", "month", 5_000, day=20)], horizon_days=62))
    assert frame.service_suspended_day.isna().all()
    assert frame.default_event_day.isna().all()
    assert frame["final_overdue.cloud"].tolist() == [1000], "November's bill, due on a Saturday"


def test_a_suspended_vendor_that_is_paid_on_15_december_reinstates_on_the_20th_and_bills_24_of_31_days() -> None:
    rescue = {"name": "rescue", "amount": 50_000, "probability": 1, "arrival_day": 45, "voided_by_default": False}
    opening = {"cash": 0, "invoices": [bill(500, "2023-10-31")]}
    scenario = world(
        date(2023, 10, 31),
        opening=opening,
        horizon_days=61,
        vendors=[vendor()],
        tranches=[rescue],
        country="GB",
    )
    row = frame_of(scenario).iloc[0]
    assert row.service_suspended_day == DAY["2023-12-13"]
    assert row.days_suspended == 7, "from Wednesday 13 December to Tuesday 19 December"
    assert row.final_cash == 50_000 - 500
    assert row.final_owed == pytest.approx(1000 + 1000 * 24 / 31, abs=0.005), "14 to 20 December are not billed"


def test_growth_of_10_percent_makes_the_third_bill_1210_dollars() -> None:
    scenario = world(date(2023, 10, 31), horizon_months=3, vendors=[vendor(growth_per_month=0.1, net_days=365)], cash=0)
    tracks = result_of(scenario).tracks
    assert tracks.owed.iloc[-1] == 1000 + 1100
    assert frame_of(scenario).final_owed.iloc[0] == pytest.approx(1000 + 1100 + 1210)


def test_without_its_link_arrears_never_suspend() -> None:
    opening = {"cash": 0, "invoices": [bill(500, "2023-10-31")]}
    scenario = world(
        date(2023, 10, 31),
        opening=opening,
        horizon_days=200,
        vendors=[vendor()],
        feedback={"arrears_to_capacity": False},
    )
    assert frame_of(scenario).service_suspended_day.isna().all()


def test_service_days_of_a_start_in_mid_month_are_the_whole_months_days() -> None:
    opening = {"cash": 0, "invoices": []}
    scenario = world(date(2023, 11, 15), opening=opening, horizon_days=20, vendors=[vendor(net_days=60)])
    assert frame_of(scenario).final_owed.iloc[0] == 1000


def test_an_early_bill_climbs_although_an_opening_instalment_is_due_later() -> None:
    instalment = {"creditor": "cloud", "amount": 500, "due": "2024-09-30"}
    opening = {"cash": 0, "invoices": [instalment]}
    scenario = world(date(2023, 10, 31), opening=opening, horizon_days=120, vendors=[vendor(net_days=10)])
    assert frame_of(scenario).service_suspended_day.fillna(-1).tolist() == [85], "the bill of November is due on day 40"
