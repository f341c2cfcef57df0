"""Deals, the press, investors who find out, buyers, and a chief executive who goes."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.company.customers import HELD
from sim.company.deals import RECEIVABLE
from sim.company.in_kind import CREDITS
from sim.company.model import assemble
from sim.company.plan import BlockPlan
from sim.scenario.schema import Experiment, Scenario
from tests.worlds import Spec, frame_of, result_of, share_by, world

START = date(2023, 10, 31)
TEAM: Spec = {"name": "team", "head_count": 100, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0.03}
BILLS: Spec = {"name": "suppliers", "class": "trade", "monthly": 0}
STRETCH: Spec = {"reserve_weeks": 0, "stretch_days": {"trade": 10_000}}
LEAD: Spec = {
    "name": "lead",
    "kind": "outside",
    "meetings_per_month": 1.0,
    "decision_days": 20,
    "closing_days": 10,
    "success_probability": 1,
    "fall_through_probability": 0,
    "amount": 5e6,
    "recapitalises": False,
    "cool_off_days": 30,
}
OPEN_GATE: Spec = {"outside_round_chance": 1, "arrears_weight": 0, "missed_payroll_shock": 0, "suspension_shock": 0}
PRESS: Spec = {"leak_per_month": 50, "confidence_shock": 0}
LEADERSHIP: Spec = {"exit_per_month": 0, "interim_quality": 0.5, "successor_quality": 1.2, "search_days": 90}
FAST: Spec = {
    "bidders_per_month": 8,
    "drop_out_per_month": 0,
    "diligence_months": 0.5,
    "buyer_chance": 1,
    "revenue_multiple": 0,
    "technology": 20e6,
    "founder_consent_probability": 1,
    "closing_days": 14,
    "fall_through_probability": 0,
    "longest_days": 120,
}
LAWS = {"decision_days", "closing_days", "amount"}


def prospect(name: str = "big customer", **terms: Any) -> Spec:
    return {
        "name": name,
        "contract_value": 2e6,
        "win_probability": 1,
        "decision_days": 30,
        "payment": "upfront",
        **terms,
    }


def scenario_of(arrears: float, cash: float, **parts: Any) -> Spec:
    """A company with 100 people, which does not pay its suppliers."""
    invoice = {"creditor": "suppliers", "amount": max(arrears, 1), "due": "2023-10-01"}
    parts = {"staff": [TEAM], "treasury": STRETCH, "confidence": OPEN_GATE, "horizon_months": 12, **parts}
    made = world(START, cash, country="GB", costs=[BILLS], **parts).model_dump(by_alias=True)
    made["opening"] = {"cash": cash, "invoices": [invoice]}
    return made


def case(n: int = 1, arrears: float = 0, policies: Any = (), cash: float = 50e6, **parts: Any) -> pd.DataFrame:
    """Its replications under do-nothing and these policies."""
    return frame_of(Scenario.model_validate(scenario_of(arrears, cash, **parts)), n, policies=policies)


def under(frame: pd.DataFrame, policy: str) -> pd.DataFrame:
    return frame[frame.policy == policy].reset_index(drop=True)


def acting(do: str, name: str = "try", **terms: Any) -> list[Spec]:
    return [{"name": name, "actions": [{"do": do, "on": "2023-11-15", **terms}]}]


def test_a_contract_of_2_million_dollars_signed_on_day_35_is_paid_45_days_later() -> None:
    unpaid, paid = (
        case(deals={"prospects": [prospect()], "collect_days": 45}, staff=[], horizon_days=days, horizon_months=None)
        for days in (80, 90)
    )
    assert (unpaid.deals_won[0], unpaid.revenue[0], unpaid.final_cash[0]) == (1, 2e6, 50e6)
    assert paid.final_cash[0] == 52e6


def test_a_contract_paid_by_milestones_brings_three_equal_parts_over_nine_months() -> None:
    row = case(
        deals={"prospects": [prospect(payment="milestones", contract_value=3e6)]}, staff=[], horizon_months=9
    ).iloc[0]
    assert row.revenue == 2e6
    assert case(deals={"prospects": [prospect(payment="milestones", contract_value=3e6)]}, staff=[]).revenue[0] == 3e6


def test_lost_prospects_lower_confidence_and_won_ones_raise_it() -> None:
    lost = case(deals={"prospects": [prospect(win_probability=0)], "loss_shock": 0.1})
    assert lost.confidence[0] < 1
    won = case(deals={"prospects": [prospect()], "win_rise": 0.1}, horizon_days=40, horizon_months=None)
    assert won.confidence[0] > 1
    off = case(deals={"prospects": [prospect(win_probability=0)]}, feedback={"deals_to_confidence": False})
    assert off.confidence[0] == 1


def test_once_distress_is_public_three_fifths_of_the_deals_are_won() -> None:
    n = 4000
    deals = {"prospects": [prospect(win_probability=0.5, decision_days=60)], "public_factor": 0.6}
    calm, known = case(n, deals=deals), case(n, deals=deals, press=PRESS)
    off = case(n, deals=deals, press=PRESS, feedback={"public_to_deals": False})
    assert calm.deals_won.mean() == pytest.approx(0.5, abs=0.03)
    assert known.deals_won.mean() == pytest.approx(0.3, abs=0.03)
    assert (known.deals_won <= calm.deals_won).all()
    assert (off.deals_won == calm.deals_won).all()


def test_a_stream_of_two_decisions_a_month_and_a_quarter_won_signs_six_contracts_a_year() -> None:
    stream = {"decisions_per_month": 2, "contract_value": 0.1e6, "win_probability": 0.25, "payment": "upfront"}
    frame = case(3000, deals={"stream": stream}, staff=[], confidence={})
    assert frame.deals_won.mean() == pytest.approx(6, abs=0.2)
    assert frame.revenue.mean() == pytest.approx(frame.deals_won.mean() * 0.1e6, rel=1e-9)


def test_distress_with_two_months_of_cost_overdue_is_public_sooner_than_without_arrears() -> None:
    press = {"leak_per_month": 0.05, "arrears_weight": 2.0}
    calm, late = (case(1000, arrears=debt, press=press) for debt in (0, 2e6))
    assert share_by(calm.public_day, 182) == pytest.approx(1 - np.exp(-0.3), abs=0.05)
    assert share_by(late.public_day, 182) == pytest.approx(1 - np.exp(-1.5), abs=0.05)


def test_public_distress_makes_people_leave_and_the_link_can_be_cut() -> None:
    calm = case(500).head_count.mean()
    known = case(500, press={**PRESS, "exit_factor": 2.0, "exit_days": 365}).head_count.mean()
    off = case(500, press={**PRESS, "exit_factor": 2.0}, feedback={"public_to_exits": False}).head_count.mean()
    assert calm - known > 5
    assert off == calm


def test_telling_investors_costs_a_tenth_of_confidence_and_being_found_out_a_third() -> None:
    hidden = {"found_out_per_month": 1e-3, "found_out_shock": 0.33, "disclosure_shock": 0.1, "pressure_probability": 0}
    at_once = {**hidden, "found_out_per_month": 100}
    month = {"horizon_days": 17, "horizon_months": None, "confidence": {**OPEN_GATE, "half_life_months": 1000}}
    frame = case(arrears=1e6, disclosure=hidden, policies=acting("disclose"), **month)
    assert under(frame, "do-nothing").confidence[0] == pytest.approx(1, abs=0.01)
    assert under(frame, "try").confidence[0] == pytest.approx(0.9, abs=0.01)
    assert case(arrears=1e6, disclosure=at_once, **month).confidence[0] == pytest.approx(0.67, abs=0.01)
    off = case(arrears=1e6, disclosure=at_once, feedback={"disclosure_to_confidence": False}, **month)
    assert off.confidence[0] == pytest.approx(1, abs=0.01)


def test_investors_who_find_out_start_a_sale_that_finds_no_buyer() -> None:
    found_out = {"found_out_per_month": 100, "pressure_probability": 1, "pressure_days": 7, "agreement_probability": 1}
    nobody = {"name": "sale", **FAST, "buyer_chance": 0}
    frame = case(20, arrears=1e6, disclosure=found_out, sales=[nobody])
    assert (frame.end == "survived").all()
    buyers = case(20, arrears=1e6, disclosure=found_out, sales=[{"name": "sale", **FAST}])
    assert (buyers.end == "acquired").mean() > 0.8
    leaving = {"name": "sale", **FAST, "drop_out_per_month": 30}
    left = case(20, arrears=1e6, disclosure=found_out, sales=[leaving])
    assert (left.end == "acquired").mean() < 0.2, "nor where those who come drop out within days"
    refuses = {**found_out, "agreement_probability": 0}
    kept = case(20, arrears=1e6, disclosure=refuses, sales=[{"name": "sale", **FAST}])
    assert (kept.end == "survived").all()


def test_the_last_bidder_leaving_is_a_lost_prospect_on_which_directors_file() -> None:
    board = {"filing": 0, "filing_live": 0, "missed_payroll_filing": 0, "missed_payroll_filing_live": 0}
    board = {**board, "last_prospect_filing": 0.999, "cover_trigger_weeks": 13}
    leaving = {"name": "sale", **FAST, "drop_out_per_month": 30, "diligence_months": 100}
    frame = case(20, cash=5e6, board=board, sales=[leaving], policies=acting("sell"), horizon_months=6)
    assert (under(frame, "do-nothing").cause != "directors_filed").all()
    assert (under(frame, "try").cause == "directors_filed").mean() > 0.8


def test_nothing_more_happens_in_a_sale_on_the_day_it_closes() -> None:
    board = {"filing": 0, "filing_live": 0, "missed_payroll_filing": 0, "missed_payroll_filing_live": 0}
    board = {**board, "last_prospect_filing": 0.999, "cover_trigger_weeks": 13}
    parts = {"board": board, "sales": [{"name": "sale", **FAST}], "horizon_months": 6}
    result = result_of(
        Scenario.model_validate(scenario_of(0, 5e6, **parts)), 20, policies=acting("sell"), tracked=0
    )
    sold = under(result.frame, "try").query("end == 'acquired'")
    assert len(sold) > 10
    for replication in sold.replication:
        told = [(entry.actor, entry.what) for entry in result.trace("try", replication)]
        after = told[told.index(("sale", "closes")) + 1 :]
        assert {actor for actor, _ in after} <= {"end", "staff team", "bank"}


def test_an_accelerated_sale_ends_in_weeks_and_at_a_price_that_creditors_let_pass() -> None:
    fast = {"name": "accelerated_sale", **FAST}
    frame = under(case(50, arrears=30e6, sales=[fast], policies=acting("accelerated_sale")), "try")
    sold = frame[frame.end == "acquired"]
    assert len(sold) > 25
    assert sold.end_day.median() < 75
    assert (sold.sale_price >= 0.5 * sold.final_owed).all()


def test_a_buyer_who_pays_ten_times_yearly_revenue_pays_2_4_million_for_1000_subscribers_at_20_dollars() -> None:
    shop: Spec = {"trials_per_month": 0, "burst_trials_per_month": 0, "churn_per_month": 0, "failed_card_share": 0}
    shop |= {"opening_subscribers": 1000, "launch": "2023-11-01"}
    buyer = {"name": "sale", **FAST, "technology": 0, "price_per_head": 0, "revenue_multiple": 10, "price_spread": 0}
    frame = under(case(20, subscription=shop, sales=[{**buyer, "competition": 0}], policies=acting("sell")), "try")
    sold = frame[frame.end == "acquired"]
    assert len(sold) > 10
    assert set(sold.sale_price) == {2.4e6}


def test_buyers_who_walk_away_from_half_of_20_million_dollar_sales_close_half_and_who_always_do_none() -> None:
    """Within three months, in which one accepted bid comes to its closing; false alarm far below 1 in 1,000."""

    def sold(falls: float) -> float:
        way = {"name": "sale", **FAST, "closing_days": 50, "fall_through_probability": falls, "diligence_months": 0.1}
        frame = case(1000, sales=[way], staff=[], policies=acting("sell"), horizon_months=3)
        return float((under(frame, "try").end == "acquired").mean())

    assert sold(0) > 0.95
    assert sold(0.5) == pytest.approx(0.5 * sold(0), abs=0.06)
    assert sold(1) == 0


def test_a_licence_and_hire_ends_licensed_out() -> None:
    frame = under(case(20, sales=[{"name": "licence_and_hire", **FAST}], policies=acting("licence_and_hire")), "try")
    assert (frame.end == "licensed_out").mean() > 0.8


def test_buyers_come_where_investors_come_if_their_luck_is_common() -> None:
    n = 2000
    gate = {**OPEN_GATE, "outside_round_chance": 0.5}
    sale = {"name": "sale", **FAST, "buyer_chance": 0.5}
    shares = {}
    for common in (0.0, 1.0):
        way = {**sale, "common_share": common}
        frame = under(case(n, sales=[way], policies=acting("sell"), staff=[]), "try")
        raised = case(n, investors=[LEAD], confidence=gate, staff=[]).raised > 0
        sold = frame.end == "acquired"
        shares[common] = float(sold[raised.to_numpy()].mean()) - float(sold[~raised.to_numpy()].mean())
    assert shares[0.0] == pytest.approx(0, abs=0.07)
    assert shares[1.0] > 0.7


def test_the_chief_executive_of_a_company_under_stress_leaves_sooner_and_the_link_can_be_cut() -> None:
    terms = {**LEADERSHIP, "exit_per_month": 0.03, "arrears_weight": 1.0}
    calm, stressed = (case(1000, arrears=debt, leadership=terms).ceo_exit_day for debt in (0, 3e6))
    off = case(1000, arrears=3e6, leadership=terms, feedback={"stress_to_ceo_exit": False}).ceo_exit_day
    assert share_by(calm, 182) == pytest.approx(1 - np.exp(-0.18), abs=0.05)
    assert share_by(stressed, 182) == pytest.approx(1 - np.exp(-0.72), abs=0.05)
    assert share_by(off, 182) == share_by(calm, 182)


def test_his_exit_raises_staff_attrition_and_stalls_deals() -> None:
    n = 2000
    deals = {"prospects": [prospect(win_probability=0.4, decision_days=60)]}
    terms = {**LEADERSHIP, "exit_factor": 2.5, "exit_days": 200}
    frame = case(n, leadership=terms, deals=deals, policies=acting("ceo_exit"))
    stays, goes = under(frame, "do-nothing"), under(frame, "try")
    assert (goes.ceo_exit_day == 15).all()
    assert stays.ceo_exit_day.isna().all()
    assert stays.head_count.mean() - goes.head_count.mean() > 8
    assert goes.deals_won.mean() == pytest.approx(0.5 * stays.deals_won.mean(), abs=0.04)
    off = case(50, leadership=terms, feedback={"ceo_exit_to_staff": False}, policies=acting("ceo_exit"))
    assert (under(off, "try").head_count == under(off, "do-nothing").head_count).all()


def test_his_exit_can_open_a_round_that_his_presence_blocked() -> None:
    lead = {**LEAD, "wants_exit_probability": 1}
    stubborn = {**LEADERSHIP, "interim_quality": 1.0, "agreement_probability": 0}
    frame = case(200, leadership=stubborn, investors=[lead], policies=acting("ceo_exit"))
    assert (under(frame, "do-nothing").raised == 0).all()
    assert (under(frame, "try").raised > 0).mean() > 0.9
    willing = case(200, leadership={**stubborn, "agreement_probability": 1}, investors=[lead])
    assert (willing.ceo_exit_day.notna() == (willing.raised > 0)).mean() > 0.9


@pytest.mark.parametrize(("factor", "sign"), [(0.8, -1), (1.2, 1)])
def test_his_exit_moves_confidence_either_way(factor: float, sign: int) -> None:
    terms = {**LEADERSHIP, "confidence_factor": factor}
    days: Spec = {"horizon_days": 18, "horizon_months": None}
    frame = case(leadership=terms, policies=acting("ceo_exit"), **days)
    change = under(frame, "try").confidence[0] - under(frame, "do-nothing").confidence[0]
    assert np.sign(change) == sign
    off = case(leadership=terms, feedback={"ceo_exit_to_rounds": False}, policies=acting("ceo_exit"), **days)
    assert under(off, "try").confidence[0] == under(off, "do-nothing").confidence[0]


VENDOR: Spec = {
    "name": "cloud",
    "monthly_usage": 1e6,
    "usage_volatility": 0,
    "service_share": 1,
    "net_days": 30,
    "late_interest_per_month": 0,
}


def test_an_investor_who_waits_is_approached_only_by_a_policy_and_grants_capacity_that_is_no_cash() -> None:
    strategic = {**LEAD, "waits_to_be_asked": True, "credits": 3e6, "credits_at": "cloud", "amount": 1e6}
    frame = case(investors=[strategic], vendors=[VENDOR], staff=[], policies=acting("big_ask", investors=["lead"]))
    alone, asked = under(frame, "do-nothing").iloc[0], under(frame, "try").iloc[0]
    assert (alone.raised, alone.raised_in_kind) == (0, 0)
    assert (asked.raised, asked.raised_in_kind) == (1e6, 3e6)
    assert asked.final_cash == alone.final_cash + 1e6 + 3e6


def test_a_bad_first_meeting_ends_the_approach() -> None:
    lead = {**LEAD, "bad_meeting_probability": 1}
    frame = case(50, investors=[{**lead, "refusal_shock": 0.1}])
    assert (frame.raised == 0).all()
    assert (frame.confidence < 1).all()


def test_an_investor_who_is_a_vendor_too_declines_while_its_own_bills_are_overdue() -> None:
    owed = case(20, investors=[{**LEAD, "vendor": "cloud"}], vendors=[VENDOR], treasury={"reserve_weeks": 10_000})
    paid = case(20, investors=[{**LEAD, "vendor": "cloud"}], vendors=[VENDOR])
    assert (owed.raised > 0).mean() < (paid.raised > 0).mean()


def test_a_term_sheet_survives_diligence_if_arrears_were_disclosed() -> None:
    lead = {**LEAD, "hidden_fall_through_probability": 1}
    quiet = {"found_out_per_month": 1e-6, "disclosure_shock": 0, "pressure_probability": 0}
    frame = case(50, arrears=1e6, investors=[lead], disclosure=quiet, policies=acting("disclose"))
    assert (under(frame, "do-nothing").raised == 0).all()
    assert (under(frame, "try").raised > 0).mean() > 0.9


SUBSCRIPTION: Spec = {
    "launch": "2023-11-01",
    "trials_per_month": 30_000,
    "conversion_rate": 0.03,
    "refund_share": 0,
    "fee_share": 0,
    "fee_fixed": 0,
}


def test_once_distress_is_public_the_processor_holds_back_15_percent_for_120_days() -> None:
    shop = {**SUBSCRIPTION, "reserve_share": 0.15, "reserve_days": 120}
    parts: Spec = {"staff": [], "horizon_months": 3}
    free = case(subscription=shop, **parts).iloc[0]
    held = case(subscription=shop, press=PRESS, **parts).iloc[0]
    assert held.revenue == free.revenue
    assert free.final_cash - held.final_cash == pytest.approx(0.15 * (free.final_cash - 50e6), rel=0.02)
    off = case(subscription=shop, press=PRESS, feedback={"public_to_processor_reserve": False}, **parts).iloc[0]
    assert off.final_cash == free.final_cash


def test_a_year_in_advance_brings_cash_sooner_and_renews_for_a_quarter() -> None:
    shop: Spec = {**SUBSCRIPTION, "annual_renewal": 0.25}
    offer = acting("offer_annual", discount=0.2, take_up=0.5)
    early = case(subscription=shop, staff=[], horizon_months=3, policies=offer)
    assert under(early, "try").final_cash[0] > 1.5 * under(early, "do-nothing").final_cash[0] - 0.5 * 50e6
    late = case(subscription=shop, staff=[], horizon_months=14, policies=offer)
    assert under(late, "try").subscribers[0] != under(late, "do-nothing").subscribers[0]


def test_a_higher_price_loses_subscribers_in_proportion_to_elasticity() -> None:
    shop: Spec = {**SUBSCRIPTION, "opening_subscribers": 10_000, "trials_per_month": 0, "churn_per_month": 0}
    shop = {**shop, "burst_trials_per_month": 0, "failed_card_share": 0, "launch": "2023-10-01", "elasticity": 0.5}
    frame = case(subscription=shop, staff=[], horizon_months=2, policies=acting("reprice", price=80))
    assert under(frame, "try").subscribers[0] == 5000
    assert under(frame, "try").revenue[0] == 3 * 2500 * 20 + 5 * 1250 * 80


def test_of_50_million_promised_20_are_in_the_bank_and_a_missed_payroll_voids_the_rest() -> None:
    later = {"name": "the rest", "amount": 30e6, "probability": 1, "arrival_day": 75, "voided_by_default": True}
    sound = case(20, cash=20e6, tranches=[later])
    assert (sound.raised == 30e6).all()
    short = case(20, cash=0.5e6, tranches=[later])
    assert (short.payroll_missed_day < 75).all()
    assert (short.raised == 0).all()


EVERYTHING: Spec = {
    "terminal_states": ["payroll_missed"],
    "deals": {
        "prospects": [prospect(win_probability=0.5)],
        "stream": {"decisions_per_month": 1, "contract_value": 1e5},
    },
    "press": {"leak_per_month": 0.3},
    "disclosure": {"found_out_per_month": 0.5},
    "sales": [{"name": "sale", **FAST, "buyer_chance": 0.4}, {"name": "licence_and_hire", **FAST}],
    "leadership": {**LEADERSHIP, "exit_per_month": 0.1},
    "investors": [{**LEAD, "credits": 1e6, "credits_at": "cloud", "wants_exit_probability": 0.5}],
    "vendors": [VENDOR],
    "subscription": {**SUBSCRIPTION, "reserve_share": 0.2, "annual_renewal": 0.5},
}
OFFER = acting("offer_annual", discount=0.2, take_up=0.5) + acting("sell", name="sell")


def test_a_replication_is_the_same_alone_in_a_larger_block_and_beside_other_policies() -> None:
    many, few, alone = (
        case(n, arrears=2e6, cash=8e6, policies=policies, **EVERYTHING)
        for n, policies in ((300, OFFER), (60, OFFER), (60, OFFER[1:]))
    )
    assert {"acquired", "insolvent"} <= set(many.end)
    for policy in ("do-nothing", "sell"):
        first = under(many, policy).head(60)
        pd.testing.assert_frame_equal(first, under(few, policy))
        pd.testing.assert_frame_equal(first, under(alone, policy))
    pd.testing.assert_frame_equal(under(many, "try").head(60), under(few, "try"))


def test_the_books_balance_to_the_cent_with_deals_credits_reserves_and_years_paid_in_advance() -> None:
    experiment = Experiment.model_validate(
        {
            "name": "books",
            "policies": OFFER,
            "scenario": {**scenario_of(2e6, 8e6, **{**EVERYTHING, "terminal_states": []}), "name": "books"},
        }
    )
    company, own = assemble(BlockPlan(experiment.scenario, experiment.policies, 0, 100, 1))
    company.block.run(own.keep)
    balances = vars(company.ledger.balances)
    assert (sum(balances.values()) == 0).all()
    assert (company.ledger.cash >= 0).all()
    for asset in (RECEIVABLE, CREDITS, HELD):
        assert (balances[asset] >= 0).all(), asset
        assert balances[asset].any(), asset
    assert (balances["deferred revenue: subscriptions"] <= 0).all()


def test_the_audio_lead_leaves_for_a_values_reason_whatever_the_stress() -> None:
    lead = {"name": "audio lead", "group": "team", "exit_per_month": 1.0, "product_loss": 0.03, "leaves_for": "values"}
    other = {**lead, "leaves_for": "work"}
    stress: Spec = {"press": {**PRESS, "exit_factor": 3.0}, "horizon_months": 1}
    calm, unrest = (case(800, key_people=[lead], horizon_months=1), case(800, key_people=[lead], **stress))
    assert (calm.senior_exits == unrest.senior_exits).all()
    assert calm.senior_exits.mean() == pytest.approx(1 - np.exp(-1), abs=0.06)
    assert case(800, key_people=[other], **stress).senior_exits.mean() > calm.senior_exits.mean() + 0.1


SILENT: Spec = {**VENDOR, "service_share": 0, "patience": {"commercial": 9999, "strict": 9999}}
UNPAID: Spec = {
    "treasury": {"reserve_weeks": 0, "stretch_days": {"vendors": 10_000}},
    "vendors": [SILENT, {**SILENT, "name": "other"}],
}
RESCUE: Spec = {**LEAD, "recapitalises": True, "amount": 20e6, "vendor_consent_probability": 0.5}
RESCUE = {**RESCUE, "founder_consent_probability": 1, "decision_days": 70, "cool_off_days": 400}


def test_two_critical_vendors_consent_less_often_together_than_one_unless_their_luck_is_common() -> None:
    def share(**terms: Any) -> float:
        frame = case(2000, investors=[RESCUE], recapitalisation=terms, staff=[], horizon_months=5, **UNPAID)
        return float((frame.end == "recapitalised").mean())

    together, apart = share(common_share=1), share(common_share=0)
    assert apart == pytest.approx(0.5 * together, abs=0.06)


def test_new_money_of_20_million_saves_a_company_for_1_month_of_costs_and_not_for_100() -> None:
    terms: Spec = {"cash_share": 0.5, "equity_share": 0.25, "capacity_released": 0.5}
    parts: Spec = {"horizon_months": 6, **UNPAID}
    rescue = {**RESCUE, "vendor_consent_probability": 1}
    saved = case(20, investors=[rescue], recapitalisation={**terms, "saved_months": 1}, **parts)
    assert (saved.end == "recapitalised").mean() > 0.9
    frame = case(20, investors=[rescue], recapitalisation={**terms, "saved_months": 100}, **parts)
    assert not (frame.end == "recapitalised").any()
    assert (frame.raised == 20e6).mean() > 0.9
    assert frame["final_overdue.cloud"].mean() < case(20, **parts)["final_overdue.cloud"].mean() - 1e6


BELOW: Spec = {**FAST, "technology": 0, "price_per_head": 80_000, "price_spread": 0, "floor_share": 0}
STEADY: Spec = {**TEAM, "attrition_per_month": 0}


def test_a_sale_for_less_than_what_is_owed_leaves_creditors_short_but_nobody_of_the_staff() -> None:
    """A hundred people have earned a day's share of 12 million a year on each day of the month that is not paid yet."""
    ways = [{"name": "sale", **BELOW}]
    frame = case(20, 30e6, acting("sell"), 1e6, sales=ways, staff=[STEADY], waterfall={"termination_weeks": 50})
    sold = under(frame[frame.end == "acquired"], "try")
    left = sold.final_owed + sold.final_wages_owed - sold.final_cash - sold.sale_price
    assert len(sold) > 15
    assert left.min() > 15e6
    earned = (sold.creditor_deficiency - left) / (12e6 / 365)
    is_paid_ahead = (sold.end_date.dt.day >= 27) & (earned.abs() < 1e-6)
    assert (is_paid_ahead | ((earned - sold.end_date.dt.day).abs() < 1e-6)).all()
    assert (sold["recovery.employees"].dropna() == 1).all()


