"""Deals of named prospects, who leads while they decide, and what a board can do about either."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import sim
from tests.conventions.shared import ROOT
from tests.worlds import Spec, frame_of, proportion_z, world, z_limit

START = date(2023, 10, 31)
CASE = sim.load(ROOT / "experiments/stability_2023_10.toml").scenario
FALSE_ALARMS = 1e-4
LEADERSHIP: Spec = {"exit_per_month": 0, "present_quality": 1}
NAMED = ("Canva", "NightCafe", "Tome", "government of Singapore")


def prospect(name: str = "partner", **terms: Any) -> Spec:
    own = {"name": name, "contract_value": 2e6, "win_probability": 1, "decision_days": 30, "payment": "upfront"}
    return own | terms


@pytest.mark.parametrize("name", NAMED)
def test_each_prospect_that_was_named_decides_and_signs_as_often_as_the_case_says(name: str) -> None:
    """With the company as it stands at the start; a false alarm in 1 of 10,000 runs of all four."""
    assert CASE.deals is not None
    (terms,) = (each for each in CASE.deals.prospects if each.name == name)
    n, odds = 4000, terms.win_probability.mean()
    deals = {"prospects": [terms.model_dump(by_alias=True)]}
    won = frame_of(world(START, horizon_months=60, deals=deals), n).deals_won
    assert 0.05 < odds < 0.3
    assert abs(proportion_z(float((won == 1).mean()), odds, n)) < z_limit(FALSE_ALARMS, len(NAMED))


def test_a_public_buyer_decides_on_day_244_and_pays_3_million_in_three_parts_60_150_and_270_days_later() -> None:
    buyer = prospect(decision_days=240, payment="milestones", contract_value=3e6)
    days = (243, 250, 310, 400, 520)
    rows = [frame_of(world(START, horizon_days=day, deals={"prospects": [buyer]})).iloc[0] for day in days]
    assert [row.deals_won for row in rows] == [0, 1, 1, 1, 1]
    assert [row.revenue / 1e6 for row in rows] == [0, 0, 1, 2, 3]


def test_a_chief_executive_of_half_the_quality_wins_half_of_the_deals_and_of_the_rounds() -> None:
    n = 4000
    lead = {"name": "lead", "kind": "outside", "meetings_per_month": 50, "success_probability": 1, "amount": 1e6}
    lead |= {"fall_through_probability": 0, "decision_days": 10, "closing_days": 10, "recapitalises": False}
    parts: Spec = {"deals": {"prospects": [prospect(win_probability=0.8)]}, "confidence": {"outside_round_chance": 0.8}}
    parts |= {"investors": [{**lead, "refusal_shock": 0, "cool_off_days": 400}], "horizon_months": 3}
    for quality in (1.0, 0.5):
        frame = frame_of(world(START, leadership={**LEADERSHIP, "present_quality": quality}, **parts), n)
        for share in ((frame.deals_won > 0).mean(), (frame.raised > 0).mean()):
            assert abs(proportion_z(float(share), 0.8 * quality, n)) < z_limit(FALSE_ALARMS, 4)


def test_a_deal_of_2_million_decided_before_a_successor_starts_on_day_105_is_lost_and_one_after_it_is_won() -> None:
    """The chief executive goes on day 15; an interim who convinces nobody leads for 90 days."""
    leaders = {**LEADERSHIP, "interim_quality": 0, "successor_quality": 1}
    deals = {"prospects": [prospect("early", decision_days=60), prospect("late", decision_days=120)]}
    policy = {"name": "change", "actions": [{"do": "ceo_exit", "on": "2023-11-15"}]}

    def revenue(search_days: int) -> list[float]:
        scenario = world(START, horizon_months=6, deals=deals, leadership={**leaders, "search_days": search_days})
        return [each / 1e6 for each in frame_of(scenario, policies=[policy]).revenue]

    assert revenue(90) == [4, 2]
    assert revenue(150) == [4, 0]


def test_a_price_of_30_keeps_two_thirds_of_10000_subscribers_and_a_partner_who_is_won_brings_2_million() -> None:
    shop = {"opening_subscribers": 10_000, "trials_per_month": 0, "churn_per_month": 0, "failed_card_share": 0}
    shop |= {"launch": "2023-10-01", "elasticity": 1, "refund_share": 0, "fee_share": 0, "fee_fixed": 0}
    wins = {"do": "set", "parameter": "deals.prospects.partner.win_probability", "value": 1}
    dearer = {"do": "reprice", "on": "2023-11-15", "price": 30}
    deals = {"prospects": [prospect(win_probability=0)]}
    scenario = world(START, horizon_months=2, subscription={**shop, "billing_days": [20]}, deals=deals)
    frame = frame_of(scenario, policies=[{"name": "plan", "actions": [dearer, wins]}]).set_index("policy")
    assert frame.subscribers.to_dict() == {"do-nothing": 10_000, "plan": 6667}
    assert frame.revenue.to_dict() == {"do-nothing": 2 * 10_000 * 20, "plan": 2 * 6667 * 30 + 2e6}
