"""The reference case says what was reported, and behaves as it was reported to behave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.company.ladder import SUSPENDED
from sim.company.state import Company
from sim.kernel.ledger import RESTRICTED_CASH
from sim.scenario.schema import Scenario
from tests.conventions.shared import ROOT
from tests.worlds import CHARITY, Spec, company_of, frame_of, world

N = 500
START = date(2023, 10, 31)
CASE = sim.load(ROOT / "experiments/stability_2023_10.toml").scenario
VENDORS = {vendor.name: vendor for vendor in CASE.vendors}
OUTSIDE: Spec = {
    "name": "lead",
    "kind": "outside",
    "meetings_per_month": 2,
    "decision_days": 10,
    "closing_days": 10,
    "success_probability": 1,
    "fall_through_probability": 0,
    "founder_consent_probability": 1,
    "vendor_consent_probability": 1,
    "amount": 1e6,
}


def a_year(numbers: Any) -> float:
    """Twelve times the sum of the means of monthly amounts, in millions."""
    return 12 * sum(number.mean() for number in numbers) / 1e6


def on_the_first_day(scenario: Scenario) -> Company:
    """The company at the close of its first day."""
    scenario = scenario.model_copy(update={"horizon_months": None, "horizon_days": 1})
    return at_the_end(scenario)


def at_the_end(scenario: Scenario) -> Company:
    """The company of a whole block on the horizon, under do-nothing."""
    return company_of(scenario, 200)


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """The case under do-nothing."""
    return sim.simulate(ROOT / "experiments/stability_2023_10.toml", replications=N, policies=["do-nothing"])


def test_compute_is_the_largest_cost_of_the_case() -> None:
    """$99M a year, of which the largest vendor bills $84M."""
    assert a_year(vendor.monthly_usage for vendor in CASE.vendors) == pytest.approx(99, abs=0.5)
    assert a_year([VENDORS["AWS"].monthly_usage]) == pytest.approx(84)


def spent_in_a_year(**parts: Any) -> Any:
    """Millions that a company with all the money it needs spends on these parts of the case, or owes for them."""
    paid = {"country": CASE.country, "treasury": {"reserve_weeks": 0}}
    row = frame_of(world(START, CHARITY, horizon_months=12, **paid, **parts), 200)
    return (CHARITY - row.final_cash + row.final_owed).mean() / 1e6


def stated(parts: Iterable[Any], **changes: Any) -> list[Spec]:
    """Parts of the case as they stand in its file, but for these numbers."""
    return [{**part.model_dump(by_alias=True), **changes} for part in parts]


def test_the_vendors_of_the_case_bill_99_million_dollars_in_a_year_and_the_largest_of_them_84() -> None:
    assert spent_in_a_year(vendors=stated(CASE.vendors)) == pytest.approx(99, abs=1)
    assert spent_in_a_year(vendors=stated([VENDORS["AWS"]])) == pytest.approx(84, abs=1)


def test_wages_and_other_costs_of_the_case_are_54_million_a_year() -> None:
    """If nobody leaves and no case ends."""
    goes_on = dict.fromkeys(("settlement_per_month", "dismissal_per_month", "judgment_per_month"), 0)
    people = stated(CASE.staff, attrition_per_month=0)
    other: Spec = {"costs": stated(CASE.costs), "rent": stated(CASE.rent), "cases": stated(CASE.cases, **goes_on)}
    assert spent_in_a_year(staff=people, **other) == pytest.approx(54, abs=1)
    assert spent_in_a_year(staff=people) == pytest.approx(38, abs=1)


def test_of_4_million_dollars_in_the_bank_none_to_a_quarter_is_restricted_and_the_rest_is_free() -> None:
    ledger = company_of(CASE, 200, run=False).ledger
    restricted = ledger.balance(RESTRICTED_CASH)
    assert set(ledger.cash + restricted) == {4_000_000_00}
    assert 0 < restricted.min() < restricted.mean() < restricted.max() < 1_000_000_00


def test_known_arrears_of_the_case_are_9_6_million_on_the_first_day(result: sim.Result) -> None:
    first = result.tracks[result.tracks["day"] == 0]
    assert set(first["overdue"]) == {9.6e6}
    assert first["cash"].between(2.9e6, 4.0e6).all()


def test_the_largest_vendor_of_the_case_is_owed_8_million_and_does_not_suspend_on_the_first_day(
    result: sim.Result,
) -> None:
    """July was paid $1M short and August not at all, and the company trades on."""
    assert (result.frame["peak_overdue.AWS"] >= 8.0e6).all()
    assert (result.frame["cash_flow_insolvent_day"] == 0).all()
    assert (result.frame["end_day"] > 1).all()
    company = on_the_first_day(CASE)
    assert (company.vendors["AWS"].own.rung < SUSPENDED).all()


def test_the_case_has_the_four_prospects_that_were_named() -> None:
    assert CASE.deals is not None
    names = {prospect.name for prospect in CASE.deals.prospects}
    assert names == {"Canva", "NightCafe", "Tome", "government of Singapore"}


def test_no_end_of_the_case_is_certain_and_none_is_impossible(result: sim.Result) -> None:
    shares = result.frame["end"].value_counts(normalize=True)
    assert {"insolvent", "recapitalised", "acquired"} <= set(shares.index)
    assert shares.max() < 1


def test_the_backtest_earns_on_the_way_to_11_million_a_year() -> None:
    """From October 2022 to October 2023, of which two months lie before the year in question."""
    question = sim.load(ROOT / "experiments/stability_2022_10.toml")
    scenario = question.scenario.model_copy(update={"horizon_months": 12})
    frame = frame_of(scenario, replications=N)
    assert 5e6 < frame[frame["end"] == "survived"]["revenue"].median() < 11e6


def test_a_treasury_with_2_million_over_its_reserve_pays_2_of_8_and_the_company_trades_on() -> None:
    """A bill of $8M is paid in part: what is left of $3M above two weeks of $0.5M for the critical supplier."""
    vendor = {"name": "cloud", "monthly_usage": 0, "service_share": 0, "late_interest_per_month": 0}
    supplier = {"name": "power", "class": "critical", "monthly": 0.5e6 * 52 / 12, "invoice_day": 31}
    scenario = world(
        START,
        horizon_days=4,
        opening={"cash": 3e6, "invoices": [{"creditor": "cloud", "amount": 8e6, "due": date(2023, 9, 30)}]},
        vendors=[vendor],
        costs=[supplier],
        treasury={"reserve_weeks": 2},
    )
    (row,) = frame_of(scenario).itertuples()
    assert (row.end, row.final_cash, row.final_overdue) == ("survived", 1e6, 6e6)


def test_an_investor_who_promised_50_million_pays_20_once_a_breach_has_voided_the_rest() -> None:
    tranches = [
        {"name": "first", "amount": 20e6, "probability": 1, "arrival_day": 5, "voided_by_default": False},
        {"name": "later", "amount": 30e6, "probability": 1, "arrival_day": 75},
    ]
    vendor = {
        "name": "cloud",
        "monthly_usage": 1e6,
        "service_share": 0,
        "posture": {"patient": 0, "commercial": 1, "strict": 0},
        "patience": {"commercial": 60, "strict": 60},
    }
    unpaid = {"stretch_days": {"vendors": 1000}}
    parts: Spec = {"horizon_months": 6, "tranches": tranches, "treasury": unpaid}
    opening = {"cash": 1e6, "invoices": [{"creditor": "cloud", "amount": 1e6, "due": date(2023, 10, 1)}]}
    in_breach = world(START, opening=opening, vendors=[vendor], **parts)
    in_peace = world(START, opening={"cash": 1e6}, **parts)
    assert [frame_of(scenario)["raised"].item() / 1e6 for scenario in (in_breach, in_peace)] == [20, 50]


def with_shock(link: bool) -> Scenario:
    """A company whose payroll is missed in its first month, which costs all confidence, and which then meets a lead."""
    return world(
        START,
        cash=0,
        horizon_months=6,
        staff=[{"name": "team", "head_count": 10, "monthly_cost": 1000, "country": "US", "attrition_per_month": 0}],
        investors=[{**OUTSIDE, "recapitalises": False, "meetings_per_month": 0.7}],
        confidence={
            "half_life_months": 600,
            "arrears_weight": 0,
            "missed_payroll_shock": 0.95,
            "outside_round_chance": 1,
        },
        feedback={"confidence_to_rounds": link},
    )


def test_doubt_closes_the_gate_unless_the_link_is_off() -> None:
    """Two-sided at a false-alarm rate far below 1 in 1,000: the shares differ by half and more."""
    raised = [(frame_of(with_shock(link), replications=N)["raised"] > 0).mean() for link in (True, False)]
    assert raised[0] < 0.4 < 0.9 < raised[1]


def test_confidence_shaken_by_half_recovers_half_of_that_within_its_half_life() -> None:
    """One payroll missed on 28 November for want of $1; $1M arrives after it; three months later 0.75 of confidence."""
    arrives = {"name": "loan", "amount": 1e6, "probability": 1, "arrival_day": 31, "voided_by_default": False}
    staff = {"name": "team", "head_count": 1, "monthly_cost": 1000, "country": "GB", "attrition_per_month": 0}
    scenario = world(
        START,
        cash=999,
        horizon_days=119,
        country="GB",
        staff=[staff],
        tranches=[arrives],
        confidence={"half_life_months": 3, "arrears_weight": 0, "missed_payroll_shock": 0.5},
    )
    assert frame_of(scenario)["confidence"].item() == pytest.approx(0.75, abs=0.01)


def test_each_researcher_who_leaves_takes_6_percent_of_the_product_and_others_follow() -> None:
    people = [
        {"name": name, "group": "team", "exit_per_month": 0.2, "product_loss": 0.06} for name in ("a", "b", "c", "d")
    ]
    staff = {"name": "team", "head_count": 200, "monthly_cost": 1, "country": "GB", "attrition_per_month": 0.05}

    def a_year_on(contagion: bool) -> Company:
        morale = {"contagion": 0.5, "contagion_days": 90}
        parts: Spec = {"staff": [staff], "key_people": people, "morale": morale, "horizon_months": 12}
        return at_the_end(world(START, **parts, feedback={"contagion": contagion}))

    together, apart = a_year_on(True), a_year_on(False)
    for company in (together, apart):
        assert np.allclose(company.state.product_value, 0.94**company.state.senior_exits)
    assert together.state.senior_exits.mean() > apart.state.senior_exits.mean()
    assert together.groups["team"].own.head.mean() < apart.groups["team"].own.head.mean() - 5


def test_new_money_is_what_keeps_the_case_going() -> None:
    """Without any of it nearly all are insolvent within six months."""
    without: Spec = {"investors": [], "tranches": [], "sales": [], "disclosure": None, "ends": []}
    scenario = CASE.model_copy(update=without)
    frame: pd.DataFrame = frame_of(scenario, replications=N)
    assert ((frame["end"] == "insolvent") & (frame["end_day"] <= 182)).mean() > 0.95
