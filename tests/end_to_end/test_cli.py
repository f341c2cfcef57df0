"""The command line: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import sim
from sim.cli import app
from sim.scenario.figures import Figure
from tests.end_to_end.stored import only_the_sweep

ROOT = Path(__file__).parents[2]
HEAVY = {"matplotlib", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "seaborn", "simpy"}


@pytest.fixture(autouse=True)
def _in_an_empty_directory_and_without_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("sim.illustrations.illustrate", only_the_sweep)


def runway(*arguments: object) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def here() -> list[str]:
    """What is in the working directory."""
    return sorted(path.name for path in Path().iterdir())


def test_a_run_prints_the_table_and_last_the_directory_that_holds_everything(small_world: Path) -> None:
    command = [sys.executable, "-m", "sim", "run", str(small_world), "--replications", "10000", "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    *table, last = done.stdout.splitlines()
    assert "more-cash" in "\n".join(table)
    assert last.startswith("results/small-world/")
    names = {path.name for path in Path(last).iterdir()}
    assert {"manifest.json", "memo.html", "plots", "replications", "summary.csv", "tracks"} <= names
    assert list(Path(last).glob("plots/*.svg"))
    assert list(Path(last).glob("plots/*.png"))
    assert done.stderr == ""


def test_a_run_with_json_prints_one_object(small_world: Path) -> None:
    said = json.loads(runway("run", small_world, "--json", "--quiet", "--policy", "more-cash", "--seed", 3).stdout)
    assert (said["experiment"], said["replications"], said["seed"], said["complete"]) == ("small-world", 200, 3, True)
    assert {line["policy"] for line in said["summary"]} == {"do-nothing", "more-cash"}
    assert (Path(said["directory"]) / "manifest.json").exists()


def test_a_scenario_alone_is_asked_what_happens_if_nothing_is_done(small_world: Path) -> None:
    text = small_world.read_text(encoding="utf-8").partition("[scenario]")[2].partition("[[policies]]")[0]
    Path("scenario.toml").write_text(text.replace("scenario.", ""), encoding="utf-8")
    done = runway("run", "scenario.toml", "--json", "--replications", 50)
    assert {line["policy"] for line in json.loads(done.stdout)["summary"]} == {"do-nothing"}


def test_every_bad_input_is_named_at_once_and_nothing_is_written(small_world: Path) -> None:
    broken = small_world.read_text(encoding="utf-8")
    for right, wrong in {"cash = 100000": "cash = -5", "horizon_days": "horizon_day", '"set"': '"sett"'}.items():
        broken = broken.replace(right, wrong)
    small_world.write_text(broken, encoding="utf-8")
    done = runway("run", small_world, "missing.toml", "--workers", 0, "--out", "result")
    assert done.exit_code == 2
    assert done.stdout == ""
    for said in ("opening.cash", "horizon_day", "sett", "missing.toml", "--workers", "--out"):
        assert said in done.stderr
    assert here() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--policy", "more-cahs"], 'did you mean "more-cash"'),
        (["--replications", "0"], "replications"),
        (["--seed", "-1"], "seed"),
        (["--workers", "0"], "--workers: found 0, expected at least 1"),
        (["--replications", "many"], "--replications"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_bad_option_ends_with_2_and_writes_nothing(small_world: Path, arguments: list[str], said: str) -> None:
    done = runway("run", small_world, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert here() == []


def test_a_directory_of_another_question_ends_with_2(small_world: Path) -> None:
    runway("run", small_world, "--out", "result", "--json")
    done = runway("run", small_world, "--out", "result", "--seed", 8)
    assert done.exit_code == 2
    assert "holds the result of another question" in done.stderr


def test_fewer_replications_than_are_there_says_that_they_are_kept(small_world: Path) -> None:
    runway("run", small_world, "--out", "result", "--json")
    done = runway("run", small_world, "--out", "result", "--json", "--replications", 100)
    assert "holds 200 replications already" in done.stderr
    assert json.loads(done.stdout)["replications"] == 200


def test_a_block_that_cannot_be_simulated_is_reported_and_the_rest_is_there(
    small_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.company import model

    original = model.simulate

    def fails_late(plan: Any) -> Any:
        if plan.stop > 8192:
            raise FloatingPointError("overflow")
        return original(plan)

    monkeypatch.setattr(model, "simulate", fails_late)
    done = runway("run", small_world, "--replications", 10_000, "--workers", 1, "--out", "result", "--json")
    assert done.exit_code == 1
    assert "(seed 7): FloatingPointError: overflow" in done.stderr
    assert "of all replications higher or lower" in done.stderr
    said = json.loads(done.stdout)
    assert not said["complete"]
    assert {line["n"] for line in said["summary"]} == {8192}
    share = next(line for line in said["summary"] if line["quantity"] == "share_insolvent")
    figure = sim.Result.read("result").figure(Figure("P(insolvent)", "insolvent")).iloc[0]
    assert figure.high - figure.low > 1 - 8192 / 10_000
    assert (figure.low, figure.high) == pytest.approx((share["low"], share["high"]))


def test_a_run_of_which_nothing_could_be_simulated_ends_with_1(
    small_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.company.model.simulate", lambda _plan: 1 // 0)
    done = runway("run", small_world, "--workers", 1, "--out", "result")
    assert done.exit_code == 1
    assert "ZeroDivisionError" in done.stderr
    assert done.stdout == "result\n"


def test_a_full_disk_ends_with_1_and_one_sentence(small_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = runway("run", small_world, "--out", "result", "--quiet")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


def test_an_interrupted_run_says_how_it_goes_on(small_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_plan: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.company.model.simulate", interrupted)
    done = runway("run", small_world, "--workers", 1)
    assert done.exit_code == 1
    assert "the same command continues" in done.stderr


def test_new_writes_files_that_check_finds_good_and_never_overwrites_them() -> None:
    assert runway("new", "start").exit_code == 0
    files = sorted(Path("start").glob("*.toml"))
    assert runway("check", *files).exit_code == 0
    again = runway("new", "start")
    assert again.exit_code == 2
    assert "already there" in again.stderr


def test_check_names_every_error_of_every_file(small_world: Path) -> None:
    Path("one.toml").write_text("replicatons = 5", encoding="utf-8")
    done = runway("check", small_world, "one.toml", "two.toml")
    assert done.exit_code == 2
    assert f"{small_world}: good" in done.stdout
    assert "replications" in done.stderr
    assert "two.toml" in done.stderr


def test_list_names_each_stored_result(small_world: Path) -> None:
    directory = json.loads(runway("run", small_world, "--json").stdout)["directory"]
    (line,) = runway("list").stdout.splitlines()
    assert line.startswith(directory)
    assert "200 x 2 policies" in line


def test_schema_is_json() -> None:
    assert "$defs" in json.loads(runway("schema").stdout)


def test_python_m_sim_is_the_same_program_and_help_loads_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "sim", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert "runway [OPTIONS] COMMAND" in done.stdout
    assert {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()} & HEAVY == set()


def test_sql_reads_the_rows_and_counts_of_a_result(small_world: Path) -> None:
    runway("run", small_world, "--out", "it's a result", "--json")
    query = "select policy, count(*) as n from rows group by policy order by policy"
    assert runway("sql", "it's a result", query).stdout == "policy\tn\ndo-nothing\t200\nmore-cash\t200\n"
    counted = "select n from counts where event = 'replications' and policy = 'more-cash'"
    assert json.loads(runway("sql", "it's a result", counted, "--json").stdout) == [{"n": 200}]


@pytest.mark.parametrize(("directory", "query"), [("result", "selekt 1"), ("nowhere", "select 1")])
def test_sql_that_cannot_be_answered_ends_with_2(small_world: Path, directory: str, query: str) -> None:
    runway("run", small_world, "--out", "result", "--json")
    done = runway("sql", directory, query)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_verify_finds_a_result_good_and_then_the_file_that_is_damaged(small_world: Path) -> None:
    runway("run", small_world, "--out", "result", "--json")
    assert runway("verify", "result").exit_code == 0
    part = Path("result/counts/00.000000.000000.parquet")
    part.write_bytes(part.read_bytes()[:-1])
    done = runway("verify", "result", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["problems"] == [
        f"{part.relative_to('result')} is damaged or missing: the same command makes it again"
    ]


@pytest.mark.parametrize("command", [("sql", "select sum(end_day) from rows"), ("trace",)])
def test_what_reads_a_damaged_file_names_it_and_how_to_mend_it(small_world: Path, command: tuple[str, ...]) -> None:
    runway("run", small_world, "--workers", 1, "--out", "result")
    (part,) = Path("result/replications").iterdir()
    part.write_bytes(part.read_bytes()[:300])
    done = runway(command[0], "result", *command[1:])
    assert done.exit_code == 1
    assert part.name in done.stderr
    assert "makes it again" in done.stderr


def test_a_directory_whose_manifest_is_damaged_is_not_touched(small_world: Path) -> None:
    runway("run", small_world, "--workers", 1, "--out", "result")
    Path("result/manifest.json").write_text("{", encoding="utf-8")
    done = runway("run", small_world, "--workers", 1, "--out", "result")
    assert (done.exit_code, "manifest.json is damaged" in done.stderr) == (2, True)


def test_verify_says_that_the_rules_have_changed(small_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.company import model

    runway("run", small_world, "--out", "result", "--json")
    original = model.simulate

    def changed(plan: Any) -> Any:
        outcome = original(plan)
        outcome.rows["final_cash"] = outcome.rows["final_cash"] + 1
        return outcome

    monkeypatch.setattr(model, "simulate", changed)
    monkeypatch.setattr("sim.experiment.identity.source_digest", lambda: "other rules")
    done = runway("verify", "result")
    assert done.exit_code == 1
    assert done.stdout == "replications/00.000000.000000.parquet differs in final_cash; the rules have changed since\n"


def test_list_with_json_names_points_and_policies(small_world: Path) -> None:
    runway("run", small_world, "--json")
    (one,) = json.loads(runway("list", "--json").stdout)
    assert (one["points"], one["replications"], one["policies"]) == (1, 200, ["do-nothing", "more-cash"])


def test_a_sweep_prints_its_points_and_draws_a_map(small_world: Path) -> None:
    axes = [("opening.cash", [50_000, 100_000, 150_000]), ("treasury.reserve_weeks", [0, 1, 2])]
    design = '\n[design]\nkind = "grid"\n'
    for path, values in axes:
        design += f'\n[[design.axes]]\nparameter = "{path}"\nvalues = {values}\n'
    small_world.write_text(small_world.read_text(encoding="utf-8") + design, encoding="utf-8")
    done = runway("run", small_world, "--out", "result", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert "at 9 points" in runway("check", small_world).stdout
    assert [int(point) for point in re.findall(r"^(\d+) +\S+ +\d", done.stdout, re.MULTILINE)] == [*range(9)] * 2
    assert {path.name for path in Path("result/plots").glob("*.png")} == {"do-nothing-map.png"} | {"more-cash-map.png"}


def test_a_point_of_a_list_is_told_by_what_it_sets_whether_or_not_another_has_an_override(small_world: Path) -> None:
    design = """
