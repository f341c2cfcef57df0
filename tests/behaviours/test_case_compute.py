"""The reference case of October 2023, as far as it turned on compute and its vendors."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import sim
from sim.scenario.loading import load
from sim.scenario.schema import Experiment
from tests.conventions.shared import ROOT
from tests.worlds import Spec

N = 400
CASE = load(ROOT / "experiments/stability_2023_10.toml").scenario
SERVICE = "managed compute service"
RESELL: Spec = {"do": "resell", "on": date(2023, 11, 6), "offer": SERVICE}
SUBLEASE: Spec = {"do": "sublease", "on": date(2023, 11, 6), "offer": "sublease to Andreessen Horowitz"}
CONSENT: Spec = {"do": "set", "parameter": f"resale.{SERVICE}.consent_probability", "value": 1.0}
END_GRANTS: Spec = {"do": "end_grants", "on": date(2023, 11, 6), "lag_days": 30}
POLICIES: dict[str, list[Spec]] = {
    "resell": [RESELL],
    "resell-with-consent": [CONSENT, RESELL],
    "sublease": [SUBLEASE],
    "end-grants": [END_GRANTS],
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    policies = [{"name": name, "actions": actions} for name, actions in POLICIES.items()]
    question = Experiment.model_validate({"name": "case", "scenario": CASE, "policies": policies})
    return sim.simulate(question, replications=N, seed=7).frame


def under(frame: pd.DataFrame, policy: str) -> pd.DataFrame:
    return frame[frame.policy == policy].reset_index(drop=True)


def test_the_largest_vendor_is_a_million_short_for_july_and_seven_for_august_and_nobody_stops_the_company_that_day(
    frame: pd.DataFrame,
) -> None:
    base = under(frame, "do-nothing")
    assert (base["peak_overdue.AWS"] >= 8e6).all()
    assert (base.peak_overdue >= 9.6e6).all()
    assert (base.cash_flow_insolvent_day == 0).all()
    assert (base.end_day >= 7).all()


def test_no_replication_earns_the_projected_139_million_from_resale_even_with_the_vendors_consent(
    frame: pd.DataFrame,
) -> None:
    gained = under(frame, "resell-with-consent").revenue - under(frame, "do-nothing").revenue
    assert gained.max() < 139e6
    assert gained.median() < 1e6


def test_consent_is_worth_more_than_the_offer_and_most_contracts_are_in_breach_before_the_first_sale(
    frame: pd.DataFrame,
) -> None:
    asked, granted = (under(frame, name).revenue for name in ("resell", "resell-with-consent"))
    base = under(frame, "do-nothing")
    assert granted.mean() > asked.mean() > base.revenue.mean()
    assert (granted - base.revenue > 1e5).mean() < 0.5


def test_ending_grants_leaves_creditors_with_smaller_losses(frame: pd.DataFrame) -> None:
    saved = under(frame, "do-nothing").creditor_deficiency - under(frame, "end-grants").creditor_deficiency
    assert 1e6 < saved.mean() < 6e6


@pytest.mark.parametrize("link", ["gpu_price_to_patience", "demand_to_revenue", "breach_to_resale"])
def test_a_link_that_is_switched_off_changes_the_same_replications(frame: pd.DataFrame, link: str) -> None:
    stated = CASE.model_dump(by_alias=True)
    without = type(CASE).model_validate({**stated, "feedback": {**stated["feedback"], link: False}})
    question = {"name": "case", "scenario": without, "policies": [{"name": "resell", "actions": [RESELL]}]}
    off = under(sim.simulate(Experiment.model_validate(question), replications=N, seed=7).frame, "resell")
    changed = off.revenue != under(frame, "resell").revenue
    assert 0.01 < changed.mean() <= 1
