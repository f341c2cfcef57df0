"""Seconds and peak memory of the main job by number of replications: both should not depend on how many there are.

Each size is a run of the command line of its own, plots included, into a directory that is removed afterwards.

    python benchmarks/scaling.py [--replications 100000 1000000] [--workers 2]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "experiments" / "stability_2023_10.toml"
KIB_PER_GIB = 2**20


class Run(NamedTuple):
    """One size: wall-clock seconds, and the resident memory in GiB of the largest process at its peak."""

    replications: int
    seconds: float
    peak_gib: float


def measured(replications: int, experiment: Path, policy: str, workers: int) -> Run:
    """Run the command line once. Raises SystemExit if it fails."""
    question = [sys.executable, "-m", "sim", "run", str(experiment), "--policy", policy, "--quiet"]
    with TemporaryDirectory() as folder:
        size = ["--replications", str(replications), "--workers", str(workers), "--out", f"{folder}/result"]
        start = perf_counter()
        with subprocess.Popen([*question, *size], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - start
    if process.returncode:
        raise SystemExit(f"the run of {replications:,} replications ended with {process.returncode}")
    return Run(replications, seconds, usage.ru_maxrss / KIB_PER_GIB)


def main() -> None:
    """Print one line per size, then the cost of a replication beside that of the first size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--experiment", type=Path, default=EXPERIMENT)
    parser.add_argument("--policy", default="do-nothing")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    print(f"{options.experiment.name}, policy {options.policy}, workers {options.workers}")
    print("replications   seconds   per second   cost of one   peak per process")
    first: Run | None = None
    for replications in options.replications:
        run = measured(replications, options.experiment.resolve(), options.policy, options.workers)
        first = first or run
        cost = (run.seconds / run.replications) / (first.seconds / first.replications)
        print(
            f"{run.replications:12,}  {run.seconds:8.1f}  {run.replications / run.seconds:11,.0f}"
            f"  {cost:10.2f} x  {run.peak_gib:14.2f} GiB"
        )


if __name__ == "__main__":
    main()
