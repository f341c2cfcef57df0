"""What a board can do about its payroll, and what it costs not to meet it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.worlds import Spec, frame_of, world

START = date(2023, 10, 31)
TEAM: Spec = {
    "name": "team",
    "head_count": 100,
    "monthly_cost": 13_000,
    "country": "GB",
    "attrition_per_month": 0,
    "replacement_share": 0,
}


def rows(
    actions: list[Spec], cash: float = 50e6, months: int = 6, replications: int = 1, team: Spec = TEAM, **parts: Any
) -> pd.DataFrame:
    """A hundred people at 13,000 dollars a month under do-nothing and one policy."""
    scenario = world(START, cash=cash, horizon_months=months, country="GB", staff=[team], **parts)
    frame = frame_of(scenario, replications, policies=[{"name": "policy", "actions": actions}])
    return frame.set_index("policy") if replications == 1 else frame


def saved(frame: pd.DataFrame) -> float:
    """Cash that the policy has kept."""
    return float(frame.loc["policy"].final_cash - frame.loc["do-nothing"].final_cash)


LAY_OFF: Spec = {"do": "layoffs", "on": "2023-11-01", "group": "team", "share": 0.4, "notice_days": 30}


def test_laying_off_40_of_100_costs_nine_weeks_of_pay_and_saves_40_salaries_from_january_on() -> None:
    frame = rows([LAY_OFF])
    assert frame.loc["policy"].head_count == 60
    assert saved(frame) == 40 * 13_000 * 4 - 40 * 13_000 * 12 / 52 * 9


def test_40_dismissals_wait_for_30_days_of_consultation_before_the_notice_and_19_do_not() -> None:
    on_30_november = rows([{**LAY_OFF, "share": 0.19, "severance_weeks": 0}], months=1)
    assert on_30_november.loc["policy"].head_count == 100
    assert rows([{**LAY_OFF, "share": 0.19}], months=2).loc["policy"].head_count == 81
    assert rows([{**LAY_OFF, "share": 0.4, "notice_days": 60}], months=2).loc["policy"].head_count == 100


def test_a_layoff_makes_others_leave_faster_unless_the_link_is_off() -> None:
    team = {**TEAM, "attrition_per_month": 0.03}
    morale = {"contagion": 0, "cut_factor": 3, "cut_days": 180}

    def left(**links: bool) -> float:
        frame = rows([{**LAY_OFF, "share": 0.1}], replications=200, team=team, morale=morale, feedback=links)
        return float(frame[frame.policy == "policy"].head_count.mean())

    assert left() < left(cuts_to_exits=False) - 10


def test_a_hiring_freeze_leaves_places_empty_until_it_is_undone() -> None:
    team = {**TEAM, "attrition_per_month": 0.05, "replacement_share": 1, "hiring_months": 0.5}
    freeze: Spec = {"do": "freeze_hiring", "on": "2023-11-01"}
    heads = rows([freeze], replications=50, team=team).groupby("policy").head_count.mean()
    assert heads["do-nothing"] > heads["policy"] + 10
    thawed = rows([{**freeze, "until": "2024-01-01"}], replications=50, team=team).groupby("policy").head_count.mean()
    assert thawed["policy"] == pytest.approx(thawed["do-nothing"], abs=4)


def test_a_fifth_of_pay_put_off_for_90_days_is_owed_and_then_paid() -> None:
    defer: Spec = {
        "do": "defer_pay",
        "on": "2023-11-01",
        "until": "2024-01-01",
        "group": "team",
        "share": 0.2,
        "repaid_after_days": 90,
    }
    treasury = {"reserve_weeks": 0}
    assert saved(rows([defer], months=2, treasury=treasury)) == 2 * 0.2 * 1_300_000
    assert saved(rows([defer], months=6, treasury=treasury)) == 0
    assert saved(rows([{**defer, "repaid_after_days": None}], treasury=treasury)) == 2 * 0.2 * 1_300_000


def test_a_cut_in_pay_makes_people_leave() -> None:
    team = {**TEAM, "attrition_per_month": 0.03}
    cut: Spec = {"do": "defer_pay", "on": "2023-11-01", "group": "team", "share": 0.2, "exit_factor": 3}
    heads = rows([cut], replications=100, team=team).groupby("policy").head_count.mean()
    assert heads["policy"] < heads["do-nothing"] - 15


def test_retention_pay_of_a_month_costs_half_at_once_and_half_to_those_who_stayed() -> None:
    keep: Spec = {"do": "retention", "on": "2023-11-01", "group": "team", "months_of_pay": 1, "days": 90}
    assert saved(rows([keep], months=2)) == -650_000
    assert saved(rows([keep], months=6)) == -1_300_000


def test_retention_pay_keeps_people() -> None:
    team = {**TEAM, "attrition_per_month": 0.05}
    keep: Spec = {"do": "retention", "on": "2023-11-01", "group": "team", "months_of_pay": 1, "exit_factor": 0.3}
    heads = rows([keep], replications=100, team=team).groupby("policy").head_count.mean()
    assert heads["policy"] > heads["do-nothing"] + 8


LATE = {**TEAM, "late_pay": {}}


def test_a_payroll_of_1_point_3_million_not_met_by_300000_costs_100_a_head_and_a_tenth_of_the_withholding() -> None:
    frame = rows([], cash=1_000_000, months=1, team=LATE)
    assert frame.loc["do-nothing"].final_wages_owed == 300_000
    assert frame.loc["do-nothing"].final_owed == 100 * 100 + 300_000 * 0.3 * 0.1


def test_without_the_link_from_missed_pay_to_penalties_nothing_is_charged() -> None:
    frame = rows([], cash=1_000_000, months=1, team=LATE, feedback={"missed_pay_to_penalties": False})
    assert frame.loc["do-nothing"].final_owed == 0


def test_people_who_leave_unpaid_are_owed_30_days_of_pay() -> None:
    team = {**LATE, "attrition_per_month": 0.2, "missed_pay_factor": 1}
    frame = rows([], cash=0, months=3, team=team)
    linked = frame.loc["do-nothing"]
    assert linked.head_count < 80
    assert linked.final_owed > (100 - linked.head_count) * 0.5 * 13_000 * 12 / 365 * 30


def test_of_100_people_9_leave_in_a_quarter_and_24_where_they_are_not_paid_and_leave_four_times_as_fast() -> None:
    """Unpaid from 28 November on: a month at 3% and two at 12%."""
    team = {**TEAM, "attrition_per_month": 0.03, "missed_pay_factor": 4, "missed_pay_days": 60}

    def left(cash: float, **links: bool) -> float:
        frame = rows([], cash=cash, months=3, replications=400, team=team, feedback=links)
        return float(100 - frame[frame.policy == "do-nothing"].head_count.mean())

    assert left(cash=50e6) == pytest.approx(8.6, abs=0.7)
    assert left(cash=0) == pytest.approx(24.1, abs=1)
    assert left(cash=0, missed_pay_to_exits=False) == left(cash=50e6)


def test_a_key_person_who_leaves_in_the_first_week_takes_3_percent_of_a_million_dollars_of_revenue_a_month() -> None:
    """Gone on Monday 6 November, of whose month a fifth is over: 3% of the 10.8 months until 30 September."""
    lead: Spec = {"name": "audio lead", "group": "team", "exit_per_month": 100, "product_loss": 0.03}
    parts: Spec = {"revenue": [{"name": "api", "monthly": 1e6, "volatility": 0, "fee_share": 0}], "months": 11}
    stays, goes, off = (
        rows([], key_people=people, **parts, feedback={"exits_to_product": linked}).loc["do-nothing"].revenue
        for people, linked in (([], True), ([lead], True), ([lead], False))
    )
    assert stays == off == pytest.approx(11e6)
    assert stays - goes == pytest.approx(0.03 * (11 - 6 / 30) * 1e6, rel=0.001)


def test_the_payroll_of_15_january_leaves_on_the_12th_in_the_us_and_on_the_15th_in_london_where_tax_is_owed() -> None:
    """15 January 2024 is a holiday in the United States; half a month's pay of ten people is 50,000 dollars."""
    here: Spec = {**TEAM, "head_count": 10, "monthly_cost": 10_000, "paydays": "semi_monthly"}
    here |= {"funding_business_days": 0, "withheld_share": 0.4, "tax_creditor": "tax office"}
    there = {**here, "name": "abroad", "country": "US", "withheld_share": 0, "tax_creditor": None}
    on = {}
    for day in (11, 12, 14, 15):
        days = (date(2024, 1, day) - START).days
        scenario = world(START, cash=1e6, horizon_days=days, country="GB", staff=[here, there])
        on[day] = frame_of(scenario).iloc[0]
    assert on[11].final_cash - on[12].final_cash == 50_000
    assert on[12].final_cash == on[14].final_cash
    assert on[14].final_cash - on[15].final_cash == 30_000
    assert on[15].final_owed - on[14].final_owed == 20_000


