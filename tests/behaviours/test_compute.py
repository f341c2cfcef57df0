"""What the market, compute and bargains with vendors do to a company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.company.model import assemble
from sim.company.plan import BlockPlan
from sim.company.state import Company
from sim.scenario.schema import Experiment, Scenario
from tests.worlds import CHARITY, Spec, frame_of, result_of, world

START = date(2023, 10, 31)
PATIENCE: Spec = {"commercial": 60, "strict": 60}
"""Credit is held after 20 days of arrears, notice of breach given after 41, service suspended after 60."""
CLOUD: Spec = {
    "name": "cloud",
    "monthly_usage": 1e6,
    "usage_volatility": 0,
    "net_days": 30,
    "late_interest_per_month": 0,
    "service_share": 1,
    "posture": {"patient": 0, "commercial": 1, "strict": 0},
    "patience": PATIENCE,
    "exposure_factor": 1,
    "payment_factor": 1,
}
PATIENT: Spec = {"patience": {"commercial": 3000, "strict": 3000}}
"""A vendor that waits for years."""
NEVER_PAID: Spec = {"reserve_weeks": 0, "stretch_days": {"vendors": 2000}}
ARREARS: Spec = {"creditor": "cloud", "amount": 6e6, "due": START}


def case(
    cash: float = 0, vendor: Spec | None = None, invoices: Sequence[Spec] = (), months: int = 12, **parts: Any
) -> Scenario:
    """A company with one vendor."""
    vendors = [{**CLOUD, **(vendor or {})}]
    parts = {"horizon_months": months, "vendors": vendors, **parts}
    return world(START, **parts, opening={"cash": cash, "invoices": list(invoices)})


def rows(scenario: Scenario, *actions: Spec, replications: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows under do-nothing and under these actions."""
    frame = frame_of(scenario, replications, policies=[{"name": "act", "actions": list(actions)}] if actions else [])
    return frame[frame.policy == "do-nothing"].reset_index(drop=True), frame[frame.policy == "act"].reset_index(
        drop=True
    )


def at_the_horizon(scenario: Scenario, replications: int = 1, *actions: Spec) -> Company:
    """The company of a whole block, on the horizon, under one policy with these actions."""
    policy = {"name": "act", "actions": list(actions)}
    experiment = Experiment.model_validate({"name": "x", "scenario": scenario, "policies": [policy]})
    company, own = assemble(BlockPlan(scenario, (experiment.policies[-1],), 0, replications, 1))
    company.block.run(own.keep)
    return company


def grant(**more: Any) -> Spec:
    return {"name": "outside project", "vendor": "cloud", "monthly": 0.625e6, **more}


def act(do: str, on: str = "2023-11-01", **more: Any) -> Spec:
    return {"do": do, "on": on, **more}


# ---- the market


def gpu_market(**more: Any) -> Spec:
    return {"gpu_price": {"growth_per_year": -0.3, "volatility_per_year": 0.35, "half_life_months": 9, **more}}



def test_giving_half_the_capacity_back_does_not_make_a_debt_of_a_month_and_a_half_press_harder() -> None:
    invoices = [{"creditor": "cloud", "amount": amount, "due": START} for amount in (1e6, 0.5e6)]
    parts = {"invoices": invoices, "treasury": NEVER_PAID}
    cut = {"do": "cut_compute", "vendor": "cloud", "share": 0.5, "on": "2023-11-01", "fee_months": 0}
    later = {"exposure_factor": 3, "net_days": 300}
    nothing, less = rows(case(vendor=later, **parts), cut)
    assert nothing.service_suspended_day.tolist() == less.service_suspended_day.tolist() == [64]
    heavier, _ = rows(case(vendor={**later, "monthly_usage": 0.2e6}, **parts), cut)
    assert heavier.service_suspended_day.tolist() == [64], "and is as light where the same debt was run up by less"


def test_gpu_prices_fall_to_70_cents_in_the_median_of_a_year_with_the_spread_of_a_reverting_price() -> None:
    price = np.log(at_the_horizon(case(market=gpu_market()), 4000).state.gpu_price)
    speed = np.log(2) / 9
    sd = 0.35 * np.sqrt((1 - np.exp(-2 * speed * 12)) / (24 * speed))
    assert np.median(price) == pytest.approx(np.log(0.7), abs=0.02)
    assert price.std() == pytest.approx(sd, rel=0.05)


