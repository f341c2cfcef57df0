"""The general code knows no company, the project no machine."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.conventions.shared import ROOT, SIM, name_of, python_files, shipped_files, tree

REAL_COMPANIES = re.compile(
    r"stability[ _-]?(ai|20\d\d)|stable[ _-]?diffusion|amazon|google|coreweave|nvidia|midjourney|getty|mostaque|coatue"
    r"|lightspeed|nightcafe|openai|anthropic|microsoft|\b(aws|gcp|azure|intel|canva|cohere|stripe)\b",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|work|tmp|Users|opt|mnt)/|\b[A-Z]:\\")
HOST_OF_A_REGISTRY = re.compile(r"pypi\.org|python[h]osted|--(extra-)?index-[u]rl|--find-[l]inks")


def public_names(path: Path) -> list[str]:
    """The list ``__all__`` of a file, empty if it has none."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            return list(ast.literal_eval(node.value))
    return []


def rank(name: str) -> tuple[int, str]:
    """The order of the linter: constants, classes, functions, each by name."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


def found(pattern: re.Pattern[str], path: Path) -> list[str]:
    return [match.group() for match in pattern.finditer(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", [path for path in shipped_files() if SIM in path.parents], ids=name_of)
def test_sim_names_no_real_company(path: Path) -> None:
    assert found(REAL_COMPANIES, path) == []


@pytest.mark.parametrize("path", shipped_files(), ids=name_of)
def test_no_file_holds_a_path_of_a_machine_or_the_host_of_a_registry(path: Path) -> None:
    assert found(MACHINE_PATH, path) + found(HOST_OF_A_REGISTRY, path) == []


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_exports_are_sorted(path: Path) -> None:
    assert public_names(path) == sorted(public_names(path), key=rank)


def test_every_public_name_of_sim_is_there_and_documented() -> None:
    sim = import_module("sim")
    assert sim.__all__ == public_names(ROOT / "sim/__init__.py") != []
    assert [name for name in sim.__all__ if not name.startswith("__") and not getattr(sim, name).__doc__] == []
