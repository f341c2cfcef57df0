"""Whatever cites a source cites one that a reader can look up, and every rule says where it comes from."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conventions.shared import (
    CITATION,
    ROOT,
    SIM,
    docstrings,
    name_of,
    python_files,
    shipped_toml,
    tree,
)

SOURCES = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| ([A-Z]\d\d .*) \|$", SOURCES, re.MULTILINE)
ROWS = [[cell.strip() for cell in line.split("|")] for line in LINES]
KNOWN = {row[0] for row in ROWS}
GRADES = {"REPORTED", "DERIVED", "ASSUMPTION"}
STRUCTURAL = {
    "schema_version",
    "replications",
    "seed",
    "chance_per_input",
    "probability_days",
    "tracked_replications",
    "variant_replications",
    "scale",
    "horizon_months",
    "invoice_day",
    "billing_days",
    "quarter_months",
    "quarter_day",
    "funding_business_days",
    "payout_business_days",
}
DECISION = re.compile(r"\.policies\.\d+\.actions\.\d+\.(value|share|days|after_days|when\.\w+)$|\.(design|overrides)\.")
"""How much a board does of something, and when, is its choice, and so is what a design tries; what that costs and when
it works are facts."""
REAL_OR_TYPICAL = [path for path in shipped_toml() if path.name != "core.toml"]
"""The core case is made up: its numbers have no source."""


def sources_of(node: Any) -> Iterator[str]:
    """What stands under the key ``source``, anywhere in a TOML document."""
    if isinstance(node, dict):
        yield from [node["source"]] if "source" in node else []
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from sources_of(child)


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Key path and value of whatever a TOML document says; a value with its annotations is one."""
    is_annotated = isinstance(node, dict) and {"value", "distribution"} & set(node) and "do" not in node
    if isinstance(node, dict | list) and not is_annotated:
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(child, f"{path}.{key}")
    elif not STRUCTURAL & set(path.split(".")) and not DECISION.match(path):
        yield path, node


def is_explained(leaf: Any) -> bool:
    """Whether a number says its unit, and its source or else that it is an assumption and how far it could be off."""
    if not isinstance(leaf, dict):
        is_amount = isinstance(leaf, str) and re.fullmatch(r"-?\$.*|.*%", leaf)
        return isinstance(leaf, bool) or not (isinstance(leaf, int | float) or is_amount)
    has_range = leaf.get("grade") == "ASSUMPTION" and {"range", "distribution"} & set(leaf)
    return "unit" in leaf and bool("source" in leaf or has_range)


def rules(path: Path) -> Iterator[ast.FunctionDef]:
    """The pure rules of a file: public functions that are no generators and are not handed the company or a block."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            acts = re.search(r"\b(Company|Block|BlockPlan)\b", ast.unparse(node.args))
            waits = any(isinstance(child, ast.Yield | ast.YieldFrom) for child in ast.walk(node))
            if not acts and not waits:
                yield node


def test_every_row_has_an_id_of_its_own_a_fact_a_value_a_source_and_a_grade() -> None:
    assert len(KNOWN) == len(ROWS)
    assert [row for row in ROWS if len(row) != 5 or not all(row) or row[4] not in GRADES] == []


def test_rows_cite_rows_that_are_there() -> None:
    assert set(CITATION.findall(SOURCES)) - KNOWN == set()


@pytest.mark.parametrize("path", shipped_toml(), ids=name_of)
def test_every_source_in_a_shipped_file_resolves(path: Path) -> None:
    sources = list(sources_of(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert [source for source in sources if not set(re.split(r"[,;]? +", source)) <= KNOWN] == []


@pytest.mark.parametrize("path", REAL_OR_TYPICAL, ids=name_of)
def test_every_number_in_a_shipped_file_says_its_unit_and_its_source_or_range(path: Path) -> None:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    assert [where for where, leaf in leaves(document) if not is_explained(leaf)] == []


def test_every_id_in_the_model_resolves() -> None:
    assert set(CITATION.findall((ROOT / "docs/model.md").read_text(encoding="utf-8"))) - KNOWN == set()


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_every_id_in_a_docstring_resolves(path: Path) -> None:
    assert {cited for text in docstrings(path) for cited in CITATION.findall(text)} - KNOWN == set()


@pytest.mark.parametrize("path", python_files(SIM / "company"), ids=name_of)
def test_every_rule_says_its_source_or_that_it_is_an_assumption(path: Path) -> None:
    silent = [rule.name for rule in rules(path) if not re.search(r"Source|Assumption", ast.get_docstring(rule) or "")]
    assert silent == []