def test_gluts_come_in_half_of_the_years_and_lower_the_mean() -> None:
    quiet = gpu_market(volatility_per_year=0, glut_probability_per_year=0.5, glut_fall=0.3, half_life_months=1200)
    price = at_the_horizon(case(market=quiet), 4000).state.gpu_price
    assert np.mean(price > 0.69) == pytest.approx(0.5, abs=0.03)
    assert price.min() >= 0.7 * 0.7**8


def test_demand_and_the_funding_climate_move_together_as_far_as_their_loadings_say() -> None:
    state = {"volatility_per_year": 0.2, "half_life_months": 12}
    market = {"demand": {**state, "loading": 0.8}, "climate": {**state, "loading": 0.8}}
    found = at_the_horizon(case(market=market), 4000).state
    assert np.corrcoef(np.log(found.demand), np.log(found.climate))[0, 1] == pytest.approx(0.64, abs=0.04)


def test_the_bank_rate_starts_where_it_is_and_returns_to_its_level() -> None:
    market = {"bank_rate": {"start": 0.05, "level": 0.03, "half_life_months": 12}}
    assert at_the_horizon(case(market=market)).state.bank_rate == pytest.approx(0.04, abs=2e-4)


def test_demand_that_grows_by_a_fifth_a_year_brings_a_tenth_more_revenue_unless_the_link_is_off() -> None:
    parts: Spec = {"revenue": [{"name": "api", "monthly": 1e6, "volatility": 0, "fee_share": 0}]}
    parts["market"] = {"demand": {"growth_per_year": 0.2}}
    grown, _ = rows(case(CHARITY, **parts))
    flat, _ = rows(case(CHARITY, **parts, feedback={"demand_to_revenue": False}))
    assert grown.revenue[0] / flat.revenue[0] == pytest.approx(1.097, abs=0.005)


# ---- compute and grants


def test_ending_a_grant_saves_the_two_and_a_half_million_dollars_it_costs_in_four_months() -> None:
    kept, ended = rows(case(vendor=PATIENT, grants=[grant()], months=4), act("end_grants"))
    assert kept.final_owed[0] == pytest.approx(4e6)
    assert kept.final_owed[0] - ended.final_owed[0] == pytest.approx(2.5e6, rel=0.01)


def test_ending_a_grant_saves_nothing_where_the_spend_is_committed() -> None:
    committed = {**PATIENT, "commitment": {"per_year": 12e6, "year_ends": "2024-10-31"}}
    kept, ended = rows(case(vendor=committed, grants=[grant()]), act("end_grants"))
    assert kept.final_owed[0] == ended.final_owed[0] == pytest.approx(12e6)


def test_grants_arrive_and_end_around_the_number_that_their_rates_give() -> None:
    stream = grant(running=3, arrivals_per_month=0.5, months=6, monthly=0.1e6)
    company = at_the_horizon(case(CHARITY, grants=[stream], months=24), 2000)
    assert company.grants["outside project"].own.running.mean() == pytest.approx(3.0, abs=0.2)
    spent = CHARITY - (company.ledger.cash - company.payables.owed).mean() / 100
    assert spent == pytest.approx(24 * (0.7e6 + 3 * 0.1e6), rel=0.01), "their cost is part of the bill"


def test_usage_for_customers_falls_when_they_leave() -> None:
    market = {"demand": {"growth_per_year": -0.5}}
    half, _ = rows(case(vendor={**PATIENT, "inference_share": 1}, market=market))
    full, _ = rows(case(vendor=PATIENT, market=market))
    assert full.final_owed[0] == pytest.approx(12e6)
    assert half.final_owed[0] == pytest.approx(12e6 * 0.702, rel=0.02)


# ---- the vendor's contract and its ladder


def test_committed_spend_that_was_not_used_falls_due_when_the_contract_year_ends() -> None:
    committed = {"commitment": {"per_year": 18e6, "year_ends": "2024-06-30", "used_before": 4e6}, "net_days": 0}
    row = rows(case(CHARITY, vendor=committed, months=12))[0].iloc[0]
    assert CHARITY - row.final_cash + row.final_owed == pytest.approx(12e6 + (18e6 - 4e6 - 8e6), abs=1)


