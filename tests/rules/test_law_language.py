"""What the tables and actions of the law refuse, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario.schema import Experiment
from tests.worlds import Spec, world

CASE: Spec = {"name": "photographs", "creditor": "lawyers", "monthly": 1, "settlement": 1, "judgment": 1}
TEAM: Spec = {"name": "team", "head_count": 1, "monthly_cost": 1, "country": "GB"}


def question(action: Spec, **parts: Any) -> Experiment:
    """One policy with one action in a small world."""
    scenario = world(date(2023, 10, 31), horizon_months=1, **parts).model_dump(by_alias=True)
    policies = [{"name": "policy", "actions": [{"on": "2023-11-01", **action}]}]
    return Experiment.model_validate({"name": "small", "scenario": scenario, "policies": policies})


REFUSED: list[tuple[Spec, str]] = [
    ({"do": "time_to_pay"}, "no table tax"),
    ({"do": "rd_advance"}, "no table tax.research_credit"),
    ({"do": "layoffs", "group": "tame", "share": 0.1}, "a staff group"),
    ({"do": "defer_pay", "group": "tame", "share": 0.1}, "a staff group"),
    ({"do": "retention", "group": "tame", "months_of_pay": 1}, "a staff group"),
    ({"do": "settle_case", "case": "photograph", "amount": 1}, "a case"),
    ({"do": "pay_order", "order": ["critical", "tax"]}, "once"),
    ({"do": "layoffs", "group": "team", "share": 1.5}, "from 0 to 1"),
]


@pytest.mark.parametrize(("action", "words"), REFUSED, ids=[f"{a['do']}: {words}" for a, words in REFUSED])
def test_an_action_that_has_nothing_to_act_on_is_refused(action: Spec, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        question(action, staff=[TEAM], cases=[CASE])


def test_chances_at_a_hearing_that_add_up_to_more_than_1_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 1"):
        world(petitions={"order_probability": 0.8, "adjourned_probability": 0.3}, horizon_months=1)


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="no other of the cases"):
        world(cases=[CASE, CASE], horizon_months=1)


def test_a_landlord_named_like_a_supplier_is_refused() -> None:
    supplier = {"name": "landlord", "class": "trade", "monthly": 1}
    with pytest.raises(ValidationError, match="not already among"):
        world(costs=[supplier], rent=[{"name": "landlord", "quarterly": 1}], horizon_months=1)


def test_the_numbers_of_the_law_are_parameters_that_a_policy_can_set() -> None:
    scenario = world(petitions={}, waterfall={}, tax={}, balance_sheet={}, cases=[CASE], horizon_months=1)
    paths = set(scenario.parameters())
    assert {"petitions.order_probability", "tax.grant_probability", "waterfall.realisation"} <= paths
    assert {"balance_sheet.other_assets", "cases.photographs.monthly"} <= paths
