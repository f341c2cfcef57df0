"""A replication does not depend on what shares its block: alone, beside other policies, or in another range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.company.model import simulate
from sim.company.plan import BlockPlan
from tests.conventions.shared import ROOT

N = 60
QUESTION = sim.load(ROOT / "experiments/stability_2023_10.toml")
NAMES = [policy.name for policy in QUESTION.policies]
Columns = dict[str, Any]


def rows(policies: Any, first: int = 0, stop: int = N) -> Columns:
    """The rows of a block of the case, codes replaced by what they stand for."""
    scenario = QUESTION.scenario.model_copy(update={"horizon_months": 9})
    plan = BlockPlan(scenario, tuple(policies), first, stop, QUESTION.seed, 2, 0, QUESTION.policies)
    outcome = simulate(plan)
    coded = {name: np.array([*labels, None], dtype=object) for name, labels in outcome.labels.items()}
    return {name: coded[name][column] if name in coded else column for name, column in outcome.rows.items()}


def differing(one: Columns, other: Columns) -> list[str]:
    """The columns in which they differ."""
    return [name for name in one if not np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f")]


@pytest.fixture(scope="module")
def together() -> Columns:
    """All policies in one block."""
    return rows(QUESTION.policies)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_alone_in_its_block_is_what_it_is_beside_the_others(together: Columns, name: str) -> None:
    alone = rows([policy for policy in QUESTION.policies if policy.name == name])
    mine = together["policy"] == name
    assert list(alone) == list(together)
    assert differing(alone, {column: values[mine] for column, values in together.items()}) == []


@pytest.mark.parametrize("replication", [0, 7, 31])
def test_a_replication_alone_is_what_it_is_in_a_block(together: Columns, replication: int) -> None:
    alone = rows(QUESTION.policies, replication, replication + 1)
    mine = together["replication"] == replication
    assert differing(alone, {column: values[mine] for column, values in together.items()}) == []
