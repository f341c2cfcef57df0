"""The README's commands exist, CI runs them, every dependency is pinned, and every result column is explained."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from typing import Any

import pytest

from tests.conventions.shared import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [line for line in CONSTRAINTS if line and not line.startswith("#")]
RESULTS = (ROOT / "docs/results.md").read_text(encoding="utf-8")


def normal(requirement: str) -> str:
    """The name in a requirement, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", requirement)[0]).lower()


def documented(section: str) -> list[str]:
    """The columns that a section of the results page explains, in its order."""
    table = RESULTS.split(f"## {section}\n")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    return [name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)]


def test_the_two_commands_of_the_readme_are_targets_and_ci_runs_the_second() -> None:
    readme, makefile, ci = (ROOT / name for name in ("README.md", "Makefile", ".ci/run"))
    targets = set(re.findall(r"^([\w-]+):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
    commands = re.findall(r"^(?: {4}|\$ )make ([\w-]+)", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands[:2] == ["run", "test"]
    assert set(commands) <= targets
    assert "make test\n" in ci.read_text(encoding="utf-8")


def test_constraints_are_pins_and_cover_every_dependency() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
    extras = PROJECT["optional-dependencies"].values()
    wanted = {normal(requirement) for group in (PROJECT["dependencies"], *extras) for requirement in group}
    assert wanted - {normal(line) for line in PINS} == set()


@pytest.fixture(scope="module")
def result() -> Any:
    return import_module("sim").simulate(ROOT / "experiments/core.toml", replications=4, policies=["do-nothing"])


def test_every_column_of_the_replications_is_documented_in_its_order(result: Any) -> None:
    columns = [re.sub(r"(?<=_overdue\.).+", "<creditor>", name) for name in result.frame.columns]
    assert list(dict.fromkeys(columns)) == documented("Replications")


def test_every_column_of_the_tracks_is_documented_in_its_order(result: Any) -> None:
    columns = [re.sub(r"(?<=^overdue\.).+", "<creditor>", name) for name in result.tracks.columns]
    assert list(dict.fromkeys(columns)) == documented("Tracks")


def test_every_column_of_the_summary_is_documented_in_its_order(result: Any) -> None:
    assert list(result.summary().columns) == documented("Summary")
