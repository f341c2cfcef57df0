"""A real Dask scheduler with workers in processes of their own, over TCP on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.experiment.cluster import ClusterError, dask_cluster
from sim.experiment.job import answer
from sim.experiment.progress import no_progress
from sim.scenario.loading import load, with_overrides
from tests.end_to_end.stored import content

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
WORKERS = 2


def started(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    """A process of Dask, quiet, that finds this project."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    file = folder / "scheduler.json"
    common = ("--scheduler-file", str(file))
    processes = [
        started(
            folder, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *common
        )
    ]
    one = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    processes += [started(folder, "distributed.cli.dask_worker", *common, *one) for _ in range(WORKERS)]
    try:
        yield address(file)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address(file: Path) -> str:
    """Where the scheduler answers, once both workers are there."""
    from distributed import Client

    until = time.monotonic() + 60
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.1)
    with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
        client.wait_for_workers(WORKERS, timeout=60)
        return str(client.scheduler.address)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_files_are_the_same_with_two_workers_of_a_cluster_as_in_this_process(
    small_world: Path, tmp_path: Path, scheduler: str
) -> None:
    experiment = with_overrides(load(small_world), replications=14_000)
    answer(experiment, tmp_path / "here", progress=no_progress)
    executors = dask_cluster(scheduler, tmp_path / "there")
    assert executors.workers == WORKERS
    given = answer(experiment, tmp_path / "there", progress=no_progress, executors=executors)
    assert given.quarantined == []
    assert content(tmp_path / "there") == content(tmp_path / "here")


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_does_not_answer_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        dask_cluster("tcp://127.0.0.1:9", tmp_path)


def test_an_address_without_a_port_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at localhost: missing port"):
        dask_cluster("localhost", tmp_path)
