"""The uncertain inputs of a run are known without simulating it, and variants change nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

import sim
from sim.company.model import assemble
from sim.company.parameters import sampled_inputs
from sim.company.plan import BlockPlan
from sim.experiment.cells import Block
from sim.experiment.design import Point, Points
from sim.experiment.identity import question_of
from sim.experiment.work import plan_of
from sim.scenario.loading import InputErrors, load
from sim.scenario.variants import variants_of

REAL = Path(__file__).parents[2] / "experiments/stability_2023_10.toml"
WORLD = """
name = "tiny"
replications = 6
chance_per_input = 2
{extra}
[scenario]
name = "tiny"
start = 2024-01-31
horizon_months = 2
[scenario.opening]
cash = {{distribution = "uniform", low = 100, high = 200}}
[scenario.board]
filing = {{distribution = "pert", low = 0.1, mode = 0.2, high = 0.6}}
"""


def experiment_with(tmp_path: Path, extra: str = "") -> sim.Experiment:
    path = tmp_path / "tiny.toml"
    path.write_text(WORLD.format(extra=extra), encoding="utf-8")
    return load(path)


def test_the_inputs_of_a_result_are_those_that_its_replications_met() -> None:
    result = sim.simulate(REAL, replications=6, policies=["cut-compute"])
    experiment = result.experiment
    company, _ = assemble(BlockPlan(experiment.scenario, experiment.policies, 0, 6, experiment.seed, 2))
    met = company.inputs.resolve(experiment.scenario.board, "board").filing
    assert met[:6].tolist() == np.repeat(result.inputs()["board.filing"], 2).tolist()
    assert "treasury.reserve_weeks" in result.inputs()
    assert "opening.cash" not in result.inputs()


MARRIED = (
    WORLD.replace(
        "[scenario]",
        """
[[policies]]
name = "other-cash"
actions = [
    {{do = "set", parameter = "opening.cash", value = {{distribution = "uniform", low = 1000, high = 2000}}}},
    {{do = "file", when = {{cash_below = {{distribution = "uniform", low = 10, high = 20}}}}}},
]
[scenario]""",
    )
    + """
[[scenario.correlations]]
between = ["opening.cash", "board.filing"]
value = 0.8
"""
)


@pytest.mark.parametrize("low", [100, 150])
def test_correlated_inputs_are_known_too_at_any_point_and_under_a_policy_that_sets_them(
    tmp_path: Path, low: float
) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(MARRIED.format(extra=""), encoding="utf-8")
    experiment = load(path)
    wider = {"opening.cash": {"distribution": "uniform", "low": low, "high": 200}}
    points = Points(experiment, {0: Point(wider)})
    plan = plan_of(experiment, points, Block(("do-nothing", "other-cash"), (0,), 0, 600))
    company, _ = assemble(plan)
    met = company.scenario.opening.cash
    known = sampled_inputs(experiment.scenario, experiment.policies, experiment.seed, 300, points.settings(0))
    assert met[:600].tolist() == np.repeat(known["opening.cash"], 2).tolist()
    assert met[600:].tolist() == np.repeat(known["policies.other-cash.0.value"], 2).tolist()
    assert known["opening.cash"].min() >= low
    assert spearmanr(known["opening.cash"], known["board.filing"]).statistic == pytest.approx(0.8, abs=0.07)
    assert known["policies.other-cash.1.when.cash_below"].max() <= 20


def test_a_variant_scales_what_it_names_and_leaves_the_fingerprint_of_the_question(tmp_path: Path) -> None:
    plain = experiment_with(tmp_path)
    asked = experiment_with(tmp_path, 'variants = [{name = "half", scale = {"board.filing" = 0.5}}]')
    (half,) = variants_of(asked).values()
    assert half.scenario.board.filing.bounds() == (0.05, 0.3)
    assert half.scenario.opening == asked.scenario.opening
    assert question_of(asked).fingerprint == question_of(plain).fingerprint != question_of(half).fingerprint


def test_a_variant_of_no_parameter_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match=r"variants.*board\.fyling.*did you mean \"board\.filing\""):
        experiment_with(tmp_path, 'variants = [{name = "half", scale = {"board.fyling" = 0.5}}]')


def test_a_factor_that_breaks_the_bounds_is_refused(tmp_path: Path) -> None:
    asked = experiment_with(tmp_path, 'variants = [{name = "treble", scale = {"board.filing" = 3}}]')
    with pytest.raises(InputErrors, match="from 0 to 1"):
        variants_of(asked)