def test_a_termination_claims_the_rest_of_the_committed_year_and_part_of_that_is_disputed() -> None:
    terms = {"per_year": 12e6, "year_ends": "2024-10-31", "disputed_share": 0.5}
    company = at_the_horizon(case(vendor={"commitment": terms}, invoices=[ARREARS], months=11))
    vendor = company.vendors["cloud"]
    assert vendor.is_terminated[0]
    assert vendor.disputed[0] > 3e8
    assert company.disputed("cloud")[0] == vendor.disputed[0]
    assert company.payables.overdue[0] / 100 > 6e6 + 7e6


def test_a_vendor_that_asks_to_be_paid_ahead_and_is_does_not_suspend() -> None:
    parts: Spec = {"cash": 100e6, "invoices": [ARREARS], "treasury": NEVER_PAID}
    suspends, _ = rows(case(**parts))
    waits, _ = rows(case(**parts, vendor={"prepayment_probability": 1}))
    assert suspends.service_suspended_day[0] == 64
    assert pd.isna(waits.service_suspended_day[0])
    assert waits.final_cash[0] == pytest.approx(100e6 - 1e6 - 9e6, abs=1e6)


def test_a_vendor_that_asks_to_be_paid_ahead_and_is_not_suspends_weeks_later() -> None:
    row = rows(case(0, vendor={"prepayment_probability": 1}, invoices=[ARREARS]))[0].iloc[0]
    assert 64 < row.service_suspended_day <= 64 + 28


def test_a_vendor_that_takes_back_a_quarter_of_its_capacity_leaves_three_quarters_of_the_service() -> None:
    scenario = case(0, vendor={"recall_share": 0.25, "recall_at": 0.5}, invoices=[ARREARS], months=1)
    assert at_the_horizon(scenario).state.service[0] == 1.0
    later = case(0, vendor={"recall_share": 0.25, "recall_at": 0.5}, invoices=[ARREARS], horizon_days=45, months=None)
    assert at_the_horizon(later).state.service[0] == 0.75


def test_dear_gpus_hasten_a_vendor_and_the_link_can_be_switched_off() -> None:
    dear = {"resale_ratio": 1.0, "scarcity_weight": 1.0}
    market = {"gpu_price": {"growth_per_year": 3.0}}
    linked, _ = rows(case(vendor=dear, invoices=[ARREARS], market=market))
    alone, _ = rows(case(vendor=dear, invoices=[ARREARS], market=market, feedback={"gpu_price_to_patience": False}))
    assert linked.service_suspended_day[0] < alone.service_suspended_day[0] == 64


def test_a_credit_hold_shortens_the_terms_of_the_bills_that_follow() -> None:
    usual, _ = rows(case(0, vendor={"net_days": 60, "cure_days": 300}, invoices=[ARREARS], months=3))
    shorter, _ = rows(
        case(0, vendor={"net_days": 60, "cure_days": 300, "held_net_days": 0}, invoices=[ARREARS], months=3)
    )
    assert usual.final_overdue[0] == pytest.approx(7e6, abs=0.1e6)
    assert shorter.final_overdue[0] > usual.final_overdue[0] + 0.9e6


# ---- bargains


def test_a_plan_of_six_months_pays_all_arrears_and_keeps_the_service() -> None:
    scenario = case(100e6, invoices=[ARREARS], treasury=NEVER_PAID, months=7)
    nothing, plan = rows(scenario, act("ask_plan", vendor="cloud", months=6))
    assert nothing.service_suspended_day[0] == 64
    assert pd.isna(plan.service_suspended_day[0])
    assert plan["final_overdue.cloud plan"][0] == 0
    assert plan.final_cash[0] <= 100e6 - 6e6 - 4e6


def test_a_plan_that_is_not_paid_falls_due_at_once_and_service_stops() -> None:
    nothing, plan = rows(
        case(1.2e6, invoices=[ARREARS], treasury=NEVER_PAID), act("ask_plan", vendor="cloud", months=6)
    )
    assert nothing.service_suspended_day[0] < plan.service_suspended_day[0] < 120
    assert plan["peak_overdue.cloud plan"][0] == pytest.approx(4.8e6)


