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
from typing import Any

import pytest

from tests.end_to_end.stored import content

ROOT = Path(__file__).parents[2]
KILLS = 20


def begun(*arguments: object, **streams: Any) -> subprocess.Popen[str]:
    """The program at work, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        text=True,
        start_new_session=True,
        **streams,
    )


def started(experiment: Path, out: Path, replications: int, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """A run with two workers."""
    options = ("--quiet", "--json", "--workers", 2, "--replications", replications)
    return begun("run", experiment, "--out", out, *options, stdout=subprocess.DEVNULL, stderr=stderr)


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


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers under the Linux process table")
def test_ctrl_c_while_workers_start_is_one_sentence_and_leaves_no_process(small_world: Path, tmp_path: Path) -> None:
    process = started(small_world, tmp_path / "result", 3_000_000, subprocess.PIPE)
    until = time.monotonic() + 60
    while len(workers_of(process.pid)) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    workers = workers_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) == (1, "stopped; what is finished is kept, and the same command continues\n")
    assert len(workers) == 3
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < until, "a process of the run is still there"
        time.sleep(0.1)


@pytest.mark.skipif(os.name != "posix", reason="a closed pipe is told by SIGPIPE")
@pytest.mark.parametrize(
    "command",
    [
        ("run", "small_world.toml", "--workers", 2, "--replications", 20_000, "--out", "result"),
        (
            *("solve", "small_world.toml", "--for", "opening.cash", "--so-that", "P(insolvent) <= 0.2"),
            *("--between", 1e5, 2e5, "--workers", 2, "--quiet"),
        ),
        ("trace", "small_world.toml"),
        ("sql", "stored", "select * from rows"),
        ("list",),
        ("verify", "stored"),
        ("--help",),
    ],
    ids=lambda command: command[0],
)
def test_a_command_whose_output_nobody_reads_ends_quietly_as_the_shell_expects(
    small_world: Path, command: tuple[object, ...]
) -> None:
    here = {"cwd": small_world.parent, "stderr": subprocess.PIPE}
    if command[0] in ("sql", "verify"):
        begun("run", small_world, "--json", "--workers", 1, "--out", "stored", **here).communicate()
    if command[0] == "list":
        begun("run", small_world, "--json", "--workers", 1, **here).communicate()
    reader, writer = os.pipe()
    os.close(reader)
    process = begun(*command, stdout=writer, **here)
    os.close(writer)
    assert process.communicate(timeout=120)[1] == ""
    assert process.returncode == 128 + signal.SIGPIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("command", [("schema",), ("trace", "small_world.toml")], ids=["schema", "trace"])
def test_a_full_disk_under_the_output_is_one_sentence(small_world: Path, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = begun(*command, cwd=small_world.parent, stdout=full, stderr=subprocess.PIPE)
        said = process.communicate(timeout=120)[1]
    assert (process.returncode, said) == (1, "cannot use the output: No space left on device\n")
