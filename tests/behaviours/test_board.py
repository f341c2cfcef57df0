"""When the board meets: every week, and on the business day of bad news."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.worlds import Spec, result_of, world

START = date(2023, 10, 31)
BOARD: Spec = {"filing": 0, "filing_live": 0, "last_prospect_filing": 0, "petition_filing": 0}
BOARD |= {"missed_payroll_filing": 0, "missed_payroll_filing_live": 0}
TEAM: Spec = {"name": "team", "head_count": 100, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}
LEAD: Spec = {"name": "lead", "kind": "outside", "amount": 5e6, "meetings_per_month": 1e6, "decision_days": 6}
LEAD |= {"success_probability": 0, "cool_off_days": 1000}
CLOUD: Spec = {"name": "cloud", "monthly_usage": 1, "service_share": 1, "patience": {"commercial": 1, "strict": 1}}
BILL: Spec = {"creditor": "cloud", "amount": 1, "due": "2023-09-30"}
LANDLORD: Spec = {"name": "landlord", "class": "trade", "monthly": 0}
COURT: Spec = {"patience": {"trade": 60}, "demand_probability": 0, "service_days": 1, "advertising_days": 200}
COURT |= {"hearing_days": 250, "settle_share": 0}
LATE: Spec = {"reserve_weeks": 0, "stretch_days": {"trade": 1000}}
RENT: Spec = {"creditor": "landlord", "amount": 70_000, "due": "2023-09-30"}


def meetings(weekday: str = "Thursday", **parts: Any) -> list[tuple[date, str]]:
    """The days on which the board meets out of turn, and what it sees then."""
    result = result_of(world(START, country="GB", board={**BOARD, "weekday": weekday}, **parts))
    told = [entry for entry in result.trace("do-nothing", 0) if entry.what.startswith("meets out of turn")]
    return [(entry.date, entry.what.partition("suppliers ")[2]) for entry in told]


@pytest.mark.parametrize(
    ("parts", "day", "seen"),
    [
        ({"cash": 999_999, "staff": [TEAM]}, date(2023, 11, 28), "covered for 0 of 13 weeks"),
        ({"cash": 2.5e6, "staff": [TEAM], "investors": [LEAD]}, date(2023, 11, 7), "covered for 11 of 13 weeks"),
        ({"opening": {"cash": 0, "invoices": [BILL]}, "vendors": [CLOUD]}, date(2023, 11, 1),
         "covered for 13 of 13 weeks"),
        ({"opening": {"cash": 2e6, "invoices": [RENT]}, "costs": [LANDLORD], "petitions": COURT, "treasury": LATE},
         date(2023, 12, 1), "covered for 13 of 13 weeks"),
    ],
    ids=["pay is missed on a Tuesday", "the last lead declines", "service is suspended", "a petition is served"],
)  # fmt: skip
def test_a_board_that_meets_on_thursdays_meets_once_more_on_the_day_of_bad_news(
    parts: Spec, day: date, seen: str
) -> None:
    assert meetings(horizon_days=40, **parts)[:1] == [(day, seen)]


def test_a_board_without_bad_news_meets_on_thursdays_only() -> None:
    assert meetings(horizon_days=40, cash=5e6, staff=[TEAM]) == []


def test_what_a_meeting_on_a_sunday_has_seen_calls_no_meeting_on_monday() -> None:
    cloud = {**CLOUD, "review_weekday": "Saturday"}
    parts: Spec = {"opening": {"cash": 0, "invoices": [BILL]}, "vendors": [cloud], "horizon_days": 14}
    assert meetings("Sunday", **parts) == []
    assert meetings("Wednesday", **parts)[0][0] == date(2023, 11, 6)
