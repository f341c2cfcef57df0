"""The tax office as a lender: cheap, patient, and first to petition in the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.worlds import Spec, frame_of, world

START = date(2023, 10, 31)
TEAM: Spec = {
    "name": "team",
    "head_count": 10,
    "monthly_cost": 10_000,
    "country": "GB",
    "attrition_per_month": 0,
    "withheld_share": 0.4,
    "tax_creditor": "tax office",
}
TAX: Spec = {"charges": "charges", "grant_probability": 1, "instalments": 4}
TIMING = {"weekday": "Friday", "reserve_weeks": 0, "stretch_days": {"tax": 0}}


def rows(actions: list[Spec], tax: Spec = TAX, months: int | None = 6, cash: float = 5e6, **parts: Any) -> pd.DataFrame:
    """Ten people in London, 40,000 dollars of payroll tax a month, under do-nothing and one policy."""
    parts = {"staff": [TEAM], **parts}
    scenario = world(START, cash=cash, horizon_months=months, country="GB", tax=tax, treasury=TIMING, **parts)
    return frame_of(scenario, policies=[{"name": "policy", "actions": actions}]).set_index("policy")


NO_INTEREST: Spec = {"market": {"bank_rate": {"start": 0, "level": 0}}}
"""The bank's part of the interest on late tax."""
FREE: Spec = {**TAX, "interest_margin": 0}
DEFER: Spec = {"do": "defer_tax", "on": "2023-11-01", "days": 400}


def test_tax_paid_on_time_costs_nothing_extra() -> None:
    row = rows([]).loc["do-nothing"]
    assert row["final_owed"] == 40_000
    assert row["peak_overdue.charges"] == 0


def test_four_payrolls_of_tax_deferred_are_overdue_and_charged_interest_and_1_percent_of_the_later_ones() -> None:
    row = rows([DEFER], months=5).loc["policy"]
    assert row["final_overdue.tax office"] == 160_000
    interest = 0.0775 / 12 * (40_000 + 80_000 + 120_000 + 160_000)
    penalties = 0.01 * (40_000 + 40_000 + 40_000)
    assert row["final_owed"] - 160_000 - 40_000 == pytest.approx(interest + penalties, abs=0.05)


ABROAD: Spec = {**TEAM, "name": "abroad", "country": "US", "withheld_share": 0, "tax_creditor": None}
"""Another ten people, whose pay of 100,000 dollars a month owes nothing to the tax office in London."""


def missed_on(row: Any) -> date:
    """The date of the first payroll that is not met."""
    return START + timedelta(int(row.payroll_missed_day))


def test_tax_is_deferred_while_the_payroll_is_met() -> None:
    """$160,000 of pay and $40,000 of tax a month out of $800,000: four payrolls with the tax paid, five without it."""
    frame = rows([DEFER], cash=800_000, staff=[TEAM, ABROAD])
    assert missed_on(frame.loc["do-nothing"]) == date(2024, 3, 26)
    assert missed_on(frame.loc["policy"]) == date(2024, 4, 26)
    assert frame.loc["policy"]["final_overdue.tax office"] == 5 * 40_000


def test_a_reserve_of_12_weeks_of_pay_leaves_120000_of_tax_unpaid_and_meets_one_more_payroll() -> None:
    """$160,000 of pay a month out of $480,000: two payrolls beside the tax, three while tax waits."""
    parts: Spec = {"horizon_months": 4, "country": "GB", "tax": TAX, "staff": [TEAM, ABROAD]}
    none, kept = (
        frame_of(world(START, cash=480_000, treasury={**TIMING, "reserve_weeks": weeks}, **parts)).iloc[0]
        for weeks in (0, 12)
    )
    assert missed_on(none) == date(2024, 1, 29)
    assert missed_on(kept) == date(2024, 2, 27)
    assert kept["final_overdue.tax office"] == 3 * 40_000


def test_60000_that_arrive_on_the_day_40000_of_tax_fall_due_pay_the_wages_in_arrears_and_none_of_the_tax() -> None:
    """A payroll missed on 28 November; a loan on Friday 22 December, when the treasury pays."""
    loan = {"name": "loan", "amount": 60_000, "probability": 1, "arrival_day": 52, "voided_by_default": False}
    row = rows([], cash=0, months=None, horizon_days=52, tranches=[loan]).loc["do-nothing"]
    assert missed_on(row) == date(2023, 11, 28)
    assert (row.final_cash, row.final_wages_owed, row["final_overdue.tax office"]) == (0, 0, 40_000)


def test_time_to_pay_turns_80000_of_arrears_into_four_instalments_and_stops_the_penalties() -> None:
    """80,000 dollars due at once in February, or 20,000 a month from March on; what is six months late costs 5%."""
    defer, plan = {**DEFER, "until": "2024-02-01"}, {"do": "time_to_pay", "on": "2024-02-01"}
    kept = {}
    for day in (date(2024, 2, 29), date(2024, 3, 8), date(2024, 4, 5), date(2024, 5, 3), date(2024, 5, 31)):
        parts: Spec = {"months": None, "horizon_days": (day - START).days, **NO_INTEREST}
        alone, asked = (rows([defer, *more], FREE, **parts).loc["policy"].final_cash for more in ([], [plan]))
        kept[day] = asked - alone
    assert list(kept.values()) == [80_000, 60_000, 40_000, 20_000, 0]
    leave: Spec = {"do": "layoffs", "on": "2023-11-28", "group": "team", "share": 1, "severance_weeks": 0}
    once = [DEFER, {**leave, "notice_days": 1}]
    sooner: Spec = {"do": "time_to_pay", "on": "2024-01-10"}
    late, agreed = (rows([*once, *more], FREE, months=8, **NO_INTEREST).loc["policy"] for more in ([], [sooner]))
    assert (late.final_cash, late.final_owed) == (5e6 - 60_000, 40_000 + 0.05 * 40_000)
    assert (agreed.final_cash, agreed.final_owed) == (5e6 - 100_000, 0)


