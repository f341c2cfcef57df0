"""Result directories: nothing lost, nothing foreign touched, nothing damaged believed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from sim.experiment.files import BusyError, OtherQuestionError, UnwritableError
from sim.experiment.job import answer
from sim.experiment.progress import no_progress
from sim.experiment.result import Result
from sim.scenario.loading import with_overrides
from sim.scenario.schema import Experiment
from tests.end_to_end.stored import content

PART = "replications/00.000000.000001.parquet"


def run(experiment: Experiment, directory: Path, replications: int, workers: int = 1) -> Result:
    """Answer the experiment with so many replications."""
    asked = with_overrides(experiment, replications=replications)
    return answer(asked, directory, workers=workers, progress=no_progress).result


def simulated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Filled with policies and range of each block that is simulated from now on."""
    from sim.company import model

    blocks, original = [], model.simulate

    def noting(plan: Any) -> Any:
        blocks.append((" ".join(policy.name for policy in plan.policies), plan.first, plan.stop))
        return original(plan)

    monkeypatch.setattr(model, "simulate", noting)
    return blocks


def test_the_files_are_the_same_for_one_worker_and_for_two(experiment: Experiment, tmp_path: Path) -> None:
    for workers in (1, 2):
        run(experiment, tmp_path / f"with-{workers}", 14_000, workers)
    assert content(tmp_path / "with-1") == content(tmp_path / "with-2")


def test_200_then_1000_then_5000_replications_are_5000(experiment: Experiment, tmp_path: Path) -> None:
    for replications in (200, 1000, 5000):
        run(experiment, tmp_path / "grown", replications)
    run(experiment, tmp_path / "at-once", 5000)
    assert content(tmp_path / "grown") == content(tmp_path / "at-once")


def test_more_replications_simulate_only_the_cells_that_grow(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(experiment, tmp_path / "result", 5000)
    blocks = simulated(monkeypatch)
    run(experiment, tmp_path / "result", 6000)
    assert blocks == [("do-nothing more-cash", 5000, 6000)]


def test_200_replications_then_1000_simulate_800_and_leave_the_200_as_they_are(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(experiment, tmp_path / "result", 200).frame
    blocks = simulated(monkeypatch)
    after = run(experiment, tmp_path / "result", 1000).frame
    assert blocks == [("do-nothing more-cash", 200, 1000)]
    assert after[after["replication"] < 200].reset_index(drop=True).equals(before)


def test_fewer_replications_keep_those_that_are_there(experiment: Experiment, tmp_path: Path) -> None:
    run(experiment, tmp_path / "result", 1000)
    before = content(tmp_path / "result")
    assert len(run(experiment, tmp_path / "result", 200).frame) == 2000
    assert content(tmp_path / "result") == before


def test_the_same_question_again_simulates_nothing(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(experiment, tmp_path / "result", 200)
    blocks = simulated(monkeypatch)
    run(experiment, tmp_path / "result", 200)
    assert blocks == []


def cut(path: Path) -> None:
    """The last bytes of a file are missing."""
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("damage", [cut, Path.unlink], ids=["cut", "lost"])
def test_a_damaged_file_is_noticed_and_simulated_again(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Any
) -> None:
    run(experiment, tmp_path / "result", 5000)
    before = content(tmp_path / "result")
    damage(tmp_path / "result" / PART)
    blocks = simulated(monkeypatch)
    run(experiment, tmp_path / "result", 5000)
    assert blocks == [("do-nothing more-cash", 4096, 5000)]
    assert content(tmp_path / "result") == before


def test_a_run_that_was_killed_goes_on_from_its_last_finished_file(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.company import model

    run(experiment, tmp_path / "at-once", 14_000)
    monkeypatch.setattr("sim.experiment.work.BLOCK_ROWS", 16_384)
    original = model.simulate

    def interrupted(plan: Any) -> Any:
        if plan.first > 0:
            raise KeyboardInterrupt
        return original(plan)

    monkeypatch.setattr(model, "simulate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(experiment, tmp_path / "result", 14_000)
    (tmp_path / "result/replications/00.000000.000002.parquet.77.partial").write_bytes(b"half")
    monkeypatch.setattr(model, "simulate", original)
    blocks = simulated(monkeypatch)
    run(experiment, tmp_path / "result", 14_000)
    assert blocks == [("do-nothing more-cash", 8192, 14_000)]
    assert content(tmp_path / "result") == content(tmp_path / "at-once")


def test_another_question_is_refused_and_nothing_is_touched(experiment: Experiment, tmp_path: Path) -> None:
    run(experiment, tmp_path / "result", 200)
    before = content(tmp_path / "result")
    with pytest.raises(OtherQuestionError, match="another question"):
        run(with_overrides(experiment, seed=8), tmp_path / "result", 200)
    assert content(tmp_path / "result") == before


def test_a_directory_of_something_else_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").touch()
    with pytest.raises(OtherQuestionError, match="is not empty and holds no result"):
        run(experiment, tmp_path / "photos", 200)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


def test_only_one_run_writes_to_a_directory(experiment: Experiment, tmp_path: Path) -> None:
    run(experiment, tmp_path / "result", 200)
    with FileLock(tmp_path / "result/.lock"), pytest.raises(BusyError, match="another run is writing"):
        run(experiment, tmp_path / "result", 300)


def test_a_full_disk_is_one_sentence_and_keeps_what_is_finished(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(experiment, tmp_path / "result", 200)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr(os, "fsync", full)
        with pytest.raises(UnwritableError, match=r"cannot write .*: No space left on device; what is finished is"):
            run(experiment, tmp_path / "result", 5000)
    assert list((tmp_path / "result").rglob("*.partial")) == []
    assert len(run(experiment, tmp_path / "result", 200).frame) == 400


def test_a_stored_result_reads_as_it_was_simulated(experiment: Experiment, tmp_path: Path) -> None:
    stored = run(experiment, tmp_path / "result", 300)
    read = Result.read(tmp_path / "result")
    assert read.experiment == stored.experiment
    assert read.frame.equals(stored.frame)
    assert read.tracks.equals(stored.tracks)


def test_columns_have_the_same_types_whatever_happened(experiment: Experiment, tmp_path: Path) -> None:
    frame = run(experiment, tmp_path / "result", 300).frame
    types = frame.dtypes.astype(str)
    assert set(types[types.index.str.endswith("_day")]) == {"Int64"}
    assert set(types[["policy", "end", "cause", "creditor"]]) == {str(frame["policy"].dtype)}
    assert frame["payroll_missed_day"].isna().all()
    assert types["lowest_cash"] == "float64"
