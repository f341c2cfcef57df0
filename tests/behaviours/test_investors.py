"""Investors who are asked again, and what they know of arrears."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.worlds import Spec, frame_of, proportion_z, world, z_limit

START = date(2023, 10, 31)
N = 4000
FALSE_ALARMS = 1e-4
TEAM: Spec = {"name": "team", "head_count": 100, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}
BILLS: Spec = {"name": "suppliers", "class": "trade", "monthly": 0}
LATE: Spec = {"reserve_weeks": 0, "stretch_days": {"trade": 10_000}}
STEADY: Spec = {"half_life_months": 1000, "arrears_weight": 0, "outside_round_chance": 1}
LEAD: Spec = {
    "name": "lead",
    "kind": "outside",
    "meetings_per_month": 50,
    "decision_days": 10,
    "closing_days": 10,
    "success_probability": 1,
    "fall_through_probability": 0,
    "hidden_fall_through_probability": 1,
    "amount": 5e6,
    "recapitalises": False,
}
UNTOLD: Spec = {"found_out_per_month": 1e-9, "pressure_probability": 0, "disclosure_shock": 0, "found_out_shock": 0.33}
TELL: Spec = {"name": "tell", "actions": [{"do": "disclose", "on": "2023-11-01"}]}


def owing(million: float, **parts: Any) -> pd.DataFrame:
    """A company that costs a million dollars a month and does not pay its suppliers, under do-nothing and telling."""
    opening = {"cash": 50e6, "invoices": [{"creditor": "suppliers", "amount": million * 1e6, "due": "2023-10-01"}]}
    parts = {"staff": [TEAM], "costs": [BILLS], "treasury": LATE, "confidence": STEADY, "horizon_months": 6, **parts}
    return frame_of(world(START, opening=opening, country="GB", **parts), policies=[TELL]).set_index("policy")


def shaken(investor: Spec, linked: bool) -> pd.DataFrame:
    """A company that is a dollar short of its first payroll, on 28 November, which costs 95% of confidence."""
    doubt: Spec = {**STEADY, "missed_payroll_shock": 0.95}
    loan = {"name": "loan", "amount": 100e6, "probability": 1, "arrival_day": 31, "voided_by_default": False}
    parts: Spec = {"staff": [TEAM], "confidence": doubt, "tranches": [loan], "horizon_months": 6}
    parts |= {"investors": [{**LEAD, **investor, "cool_off_days": 400}], "feedback": {"confidence_to_rounds": linked}}
    return frame_of(world(START, 999_999, country="GB", **parts), N)


@pytest.mark.parametrize(("linked", "confidence"), [(True, 0.05), (False, 1.0)], ids=["linked", "link switched off"])
def test_confidence_of_5_percent_leaves_one_meeting_and_one_round_in_20_unless_the_link_is_off(
    linked: bool, confidence: float
) -> None:
    """Meetings at 0.2 a month, all of which go badly and cost a half; rounds decided on in January."""
    seldom = {"meetings_per_month": 0.2, "bad_meeting_probability": 1, "refusal_shock": 0.5}
    frame = shaken(seldom, linked)
    met = 1 - np.exp(-0.2 * (28 / 30 + (6 - 28 / 30) * confidence))
    assert (frame.payroll_missed_day == 28).all()
    assert abs(proportion_z(float((frame.confidence < 0.04).mean()), met, N)) < z_limit(FALSE_ALARMS, 2)
    raised = (shaken({"decision_days": 70}, linked).raised > 100e6).mean()
    assert raised == pytest.approx(confidence, abs=z_limit(FALSE_ALARMS, 2) * (0.05 * 0.95 / N) ** 0.5)


@pytest.mark.parametrize(("cool_off", "refusals"), [(80, 4), (400, 1)])
def test_a_lead_that_declines_is_approached_again_after_its_80_days_and_each_of_4_refusals_costs_a_tenth_of_confidence(
    cool_off: int, refusals: int
) -> None:
    never: Spec = {**LEAD, "success_probability": 0, "refusal_shock": 0.1, "cool_off_days": cool_off}
    row = frame_of(world(START, horizon_months=12, investors=[never], confidence=STEADY)).iloc[0]
    assert row.raised == 0
    assert row.confidence == pytest.approx(0.9**refusals, abs=0.01)


def test_of_a_month_of_arrears_investors_count_three_tenths_until_they_are_told_or_find_out_and_then_all() -> None:
    follows: Spec = {"half_life_months": 0.05, "arrears_weight": 1, "outside_round_chance": 1}
    partly = {**UNTOLD, "known_share": 0.3, "found_out_shock": 0}
    untold = owing(1, disclosure=partly, confidence=follows).confidence
    assert untold["do-nothing"] == pytest.approx(1 / 1.3, abs=0.005)
    assert untold["tell"] == pytest.approx(1 / 2, abs=0.005)
    found_out = owing(1, disclosure={**partly, "found_out_per_month": 100}, confidence=follows).confidence
    assert found_out["do-nothing"] == pytest.approx(1 / 2, abs=0.005)


FOLLOWS: Spec = {"half_life_months": 0.05, "arrears_weight": 0}
"""Confidence that is at its target within days."""


@pytest.mark.parametrize(("linked", "confidence"), [(True, 0.75), (False, 1.0)], ids=["linked", "link switched off"])
def test_cash_of_8_months_that_falls_to_3_where_6_are_enough_costs_a_quarter_of_confidence(
    linked: bool, confidence: float
) -> None:
    """Five payrolls of a million, of which investors count half of what is missing of six months."""
    parts: Spec = {"staff": [TEAM], "confidence": {**FOLLOWS, "runway_weight": 0.5, "runway_months": 6}}
    parts |= {"horizon_days": 160, "feedback": {"runway_to_confidence": linked}}
    row = frame_of(world(START, 8e6, country="GB", **parts)).iloc[0]
    assert row.final_cash == 3e6
    assert row.confidence == pytest.approx(confidence, abs=0.001)


def test_investors_start_at_1_though_there_are_3_months_of_cash_and_at_twice_as_much_think_1_of_3_more() -> None:
    parts: Spec = {"staff": [TEAM], "confidence": {**FOLLOWS, "runway_weight": 0.5}}
    parts |= {"horizon_days": 20, "tranches": [{"name": "loan", "amount": 3e6, "probability": 1, "arrival_day": 7}]}
    frame = frame_of(world(START, 3e6, country="GB", **parts))
    assert frame.confidence[0] == pytest.approx(1 / 0.75, abs=0.001)


@pytest.mark.parametrize("weight", [0.3, 1])
@pytest.mark.parametrize("cash", [0, 1, 1e6])
@pytest.mark.parametrize("revenue", [[], [{"name": "api", "monthly": 10_000}]], ids=["no revenue", "revenue"])
def test_confidence_stays_1_where_nothing_changes(weight: float, cash: float, revenue: list[Spec]) -> None:
    """It burns nothing, or what it has is nothing to it."""
    doubt = {**FOLLOWS, "runway_weight": weight, "growth_weight": weight}
    frame = frame_of(world(START, cash, revenue=revenue, confidence=doubt, horizon_days=25))
    assert frame.confidence[0] == pytest.approx(1)


def test_without_a_cent_of_cash_confidence_stays_1_though_half_of_the_people_leave() -> None:
    """A runway of nothing is one, whatever the company burns."""
    team = {**TEAM, "attrition_per_month": 0.5, "replacement_share": 0}
    parts: Spec = {"staff": [team], "confidence": {**FOLLOWS, "runway_weight": 1}, "horizon_days": 25}
    assert frame_of(world(START, 0, country="GB", **parts)).confidence[0] == pytest.approx(1)


@pytest.mark.parametrize(("linked", "growth"), [(True, 0.25), (False, 0.0)], ids=["linked", "link switched off"])
def test_revenue_that_doubles_every_3_months_stands_a_half_above_its_recent_level_and_adds_a_quarter_to_confidence(
    linked: bool, growth: float
) -> None:
    """The level follows with a half-life of 3 months: in the long run it is half of today's revenue, so g is 1."""
    line = {"name": "api", "monthly": 10_000, "growth_per_month": 2 ** (1 / 3) - 1}
    parts: Spec = {"revenue": [line], "confidence": {**FOLLOWS, "growth_weight": 0.25}, "horizon_months": 36}
    row = frame_of(world(START, **parts, feedback={"revenue_to_confidence": linked})).iloc[0]
    assert row.confidence == pytest.approx(1 + growth, abs=0.01)


