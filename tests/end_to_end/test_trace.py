"""The journal of one replication: it is the replication that the stored results hold, and it says why it ended."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.experiment.job import answer
from sim.experiment.progress import no_progress
from sim.experiment.replay import difference, replay
from sim.experiment.result import Result as Stored
from sim.scenario.designs import Design
from sim.scenario.loading import load, with_overrides

ROOT = Path(__file__).parents[2]
POLICY = "cut-compute"


def runway(*arguments: object) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """The core case under another seed than its file's, twelve replications of two policies, on disk."""
    experiment = with_overrides(load(ROOT / "experiments/core.toml"), policies=[POLICY], replications=12, seed=5)
    return answer(experiment, tmp_path_factory.mktemp("core"), workers=1, progress=no_progress).result


def test_a_trace_replays_the_replications_that_the_result_holds(stored: Stored) -> None:
    differences = {difference(replay(stored.experiment, POLICY, k), stored) for k in range(12)}
    assert differences == {""}


def test_another_replication_is_not_taken_for_it(stored: Stored) -> None:
    other = with_overrides(stored.experiment, seed=6)
    assert "not the replication" in difference(replay(other, POLICY, 0), stored)


def test_what_the_bank_tells_adds_up_to_the_cash_at_the_end(stored: Stored) -> None:
    for replication in range(12):
        told = replay(stored.experiment, POLICY, replication)
        moved = sum(entry.cents or 0 for entry in told.entries if entry.actor == "bank")
        assert moved / 100 == told.row["final_cash"]


def test_the_command_takes_a_directory_with_its_seed_and_tells_why_it_ended(stored: Stored) -> None:
    done = runway("trace", stored.directory, "--policy", POLICY, "--replication", 3)
    assert done.exit_code == 0, done.output
    assert f"{POLICY}, replication 3, seed 5" in done.stdout
    assert done.stdout.count("\nWeek of ") > 5
    assert "Left: $" in done.stdout.partition("Why it ended")[2]


def test_json_gives_one_object_a_line_in_the_order_of_the_days_and_last_the_row(stored: Stored) -> None:
    lines = runway("trace", stored.directory, "--replication", 3, "--json").stdout.splitlines()
    *entries, last = map(json.loads, lines)
    row: dict[str, Any] = last["row"]
    days = [entry["day"] for entry in entries]
    assert days == sorted(days)
    assert set(entries[0]) == {"day", "date", "actor", "what", "cents"}
    assert (row["policy"], row["replication"]) == ("do-nothing", 3)
    assert row["end"] == "survived" or row["end_day"] == days[-1]


def test_a_file_is_asked_under_a_seed_of_choice(stored: Stored) -> None:
    file = ROOT / "experiments/core.toml"
    by_seed = [runway("trace", file, "--replication", 3, "--seed", seed, "--json").stdout for seed in (5, 6)]
    assert by_seed[0] == runway("trace", stored.directory, "--replication", 3, "--json").stdout != by_seed[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "cut-computer"), 'did you mean "cut-compute"?'),
        (("--seed", "9"), "brings its own"),
        (("--replication", "-1"), "greater than or equal"),
    ],
)
def test_bad_input_is_said_plainly(stored: Stored, arguments: tuple[str, ...], said: str) -> None:
    done = runway("trace", stored.directory, *arguments)
    assert (done.exit_code, said in done.output) == (2, True)


def test_a_replication_that_the_result_does_not_hold_is_told_with_a_warning(stored: Stored) -> None:
    done = runway("trace", stored.directory, "--replication", 12)
    assert done.exit_code == 1
    assert "holds no replication 12" in done.output


def test_a_directory_without_a_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = runway("trace", tmp_path / "empty")
    shutil.rmtree(tmp_path / "empty")
    assert (done.exit_code, "holds no result" in done.output) == (2, True)


def test_a_point_of_a_design_is_told_as_the_result_holds_it(tmp_path: Path) -> None:
    """A point may set a number of the scenario; its replications are those of its own column of the table."""
    core = load(ROOT / "experiments/core.toml")
    design = {"kind": "list", "rows": [{"opening.cash": 1e6}, {"opening.cash": 20e6}]}
    asked = with_overrides(core.model_copy(update={"design": Design.model_validate(design)}), replications=8)
    swept = answer(asked, tmp_path / "swept", workers=1, progress=no_progress).result
    told = [replay(swept.experiment, "do-nothing", 3, point, swept.resolved) for point in (0, 1)]
    assert [difference(one, swept) for one in told] == ["", ""]
    assert told[0].row["end_day"] < told[1].row["end_day"]
    assert "replication 3" in runway("trace", swept.directory, "--point", 1, "--replication", 3).stdout
    assert "expected a point" in runway("trace", swept.directory, "--point", 2).output