SUPPLIER: Spec = {"name": "supplier", "class": "trade", "monthly": 100_000, "net_days": 0}
OFFICE: Spec = {"name": "office", "class": "critical", "monthly": 100_000, "net_days": 0}


def test_another_reserve_starves_the_supplier_and_is_undone() -> None:
    keep: Spec = {"do": "set_reserve", "on": "2023-11-02", "weeks": 100}
    parts = {"costs": [SUPPLIER], "treasury": {"reserve_weeks": 0}}
    frame = rows([keep], cash=20e6, months=3, **parts)
    assert frame.loc["do-nothing"]["final_overdue.supplier"] == 0
    assert frame.loc["policy"]["final_overdue.supplier"] > 0
    undone = rows([{**keep, "until": "2024-01-15"}], cash=20e6, months=3, **parts)
    assert undone.loc["policy"]["final_overdue.supplier"] == 0


def test_another_order_pays_the_supplier_before_the_office() -> None:
    order: Spec = {"do": "pay_order", "on": "2023-11-01", "order": ["trade", "critical", "tax", "vendors"]}
    parts: Spec = {"costs": [SUPPLIER, OFFICE], "treasury": {"reserve_weeks": 0}}
    frame = rows([order], cash=100_000, months=1, team={**TEAM, "head_count": 0}, **parts)
    assert frame.loc["do-nothing"]["final_overdue.supplier"] == frame.loc["policy"]["final_overdue.office"] == 100_000