def test_a_standstill_of_90_days_moves_the_suspension_by_90_days() -> None:
    nothing, still = rows(case(0, invoices=[ARREARS]), act("standstill", vendors=["cloud"], days=90))
    assert abs(still.service_suspended_day[0] - nothing.service_suspended_day[0] - 90) <= 7


def test_a_standstill_of_all_creditors_is_a_live_prospect_until_it_lapses() -> None:
    company = at_the_horizon(case(0, months=1), 1, act("standstill", days=90))
    assert (company.state.standstill[0], company.state.live[0]) == (True, 1)
    later = at_the_horizon(case(0, months=6), 1, act("standstill", days=90))
    assert (later.state.standstill[0], later.state.live[0], later.state.lost_prospects[0]) == (False, 0, 1)


def test_arrears_of_6_million_settled_for_30_percent_in_cash_cost_1_8_million() -> None:
    scenario = case(10e6, invoices=[ARREARS], treasury=NEVER_PAID, months=1)
    nothing, settled = rows(scenario, act("compromise", vendor="cloud", cash_share=0.3, equity_share=0.2))
    assert nothing.final_cash[0] - settled.final_cash[0] == pytest.approx(1.8e6)
    assert nothing.final_owed[0] - settled.final_owed[0] == pytest.approx(6e6)


def test_a_settlement_that_cash_cannot_meet_does_not_happen() -> None:
    nothing, settled = rows(
        case(1e6, invoices=[ARREARS], treasury=NEVER_PAID, months=1), act("compromise", vendor="cloud", cash_share=0.3)
    )
    assert nothing.final_owed[0] == settled.final_owed[0]


def test_half_of_the_capacity_given_back_halves_the_bill_and_the_commitment() -> None:
    committed = {**PATIENT, "commitment": {"per_year": 12e6, "year_ends": "2024-10-31"}}
    full, half = rows(case(vendor=committed), act("surrender_capacity", vendor="cloud", share=0.5))
    assert full.final_owed[0] == pytest.approx(12e6)
    assert half.final_owed[0] == pytest.approx(6e6, rel=0.01)


def test_a_novation_takes_arrears_and_usage_away_and_brings_its_price() -> None:
    action = act("novate", vendor="cloud", share=0.5, arrears_share=1, proceeds=1e6)
    nothing, novated = rows(case(0, vendor=PATIENT, invoices=[ARREARS], months=3, treasury=NEVER_PAID), action)
    assert novated.final_cash[0] - nothing.final_cash[0] == pytest.approx(1e6)
    assert nothing.final_owed[0] - novated.final_owed[0] == pytest.approx(6e6 + 1.5e6)


def test_usage_moved_to_a_vendor_at_80_percent_of_the_price_costs_80_percent() -> None:
    second = {**CLOUD, **PATIENT, "name": "second", "monthly_usage": 0.5e6, "service_share": 0}
    scenario = world(START, 0, horizon_months=10, vendors=[{**CLOUD, **PATIENT}, second])
    kept, moved = rows(scenario, act("move_vendor", vendor="cloud", to="second", share=0.5, price_ratio=0.8))
    assert kept.final_owed[0] == pytest.approx(15e6)
    assert moved.final_owed[0] == pytest.approx(10 * (0.5e6 + 0.5e6 + 0.4e6), rel=0.01)


def test_a_vendor_offered_to_be_paid_ahead_waits() -> None:
    scenario = case(100e6, invoices=[ARREARS], treasury=NEVER_PAID)
    nothing, ahead = rows(scenario, act("prepay", vendor="cloud"))
    assert nothing.service_suspended_day[0] == 64
    assert pd.isna(ahead.service_suspended_day[0])


# ---- resale


def offer(**more: Any) -> Spec:
    own: Spec = {"name": "resale", "vendor": "cloud", "capacity_share": 1, "utilisation": 1, "already_paid_share": 1}
    return own | {"consent_probability": 1, "start_days": 1, "cost_share": 0, "collection_weeks": 0, **more}


