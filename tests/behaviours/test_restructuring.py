"""Ways out that directors choose, and what an insolvent end leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.worlds import Spec, frame_of, world

START = date(2023, 10, 31)
TEAM: Spec = {"name": "team", "head_count": 10, "monthly_cost": 13_000, "country": "GB", "attrition_per_month": 0}
CLOUD: Spec = {
    "name": "cloud",
    "monthly_usage": 500_000,
    "service_share": 1,
    "usage_volatility": 0,
    "posture": {"patient": 0, "commercial": 0, "strict": 1},
    "patience": {"strict": 40, "commercial": 40},
}
TREASURY: Spec = {"reserve_weeks": 0}


def rows(actions: list[Spec], cash: float = 5e6, months: int = 12, **parts: Any) -> pd.DataFrame:
    """Ten people and a cloud vendor, under do-nothing and one policy."""
    parts = {"staff": [TEAM], "vendors": [CLOUD], "treasury": TREASURY, "opening": {"cash": cash}, **parts}
    scenario = world(START, horizon_months=months, country="GB", **parts)
    return frame_of(scenario, policies=[{"name": "policy", "actions": actions}]).set_index("policy")


WIND_DOWN: Spec = {"do": "wind_down", "on": "2023-11-15"}


def test_a_company_with_5_million_winds_down_and_pays_everybody_in_full() -> None:
    frame = rows([WIND_DOWN])
    assert frame.loc["do-nothing"].end == "survived"
    row = frame.loc["policy"]
    assert (row.end, row.final_owed, row.final_wages_owed, row.head_count) == ("wound_down", 0, 0, 0)
    assert 45 <= row.end_day <= 130
    assert row.final_cash > 3e6


def test_a_company_that_owes_5_million_and_has_half_of_it_cannot_wind_down_in_an_orderly_way() -> None:
    opening = {"cash": 2.5e6, "invoices": [{"creditor": "cloud", "amount": 5e6, "due": "2023-10-15"}]}
    scenario = world(START, horizon_months=12, country="GB", staff=[TEAM], vendors=[CLOUD], minimum_head_count=1)
    made = type(scenario).model_validate({**scenario.model_dump(by_alias=True), "opening": opening})
    row = frame_of(made, policies=[{"name": "policy", "actions": [WIND_DOWN]}]).set_index("policy").loc["policy"]
    assert row.end == "insolvent"


SHELTER: Spec = {"do": "moratorium", "on": "2024-02-01", "business_days": 20, "extension_business_days": 0}
LATE: Spec = {"cash": 400_000, "months": 8, "staff": []}


def test_a_moratorium_of_20_business_days_puts_a_suspension_off_by_as_long() -> None:
    frame = rows([SHELTER], **LATE)
    waits = frame.loc["policy"].service_suspended_day - frame.loc["do-nothing"].service_suspended_day
    assert frame.loc["do-nothing"].service_suspended_day > 93
    assert 21 <= waits <= 35 or pd.isna(frame.loc["policy"].service_suspended_day)


def test_a_pending_petition_bars_the_moratorium() -> None:
    court = {"patience": {"vendors": 7}, "demand_probability": 0, "settle_share": 0, "order_probability": 0}
    court = {**court, "adjourned_probability": 1, "advertising_days": 200, "hearing_days": 300}
    frame = rows([SHELTER], petitions=court, **LATE)
    assert frame.loc["do-nothing"].petition_presented_day < 93
    assert frame.loc["policy"].service_suspended_day == frame.loc["do-nothing"].service_suspended_day


def test_a_restructuring_officer_calms_the_vendor_for_100000_dollars_a_month() -> None:
    officer: Spec = {"do": "appoint_cro", "on": "2023-11-15", "pressure_factor": 0.5}
    frame = rows([officer], cash=700_000, months=8)
    assert frame.loc["policy"].service_suspended_day > frame.loc["do-nothing"].service_suspended_day
    rich = rows([officer], cash=20e6, months=4)
    assert rich.loc["do-nothing"].final_cash - rich.loc["policy"].final_cash == 300_000


ESTATE: Spec = {"realisation": 1e6, "cost_fixed": 200_000, "cost_share": 0.1, "termination_weeks": 0}


def test_filing_with_1_million_of_cash_and_2_of_vendors_pays_them_what_the_process_leaves() -> None:
    opening = {"cash": 1e6, "invoices": [{"creditor": "cloud", "amount": 4e6, "due": "2023-12-15"}]}
    scenario = world(START, horizon_months=2, country="GB", vendors=[CLOUD], waterfall=ESTATE)
    made = type(scenario).model_validate({**scenario.model_dump(by_alias=True), "opening": opening})
    frame = frame_of(made, policies=[{"name": "policy", "actions": [{"do": "file", "on": "2023-11-10"}]}])
    row = frame.set_index("policy").loc["policy"]
    claims = 4e6 + 500_000 * 10 / 30
    assert row["recovery.unsecured"] == pytest.approx((2e6 - 400_000) / claims, abs=1e-6)
    assert row.creditor_deficiency == pytest.approx(claims - 1.6e6, abs=0.01)
    assert pd.isna(row["recovery.employees"])
    survived = frame.set_index("policy").loc["do-nothing"]
    assert survived.creditor_deficiency == survived.final_overdue - survived.final_cash


YEAR: Spec = {"per_year": 12e6, "year_ends": "2024-10-31", "used_before": 0}


@pytest.mark.parametrize(
    ("mitigated", "claimed"), [(0, 12e6 - 500_000 * 10 / 30), (0.5, 6e6 - 250_000 * 10 / 30), (1, 0)]
)
def test_filing_leaves_a_vendor_with_its_committed_year_less_what_it_lets_to_others(
    mitigated: float, claimed: float
) -> None:
    def short(**terms: Any) -> float:
        vendor = {**CLOUD, **terms}
        estate = {**ESTATE, "realisation": 0, "mitigated_share": mitigated}
        scenario = world(START, cash=0, horizon_months=2, country="GB", vendors=[vendor], waterfall=estate)
        frame = frame_of(scenario, policies=[{"name": "policy", "actions": [{"do": "file", "on": "2023-11-10"}]}])
        return float(frame.set_index("policy").loc["policy"].creditor_deficiency)

    assert short(commitment=YEAR) - short() == pytest.approx(claimed, abs=0.02)


def test_a_claim_made_at_termination_is_mitigated_like_one_made_at_the_end() -> None:
    def short(patience: float) -> float:
        vendor = {**CLOUD, "commitment": YEAR, "cure_days": 0, "late_interest_per_month": 0}
        vendor["patience"] = {"strict": patience, "commercial": patience}
        owed = {"creditor": "cloud", "amount": 1e6, "due": "2023-11-01"}
        scenario = world(START, horizon_months=2, vendors=[vendor], waterfall={**ESTATE, "realisation": 0})
        opening = {"cash": 0, "invoices": [owed]}
        made = type(scenario).model_validate({**scenario.model_dump(by_alias=True), "opening": opening})
        frame = frame_of(made, policies=[{"name": "policy", "actions": [{"do": "file", "on": "2023-11-30"}]}])
        return float(frame.set_index("policy").loc["policy"].creditor_deficiency)

    assert short(15) - short(1000) == pytest.approx(12e6 / 2 - (500_000 + (12e6 - 500_000) / 2), abs=0.02)


def test_wages_in_arrears_rank_before_vendors_up_to_1000_dollars_a_head() -> None:
    """Of 135,000 dollars a hundred people get 1,000 each, the tax office 35,000, the vendor who is owed 4M nothing.

    People are owed the net pay of November and that of the day on which the company files, 1 December.
    """
    team = {**TEAM, "head_count": 100, "withheld_share": 0.4, "tax_creditor": "tax office"}
    board = {"missed_payroll_filing": 0.999999, "filing": 0, "filing_live": 0}
    terms = {"realisation": 150_000, "cost_fixed": 0, "cost_share": 0.1, "termination_weeks": 0}
    terms |= {"preferential_pay": 1000, "unsecured_tax_share": 0}
    opening = {"cash": 100_000, "invoices": [{"creditor": "cloud", "amount": 4e6, "due": "2024-12-15"}]}
    parts: Spec = {"staff": [team], "vendors": [CLOUD], "treasury": TREASURY, "board": board, "waterfall": terms}
    row = frame_of(world(START, horizon_months=12, country="GB", opening=opening, **parts)).iloc[0]
    assert (row.cause, row.final_cash, row.final_wages_owed) == ("directors_filed", 0, 680_000)
    assert str(row.end_date)[:10] == "2023-12-01"
    assert row["recovery.employees"] == pytest.approx(100_000 / (680_000 + 1.3e6 * 12 / 365))
    assert row["recovery.tax_preferential"] == pytest.approx(35_000 / 520_000)
    assert row["recovery.unsecured"] == 0
    assert row.creditor_deficiency >= 4e6 + 680_000 + 520_000 - 135_000


@pytest.mark.parametrize(("repaid", "days"), [(None, 10), (90, 20)], ids=["cut for good", "paid later"])
def test_of_20_days_not_paid_yet_a_half_is_claimed_where_half_of_pay_was_cut_for_good(
    repaid: int | None, days: int
) -> None:
    cut: Spec = {"do": "defer_pay", "on": "2023-11-01", "group": "team", "share": 0.5}
    cut |= {} if repaid is None else {"repaid_after_days": repaid}
    terms = {**ESTATE, "realisation": 0, "termination_weeks": 0, "cost_share": 1}
    actions = [cut, {"do": "file", "on": "2023-11-20"}]
    row = rows(actions, vendors=[], waterfall=terms, staff=[{**TEAM, "withheld_share": 0}]).loc["policy"]
    assert row.creditor_deficiency == pytest.approx(days * 130_000 * 12 / 365, abs=0.01)


def rented_for_a_year(**terms: Any) -> pd.Series:
    """A company that pays 12 million dollars for rented compute in a year, owes a loan of 10 million, and files."""
    loan = {"creditor": "lender", "amount": 10e6, "due": "2025-12-31"}
    parts: Spec = {"opening": {"cash": 14e6, "invoices": [loan]}, "costs": [{**LENDER, "class": "trade"}]}
    cloud = {**CLOUD, "monthly_usage": 1e6, "net_days": 0, "patience": {"strict": 400, "commercial": 400}}
    scenario = world(START, horizon_months=13, country="GB", vendors=[cloud], treasury=TREASURY, **parts, **terms)
    files = {"name": "policy", "actions": [{"do": "file", "on": "2024-11-04"}]}
    return frame_of(scenario, policies=[files]).set_index("policy").loc["policy"]


LENDER: Spec = {"name": "lender", "monthly": 0}


def test_12_million_paid_for_rented_compute_leave_creditors_4_300_000_of_cash_and_name() -> None:
    """2 million dollars of cash and 3 of brand, less 700,000 of costs; compute that was paid for is nobody's asset."""
    row = rented_for_a_year(waterfall={**ESTATE, "realisation": 3e6}, balance_sheet={"other_assets": 3e6})
    assert (row.end_day, row.final_cash) == (370, 2e6)
    claims = row.creditor_deficiency / (1 - row["recovery.unsecured"])
    assert claims * row["recovery.unsecured"] == pytest.approx(4.3e6)
    assert 244 <= row.balance_sheet_insolvent_day <= 250, "once 8 of 14 million are spent and 3 of assets remain"
    assert pd.isna(rented_for_a_year(balance_sheet={"other_assets": 9e6}).balance_sheet_insolvent_day)


