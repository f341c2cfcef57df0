"""A creditor goes to court: the account freezes, people go unpaid, and a hearing decides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from tests.worlds import Spec, frame_of, world

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
    opening = {"cash": cash, "invoices": [{"creditor": "landlord", "amount": debt, "due": "2023-09-30"}]}
    treasury = {"reserve_weeks": 0, "stretch_days": {"trade": stretch}}
    made = world(
        START, horizon_months=12, country="GB", costs=[LANDLORD], petitions=court, treasury=treasury, **parts
    ).model_dump(by_alias=True)
    return frame_of(type(world(START, horizon_months=1)).model_validate({**made, "opening": opening})).iloc[0]


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
