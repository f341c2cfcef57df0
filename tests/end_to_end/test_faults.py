"""Kills, damage and full disks: what is finished is kept, and the same command goes on to the same files."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.stored import content

ROOT = Path(__file__).parents[2]
KILLS = 20


def started(experiment: Path, out: Path, replications: int, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """The program at work, in a process group of its own."""
    command = [sys.executable, "-m", "sim", "run", str(experiment), "--out", str(out), "--quiet", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*command, "--workers", "2", "--replications", str(replications)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )


def workers_of(parent: int) -> list[int]:
    """The processes whose parent this is."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]
    except OSError:
        return []


def killed(process: subprocess.Popen[str], victim: int) -> None:
    """Kill -9 one process of the program: 0 is the parent, 1 a worker."""
    workers = workers_of(process.pid)
    target = process.pid if victim == 0 or not workers else workers[-1]
    with contextlib.suppress(ProcessLookupError):
        os.kill(target, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers under the Linux process table")
def test_20_kills_of_parent_and_worker_at_random_moments_leave_the_same_files(
    small_world: Path, tmp_path: Path
) -> None:
    n, chance = 60_000, random.Random(4)
    started(small_world, tmp_path / "calm", n).wait()
    for kill in range(KILLS):
        process = started(small_world, tmp_path / "hurt", n)
        time.sleep(chance.uniform(0.5, 6))
        killed(process, kill % 2)
        if kill % 2 == 0:
            process.wait()
        else:
            assert process.wait() == 0 or process.returncode == -signal.SIGKILL
    assert started(small_world, tmp_path / "hurt", n).wait() == 0
    hurt, calm = ({k: v for k, v in content(tmp_path / name).items() if "plots" not in k} for name in ("hurt", "calm"))
    assert hurt == calm


@pytest.mark.skipif(os.name != "posix", reason="sends the signal of Ctrl-C")
def test_ctrl_c_stops_at_once_says_how_to_go_on_and_leaves_no_process(small_world: Path, tmp_path: Path) -> None:
    process = started(small_world, tmp_path / "result", 3_000_000, subprocess.PIPE)
    until = time.monotonic() + 60
    while not list(tmp_path.glob("result/replications/*.parquet")) and time.monotonic() < until:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert said == "stopped; what is finished is kept, and the same command continues\n"