def test_arrears_of_1_million_that_investors_were_not_told_cost_a_third_of_confidence_or_a_round_of_5_million() -> None:
    """A third where they find out by themselves, the round where diligence reveals it, neither where they were told."""
    untold = owing(1, disclosure=UNTOLD, investors=[{**LEAD, "refusal_shock": 0}])
    assert untold.raised.to_dict() == {"do-nothing": 0, "tell": 5e6}
    found_out = owing(1, disclosure={**UNTOLD, "found_out_per_month": 100})
    assert found_out.confidence.round(2).to_dict() == {"do-nothing": 0.67, "tell": 1.0}


def test_a_climate_that_falls_by_nine_tenths_a_year_leaves_a_meeting_to_half_instead_of_seven_in_ten() -> None:
    """Within six months at 0.2 a month; a bad meeting costs half of confidence."""
    seldom: Spec = {**LEAD, "meetings_per_month": 0.2, "bad_meeting_probability": 1, "refusal_shock": 0.5}
    parts: Spec = {"horizon_months": 6, "confidence": STEADY, "investors": [{**seldom, "cool_off_days": 400}]}
    falls = {"climate": {"growth_per_year": -0.9}}
    rate = 0.2 * 12 / np.log(10) * (1 - 10**-0.5)
    for market, mean in ((None, 0.2 * 6), (falls, rate)):
        shares = (frame_of(world(START, market=market, **parts), N).confidence < 0.8).mean()
        assert shares == pytest.approx(1 - np.exp(-mean), abs=0.035)


