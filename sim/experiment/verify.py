"""Whether a stored result is still what its inputs give: its files, and a sample of cells simulated again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from sim.experiment.cells import Block, Sheet
from sim.experiment.files import checksum
from sim.experiment.identity import question_of
from sim.experiment.result import Result
from sim.experiment.store import known_parts, part_path, read_manifest, read_parts
from sim.experiment.table import in_order
from sim.experiment.work import simulate_block

SAMPLED_SHEETS = 8
SAMPLED_REPLICATIONS = 256


def problems(directory: Path) -> Iterator[str]:
    """What is wrong with a stored result, a sentence each. Raises `OtherQuestionError` if the directory holds none."""
    manifest = read_manifest(directory)
    if not manifest["run"].get("complete"):
        yield "the run is not complete: the same command continues it"
    damaged = {path for path, part in known_parts(directory).items() if checksum(directory / path) != part.sha256}
    for path in sorted(damaged):
        yield f"{path} is damaged or missing: the same command makes it again"
    result = Result.read(directory)
    changed = [_different(result, sheet) for sheet in sample(result.sheets, damaged)]
    rules = list(_rules_changed(manifest, result))
    for found in filter(None, changed):
        yield f"{found}; {', '.join(rules) or 'rules and versions are the same: the processor or its libraries differ'}"


def sample(sheets: list[Sheet], damaged: set[str]) -> list[Sheet]:
    """Some sheets that can be compared, evenly spread over all of them."""
    sound = [sheet for sheet in sheets if part_path("replications", sheet) not in damaged]
    step = max(1, -(-len(sound) // SAMPLED_SHEETS))
    return sound[::step]


def _different(result: Result, sheet: Sheet) -> str:
    """How the first replications of a sheet differ when simulated again, nothing if they do not."""
    stop = min(sheet.stop, sheet.first + SAMPLED_REPLICATIONS)
    block = Block(sheet.policies, sheet.points[:1], sheet.first, stop)
    again = in_order(simulate_block(result.experiment, result.resolved, block)[0], sheet.policies)
    assert result.directory is not None
    path = part_path("replications", sheet)
    if not (result.directory / path).exists():
        return ""
    stored = read_parts(result.directory, [path])
    inside = pc.and_(pc.equal(stored["point"], sheet.points[0]), pc.less(stored["replication"], stop))
    stored = in_order(stored.filter(inside), sheet.policies)
    shared = [name for name in again.column_names if name in stored.column_names]
    columns = [name for name in shared if not stored[name].equals(again[name])]
    if stored.num_rows != again.num_rows:
        return f"{path} holds {stored.num_rows} of {again.num_rows} replications that were compared"
    return f"{path} differs in {', '.join(columns[:5])}" if columns else ""


def _rules_changed(manifest: dict[str, Any], result: Result) -> Iterator[str]:
    now = question_of(result.experiment)
    if manifest["source"] != now.source:
        yield "the rules have changed since"
    for name, version in manifest["versions"].items():
        if now.versions.get(name) != version:
            yield f"{name} was {version} and is {now.versions.get(name)}"
