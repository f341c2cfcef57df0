"""Running until a figure is precise, and solving for a parameter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from sim.analysis.intervals import wilson
from sim.analysis.sequential import level_of_a_look, looks
from sim.cli import app
from sim.experiment.solve import Search, solve
from sim.scenario.figures import condition

START = pd.Timestamp("2024-01-01").date()


@pytest.fixture(autouse=True)
def _in_an_empty_directory_and_without_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("sim.illustrations.illustrate", lambda *_given: [])


def runway(*arguments: object) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_half_width_of_a_hundredth_takes_at_most_3_looks_the_last_sure_to_suffice() -> None:
    at = looks(0.01, is_probability=True)
    assert at == [4096, 8192, 16384]
    low, high = wilson(0.5, at[-1], level_of_a_look(len(at)))
    assert (high - low) / 2 <= 0.01


def test_replications_that_share_inputs_in_pairs_may_need_twice_as_many() -> None:
    assert looks(0.01, is_probability=True, chance_per_input=2)[-1] >= 2 * looks(0.01, is_probability=True)[-1]


def test_a_half_width_of_a_millionth_is_refused() -> None:
    with pytest.raises(ValueError, match="a half width of at least"):
        looks(1e-6, is_probability=True)


@pytest.mark.parametrize("p", [0.02, 0.3])
def test_the_interval_that_ends_the_run_covers_the_truth_in_at_least_95_of_100_runs(p: float) -> None:
    """2,000 runs; the coverage may fall short of 95% by 4 standard errors."""
    generator, half_width, runs = np.random.default_rng(11), 0.01, 2000
    at = looks(half_width, is_probability=True)
    steps = generator.binomial(np.diff([0, *at]), p, size=(runs, len(at))).cumsum(axis=1)
    low, high = wilson(steps / at, np.array(at), level_of_a_look(len(at)))
    last = ((high - low) / 2 <= half_width).argmax(axis=1)
    run = np.arange(runs)
    covered = (low[run, last] <= p) & (p <= high[run, last])
    assert covered.mean() >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs)


def test_a_run_with_precision_ends_when_the_headline_is_that_precise(small_world: Path) -> None:
    done = runway("run", small_world, "--precision", 0.02, "--workers", 1, "--json", "--out", "result")
    assert done.exit_code == 0
    said = json.loads(done.stdout)["precision"]
    assert said["reached"]
    assert said["looks"] == [4096]
    assert all((row["high"] - row["low"]) / 2 <= 0.02 for row in said["intervals"])
    again = runway("run", small_world, "--precision", 0.02, "--workers", 1, "--out", "result")
    assert "Known to within 0.02 after 4,096 replications" in again.stdout


def test_a_quantile_is_made_precise_in_days(small_world: Path) -> None:
    text = small_world.read_text(encoding="utf-8").replace("seed = 7", 'seed = 7\nheadline = "Q(insolvent, 25%)"')
    small_world.write_text(text, encoding="utf-8")
    said = json.loads(runway("run", small_world, "--precision", 4, "--workers", 1, "--json").stdout)["precision"]
    assert said["reached"]
    assert {row["n"] for row in said["intervals"]} == {4096}
    again = runway("run", small_world, "--precision", 4, "--workers", 1)
    assert re.search(r"do-nothing: Q\(insolvent, 25%\) = 2024-\d\d-\d\d \(2024-\d\d-\d\d to 2024-", again.stdout)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--precision", 0], "a half width of more than 0"),
        (["--precision", 1e-9], "a half width of at least"),
    ],
)
def test_a_precision_that_cannot_be_had_ends_with_2(small_world: Path, arguments: list[Any], expected: str) -> None:
    done = runway("run", small_world, *arguments)
    assert done.exit_code == 2
    assert expected in done.stderr
    assert list(Path().iterdir()) == []


def straight(values: list[float], n: int = 10_000) -> pd.DataFrame:
    """A probability that falls in a straight line from 1 at 0 to 0 at 10, as 10,000 replications know it."""
    share = 1 - np.array(values) / 10
    low, high = wilson(share, n)
    return pd.DataFrame({"value": values, "estimate": share, "low": low, "high": high, "n": n})


@pytest.mark.parametrize(("bound", "value"), [(0.05, 9.5), (0.3, 7.0), (0.9, 1.0)])
def test_the_value_at_which_a_falling_line_meets_a_bound_and_its_interval(bound: float, value: float) -> None:
    search = Search("x", 0.0, 10.0, "do-nothing", condition(f"P(insolvent) <= {bound}", START))
    found = solve(search, lambda values: straight(list(values)))
    half = 10 * 1.96 * np.sqrt(bound * (1 - bound) / 10_000)
    assert found.value == pytest.approx(value, abs=0.001)
    assert found.is_met_above
    assert (found.low, found.high) == pytest.approx((value - half, value + half), abs=0.02)


def test_a_bound_that_is_never_met_has_no_value() -> None:
    search = Search("x", 0.0, 4.0, "do-nothing", condition("P(insolvent) <= 0.05", START))
    assert np.isnan(solve(search, lambda values: straight(list(values))).value)


def test_solving_for_cash_prints_the_curve_and_the_amount(small_world: Path) -> None:
    asked = ["--for", "opening.cash", "--so-that", "P(insolvent by day 90) <= 0.2", "--between", 50_000, 200_000]
    done = runway("solve", small_world, *asked, "--workers", 1, "--replications", 2000, "--out", "result", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["low"] < said["value"] < said["high"]
    assert said["met"] == "above"
    after = {row["value"]: row["estimate"] for row in said["curve"]}
    above = min(value for value in after if value > said["value"])
    assert after[above] <= 0.2
    again = runway("solve", small_world, *asked, "--workers", 1, "--replications", 2000, "--out", "result")
    assert "opening.cash of at least" in again.stdout
    assert "2,000 replications at each of" in again.stdout


@pytest.mark.parametrize(("bound", "where"), [("0", "no"), ("1e6", "every")])
def test_a_condition_that_holds_nowhere_or_everywhere_in_the_range_is_said(
    small_world: Path, bound: str, where: str
) -> None:
    asked = ["--for", "opening.cash", "--so-that", "P(insolvent by day 90) <= 0.2"]
    done = runway("solve", small_world, *asked, "--between", bound, str(float(bound) + 1000), "--workers", 1)
    assert done.exit_code == 1
    assert f"holds at {where} value of opening.cash between" in done.stdout


def test_a_range_in_which_nothing_is_met_has_no_answer_though_another_range_was_searched(small_world: Path) -> None:
    asked = ["--for", "opening.cash", "--so-that", "P(insolvent by day 90) <= 0.2", "--workers", 1, "--out", "result"]
    assert runway("solve", small_world, *asked, "--between", 50_000, 200_000).exit_code == 0
    done = runway("solve", small_world, *asked, "--between", 10_000, 20_000, "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["value"]) == (1, None)
    assert {10_000 <= row["value"] <= 20_000 for row in said["curve"]} == {True}


def test_how_long_it_takes_is_said_only_where_most_was_simulated_in_this_run(small_world: Path) -> None:
    asked = ("run", small_world, "--precision", 0.007, "--workers", 1, "--out", "result")
    assert "in about" in runway(*asked).stderr.splitlines()[0]
    runway("run", small_world, "--replications", 4000, "--workers", 1, "--out", "other")
    first = runway(*asked[:-1], "other").stderr.splitlines()[0]
    assert first.startswith("4,096 replications: P(insolvent) is known to within")
    assert first.endswith("will do")


def test_an_amount_that_is_drawn_afresh_at_each_occurrence_is_solved_for(small_world: Path) -> None:
    asked = ["--for", "lines.bills.amount", "--so-that", "P(zero_cash by day 90) <= 0.5", "--between", 1000, 20_000]
    done = runway("solve", small_world, *asked, "--workers", 1, "--out", "result", "--json")
    assert done.exit_code == 0, done.output
    assert 100_000 / 13 <= json.loads(done.stdout)["value"] <= 100_000 / 12


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--for", "opening.cahs", "opening.cash"),
        ("--so-that", "P(insolvent) < 2", "a condition, such as"),
        ("--so-that", "P(insolvnt) <= 0.1", "one of insolvent"),
        ("--so-that", "P(insolvent by 2030-01-01) <= 0.1", "up to the horizon"),
        ("--for", "horizon_days", "structural"),
        ("--policy", "nothing", "do-nothing"),
    ],
)
def test_a_bad_question_to_solve_ends_with_2(small_world: Path, option: str, value: str, expected: str) -> None:
    options: dict[str, str] = {"--for": "opening.cash", "--so-that": "P(insolvent) <= 0.1", option: value}
    arguments = [part for pair in options.items() for part in pair]
    done = runway("solve", small_world, *arguments, "--between", "1e4", "1e5")
    assert done.exit_code == 2
    assert expected in done.stderr
