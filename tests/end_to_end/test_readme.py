"""What the README shows is what its commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conventions.shared import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_main_job_prints_the_table_that_the_readme_shows(tmp_path: Path) -> None:
    [command] = re.findall(r"runway (run \S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    [shown] = re.findall(r"^    \$ make run\n((?:(?:    .*)?\n)+)(?=!)", README, flags=re.MULTILINE)
    ran = subprocess.run(
        [sys.executable, "-m", "sim", *command.split(), "--quiet", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = iter(_lines(ran.stdout))
    *table, directory = (line for line in _lines(shown) if line != "...")
    assert [line for line in table if line not in printed] == []
    assert directory.startswith("results/")


def test_the_figure_of_the_readme_is_in_the_repository() -> None:
    figures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert figures
    assert all((ROOT / figure).is_file() for figure in figures)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