[design]
kind = "list"
rows = [{override = "poor"}, {"opening.cash" = 150000}]

[[overrides]]
name = "poor"
set = {"opening.cash" = 50000}
"""
    small_world.write_text(small_world.read_text(encoding="utf-8") + design, encoding="utf-8")
    done = runway("run", small_world, "--out", "result", "--workers", 1)
    assert re.findall(r"^([01] +(?:poor +)?[\d,]+) ", done.stdout, re.MULTILINE)[:2] == [
        "0     poor       50,000",
        "1                150,000",
    ]


def test_one_at_a_time_prints_and_tells_the_difference_of_each_point_from_the_scenario(small_world: Path) -> None:
    axis = '[[design.axes]]\nparameter = "opening.cash"\nvalues = [50000, 150000]\n'
    text = small_world.read_text(encoding="utf-8") + f'\n[design]\nkind = "one_at_a_time"\n\n{axis}'
    small_world.write_text(text, encoding="utf-8")
    done = runway("run", small_world, "--out", "result", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert "minus the scenario" in done.stdout
    drawn = {path.name for path in Path("result/plots").glob("*.png")}
    assert drawn == {"do-nothing-tornado.png", "more-cash-tornado.png"}
    assert re.search(r"opening\.cash = 50,000 +\S+% \(\S+%\) +\+\d+\.\d \(\+\d+\.\d to \+\d+\.\d\)", done.stdout)
    told = json.loads(runway("run", small_world, "--out", "result", "--workers", 1, "--json").stdout)["differences"]
    assert [(row["policy"], row["point"]) for row in told] == [
        (policy, point) for policy in ("do-nothing", "more-cash") for point in (1, 2)
    ]


def test_a_replication_that_fails_is_singled_out_and_the_rest_is_kept(
    small_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.company import model

    original = model.simulate

    def unlucky(plan: Any) -> Any:
        if plan.first <= 77 < plan.stop and "more-cash" in {policy.name for policy in plan.policies}:
            raise FloatingPointError("overflow")
        return original(plan)

    monkeypatch.setattr(model, "simulate", unlucky)
    done = runway("run", small_world, "--workers", 1, "--out", "result", "--json")
    assert done.exit_code == 1
    assert "not simulated: replications 77 to 77 of more-cash (seed 7): FloatingPointError: overflow" in done.stderr
    sizes = {line["policy"]: line["n"] for line in json.loads(done.stdout)["summary"]}
    assert sizes == {"do-nothing": 200, "more-cash": 199}
    failure = json.loads(Path("result/manifest.json").read_text(encoding="utf-8"))["run"]["failures"][0]
    assert (failure["policies"], failure["points"], failure["first"]) == (["more-cash"], [0], 77)
    assert failure["details"].count("Traceback") == 1
    monkeypatch.setattr(model, "simulate", original)
    assert json.loads(runway("run", small_world, "--out", "result", "--json").stdout)["complete"]
