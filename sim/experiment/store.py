"""Results on disk: one directory per question.

    manifest.json             the question, versions, and a checksum of every file
    points.parquet            what each point of the design sets
    replications/*.parquet    one row per replication, one file per sheet
    counts/*.parquet          how many of them saw which event on which day
    tracks/*.parquet          the weekly tracks of the first replications of the first point
    summary.csv               one row per policy and quantity

While a run is at work, ``progress.jsonl`` names each finished file with its checksum. A file that is not named there
or in the manifest, or whose content differs, counts as not there for the run that continues. Whoever reads a file holds
it against its checksum first: one flipped bit of a file that can still be read gives another answer. The manifest has
its own checksum (under ``run``, since it differs between two equal runs).
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

from sim.experiment.cells import Layout, Sheet
from sim.experiment.design import Point
from sim.experiment.files import (
    PARTIAL,
    BusyError,
    DamagedError,
    OtherQuestionError,
    checksum,
    digest,
    unwritable,
    write_file,
)
from sim.experiment.identity import Question
from sim.experiment.table import points_table

MANIFEST = "manifest.json"
JOURNAL = "progress.jsonl"
SUMMARY = "summary.csv"
LOCK = ".lock"
LATIN = "latin_hypercube"
FORMAT = 2
POINTS = "points.parquet"
KINDS = ("replications", "counts", "tracks")
CHECKSUM = "checksum"
NEEDED = {"experiment", "fingerprint", "inputs", "replications", "policies", "points", "parts", "versions", "run"}


@dataclass(frozen=True)
class Part:
    """One finished file, its path relative to the directory; of a sheet's file also how far the sheet goes."""

    path: str
    rows: int
    sha256: str
    points: int = 0
    stop: int = 0


Parts = dict[str, Part]


def part_path(kind: str, sheet: Sheet) -> str:
    """Path of a sheet's file; ``kind`` is one of `KINDS`."""
    return f"{kind}/{sheet.name}.parquet"