KEY_PERSON: Spec = {"name": "founder", "group": "team", "exit_per_month": 100, "product_loss": 0.5}


def test_a_product_that_has_lost_half_of_its_value_sells_for_10_million_instead_of_20_and_leaves_half_as_much() -> None:
    buyer = {"name": "accelerated_sale", "bidders_per_month": 100, "drop_out_per_month": 0, "diligence_months": 0.01}
    buyer |= {"buyer_chance": 1, "revenue_multiple": 0, "price_per_head": 0, "technology": 20e6, "price_spread": 0}
    buyer |= {"competition": 0, "founder_consent_probability": 1, "fall_through_probability": 0, "floor_share": 0}
    sells = [{"do": "accelerated_sale", "on": "2023-12-01"}]
    files = [{"do": "file", "on": "2023-12-01"}]
    no_costs = {"realisation": 3e6, "cost_fixed": 0, "cost_share": 0, "termination_weeks": 0}

    def worth(people: list[Spec]) -> tuple[float, float]:
        parts: Spec = {"key_people": people, "sales": [buyer], "waterfall": no_costs, "months": 4}
        sold = rows(sells, **parts).loc["policy"]
        parts |= {"vendors": [], "costs": [{**LENDER, "class": "trade"}]}
        opening = {"cash": 0, "invoices": [{"creditor": "lender", "amount": 10e6, "due": "2025-12-31"}]}
        failed = rows(files, opening=opening, staff=[{**TEAM, "monthly_cost": 0}], **parts).loc["policy"]
        assert (sold.end, failed.end) == ("acquired", "insolvent")
        return sold.sale_price, 10e6 - failed.creditor_deficiency

    assert worth([]) == pytest.approx((20e6, 3e6))
    assert worth([KEY_PERSON]) == pytest.approx((10e6, 1.5e6))


def test_ten_people_who_lose_their_jobs_claim_eight_weeks_of_130000_dollars_a_month_and_the_days_not_paid_yet() -> None:
    terms = {**ESTATE, "realisation": 0, "termination_weeks": 8}
    for day, unpaid in (("01", 1), ("20", 20), ("27", 27), ("28", 0)):
        files = [{"do": "file", "on": f"2023-11-{day}"}]
        row = rows(files, cash=200_000, vendors=[], waterfall={**terms, "cost_share": 1}).loc["policy"]
        assert row.creditor_deficiency == pytest.approx(8 * 130_000 * 12 / 52 + unpaid * 130_000 * 12 / 365, abs=0.01)
