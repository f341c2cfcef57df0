"""Imports run one way: kernel and scenario, company, experiment; analysis, report; the command line on top."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conventions.shared import ROOT, SIM, imported, name_of, python_files, tree

MAY_IMPORT = {
    "kernel": set(),
    "scenario": set(),
    "company": {"kernel", "scenario"},
    "analysis": set(),
    "report": {"analysis"},
    "experiment": {"kernel", "scenario", "company", "analysis"},
}
RULES = {"kernel", "scenario", "company"}
ONLY_IN = {
    "simpy": {"kernel", "company"},
    "pandas": {"experiment", "analysis", "report"},
    "pyarrow": {"experiment"},
    "seaborn": {"report"},
    "matplotlib": {"report"},
    "scipy.stats": {"analysis", "experiment"},
    "random": set(),
    "secrets": set(),
}
WORDS_WITHOUT_SAMPLING = {"Philox"}

LAYERED = [path for path in python_files() if path.parent != SIM]


def layer(path: Path) -> str:
    return path.relative_to(SIM).parts[0]


def uses(path: Path, package: str) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for name in imported(path))


def test_every_folder_of_sim_is_a_layer_with_a_place() -> None:
    folders = {path.name for path in SIM.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(MAY_IMPORT)


@pytest.mark.parametrize("path", LAYERED, ids=name_of)
def test_no_import_runs_back(path: Path) -> None:
    targets = {name.split(".")[1] for name in imported(path) if name.startswith("sim.")}
    assert targets <= MAY_IMPORT[layer(path)] | {layer(path)}


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_library_is_used_only_where_it_belongs(package: str) -> None:
    assert {layer(path) for path in python_files() if uses(path, package)} <= ONLY_IN[package]


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_no_numpy_sampler_in_sim(path: Path) -> None:
    """A sampler's draw depends on what was drawn before it; ours depend on names only."""
    used = set(re.findall(r"\b(?:np|numpy)\.random\.(\w+)", ast.unparse(tree(path))))
    used |= {name.split(".")[-1] for name in imported(path) if name.startswith("numpy.random")}
    assert used <= WORDS_WITHOUT_SAMPLING


def test_the_twin_knows_nothing_of_sim() -> None:
    assert not [name for name in imported(ROOT / "tests/verification/plain_twin.py") if name.split(".")[0] == "sim"]