def test_a_year_of_resale_of_the_whole_cluster_at_1_65_brings_139_million_only_at_every_hour_sold() -> None:
    scenario = case(CHARITY, vendor={"monthly_usage": 7e6}, resale=[offer(price_ratio=1.65, launch="2023-10-31")])
    assert rows(scenario)[0].revenue[0] == pytest.approx(139e6, rel=0.02)
    likely = offer(price_ratio=1.05, utilisation=0.6, ramp_months=4.5, capacity_share=0.4, launch="2023-10-31")
    assert rows(case(CHARITY, vendor={"monthly_usage": 7e6}, resale=[likely]))[0].revenue[0] == pytest.approx(
        17e6, rel=0.05
    )


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "link switched off"])
def test_resale_income_stops_on_the_day_the_vendors_contract_is_breached(linked: bool) -> None:
    scenario = case(
        0,
        invoices=[ARREARS],
        resale=[offer(launch="2023-10-31", collection_weeks=50, ended_by_breach=0)],
        feedback={"breach_to_resale": linked},
        horizon_days=62,
        months=None,
    )
    result = result_of(scenario)
    breach = result.frame.default_event_day[0]
    assert breach == 43
    weeks = result.tracks.set_index("day").revenue
    assert weeks[42] > 1.1e6
    assert (weeks[56] == weeks[49]) == linked


def test_a_vendor_that_refuses_ends_the_plan_to_resell() -> None:
    nothing, asked = rows(case(CHARITY, resale=[offer(consent_probability=0)]), act("resell", offer="resale"))
    assert nothing.revenue[0] == asked.revenue[0] == 0


def test_a_vendor_that_was_not_asked_finds_out_gives_notice_and_the_resale_is_over() -> None:
    scenario = case(CHARITY, resale=[offer(consent_probability=0, discovery_per_month=1)])
    _, unasked = rows(scenario, act("resell", offer="resale", ask_consent=False), replications=200)
    assert (unasked.revenue > 0).all()
    assert unasked.default_event_day.notna().mean() > 0.99
    assert unasked.revenue.mean() == pytest.approx(1.2e6, rel=0.3)


def test_a_sublease_keeps_its_price_when_the_market_falls() -> None:
    market = {"gpu_price": {"growth_per_year": -0.5}}
    fixed, _ = rows(case(CHARITY, market=market, resale=[offer(price="fixed", launch="2023-10-31")]))
    market_price, _ = rows(case(CHARITY, market=market, resale=[offer(launch="2023-10-31")]))
    assert fixed.revenue[0] == pytest.approx(12e6, rel=0.02)
    assert market_price.revenue[0] == pytest.approx(12e6 * 0.72, rel=0.02)


def test_what_is_sold_on_demand_is_billed_and_what_is_idle_is_not() -> None:
    idle, _ = rows(
        case(0, vendor=PATIENT, resale=[offer(launch="2023-10-31", collection_weeks=52)], months=6, treasury=NEVER_PAID)
    )
    extra = offer(launch="2023-10-31", collection_weeks=52, already_paid_share=0)
    billed, _ = rows(case(0, vendor=PATIENT, resale=[extra], months=6, treasury=NEVER_PAID))
    assert idle.final_owed[0] == pytest.approx(6e6)
    assert billed.final_owed[0] - idle.final_owed[0] > 1e6


def test_salaries_in_pounds_cost_a_tenth_more_dollars_when_the_pound_has_risen_by_a_tenth() -> None:
    team: Spec = {"name": "team", "head_count": 10, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}
    parts: Spec = {"horizon_days": 400, "market": {"fx": {"growth_per_year": 0.1}}}
    dollars, _ = rows(world(START, 1e7, staff=[team], **parts))
    pounds, _ = rows(world(START, 1e7, staff=[{**team, "currency": "GBP"}], **parts))
    paid = [1e7 - case.final_cash[0] for case in (dollars, pounds)]
    assert paid[0] == pytest.approx(1.3e6)
    assert paid[1] / paid[0] == pytest.approx(np.exp(np.log(1.1) * np.mean(np.arange(1, 14)) / 12), abs=0.005)


def test_a_year_of_12_million_bought_at_the_market_costs_8_4_when_its_price_halves_and_11_6_if_a_tenth_is() -> None:
    market = {"gpu_price": {"growth_per_year": -0.5}}
    all_of_it, a_tenth = (
        rows(case(vendor={**PATIENT, "market_share": share}, market=market))[0].final_owed[0] for share in (1, 0.1)
    )
    assert all_of_it == pytest.approx(12e6 * 0.702, rel=0.02)
    assert a_tenth == pytest.approx(12e6 * (1 - 0.1 * 0.298), rel=0.005)