def test_two_senior_exits_at_a_tenth_each_leave_81_percent_of_confidence() -> None:
    people = [{"name": name, "group": "team", "exit_per_month": 100, "product_loss": 0} for name in ("one", "two")]
    shaken: Spec = {**STEADY, "senior_exit_shock": 0.1}
    parts: Spec = {"staff": [TEAM], "key_people": people, "horizon_months": 1}
    assert frame_of(world(START, confidence=shaken, **parts)).confidence[0] == pytest.approx(0.81, abs=0.001)


@pytest.mark.parametrize(("again", "raised"), [(0, 1e6), (1, 3e6)])
def test_insiders_who_do_not_pay_twice_bring_1_million_and_those_who_do_3_times_that(again: int, raised: float) -> None:
    insider: Spec = {"name": "founder", "kind": "insider", "amount": 1e6, "decision_days": 5, "success_probability": 1}
    insider |= {"repeat_probability": again, "ask_below_weeks": 13, "cool_off_days": 10, "max_closings": 3}
    never = dict.fromkeys(("filing", "filing_live", "missed_payroll_filing", "missed_payroll_filing_live"), 0)
    parts: Spec = {"staff": [TEAM], "investors": [insider], "board": {**never, "no_prospect_filing": 0}}
    assert frame_of(world(START, 0.5e6, horizon_months=6, country="GB", **parts)).raised[0] == raised


@pytest.mark.parametrize(("vendor", "founder"), [(1, 0.5), (0.6, 1), (0.6, 0.5)])
def test_a_round_of_5_million_that_needs_the_vendors_and_the_founder_closes_as_often_as_both_agree(
    vendor: float, founder: float
) -> None:
    """While a bill is overdue; a false alarm in 1 of 10,000 runs of the three."""
    consents = {"vendor_consent_probability": vendor, "founder_consent_probability": founder}
    rescue: Spec = {**LEAD, **consents, "recapitalises": True, "cool_off_days": 400}
    opening = {"cash": 50e6, "invoices": [{"creditor": "suppliers", "amount": 1e6, "due": "2023-10-01"}]}
    parts: Spec = {"costs": [BILLS], "treasury": LATE, "confidence": STEADY, "horizon_months": 3}
    scenario = world(START, opening=opening, investors=[{**rescue, "hidden_fall_through_probability": None}], **parts)
    closed = float((frame_of(scenario, N).end == "recapitalised").mean())
    assert abs(proportion_z(closed, vendor * founder, N)) < z_limit(FALSE_ALARMS, 3)