def test_a_plan_that_is_not_kept_falls_due_at_once_and_the_petition_comes_sooner() -> None:
    court = {"patience": {"tax": 300}, "demand_probability": 0, "settle_share": 0}
    plan: Spec = {"do": "time_to_pay", "on": "2024-01-10"}
    frame = rows([DEFER, plan], months=24, cash=450_000, petitions=court)
    waits = rows([DEFER], months=24, cash=450_000, petitions=court)
    assert frame.loc["policy"].petition_presented_day < waits.loc["policy"].petition_presented_day


def test_a_tax_office_that_is_not_paid_for_300_days_petitions() -> None:
    court = {"patience": {"tax": 300}, "demand_probability": 0, "order_probability": 1, "adjourned_probability": 0}
    linked = rows([DEFER], months=24, petitions={**court, "settle_share": 0}).loc["policy"]
    assert (linked.cause, linked.creditor) == ("court_order", "tax office")
    assert 52 + 300 <= linked.petition_presented_day <= 52 + 307
    free = rows([DEFER], months=24, petitions=court, feedback={"tax_arrears_to_petitions": False}).loc["policy"]
    assert free.end == "survived"


def test_value_added_tax_of_200000_a_month_is_paid_on_7_march_for_the_quarter_to_31_january() -> None:
    tax = {**TAX, "vat": {"monthly": -200_000}}
    before, after = (rows([], tax=tax, months=None, horizon_days=d, staff=[]).loc["do-nothing"] for d in (127, 136))
    assert before.final_cash - after.final_cash == 600_000
    assert before["final_owed"] == 600_000


def test_a_refund_of_value_added_tax_pays_overdue_payroll_tax_first() -> None:
    tax = {**TAX, "vat": {"monthly": 30_000, "refund_days": 10}}
    row = rows([DEFER], tax=tax, months=5).loc["policy"]
    assert row["final_overdue.tax office"] == 160_000 - 90_000


def test_a_research_credit_of_1_million_arrives_on_its_day_and_an_advance_brings_70_percent_of_it_sooner() -> None:
    credit = {"probability": 1, "amount": 1e6, "arrival_day": 100}
    advance: Spec = {"do": "rd_advance", "on": "2023-11-10", "share": 0.7, "fee": 0.1}
    early = rows([advance], tax={**TAX, "research_credit": credit}, months=2, staff=[])
    assert early.loc["policy"].final_cash - early.loc["do-nothing"].final_cash == 700_000
    late = rows([advance], tax={**TAX, "research_credit": credit}, staff=[])
    assert late.loc["do-nothing"].final_cash == 6e6
    assert late.loc["policy"].final_cash == 6e6 - 70_000


def test_an_advance_on_a_credit_that_is_refused_is_owed() -> None:
    credit = {"probability": 0, "amount": 1e6, "arrival_day": 100}
    advance: Spec = {"do": "rd_advance", "on": "2023-11-10", "share": 0.7, "fee": 0.1}
    row = rows([advance], tax={**TAX, "research_credit": credit}, staff=[]).loc["policy"]
    assert row.final_cash == 5e6 - 70_000


def test_after_20_failures_late_payroll_tax_costs_1600_a_month_and_from_april_on_nothing_and_then_400() -> None:
    """40,000 dollars a month at 4%; with the tax year failures are counted afresh."""
    charged = {}
    for months in (5, 6, 7):
        row = rows([DEFER], {**FREE, "failures_so_far": 20}, months=months, **NO_INTEREST).loc["policy"]
        charged[months] = row.final_owed - months * 40_000
    assert charged == {5: 4 * 1_600, 6: 4 * 1_600, 7: 4 * 1_600 + 400}


def test_value_added_tax_of_600000_that_is_54_days_late_costs_26000() -> None:
    """2% after 15 days, 2% after 30, and 4% a year from then on: a month of it."""
    row = rows([DEFER], {**FREE, "vat": {"monthly": -200_000}}, staff=[], **NO_INTEREST).loc["policy"]
    assert row.final_owed == 2 * 600_000 + 12_000 + 12_000 + 2_000


def test_a_refund_of_90000_is_less_by_a_sixth_of_the_120000_that_a_supplier_has_been_owed_for_six_months() -> None:
    """Once, with the quarter in which the bill of September turned six months old."""
    opening = {"cash": 1e6, "invoices": [{"creditor": "supplier", "amount": 120_000, "due": "2023-09-30"}]}
    parts: Spec = {"opening": opening, "costs": [{"name": "supplier", "class": "trade", "monthly": 0}]}
    unpaid = {**TIMING, "stretch_days": {"trade": 1000}}
    for months, quarters in ((9, 2), (12, 3)):
        scenarios = (
            world(START, horizon_months=months, country="GB", treasury=unpaid, tax=tax, **parts)
            for tax in ({**TAX, "vat": {"monthly": 30_000, "refund_days": 10, "clawback_share": c}} for c in (0, 1 / 6))
        )
        full, less = (frame_of(scenario).iloc[0].final_cash for scenario in scenarios)
        assert (full, less) == (1e6 + quarters * 90_000, 1e6 + quarters * 90_000 - 20_000)
