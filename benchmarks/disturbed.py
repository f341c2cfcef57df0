"""The same files whatever happens: kill -9 at random moments, one worker or two, processes or a Dask cluster.

A calm run with one worker is compared byte by byte (of the manifest, all but what may differ between equal runs) with
one by two workers, with one by two Dask workers over TCP on loopback, and with one whose parent and workers in turn
were killed so many times while they simulated. A killed run that got to its end by then begins again from nothing.

    python benchmarks/disturbed.py [--replications 100000] [--kills 20] [--no-dask]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "experiments" / "core.toml"
PARENT, WORKER = "parent", "worker"


def started(experiment: Path, replications: int, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """The program at work."""
    command = [sys.executable, "-m", "sim", "run", str(experiment), "--replications", str(replications)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, "--out", str(out), "--quiet", "--json", *more], cwd=ROOT, **quiet)


def finished(experiment: Path, replications: int, out: Path, *more: str) -> float:
    """Run to the end; the seconds it took. Raises SystemExit if it fails."""
    start = time.perf_counter()
    if status := started(experiment, replications, out, *more).wait():
        raise SystemExit(f"the run into {out.name} ended with {status}")
    return time.perf_counter() - start


def content(directory: Path) -> dict[str, str]:
    """A digest of every file by its path."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    digests = {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path.name != ".lock"}
    for name in [name for name in digests if name.endswith("manifest.json")]:
        manifest = json.loads(files[name].read_text(encoding="utf-8"))
        del manifest["run"]
        digests[name] = json.dumps(manifest)
    return digests


def is_complete(directory: Path) -> bool:
    """Whether the rows of a run are all there."""
    with suppress(OSError, ValueError):
        return bool(json.loads((directory / "manifest.json").read_text(encoding="utf-8"))["run"]["complete"])
    return False


def workers_of(parent: int) -> list[int]:
    """The processes whose parent this is, from the Linux process table."""
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


def kill(process: subprocess.Popen[bytes], whom: str) -> None:
    """Kill -9 the parent, or its last worker."""
    workers = workers_of(process.pid)
    with suppress(ProcessLookupError):
        os.kill(workers[-1] if whom == WORKER and workers else process.pid, signal.SIGKILL)
    if whom == PARENT:
        process.wait()


def killed_often(experiment: Path, replications: int, out: Path, kills: int, seconds: float) -> None:
    """Kill runs into ``out`` until that many hit one that was simulating, and let the last one come to its end."""
    chance, done = random.Random(4), 0  # noqa: S311 - when to kill is no secret
    while done < kills:
        if is_complete(out):
            shutil.rmtree(out)
        process = started(experiment, replications, out, "--workers", "2")
        time.sleep(chance.uniform(0.5, seconds / 2))
        if process.poll() is None and not is_complete(out):
            whom = (PARENT, WORKER)[done % 2]
            parts = len(list(out.glob("replications/*.parquet")))
            kill(process, whom)
            done += 1
            print(f"  kill {done}: the {whom}, with {parts} files of rows finished", flush=True)
        process.wait()
    finished(experiment, replications, out, "--workers", "2")


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a Dask scheduler with two workers, each in a process of its own."""
    file = folder / "scheduler.json"
    here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    alone = ["--nworkers", "1", "--nthreads", "1", "--no-nanny"]
    commands = [["distributed.cli.dask_scheduler", "--port", "0", *here]]
    commands += [["distributed.cli.dask_worker", *here, *alone]] * 2
    with (folder / "log").open("wb") as log:
        quiet = {"cwd": ROOT, "stdout": log, "stderr": log, "env": os.environ | {"OMP_NUM_THREADS": "1"}}
        processes = [subprocess.Popen([sys.executable, "-m", *command], **quiet) for command in commands]
        try:
            yield _address(file)
        finally:
            for process in processes:
                process.kill()
                process.wait()


def _address(file: Path) -> str:
    from distributed import Client

    while not file.exists():
        time.sleep(0.1)
    with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return str(client.scheduler.address)


def main() -> None:
    """Print each comparison; exit 1 if any file differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--experiment", type=Path, default=EXPERIMENT)
    parser.add_argument("--replications", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--no-dask", action="store_true")
    options = parser.parse_args()
    question, differs = (options.experiment.resolve(), options.replications), False
    with TemporaryDirectory() as name:
        folder = Path(name)
        finished(*question, folder / "one", "--workers", "1")
        seconds = finished(*question, folder / "two", "--workers", "2")
        killed_often(*question, folder / "killed", options.kills, seconds)
        if not options.no_dask:
            with cluster(folder) as address:
                finished(*question, folder / "dask", "--scheduler", address)
        calm = content(folder / "one")
        for path in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "one"):
            other = content(path)
            unequal = [file for file in calm | other if calm.get(file) != other.get(file)]
            differs |= bool(unequal)
            print(f"{path.name}: of {len(other)} files {len(unequal)} differ from those of one worker", *unequal[:5])
    raise SystemExit(int(differs))


if __name__ == "__main__":
    main()
