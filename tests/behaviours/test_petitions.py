"""A creditor goes to court: the account freezes, people go unpaid, and a hearing decides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.worlds import Spec, frame_of, proportion_z, world, z_limit

START = date(2023, 10, 31)
TEAM: Spec = {"name": "team", "head_count": 10, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}
LANDLORD: Spec = {"name": "landlord", "class": "trade", "monthly": 0}
FIXED = {"advertising_days": 28, "hearing_days": 49, "service_days": 21, "validation_probability": 0}
COURT: Spec = {
    **FIXED,
    "patience": {"trade": 60},
    "demand_probability": 0,
    "settle_share": 0,
    "order_probability": 1,
    "adjourned_probability": 0,
}


def case(debt: float = 70_000, cash: float = 2e6, court: Spec = COURT, stretch: int = 1000, **parts: Any) -> pd.Series:
    """A company that could pay its landlord and does not."""
    return cases(1, debt, cash, court, stretch, **parts).iloc[0]


def cases(n: int, debt: float, cash: float, court: Spec, stretch: int, **parts: Any) -> pd.DataFrame:
    """Replications of it."""
    opening = {"cash": cash, "invoices": [{"creditor": "landlord", "amount": debt, "due": "2023-09-30"}]}
    treasury = {"reserve_weeks": 0, "stretch_days": {"trade": stretch}}
    made = world(
        START, horizon_months=12, country="GB", costs=[LANDLORD], petitions=court, treasury=treasury, **parts
    ).model_dump(by_alias=True)
    return frame_of(type(world(START, horizon_months=1)).model_validate({**made, "opening": opening}), n)


def test_a_landlord_owed_70000_dollars_for_60_days_petitions_and_the_court_winds_the_company_up() -> None:
    row = case()
    assert (row.end, row.cause, row.creditor) == ("insolvent", "court_order", "landlord")
    assert 30 <= row.petition_presented_day <= 37
    assert 49 <= row.end_day - row.petition_presented_day <= 52


def test_the_same_debt_under_the_statutory_750_pounds_troubles_no_court() -> None:
    assert case(debt=900).end == "survived"


def test_a_statutory_demand_stands_three_weeks_before_the_petition() -> None:
    row = case(court={**COURT, "demand_probability": 1})
    assert row.statutory_demand_expired_day == row.petition_presented_day
    assert 51 <= row.petition_presented_day <= 58


def test_the_notice_of_a_petition_freezes_2_million_dollars_and_the_payroll_is_missed() -> None:
    never = {**COURT, "order_probability": 0, "adjourned_probability": 1}
    free = case(staff=[TEAM], court={**never, "patience": {"trade": 5000}})
    frozen = case(staff=[TEAM], court=never)
    assert pd.isna(free.payroll_missed_day)
    assert frozen.petition_presented_day + 28 <= frozen.payroll_missed_day <= frozen.petition_presented_day + 60


def test_without_the_link_from_petition_to_freeze_the_payroll_is_met() -> None:
    row = case(staff=[TEAM], court={**COURT, "order_probability": 0}, feedback={"petition_to_freeze": False})
    assert pd.isna(row.payroll_missed_day)


def test_a_company_with_2_million_dollars_pays_the_petitioner_off_on_service() -> None:
    row = case(court={**COURT, "settle_share": 0.25})
    assert row.end == "survived"
    assert row["final_overdue.landlord"] == 0


def test_without_the_link_from_arrears_to_petitions_nobody_goes_to_court() -> None:
    row = case(feedback={"arrears_to_petitions": False})
    assert row.end == "survived"
    assert pd.isna(row.petition_presented_day)


def test_served_with_a_petition_directors_file_before_the_hearing() -> None:
    row = case(board={"petition_filing": 0.999999, "filing": 0, "filing_live": 0})
    assert row.cause == "directors_filed"
    assert row.petition_presented_day < row.end_day < row.petition_presented_day + 49


def test_a_court_that_frees_the_account_after_10_days_lets_a_payroll_of_january_be_met() -> None:
    never = {**COURT, "order_probability": 0, "adjourned_probability": 1, "validation_days": 10}
    frozen, freed = (case(staff=[TEAM], court={**never, "validation_probability": chance}) for chance in (0, 1))
    assert (date(2024, 1, 20) - START).days <= frozen.payroll_missed_day <= (date(2024, 1, 31) - START).days
    assert pd.isna(freed.payroll_missed_day)


def test_half_of_the_orders_come_at_the_first_hearing_and_a_quarter_28_days_later() -> None:
    """Where a hearing ends in an order or an adjournment, with equal odds; a false alarm in 1 of 10,000 runs."""
    n = 1000
    court = {**COURT, "order_probability": 0.5, "adjourned_probability": 0.5, "adjourned_days": 28}
    frame = cases(n, 70_000, 2e6, court, 1000)
    waits = frame.end_day - frame.petition_presented_day
    first, second = waits.between(49, 52).mean(), waits.between(77, 80).mean()
    assert (frame.cause == "court_order").mean() > 0.95
    assert max(abs(proportion_z(first, 0.5, n)), abs(proportion_z(second, 0.25, n))) < z_limit(1e-4, 2)


def test_the_notice_makes_distress_public_on_day_28_of_a_petition_and_loses_a_deal_of_1_million() -> None:
    """And a deal of a million dollars that is decided after that day is lost where nobody buys from such a company."""
    deal = {"name": "customer", "contract_value": 1e6, "win_probability": 1, "decision_days": 75, "payment": "upfront"}
    parts: Spec = {"press": {"leak_per_month": 0}, "deals": {"prospects": [deal], "public_factor": 0}}
    row = case(**parts)
    assert 28 <= row.public_day - row.petition_presented_day <= 31
    assert (row.revenue, case(**parts, feedback={"arrears_to_petitions": False}).revenue) == (0, 1e6)


def test_a_vendor_petitions_on_18_million_but_not_on_12_of_them_that_are_disputed() -> None:
    """6 million of arrears and the rest of a year of 12 million, where courts hear of no debt below 7."""
    cloud: Spec = {"name": "cloud", "monthly_usage": 0, "service_share": 0, "late_interest_per_month": 0}
    cloud |= {"patience": {"commercial": 30, "strict": 30}}
    opening = {"cash": 1e6, "invoices": [{"creditor": "cloud", "amount": 6e6, "due": START}]}
    court = {**COURT, "patience": {"vendors": 100}, "minimum_debt": 7e6}
    parts: Spec = {"opening": opening, "petitions": court, "treasury": {"stretch_days": {"vendors": 1000}}}

    def presented(disputed: float) -> Any:
        terms = {"per_year": 12e6, "year_ends": "2024-10-30", "disputed_share": disputed}
        scenario = world(START, horizon_months=8, country="GB", vendors=[{**cloud, "commitment": terms}], **parts)
        row = frame_of(scenario).iloc[0]
        assert row.final_owed == pytest.approx(18e6, rel=0.01)
        return row.petition_presented_day

    assert presented(0) > 100
    assert pd.isna(presented(1))
