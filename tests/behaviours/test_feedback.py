"""Each link between parts of the company is real: the same replications of the reference case differ without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.company.model import simulate
from sim.company.plan import BlockPlan
from sim.company.state import ENDS
from sim.scenario.schema import Experiment
from sim.scenario.schema_world import Feedback
from tests.conventions.shared import ROOT
from tests.worlds import Spec

Columns = Any

N = 200
QUESTION = sim.load(ROOT / "experiments/stability_2023_10.toml")
POLICIES = {policy.name: policy for policy in QUESTION.policies}
RESELL: Spec = {"do": "resell", "on": "2023-11-15", "offer": "managed compute service", "ask_consent": False}
BUSY: Spec = {
    "name": "busy",
    "actions": [*POLICIES["launch-subscription"].actions, *POLICIES["cut-compute"].actions, RESELL],
}
"""A policy under which every link has something to act on."""


def rows(**links: bool) -> Columns:
    """Nine months of the case with some links set, under a policy that uses all of them."""
    feedback = QUESTION.scenario.feedback.model_copy(update=links)
    scenario = QUESTION.scenario.model_copy(update={"feedback": feedback, "horizon_months": 9})
    policy = Experiment.model_validate({**dict(QUESTION), "scenario": scenario, "policies": [BUSY]}).policies[1]
    return simulate(BlockPlan(scenario, (policy,), 0, N, QUESTION.seed)).rows


def insolvent_by(day: int, columns: Columns) -> Columns:
    """1 where insolvent by a day, else 0."""
    return np.where((columns["end"] == ENDS.index("insolvent")) & (columns["end_day"] <= day), 1.0, 0.0)


@pytest.fixture(scope="module")
def linked() -> Columns:
    """The case with all links."""
    return rows()


@pytest.mark.parametrize("link", Feedback.model_fields)
def test_without_a_link_the_same_replications_differ(linked: Columns, link: str) -> None:
    without = rows(**{link: False})
    assert any(not np.array_equal(without[name], linked[name]) for name in linked)


def test_vendors_that_do_not_act_on_arrears_let_fewer_companies_fail(linked: Columns) -> None:
    """Paired: the same replications with and without the link; the difference is far beyond four standard errors."""
    difference = insolvent_by(182, linked) - insolvent_by(182, rows(arrears_to_capacity=False))
    assert difference.mean() > 4 * difference.std() / N**0.5
