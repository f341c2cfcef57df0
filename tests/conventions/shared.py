"""What the conventions look at: the project's files and what they import, cite and document."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIM = ROOT / "sim"
PLACES = ("sim", "tests", "experiments", "benchmarks", "docs", ".ci")
TEXT = {".py", ".toml", ".md", ".txt", ""}
CITATION = re.compile(r"\b[CLVBPS]\d\d\b")


def python_files(folder: Path = SIM) -> list[Path]:
    """The Python files of a folder, sorted."""
    return sorted(folder.rglob("*.py"))


def shipped_files() -> list[Path]:
    """Every text file that a reader of the project gets."""
    inside = (path for place in PLACES for path in (ROOT / place).rglob("*"))
    return sorted(
        path for path in (*ROOT.iterdir(), *inside) if path.is_file() and path.suffix in TEXT and path.name != ".git"
    )


def shipped_toml() -> list[Path]:
    """The shipped experiments and scenarios, and the templates."""
    return sorted([*(ROOT / "experiments").rglob("*.toml"), *SIM.rglob("*.toml")])


def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a file imports anywhere, lazily or not, relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (parent, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a file, those of constants included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def name_of(path: Path) -> str:
    """A path as the project names it."""
    return path.relative_to(ROOT).as_posix()
