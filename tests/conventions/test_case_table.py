"""The table of the case: every row of the article once, with parameters that exist and a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.conventions.shared import ROOT, tree

PAGE = (ROOT / "docs/model.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in re.findall(r"^\| S\d\d \|.*$", PAGE, re.MULTILINE)]
PARAMETERS = (ROOT / "docs/parameters.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## `([\w.\[\]]+)`: \w+$", PARAMETERS, flags=re.MULTILINE)
TABLES = dict.fromkeys(SECTIONS[1::2], "")
for title, text in zip(SECTIONS[1::2], SECTIONS[2::2], strict=True):
    TABLES[title] += text


def functions_of(folder: Path) -> set[str]:
    """The names of all tests."""
    nodes = (node for path in folder.rglob("test_*.py") for node in tree(path).body)
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def is_documented(path: str) -> bool:
    """Whether a path is a table, a key of a table, or an action of a policy on the page of parameters."""
    table, _, key = path.rpartition(".")
    is_list = f"{path}[]" in TABLES
    is_action = f"| `do` | the action | structural |  |  | {path} |" in TABLES["policies[].actions[]"]
    is_action = is_action or path in ("sublease", "source", "grade")
    tables = (table or "scenario", f"{table}[]")
    return path in TABLES or is_list or is_action or any(f"| `{key}` |" in TABLES.get(name, "") for name in tables)


def test_every_row_of_the_article_is_there_once_and_in_order() -> None:
    assert [row[0] for row in ROWS] == [f"S{number:02d}" for number in range(1, 73)]


def test_every_row_has_a_mechanism_parameters_and_a_test() -> None:
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


def test_every_parameter_named_is_documented() -> None:
    named = [(row[0], path) for row in ROWS for path in re.findall(r"`([^`]+)`", row[2])]
    assert [pair for pair in named if not is_documented(pair[1])] == []


def test_every_test_named_exists() -> None:
    tests = functions_of(ROOT / "tests")
    assert [(row[0], row[3]) for row in ROWS if row[3].strip("`") not in tests] == []
