"""The worked example of the page on extending: short, and it works as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.shared import ROOT

PAGE = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^`([\w/.]+)`, (?:(at the end|a new file)|after `([^`]+)`):\n\n```\w+\n(.*?)^```$", re.M | re.S)
SNIPPETS = SNIPPET.findall(PAGE)

SCENARIO = """
name = "small"
start = 2023-10-31
horizon_months = 12
[opening]
cash = 1000000
[[revenue]]
name = "api"
monthly = 10000
volatility = 0
fee_share = 0
"""
FINE = 12 * 10_000 * 0.02


def apply(snippet: tuple[str, str, str, str], folder: Path) -> None:
    """Put a snippet where the page says."""
    name, place, anchor, code = snippet
    path = folder / name
    if place:
        text = path.read_text(encoding="utf-8") + "\n\n" if place == "at the end" else ""
        path.write_text(text + code, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    assert text.count(f"{anchor}\n") == 1, f"{name} has no single line {anchor}"
    path.write_text(text.replace(f"{anchor}\n", f"{anchor}\n{code}"), encoding="utf-8")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the example added."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    for snippet in SNIPPETS:
        apply(snippet, folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_example_has_fewer_than_sixty_lines_in_every_place_it_needs() -> None:
    lines = [line for *_, code in SNIPPETS for line in code.splitlines() if line.strip()]
    assert len(SNIPPETS) == 6
    assert len(lines) < 60


def test_the_example_fines_the_company_and_the_fine_is_paid(extended: Path) -> None:
    stories = [run(extended, "trace", "scenario.toml", "--replication", str(k), "--json") for k in range(4)]
    entries = [json.loads(line) for story in stories for line in story.splitlines()]
    fined = [entry for entry in entries if entry.get("actor") == "regulator"]
    assert fined
    assert {entry["cents"] for entry in fined} == {100 * FINE}
    assert [entry for entry in entries if entry.get("what") == "pays: regulator"]


def test_a_scenario_without_the_table_is_as_it_was(extended: Path) -> None:
    (extended / "plain.toml").write_text(SCENARIO, encoding="utf-8")
    ours = subprocess.run(
        [sys.executable, "-m", "sim", "trace", "plain.toml", "--json"],
        cwd=extended,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert run(extended, "trace", "plain.toml", "--json") == ours
