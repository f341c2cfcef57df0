"""Each vendor climbs its own ladder, from the age that its arrears have on the first day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sim.company.ladder import NOTHING, RUNGS, SUSPENDED
from sim.scenario.schema import Scenario
from tests.worlds import Spec, company_of, frame_of, result_of, world

START = date(2023, 10, 31)
CLOUD: Spec = {
    "name": "first",
    "monthly_usage": 1e6,
    "usage_volatility": 0,
    "net_days": 90,
    "late_interest_per_month": 0,
    "service_share": 0.7,
    "posture": {"patient": 0, "commercial": 1, "strict": 0},
    "patience": {"commercial": 60, "strict": 60},
    "exposure_factor": 1,
    "payment_factor": 1,
    "cure_days": 30,
}
"""Looks each Wednesday; holds credit after 20 days of arrears, gives notice after 41, suspends after 60."""
SECOND: Spec = {**CLOUD, "name": "second", "service_share": 0.2, "monthly_usage": 0.1e6}
UNPAID: Spec = {"reserve_weeks": 0, "stretch_days": {"vendors": 2000}}


def owing(amounts: dict[str, tuple[float, date]], **parts: Any) -> Scenario:
    """A company with two vendors, which it owes these amounts since these days and does not pay."""
    invoices = [{"creditor": name, "amount": amount, "due": due} for name, (amount, due) in amounts.items()]
    opening = {"cash": 1e6, "invoices": invoices}
    return world(START, opening=opening, vendors=[CLOUD, SECOND], treasury=UNPAID, **parts)


def test_a_vendor_owed_6_million_holds_credit_on_day_22_suspends_on_day_64_and_terminates_on_day_92() -> None:
    told = result_of(owing({"first": (6e6, START)}, horizon_days=100)).trace("do-nothing", 0)
    days = {entry.what: entry.day for entry in told if entry.actor == "first" and entry.what in RUNGS.values()}
    assert days == {
        "sends a reminder": 1,
        "puts the account on credit hold": 22,
        "gives notice of breach": 43,
        "suspends service": 64,
        "terminates: all it is owed falls due": 92,
    }


def test_a_second_vendor_owed_1_million_takes_its_fifth_of_the_service_while_the_first_goes_on() -> None:
    company = company_of(owing({"second": (1e6, START)}, horizon_days=64))
    assert company.vendors["second"].own.rung.tolist() == [SUSPENDED]
    assert company.vendors["first"].own.rung.tolist() == [NOTHING]
    assert company.state.service.round(9).tolist() == [0.8]


def test_1_million_owed_for_30_days_at_the_start_suspends_on_day_36_and_the_same_owed_since_today_on_day_64() -> None:
    """Of two vendors, each by the age of its own arrears."""
    aged = {"first": (1e6, START), "second": (1e6, date(2023, 10, 1))}
    after = {day: company_of(owing(aged, horizon_days=day)).state.service.round(9).tolist() for day in (35, 36, 63, 64)}
    assert after == {35: [1.0], 36: [0.8], 63: [0.8], 64: [0.1]}


def test_a_bill_of_1_million_that_grew_by_a_tenth_a_month_grows_no_more_while_credit_is_held() -> None:
    """Held from day 22 on for 6 million of arrears: two bills of 1 million, or one of 1 and one of 1.1."""

    def owed(amount: float) -> float:
        invoices = [{"creditor": "first", "amount": amount, "due": START}] if amount else []
        opening = {"cash": 0, "invoices": invoices}
        grows = {**CLOUD, "growth_per_month": 0.1}
        return float(frame_of(world(START, horizon_months=2, opening=opening, vendors=[grows])).final_owed[0])

    assert owed(6e6) - 6e6 == 2e6
    assert owed(0) == pytest.approx(2.1e6)


def test_a_live_rescue_or_an_open_word_that_halves_its_pace_puts_the_suspension_of_day_64_off_to_day_120() -> None:
    promised = {"name": "loan", "amount": 1, "probability": 0, "arrival_day": 300, "voided_by_default": False}
    unknown = {"found_out_per_month": 1e-9, "pressure_probability": 0}
    opening = {"cash": 0, "invoices": [{"creditor": "first", "amount": 6e6, "due": START}]}
    calm = {**CLOUD, "rescue_factor": 0.5, "disclosure_factor": 0.5}

    def suspended(actions: list[Spec], **parts: object) -> int:
        scenario = world(START, horizon_months=6, opening=opening, vendors=[calm], disclosure=unknown, **parts)
        frame = frame_of(scenario, policies=[{"name": "act", "actions": actions}])
        return int(frame.service_suspended_day.iloc[-1])

    assert suspended([]) == 64
    assert suspended([], tranches=[promised]) == 120
    assert suspended([{"do": "disclose", "on": "2023-11-01"}]) == 120


def test_a_suspension_on_day_64_costs_three_tenths_of_confidence_unless_the_link_is_off() -> None:
    shaken = {"half_life_months": 1000, "arrears_weight": 0, "suspension_shock": 0.3}
    owed = {"first": (6e6, START)}
    left = {
        (day, linked): frame_of(
            owing(owed, horizon_days=day, confidence=shaken, feedback={"capacity_to_confidence": linked})
        ).confidence[0]
        for day, linked in ((63, True), (64, True), (64, False))
    }
    assert left == {(63, True): 1.0, (64, True): pytest.approx(0.7), (64, False): 1.0}
