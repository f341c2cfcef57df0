"""What the language refuses about compute: each error names what exists."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario.schema import Experiment, Scenario
from tests.worlds import Spec

CLOUD: Spec = {"name": "cloud", "monthly_usage": 1e6, "service_share": 1}
GRANT: Spec = {"name": "grant", "vendor": "cloud", "monthly": 1e5}
OFFER: Spec = {"name": "offer", "vendor": "cloud", "capacity_share": 0.5}


def scenario(**parts: Any) -> Spec:
    opening = {"cash": 1e6}
    return {"name": "x", "start": "2023-10-31", "horizon_months": 12, "opening": opening, "vendors": [CLOUD], **parts}


def action(do: str, **more: Any) -> Spec:
    policy = {"name": "act", "actions": [{"do": do, "on": "2023-11-06", **more}]}
    return {"name": "x", "scenario": scenario(grants=[GRANT], resale=[OFFER]), "policies": [policy]}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"grants": [{**GRANT, "vendor": "clud"}]}, "the name of a vendor"),
        ({"resale": [{**OFFER, "vendor": "clud"}]}, "the name of a vendor"),
        ({"grants": [GRANT, GRANT]}, "a name that no other of the grants has"),
        ({"resale": [{**OFFER, "price": "list"}]}, "market"),
        ({"vendors": [{**CLOUD, "commitment": {"per_year": 1e6, "year_ends": "2024-02-29"}}]}, "every year has"),
        ({"market": {"demand": {"loading": 1.5}}}, "from -1 to 1"),
        ({"market": {"gpu_price": {"growth_per_year": -1}}}, "more than -1"),
    ],
    ids=["grant", "offer", "two grants", "price", "leap day", "loading", "fall of everything"],
)
def test_a_scenario_with_a_wrong_table_of_compute_is_refused(parts: Spec, expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        Scenario.model_validate(scenario(**parts))


@pytest.mark.parametrize(
    ("do", "more", "expected"),
    [
        ("end_grants", {"grant": "grand"}, "the name of a grant"),
        ("resell", {"offer": "offers"}, "the name of a resale offer"),
        ("sublease", {"offer": "offers"}, "the name of a resale offer"),
        ("ask_plan", {"vendor": "clud"}, "the name of a vendor"),
        ("standstill", {"vendors": ["clud"]}, "the name of a vendor"),
        ("move_vendor", {"vendor": "cloud", "to": "other", "share": 0.5}, "the name of a vendor"),
        ("compromise", {"vendor": "cloud", "cash_share": 0.7, "equity_share": 0.4}, "add up to at most 1"),
    ],
)
def test_an_action_on_what_is_not_there_is_refused(do: str, more: Spec, expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        Experiment.model_validate(action(do, **more))
