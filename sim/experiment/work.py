"""What a worker does: simulate what sheets lack, put them together with what is there, and write their files."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import format_exception
from typing import TYPE_CHECKING

import pyarrow as pa

from sim.experiment.cells import BLOCK_ROWS, FEWEST_ROWS, Block, Sheet, pack
from sim.experiment.counts import counts_of
from sim.experiment.design import Point, Points
from sim.experiment.store import Part, has_tracks, part_path, read_parts, write_part
from sim.experiment.table import block_tables, of_sheet

if TYPE_CHECKING:
    from sim.company.plan import BlockPlan
    from sim.scenario.schema import Experiment


MOST_FAULTS = 3
"""How many replications of a work are singled out; what fails after that is quarantined in bulk."""


@dataclass(frozen=True)
class Held:
    """How much of a sheet is there: so many points, up to a replication."""

    points: int
    stop: int


@dataclass(frozen=True)
class Work:
    """Sheets to complete, how much of each is there, and the points they need, by number."""

    sheets: tuple[tuple[Sheet, Held | None], ...]
    points: Mapping[int, Point]

    def missing(self) -> list[Block]:
        """What has to be simulated."""
        return [block for sheet, held in self.sheets for block in missing(sheet, held)]

    @property
    def rows(self) -> int:
        """Replications to simulate."""
        return sum(block.rows for block in self.missing())


@dataclass(frozen=True)
class Quarantined:
    """A block that cannot be simulated, why in one line, and the traceback."""

    block: Block
    reason: str
    details: str = ""


@dataclass(frozen=True)
class Tables:
    """The tables of one sheet."""

    replications: pa.Table
    counts: pa.Table
    tracks: pa.Table | None


def missing(sheet: Sheet, held: Held | None) -> list[Block]:
    """What a sheet lacks."""
    return sheet.missing(held.points, held.stop) if held else sheet.missing(0, sheet.first)


def works_of(sheets: Iterable[tuple[Sheet, Held | None]], points: Mapping[int, Point], workers: int = 1) -> list[Work]:
    """The incomplete sheets, bundled so that small ones share a block and workers are done at about the same time: each
    bundle takes a worker's share of what is left, so that the last ones are small."""
    lacking = [(sheet, held) for sheet, held in sheets if missing(sheet, held)]
    left = sum(_rows(member) for member in lacking)
    fewest, enough = min(FEWEST_ROWS, left // workers), 0
    bundles: list[list[tuple[Sheet, Held | None]]] = []
    for member in sorted(lacking, key=lambda member: (member[0].place[2], member[0].place[0], member[0].place[1])):
        is_alike = bool(bundles) and _share_a_block(bundles[-1][-1][0], member[0])
        if is_alike and sum(map(_rows, bundles[-1])) + _rows(member) <= enough:
            bundles[-1].append(member)
        else:
            bundles.append([member])
            enough = min(BLOCK_ROWS, max(fewest, left // workers))
        left -= _rows(member)
    works = [_work(bundle, points) for bundle in bundles]
    return sorted(works, key=lambda work: -work.rows)


def _share_a_block(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets differ in their policies, their points or their range only, and so fill a block together."""
    return [one.policies == other.policies, one.points == other.points, one.first == other.first].count(True) >= 2


def _rows(member: tuple[Sheet, Held | None]) -> int:
    return sum(block.rows for block in missing(*member))


def _work(bundle: list[tuple[Sheet, Held | None]], points: Mapping[int, Point]) -> Work:
    numbers = sorted({number for sheet, _ in bundle for number in sheet.points})
    return Work(tuple(bundle), {number: points[number] for number in numbers})


class Bench:
    """Simulates the blocks of one work, smaller and smaller where they fail."""

    def __init__(self, experiment: Experiment, points: Mapping[int, Point]) -> None:
        self.experiment = experiment
        self.points = Points(experiment, points)
        self.quarantined: list[Quarantined] = []

    def tables(self, blocks: Iterable[Block]) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Rows and tracks of what can be simulated of the blocks."""
        for block in pack(blocks, structure=self.points.structure):
            yield from self._attempt(block)

    def _attempt(self, block: Block) -> Iterator[tuple[pa.Table, pa.Table]]:
        try:
            tables = simulate_block(self.experiment, self.points, block)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises must not take other replications with it
            fault = error
        else:
            yield tables
            return
        yield from self._halved(block, fault)

    def _halved(self, block: Block, error: Exception) -> Iterator[tuple[pa.Table, pa.Table]]:
        if block.rows == 1 or len(self.quarantined) >= MOST_FAULTS:
            reason, details = f"{type(error).__name__}: {error}", "".join(format_exception(error))
            self.quarantined.append(Quarantined(block, reason, details))
            return
        for half in block.halves():
            yield from self._attempt(half)


def plan_of(experiment: Experiment, points: Points, block: Block) -> BlockPlan:
    """A block in the words of the engine."""
    from sim.company.plan import BlockPlan

    policies = {policy.name: policy for policy in experiment.policies}
    return BlockPlan(
        scenario=points.scenario(block.points[0]),
        policies=tuple(policies[name] for name in block.policies),
        first=block.first,
        stop=block.stop,
        seed=experiment.seed,
        chance_per_input=experiment.chance_per_input,
        tracked=experiment.tracked_replications if block.points[0] == 0 else 0,
        points=tuple(points.settings(number) for number in block.points),
        all_policies=experiment.policies,
    )


def simulate_block(experiment: Experiment, points: Points, block: Block) -> tuple[pa.Table, pa.Table]:
    """The rows and the tracks of a block."""
    from sim.company.model import simulate

    plan = plan_of(experiment, points, block)
    return block_tables(simulate(plan), plan, block.points)


def complete(
    experiment: Experiment, work: Work, directory: Path | None = None
) -> tuple[list[tuple[Sheet, Tables]], list[Quarantined]]:
    """The tables of each sheet of a work, what is held read from ``directory``, and what cannot be simulated."""
    bench = Bench(experiment, work.points)
    fresh = list(bench.tables(work.missing()))
    sheets = []
    for sheet, held in work.sheets:
        rows, tracks = ([tables[kind] for tables in fresh] for kind in (0, 1))
        if held is not None and directory is not None:
            rows.append(read_parts(directory, [part_path("replications", sheet)]))
            if has_tracks(sheet, experiment.tracked_replications):
                tracks.append(read_parts(directory, [part_path("tracks", sheet)]))
        if rows:
            sheets.append((sheet, _tables(experiment, sheet, rows, tracks)))
    return sheets, bench.quarantined


def _tables(experiment: Experiment, sheet: Sheet, rows: list[pa.Table], tracks: list[pa.Table]) -> Tables:
    own = of_sheet(rows, sheet)
    is_tracked = has_tracks(sheet, experiment.tracked_replications)
    return Tables(own, counts_of(own, experiment.chance_per_input), of_sheet(tracks, sheet) if is_tracked else None)


def complete_and_store(experiment: Experiment, directory: Path, work: Work) -> tuple[list[Part], list[Quarantined]]:
    """Simulate what the sheets of a work lack and write their files. Raises `UnwritableError`."""
    sheets, quarantined = complete(experiment, work, directory)
    parts = []
    for sheet, tables in sheets:
        if tables.replications.num_rows:
            parts += [
                write_part(directory, kind, sheet, table) for kind, table in vars(tables).items() if table is not None
            ]
    gc.collect()  # the objects of a block refer to each other in circles, and its columns are large
    return parts, quarantined


def task_of(experiment: Experiment) -> Experiment:
    """The experiment as workers need it: without the design, whose points come with the work."""
    return experiment.model_copy(update={"design": None, "overrides": ()})
