"""Seconds, peak memory and disk of a question by its size: replications of one point, or points of a sweep.

Each size is a run of the command line of its own, plots and memo included, into a directory that is removed afterwards.
Memory should not depend on the size, and a replication should cost the same wherever it is. *Simulated* is the time
until all rows and their summary are stored, by the clock of the run itself: what sizes are compared by.

    python benchmarks/scaling.py [--replications 100000 1000000] [--points 2500 --at-each 400] [--workers 2]
    python benchmarks/scaling.py --experiment experiments/core.toml --replications 100000 10000000
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from math import isqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "experiments" / "stability_2023_10.toml"
AXES = ("vendors.AWS.monthly_usage:0.5e6:7e6", "subscription.trials_per_month:1e4:2e6")
KIB_PER_GIB = 2**20
BYTES_PER_MIB = 2**20


class Run(NamedTuple):
    """One size: rows, seconds by the wall and until stored, GiB of the largest process at its peak, MiB on disk."""

    rows: int
    seconds: float
    simulated: float
    peak_gib: float
    disk_mib: float

    @property
    def cost(self) -> float:
        """Seconds per replication, plots and memo apart."""
        return self.simulated / self.rows


def swept(experiment: Path, points: int, axes: list[str], folder: Path) -> Path:
    """The experiment as a grid of so many points (a square number) over two parameters, in a file of its own."""
    steps = isqrt(points)
    text = experiment.read_text(encoding="utf-8").replace('scenario = "', f'scenario = "{experiment.parent}/')
    text += '\n[design]\nkind = "grid"\n'
    for axis in axes:
        path, low, high = axis.rsplit(":", 2)
        values = [float(low) + (float(high) - float(low)) * step / (steps - 1) for step in range(steps)]
        text += f'\n[[design.axes]]\nparameter = "{path}"\nvalues = {values}\n'
    file = folder / f"{experiment.stem}_swept.toml"
    file.write_text(text, encoding="utf-8")
    return file


def measured(experiment: Path, replications: int, points: int, policy: str, workers: int) -> Run:
    """Run the command line once. Raises SystemExit if it fails."""
    question = [sys.executable, "-m", "sim", "run", str(experiment), "--policy", policy, "--quiet"]
    with TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        size = ["--replications", str(replications), "--workers", str(workers), "--out", str(result)]
        start = perf_counter()
        with subprocess.Popen([*question, *size], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - start
        if process.returncode:
            raise SystemExit(f"{replications:,} replications at {points:,} points ended with {process.returncode}")
        manifest = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
        rows = replications * points * len(manifest["policies"])
        disk = sum(path.stat().st_size for path in result.rglob("*") if path.is_file())
    return Run(rows, seconds, manifest["run"]["seconds"], usage.ru_maxrss / KIB_PER_GIB, disk / BYTES_PER_MIB)


def sizes(options: argparse.Namespace, folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Points, replications of each, and the file that asks for them."""
    experiment = options.experiment.resolve()
    for replications in options.replications:
        yield 1, replications, experiment
    if options.points:
        points = isqrt(options.points) ** 2
        yield points, options.at_each, swept(experiment, points, options.axes, folder)


def main() -> None:
    """Print one line per size, with the cost of a replication beside that of the first size and of the one before."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--experiment", type=Path, default=EXPERIMENT)
    parser.add_argument("--policy", default="do-nothing")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--points", type=int, default=0, help="also a sweep of so many points")
    parser.add_argument("--at-each", type=int, default=400, help="replications of each point of the sweep")
    parser.add_argument("--axes", nargs=2, default=list(AXES), metavar="PATH:LOW:HIGH")
    options = parser.parse_args()
    print(f"{options.experiment.name}, policy {options.policy}, workers {options.workers}")
    print("points  replications   seconds  simulated   per second  cost of one  to the last      peak       disk")
    first = last = None
    with TemporaryDirectory() as folder:
        for points, replications, file in sizes(options, Path(folder)):
            run = measured(file, replications, points, options.policy, options.workers)
            first, last = first or run, last or run
            print(
                f"{points:6,}  {replications:12,}  {run.seconds:8.1f}  {run.simulated:9.1f}  {1 / run.cost:11,.0f}"
                f"  {run.cost / first.cost:9.2f} x  {run.cost / last.cost:9.2f} x"
                f"  {run.peak_gib:5.2f} GiB  {run.disk_mib:6.0f} MiB",
                flush=True,
            )
            last = run


if __name__ == "__main__":
    main()
