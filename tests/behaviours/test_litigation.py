"""Cases in court cost each month, end somehow, and are heard of by investors."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.company.balance import is_balance_sheet_insolvent
from sim.company.litigation import which_outcome
from tests.worlds import Spec, frame_of, proportion_z, world, z_limit

START = date(2023, 10, 31)
CASE: Spec = {
    "name": "photographs",
    "creditor": "lawyers",
    "monthly": 300_000,
    "settlement_per_month": 0,
    "dismissal_per_month": 0,
    "judgment_per_month": 0,
    "settlement": 5e6,
    "judgment": 50e6,
    "relief": 0,
    "judgment_shock": 0.5,
}
TREASURY: Spec = {"reserve_weeks": 0}


def rows(case: Spec, actions: list[Spec] | None = None, replications: int = 1, **parts: Any) -> pd.DataFrame:
    """A company with 100 million dollars and one case, for a year."""
    parts = {"cash": 100e6, "horizon_months": 12, "treasury": TREASURY, **parts}
    scenario = world(START, country="GB", cases=[{**CASE, **case}], **parts)
    return frame_of(scenario, replications, policies=[{"name": "policy", "actions": actions or []}])


def test_of_cases_that_end_half_are_settled_three_in_ten_dismissed_and_two_in_ten_lost() -> None:
    assert which_outcome(np.array([0.49, 0.51, 0.79, 0.81]), 0.05, 0.03, 0.02).tolist() == [0, 1, 1, 2]


def test_of_1000_cases_half_cost_5_million_to_settle_three_in_ten_nothing_and_two_in_ten_50_million() -> None:
    """All of them end within weeks, at rates of 5, 3 and 2 a month; a false alarm in 1 of 10,000 runs."""
    rates = {"settlement_per_month": 5, "dismissal_per_month": 3, "judgment_per_month": 2, "monthly": 0}
    frame = rows(rates, replications=1000).groupby("policy").get_group("do-nothing")
    paid = (100e6 - frame.final_cash).value_counts(normalize=True)
    assert set(paid.index) == {5e6, 0, 50e6}
    z = [proportion_z(paid[amount], share, 1000) for amount, share in ((5e6, 0.5), (0, 0.3), (50e6, 0.2))]
    assert max(map(abs, z)) < z_limit(1e-4, 3)


def test_a_case_that_goes_on_costs_300000_a_month() -> None:
    row = rows({}).iloc[0]
    assert 100e6 - row.final_cash + row.final_owed == 12 * 300_000


def test_a_case_dismissed_at_once_costs_no_more_than_its_first_month() -> None:
    row = rows({"dismissal_per_month": 100}).iloc[0]
    assert row.final_cash == 100e6


def test_a_judgment_of_50_million_falls_due_and_halves_confidence_unless_the_link_is_off() -> None:
    lost = rows({"judgment_per_month": 100}, horizon_months=1).iloc[0]
    assert (lost.final_owed, lost.confidence) == (50e6, pytest.approx(0.5, abs=0.1))
    silent = rows({"judgment_per_month": 100}, horizon_months=1, feedback={"litigation_to_confidence": False}).iloc[0]
    assert silent.confidence == 1


def test_no_judgment_comes_before_its_time() -> None:
    early = rows({"judgment_per_month": 100, "judgment_months": 6, "monthly": 0}, horizon_months=5).iloc[0]
    late = rows({"judgment_per_month": 100, "judgment_months": 6, "monthly": 0}, horizon_months=8).iloc[0]
    assert (early.final_cash, late.final_cash) == (100e6, 50e6)


def test_settling_for_2_million_ends_the_lawyers_bills() -> None:
    settle: Spec = {"do": "settle_case", "on": "2023-11-15", "case": "photographs", "amount": 2e6}
    frame = rows({}, [settle]).set_index("policy")
    assert 100e6 - frame.loc["policy"].final_cash == 2e6
    assert frame.loc["do-nothing"].final_cash < frame.loc["policy"].final_cash


def test_a_settlement_hazard_of_10_percent_a_month_ends_70_percent_of_cases_within_a_year() -> None:
    frame = rows({"settlement_per_month": 0.1, "monthly": 0}, replications=2000)
    frame = frame[frame.policy == "do-nothing"]
    assert np.mean(frame.final_cash + frame.final_owed * 0 < 100e6) == pytest.approx(1 - np.exp(-1.1), abs=0.04)


def test_a_provision_of_3_million_makes_a_company_with_2_million_insolvent_on_its_books() -> None:
    sheet: Spec = {"other_assets": 0}
    assert rows({"provision": 3e6}, cash=2e6, balance_sheet=sheet).iloc[0].balance_sheet_insolvent_day == 0
    solvent = rows({"provision": 1e6, "monthly": 0}, cash=2e6, balance_sheet=sheet).iloc[0]
    assert pd.isna(solvent.balance_sheet_insolvent_day)


def test_assets_of_4_against_liabilities_of_24_are_insolvent_on_the_balance_sheet() -> None:
    assert is_balance_sheet_insolvent(np.array([4, 24]), np.array([24, 24])).tolist() == [True, False]


def test_notes_of_45_million_count_as_debt_unless_they_are_told_not_to() -> None:
    sheet: Spec = {"notes": 45e6}
    assert rows({}, cash=40e6, balance_sheet=sheet).iloc[0].balance_sheet_insolvent_day == 0
    softer = {**sheet, "notes_are_debt": False}
    assert pd.isna(rows({}, cash=40e6, balance_sheet=softer).iloc[0].balance_sheet_insolvent_day)


RENT: Spec = {"name": "landlord", "quarterly": 300_000, "deposit": 100_000, "wait_days": 21}


def test_rent_falls_due_on_25_december_and_an_unpaid_landlord_takes_the_deposit() -> None:
    scenario = world(START, cash=0, horizon_months=3, country="GB", rent=[RENT])
    opening = {"cash": 200_000, "restricted_share": 1}
    row = frame_of(type(scenario).model_validate({**scenario.model_dump(by_alias=True), "opening": opening})).iloc[0]
    assert row["final_overdue.landlord"] == 200_000
    assert row.final_restricted_cash == 100_000


def test_a_supplier_owed_for_a_month_adds_interest_of_13_and_a_quarter_percent_a_year() -> None:
    supplier = {"name": "supplier", "class": "trade", "monthly": 120_000, "net_days": 0, "late_margin": 0.08}
    scenario = world(START, cash=0, horizon_months=2, country="GB", costs=[supplier])
    assert frame_of(scenario).iloc[0].final_owed == pytest.approx(240_000 + 120_000 * 0.1325 / 12)


def test_a_case_that_is_dismissed_raises_confidence_by_a_fifth_unless_the_link_is_off() -> None:
    steady: Spec = {"half_life_months": 1000, "arrears_weight": 0}
    gone: Spec = {"dismissal_per_month": 100, "relief": 0.2}
    linked, off = (
        rows(gone, confidence=steady, horizon_months=1, feedback={"litigation_to_confidence": link}).iloc[0].confidence
        for link in (True, False)
    )
    assert (linked, off) == (pytest.approx(1.2, abs=0.001), 1.0)
