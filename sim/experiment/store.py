"""Results on disk: one directory per question.

    manifest.json             the question, versions, and a checksum of every file
    replications/*.parquet    one row per replication, one file per cell
    tracks/*.parquet          the weekly tracks of the first replications
    summary.csv               one row per policy and quantity

While a run is at work, ``progress.jsonl`` names each finished file with its checksum. A file that is not named there
or in the manifest, or whose content differs, counts as not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from sim.experiment.cells import CELL_REPLICATIONS, Cell
from sim.experiment.files import PARTIAL, BusyError, OtherQuestionError, checksum, unwritable, write_file
from sim.experiment.identity import Question

MANIFEST = "manifest.json"
JOURNAL = "progress.jsonl"
SUMMARY = "summary.csv"
LOCK = ".lock"
FORMAT = 1


@dataclass(frozen=True)
class Part:
    """One finished file, its path relative to the directory."""

    path: str
    rows: int
    sha256: str


Parts = dict[str, Part]


def part_path(kind: str, cell: Cell) -> str:
    """Path of a cell's file; ``kind`` is ``replications`` or ``tracks``."""
    return f"{kind}/{cell.name}.parquet"


def write_part(directory: Path, kind: str, cell: Cell, table: pa.Table) -> Part:
    """Store one table of one cell. Raises `UnwritableError`."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(table.num_rows, 1))
    path = part_path(kind, cell)
    return Part(path, table.num_rows, write_file(directory / path, sink.getvalue().to_pybytes()))


def read_parts(directory: Path, paths: Iterable[str], columns: Sequence[str] | None = None) -> pa.Table:
    """The files one after the other, only the ``columns`` asked for."""
    wanted = None if columns is None else list(columns)
    return pa.concat_tables(pq.ParquetFile(directory / path).read(wanted, use_threads=False) for path in paths)


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a result. Raises `OtherQuestionError` if the directory holds none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OtherQuestionError(f"{directory} holds no result that can be read ({MANIFEST}: {error})") from error
    return manifest


def known_parts(directory: Path) -> Parts:
    """Every file that the manifest or the journal names, whatever its state."""
    entries = list(read_manifest(directory)["parts"])
    journal = directory / JOURNAL
    for line in journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []:
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return {entry["path"]: Part(**entry) for entry in entries}


def refuse_other_question(directory: Path, question: Question) -> None:
    """Raise `OtherQuestionError` unless the directory is new, empty, or holds a result of this question."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise OtherQuestionError(f"{directory} is not a directory")
    names = {path.name for path in directory.iterdir()} - {LOCK}
    if names and not (directory / MANIFEST).exists() and not all(name.endswith(PARTIAL) for name in names):
        raise OtherQuestionError(f"{directory} is not empty and holds no result; nothing in it was touched")
    if (directory / MANIFEST).exists() and read_manifest(directory).get("fingerprint") != question.fingerprint:
        raise OtherQuestionError(
            f"{directory} holds the result of another question"
            " (other inputs, policies, seed, rules or versions); nothing in it was touched"
        )


class Store:
    """A result directory that this process alone may write to."""

    def __init__(self, directory: Path, question: Question, parts: Parts) -> None:
        self.directory = directory
        self.question = question
        self.parts = parts

    def holds(self, cell: Cell, *, tracked: int) -> bool:
        """Whether all files of the cell are there, at its present size."""
        rows = self.parts.get(part_path("replications", cell))
        has_tracks = cell.first >= tracked or part_path("tracks", cell) in self.parts
        return rows is not None and rows.rows == cell.rows and has_tracks

    def replications_held(self, policies: Iterable[str]) -> int:
        """How many replications, from the first on, are there for each of the policies."""
        return min(self._held(policy) for policy in policies)

    def record(self, parts: Sequence[Part]) -> None:
        """Note finished files. Raises `UnwritableError`."""
        self.parts |= {part.path: part for part in parts}
        journal = self.directory / JOURNAL
        try:
            with journal.open("a", encoding="utf-8") as stream:
                stream.write("".join(json.dumps(asdict(part)) + "\n" for part in parts))
        except OSError as error:
            raise unwritable(journal, error) from error

    def keep_only(self, cells: Iterable[Cell]) -> None:
        """Forget and remove files of other cells."""
        wanted = {part_path(kind, cell) for kind in ("replications", "tracks") for cell in cells}
        self.parts = {path: part for path, part in self.parts.items() if path in wanted}
        for path in self.directory.glob("*/*.parquet"):
            if path.relative_to(self.directory).as_posix() not in self.parts:
                path.unlink()

    def write_manifest(self, request: Mapping[str, Any], run: Mapping[str, Any]) -> None:
        """Write the manifest and drop the journal. What may differ between two equal runs is in ``run``."""
        manifest = {
            "format": FORMAT,
            "fingerprint": self.question.fingerprint,
            **request,
            **asdict(self.question),
            "parts": [asdict(self.parts[path]) for path in sorted(self.parts)],
            "run": run,
        }
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        write_file(self.directory / MANIFEST, content)
        (self.directory / JOURNAL).unlink(missing_ok=True)

    def _held(self, policy: str) -> int:
        held = 0
        while held % CELL_REPLICATIONS == 0:
            part = self.parts.get(part_path("replications", Cell(policy, 0, held, held + CELL_REPLICATIONS)))
            if part is None:
                break
            held += part.rows
        return held


@contextmanager
def open_store(directory: Path, question: Question) -> Iterator[Store]:
    """Hold the directory for writing; damaged and unfinished files in it are dropped.

    Raises `OtherQuestionError`, `BusyError` or `UnwritableError`.
    """
    refuse_other_question(directory, question)
    lock = _locked(directory)
    try:
        refuse_other_question(directory, question)
        for leftover in directory.rglob(f"*{PARTIAL}"):
            leftover.unlink()
        yield Store(directory, question, _sound_parts(directory))
    finally:
        lock.release()


def _locked(directory: Path) -> FileLock:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(f"another run is writing to {directory}: wait for it to end, or give --out") from error
    except OSError as error:
        raise unwritable(directory, error) from error
    return lock


def _sound_parts(directory: Path) -> Parts:
    if not (directory / MANIFEST).exists():
        return {}
    parts = known_parts(directory)
    return {path: part for path, part in parts.items() if checksum(directory / path) == part.sha256}