def test_staff_whom_a_licensee_hires_claim_no_notice_and_those_of_a_liquidation_do() -> None:
    ways = [{"name": "licence_and_hire", **BELOW}]
    claims = []
    for weeks in (0, 50):
        estate = {"termination_weeks": weeks, "cost_fixed": 0, "cost_share": 0}
        parts: Spec = {"sales": ways, "staff": [STEADY], "waterfall": estate}
        frame = case(20, 30e6, acting("licence_and_hire") + acting("file", "file"), 1e6, **parts)
        licensed, filed = under(frame[frame.end == "licensed_out"], "try"), under(frame, "file")
        claims.append((licensed.creditor_deficiency.mean(), filed.creditor_deficiency.mean()))
    (licensed, filed), (licensed_50, filed_50) = claims
    assert licensed_50 == licensed
    assert filed_50 - filed == pytest.approx(100 * 10_000 * 50 * 12 / 52, abs=1)


def test_a_claim_made_at_a_termination_is_mitigated_though_a_buyer_takes_the_company_later() -> None:
    """12 million a year are committed, of which half is let to others."""
    year: Spec = {"per_year": 12e6, "year_ends": "2024-10-31"}
    cloud: Spec = {"name": "cloud", "monthly_usage": 500_000, "usage_volatility": 0, "service_share": 0, "net_days": 30}
    cloud |= {"posture": {"patient": 0, "commercial": 1, "strict": 0}, "patience": {"commercial": 15, "strict": 15}}
    cloud |= {"cure_days": 0, "commitment": year}
    loss = []
    for mitigated in (0, 0.5):
        parts: Spec = {"sales": [{"name": "sale", **BELOW}], "staff": [STEADY], "vendors": [cloud]}
        parts["opening"] = {"cash": 1e6, "invoices": [{"creditor": "cloud", "amount": 30e6, "due": "2023-10-31"}]}
        parts["waterfall"] = {"mitigated_share": mitigated}
        made = Scenario.model_validate({**scenario_of(0, 1e6), **parts})
        frame = under(frame_of(made, 20, policies=acting("sell")), "try")
        assert (frame.debt_accelerated_day < frame.end_day).all()
        loss.append(frame.creditor_deficiency[frame.end == "acquired"].mean())
    assert loss[0] - loss[1] == pytest.approx(6e6, abs=1)