def write_part(directory: Path, kind: str, sheet: Sheet, table: pa.Table) -> Part:
    """Store one table of one sheet. Raises `UnwritableError`."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(table.num_rows, 1))
    path = part_path(kind, sheet)
    checksum = write_file(directory / path, sink.getvalue().to_pybytes())
    return Part(path, table.num_rows, checksum, len(sheet.points), sheet.stop)


def read_parts(directory: Path, paths: Iterable[str], columns: Sequence[str] | None = None) -> pa.Table:
    """The files one after the other, only the ``columns`` asked for. Raises `DamagedError`."""
    wanted = None if columns is None else list(columns)
    return pa.concat_tables([_read_part(directory / path, wanted) for path in paths])


def _read_part(path: Path, columns: list[str] | None) -> pa.Table:
    try:
        return pq.ParquetFile(path).read(columns, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(str(path), str(error).splitlines()[0]) from error


def refuse_damaged(directory: Path, parts: Iterable[Part]) -> None:
    """Raise `DamagedError` for a file that is not what was written, `BusyError` if a run may be replacing it."""
    for part in parts:
        found = checksum(directory / part.path)
        if found != part.sha256:
            if _is_busy(directory):
                raise BusyError(f"a run is replacing {directory / part.path}: wait for it to end")
            why = "there is no such file" if found is None else f"its checksum is not the one in {MANIFEST}"
            raise DamagedError(str(directory / part.path), why)


def _is_busy(directory: Path) -> bool:
    try:
        with FileLock(directory / LOCK, timeout=0):
            return False
    except (Timeout, OSError) as error:
        return isinstance(error, Timeout)


def column_names(directory: Path, path: str) -> list[str]:
    """The columns of a file."""
    return list(pq.read_schema(directory / path).names)


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a result. Raises `OtherQuestionError` if the directory holds none that can be read."""
    try:
        manifest = _checked(json.loads((directory / MANIFEST).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError) as error:
        why = f"it has no {MANIFEST}" if directory.is_dir() else "there is no such directory"
        raise OtherQuestionError(f"{directory} holds no result: {why}") from error
    except (OSError, ValueError) as error:
        raise OtherQuestionError(
            f"{directory} holds no result that can be read: {MANIFEST} is damaged ({error}), and without it no file"
            " there can be told from another; nothing in it was touched: remove it, or give another directory"
        ) from error
    return manifest


def _checked(manifest: Any) -> dict[str, Any]:
    """What a manifest holds; one written before manifests had checksums is taken as it is. Raises ValueError."""
    if not isinstance(manifest, dict) or not set(manifest) >= NEEDED or not isinstance(manifest["run"], dict):
        raise ValueError("it is no manifest")
    if manifest["run"].get(CHECKSUM, _own_checksum(manifest)) != _own_checksum(manifest):
        raise ValueError("its checksum is not that of its content")
    return manifest


def _own_checksum(manifest: Mapping[str, Any]) -> str:
    run = {key: value for key, value in manifest["run"].items() if key != CHECKSUM}
    return digest(json.dumps({**manifest, "run": run}).encode())


def known_parts(directory: Path) -> Parts:
    """Every file that the manifest or the journal names, whatever its state."""
    parts = [Part(**entry) for entry in read_manifest(directory)["parts"]]
    journal = directory / JOURNAL
    for line in journal.read_bytes().splitlines() if journal.exists() else []:
        try:
            parts.append(Part(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return {part.path: part for part in parts}


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
            f" ({_difference(directory, question)}); nothing in it was touched"
        )


def _difference(directory: Path, question: Question) -> str:
    """Why a stored result does not answer a question."""
    held, asked = (
        inputs.get("design") or {} for inputs in (read_manifest(directory).get("inputs", {}), question.inputs)
    )
    if held.get("kind") == asked.get("kind") == LATIN and held.get("points") != asked.get("points"):
        return f"a Latin hypercube of {held.get('points')} cannot be extended: all its points move with their number"
    return "other inputs, policies, seed, rules or versions"


class Store:
    """A result directory that this process alone may write to. ``points`` are those that it holds, by number."""

    def __init__(self, directory: Path, question: Question, parts: Parts, points: Sequence[Point]) -> None:
        self.directory = directory
        self.question = question
        self.parts = parts
        self.points = points

    def held(self, sheet: Sheet, *, tracked: int) -> tuple[int, int] | None:
        """How many points of a sheet are there, up to which replication; None if it has to be simulated anew."""
        kinds = [kind for kind in KINDS if kind != "tracks" or has_tracks(sheet, tracked)]
        found = [self.parts.get(part_path(kind, sheet)) for kind in kinds]
        rows = found[0]
        if rows is None or any(part is None or (part.points, part.stop) != (rows.points, rows.stop) for part in found):
            return None
        whole = len(sheet.policies) * rows.points * (rows.stop - sheet.first)
        fits = rows.points <= len(sheet.points) and rows.stop <= sheet.stop and rows.rows == whole
        return (rows.points, rows.stop) if fits else None

    def replications_held(self, layout: Layout) -> int:
        """How many replications, from the first on, are there for every policy and point that any are there for."""
        places: dict[tuple[str, ...], dict[int, int]] = {}
        for path, part in self.parts.items():
            kind, _, name = path.partition("/")
            if kind == KINDS[0]:
                *place, span, _ = name.split(".")
                places.setdefault(tuple(place), {})[int(span)] = part.stop
        return min((_reach(stops, layout.width) for stops in places.values()), default=0)

    def record(self, parts: Sequence[Part]) -> None:
        """Note finished files. Raises `UnwritableError`."""
        self.parts |= {part.path: part for part in parts}
        journal = self.directory / JOURNAL
        try:
            with journal.open("a", encoding="utf-8") as stream:
                stream.write("".join(json.dumps(asdict(part)) + "\n" for part in parts))
        except OSError as error:
            raise unwritable(journal, error) from error

    def keep_only(self, sheets: Iterable[Sheet]) -> None:
        """Forget and remove files of other sheets."""
        wanted = {part_path(kind, sheet) for sheet in sheets for kind in KINDS}
        self.parts = {path: part for path, part in self.parts.items() if path in wanted}
        for path in self.directory.glob("*/*.parquet"):
            if path.relative_to(self.directory).as_posix() not in self.parts:
                path.unlink()

    def write_points(self, points: Sequence[Point]) -> None:
        """Store the table of points. Raises `UnwritableError`."""
        self.points = points
        sink = pa.BufferOutputStream()
        pq.write_table(points_table(points), sink, compression="zstd")
        checksum = write_file(self.directory / POINTS, sink.getvalue().to_pybytes())
        self.parts[POINTS] = Part(POINTS, len(points), checksum)

    def write_manifest(self, request: Mapping[str, Any], run: Mapping[str, Any]) -> None:
        """Write the manifest and drop the journal. What may differ between two equal runs is in ``run``."""
        manifest = {
            "format": FORMAT,
            "fingerprint": self.question.fingerprint,
            **request,
            **asdict(self.question),
            "points": [asdict(point) for point in self.points],
            "parts": [asdict(self.parts[path]) for path in sorted(self.parts)],
            "run": run,
        }
        manifest["run"] = {**run, CHECKSUM: _own_checksum(manifest)}
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        write_file(self.directory / MANIFEST, content)
        (self.directory / JOURNAL).unlink(missing_ok=True)


def has_tracks(sheet: Sheet, tracked: int) -> bool:
    """Whether a sheet holds replications of the first point whose tracks are kept."""
    return sheet.first < tracked and 0 in sheet.points


def _reach(stops: Mapping[int, int], width: int) -> int:
    """Up to which replication ranges follow each other without a gap; ``stops`` says how far each range goes."""
    reach = 0
    while reach % width == 0 and reach // width in stops:
        reach = stops[reach // width]
    return reach


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
        yield Store(directory, question, _sound_parts(directory), _points(directory))
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


def _points(directory: Path) -> list[Point]:
    return stored_points(read_manifest(directory)) if (directory / MANIFEST).exists() else []


def stored_points(manifest: Mapping[str, Any]) -> list[Point]:
    """The points of a stored result, by number."""
    return [Point(**point) for point in manifest["points"]]


def _sound_parts(directory: Path) -> Parts:
    if not (directory / MANIFEST).exists():
        return {}
    parts = known_parts(directory)
    return {path: part for path, part in parts.items() if checksum(directory / path) == part.sha256}
