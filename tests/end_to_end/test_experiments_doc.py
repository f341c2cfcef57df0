"""What docs/experiments.md shows is what the program prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from tests.conventions.shared import ROOT

TEXT = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")


@pytest.fixture
def _question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the document writes beside the scenario to start from."""
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(app, ["new", "mine"])
    (stated,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    Path("mine/cash.toml").write_text(stated, encoding="utf-8")


def lines(text: str) -> list[str]:
    """The lines of a screen without trailing blanks, the last one (a directory) apart."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.usefixtures("_question")
def test_the_sweep_prints_the_table_that_the_document_shows() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert "good" in CliRunner().invoke(app, ["check", "mine/cash.toml"]).stdout
    done = CliRunner().invoke(app, ["run", "mine/cash.toml", "--workers", "1"])
    assert lines(done.stdout)[:-1] == lines(shown)


@pytest.mark.usefixtures("_question")
def test_solving_gives_the_amount_that_the_document_shows() -> None:
    (command,) = re.findall(r"^    runway (solve mine.*)$", TEXT, re.MULTILINE)
    (shown,) = re.findall(r"^    (opening\.cash of at least .*)$", TEXT, re.MULTILINE)
    done = CliRunner().invoke(app, [*shlex.split(command), "--workers", "1"])
    assert lines(done.stdout)[-2] == shown
