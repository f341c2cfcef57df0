"""Files that are no longer what was written: whoever reads them says so, and nobody answers from them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner
from typer.testing import Result as Said

from sim.cli import app
from sim.experiment.files import DamagedError
from sim.experiment.job import answer
from sim.experiment.progress import no_progress
from sim.experiment.result import Result
from sim.memo import write_memo
from sim.scenario.loading import with_overrides
from sim.scenario.schema import Experiment
from tests.end_to_end.stored import content

FLIPS = 30
READERS = {
    "replications/*.parquet": ("sql", "select policy, sum(end_day), sum(raised), max(cause) from rows group by all"),
    "counts/*.parquet": ("sql", "select policy, event, sum(n), sum(pairs) from counts group by all order by all"),
    "tracks/*.parquet": ("sql", "select policy, count(*), sum(day) from tracks group by all order by all"),
    "points.parquet": ("sql", "select * from points"),
    "manifest.json": ("trace",),
}


def runway(command: str, directory: Path, *arguments: str) -> Said:
    """Ask a stored result in this process."""
    return CliRunner().invoke(app, [command, str(directory), *arguments])


def flipped(path: Path, chance: random.Random) -> bytes:
    """Flip one bit of a file; its content before."""
    before = path.read_bytes()
    bit = chance.randrange(8 * len(before))
    path.write_bytes((int.from_bytes(before, "little") ^ (1 << bit)).to_bytes(len(before), "little"))
    return before


@pytest.fixture
def stored(experiment: Experiment, tmp_path: Path) -> Path:
    """5,000 replications of the small world: two files of rows, two of counts, one of tracks."""
    asked = with_overrides(experiment, replications=5000)
    answer(asked, tmp_path / "result", progress=no_progress)
    return tmp_path / "result"


@pytest.mark.parametrize("pattern", READERS)
def test_30_random_bits_of_each_kind_of_file_are_noticed_or_change_nothing(stored: Path, pattern: str) -> None:
    (command, *more), chance = READERS[pattern], random.Random(11)
    good = runway(command, stored, *more)
    assert good.exit_code == 0
    noticed = 0
    for _ in range(FLIPS):
        path = chance.choice(sorted(stored.glob(pattern)))
        before = flipped(path, chance)
        said = runway(command, stored, *more)
        path.write_bytes(before)
        is_noticed = said.exit_code > 0 and path.name in said.stderr and said.stderr.count("\n") == 1
        assert is_noticed or (said.exit_code, said.stdout) == (0, good.stdout), said.output
        noticed += is_noticed
    assert noticed >= FLIPS - 5


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("replications", lambda directory: Result.read(directory).frame),
        ("replications", lambda directory: write_memo(directory, ["md"])),
        ("counts", lambda directory: Result.read(directory).summary()),
        ("counts", lambda directory: Result.read(directory).figure(Result.read(directory).headline())),
        ("tracks", lambda directory: Result.read(directory).tracks),
    ],
    ids=["frame", "memo", "summary", "figure", "tracks"],
)
@pytest.mark.parametrize("damage", [lambda path: flipped(path, random.Random(3)), Path.unlink], ids=["bit", "lost"])
def test_no_table_is_made_from_a_damaged_file(
    stored: Path, kind: str, read: Callable[[Path], object], damage: Callable[[Path], object]
) -> None:
    path = stored / f"{kind}/00.000000.000000.parquet"
    damage(path)
    with pytest.raises(DamagedError, match=f"{path} is damaged .*: the `runway run` that wrote it makes it again"):
        read(stored)


def test_sql_about_counts_does_not_read_the_rows(stored: Path) -> None:
    flipped(stored / "replications/00.000000.000001.parquet", random.Random(3))
    assert runway("sql", stored, "select sum(n) from Counts where event = 'replications'").stdout == "sum(n)\n10000\n"
    assert "is damaged" in runway("sql", stored, "select count(*) from (from ROWS)").stderr


def test_sql_does_not_read_files_that_no_run_has_finished(stored: Path) -> None:
    part = stored / "replications/00.000000.000001.parquet"
    part.with_name("00.000000.000002.parquet").write_bytes(part.read_bytes())
    assert runway("sql", stored, "select count(*) as n from rows").stdout == "n\n10000\n"


def test_a_file_that_a_run_is_replacing_is_not_called_damaged(stored: Path) -> None:
    flipped(stored / "counts/00.000000.000000.parquet", random.Random(3))
    with FileLock(stored / ".lock"):
        said = runway("sql", stored, "select * from counts")
    assert (said.exit_code, "wait for it to end" in said.stderr, "damaged" in said.stderr) == (1, True, False)


def test_a_result_from_before_manifests_had_checksums_is_read_and_continued(
    stored: Path, experiment: Experiment
) -> None:
    before, path = content(stored), stored / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["run"]["checksum"]
    path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    assert len(Result.read(stored).frame) == 10_000
    answer(with_overrides(experiment, replications=200), stored, progress=no_progress)
    assert content(stored) == before


def test_a_result_that_this_version_does_not_take_is_one_sentence(stored: Path) -> None:
    path = stored / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["run"]["checksum"]
    manifest["judgement"]["headline"] = "P(insolvent by day 101)"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    for command in ("trace", "memo", "verify"):
        said = runway(command, stored)
        assert (said.exit_code, said.stdout) == (2, "")
        assert said.stderr.endswith(
            "holds the result of another version: headline is not what this one expects, a day up to the horizon,"
            " 2024-04-10 (day 100)\n"
        )


@pytest.mark.parametrize("text", ["[]", "{}", '{"run": 1}', "\x00"])
def test_a_manifest_that_is_none_is_one_sentence(stored: Path, text: str) -> None:
    (stored / "manifest.json").write_text(text, encoding="utf-8")
    for command in (("sql", "select 1"), ("trace",), ("memo",), ("verify",)):
        said = runway(command[0], stored, *command[1:])
        assert (said.exit_code, said.stderr.count("\n"), "manifest.json is damaged" in said.stderr) == (2, 1, True)


@pytest.mark.parametrize("seed", range(8))
def test_a_run_goes_on_to_the_same_files_though_its_journal_has_a_wrong_bit(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    from sim.company import model

    original, asked, directory = model.simulate, with_overrides(experiment, replications=14_000), tmp_path / "hurt"
    answer(asked, tmp_path / "calm", progress=no_progress)

    def interrupted(plan: Any) -> Any:
        if plan.first > 4096:
            raise KeyboardInterrupt
        return original(plan)

    monkeypatch.setattr(model, "simulate", interrupted)
    monkeypatch.setattr("sim.experiment.work.BLOCK_ROWS", 16_384)
    with pytest.raises(KeyboardInterrupt):
        answer(asked, directory, progress=no_progress)
    flipped(directory / "progress.jsonl", random.Random(seed))
    monkeypatch.setattr(model, "simulate", original)
    answer(asked, directory, progress=no_progress)
    assert content(directory) == content(tmp_path / "calm")
