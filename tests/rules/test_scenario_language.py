"""What a scenario, a policy and an experiment mean: dates, paths, values that policies set, what is absent."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.loading import load
from sim.scenario.new import TEMPLATES, json_schema, write_templates
from sim.scenario.paths import parameters_of, settable
from sim.scenario.policies import CutCompute, Policy, Set
from sim.scenario.schema import BASELINE, Experiment, Scenario

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "experiments").rglob("*.toml"))


def world(**parts: Any) -> Scenario:
    stated = {"name": "world", "start": date(2023, 10, 31), "horizon_months": 24, "opening": {"cash": "$5k"}, **parts}
    return Scenario.model_validate(stated)


@pytest.fixture(scope="module")
def core() -> Experiment:
    return load(ROOT / "experiments/core.toml")


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2023, 10, 31), 24, date(2025, 10, 31)),
        (date(2023, 10, 31), 4, date(2024, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 29)),
        (date(2023, 1, 30), 1, date(2023, 2, 28)),
        (date(2023, 10, 15), 14, date(2024, 12, 15)),
    ],
)
def test_a_horizon_of_months_ends_on_the_same_day_and_month_ends_stay_month_ends(
    start: date, months: int, last: date
) -> None:
    assert world(start=start, horizon_months=months).horizon_last_day() == (last - start).days


def test_a_horizon_may_be_stated_in_days() -> None:
    assert world(horizon_months=None, horizon_days=100).horizon_last_day() == 100


def test_a_world_of_cash_and_one_line_is_a_scenario() -> None:
    sales = {"name": "sales", "direction": "in", "every": "day", "count": {"poisson": 0.5}, "amount": 3}
    scenario = world(lines=[sales])
    assert scenario.board is scenario.subscription is None
    assert scenario.vendors == scenario.staff == scenario.investors == ()
    assert scenario.parameters()["lines.sales.count.poisson"].value == 0.5


def test_an_absent_table_switches_its_mechanism_off_and_an_absent_key_takes_its_default() -> None:
    assert (world().morale.contagion.value, world(morale={}).morale.contagion.value) == (0, 0.15)
    assert (world().treasury.reserve_weeks.value, world(treasury={}).treasury.reserve_weeks.value) == (0, 4)
    assert (world().confidence.outside_round_chance.value, world().product.revenue_left.value) == (1, 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("opening.cash", 4.0e6),
        ("opening.invoices.0.amount", 0.6e6),
        ("vendors.cloud-b.net_days", 30),
        ("vendors.cloud-a.posture.strict", 0.2),
        ("treasury.stretch_days.vendors", 0),
        ("investors.insiders.repeat_probability", 0.5),
        ("board.filing", 0.15),
    ],
)
def test_every_uncertain_input_has_a_path(core: Experiment, path: str, value: float) -> None:
    assert core.scenario.parameters()[path].value == value


STRUCTURAL = ["start", "vendors.cloud-a.patience.strict", "investors.insiders.amount", "horizon_months"]


@pytest.mark.parametrize("path", STRUCTURAL)
def test_what_is_structural_or_drawn_afresh_is_no_uncertain_input(core: Experiment, path: str) -> None:
    assert path not in core.scenario.parameters()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_paths_that_policies_may_set_are_the_paths_of_the_parameters(path: Path) -> None:
    scenario = load(path).scenario
    assert settable(parameters_of(scenario, Scenario)) == list(scenario.parameters())


def test_a_policy_sets_a_parameter_in_that_parameters_unit(core: Experiment) -> None:
    action = core.policies[3].actions[0]
    assert isinstance(action, Set)
    assert (action.value.value, action.value.unit, action.value.is_whole) == (60, "days", True)


def test_the_baseline_is_present_and_first(core: Experiment) -> None:
    moved = Experiment(name="moved", scenario=core.scenario, policies=(core.policies[1], core.policies[0]))
    assert [policy.name for policy in moved.policies] == [BASELINE, "cut-compute"]
    assert [policy.name for policy in Experiment(name="alone", scenario=core.scenario).policies] == [BASELINE]


def test_an_experiment_may_be_stated_in_python(core: Experiment) -> None:
    cut = CutCompute(vendor="cloud-a", on=date(2024, 1, 1), share="40%")
    stated = Experiment(name="stated", scenario=core.scenario, policies=(Policy(name="cut", actions=(cut,)),))
    assert stated.policies[1].actions == (cut,)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_an_experiment_reads_back_as_it_was_written(path: Path) -> None:
    experiment = load(path)
    written = json.dumps(experiment.model_dump(mode="json", by_alias=True))
    assert Experiment.model_validate(json.loads(written)) == experiment
    assert pickle.loads(pickle.dumps(experiment)) == experiment  # noqa: S301 (our own bytes)


def test_the_small_company_has_twelve_people_one_vendor_and_three_policies() -> None:
    experiment = load(ROOT / "experiments/small_saas.toml")
    assert sum(group.head_count.mean() for group in experiment.scenario.staff) == 12
    assert len(experiment.scenario.vendors) == 1
    assert experiment.scenario.opening.cash.value == 600_000
    assert len(experiment.policies) == 1 + 3


def test_a_new_directory_holds_a_good_scenario_and_a_good_experiment(tmp_path: Path) -> None:
    written = write_templates(tmp_path / "mine")
    assert [path.name for path in written] == list(TEMPLATES)
    assert [load(path).scenario.name for path in written] == ["my-company", "my-company"]


def test_new_files_never_replace_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "experiment.toml").write_text("mine")
    with pytest.raises(FileExistsError, match=r"experiment\.toml is already there; nothing was written"):
        write_templates(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["experiment.toml"]


def test_the_json_schema_describes_every_key() -> None:
    schema = json_schema()
    tables = [table for table in schema["$defs"].values() if "properties" in table]
    assert len(tables) > 30
    assert [key for table in tables for key, field in table["properties"].items() if "description" not in field] == []
