"""Answering an experiment: in memory, or into a result directory that can be continued."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.experiment.cells import Block, Cell, cells_of, pack
from sim.experiment.files import write_file
from sim.experiment.identity import JUDGEMENT, Question, other_versions, question_of
from sim.experiment.result import MemoryTables, Result, StoredTables
from sim.experiment.runner import Failure, InProcess, Runner, process_pool
from sim.experiment.store import SUMMARY, Part, Store, open_store, part_path, write_part
from sim.experiment.table import cell_tables

if TYPE_CHECKING:
    from sim.scenario.schema import Experiment

Report = Callable[[int], None]
Progress = Callable[[int], AbstractContextManager[Report]]


@dataclass(frozen=True)
class Answer:
    """A stored result, and the blocks that could not be simulated."""

    result: Result
    question: Question
    failures: list[Failure[Block]]


def simulate_cells(experiment: Experiment, block: Block) -> list[tuple[Cell, pa.Table, pa.Table]]:
    """Each cell of a block with its rows and its tracks."""
    from sim.company.model import simulate
    from sim.company.plan import BlockPlan

    policies = {policy.name: policy for policy in experiment.policies}
    plan = BlockPlan(
        scenario=experiment.scenario,
        policies=tuple(policies[name] for name in block.policies),
        first=block.first,
        stop=block.stop,
        seed=experiment.seed,
        chance_per_input=experiment.chance_per_input,
        tracked=experiment.tracked_replications,
    )
    outcome = simulate(plan)
    return [(cell, *cell_tables(outcome, plan, cell)) for cell in block.cells()]


def simulate_and_store(experiment: Experiment, directory: Path, block: Block) -> list[Part]:
    """Simulate a block and write the files of its cells. Raises `UnwritableError`."""
    parts = []
    for cell, rows, tracks in simulate_cells(experiment, block):
        if cell.first < experiment.tracked_replications:
            parts.append(write_part(directory, "tracks", cell, tracks))
        parts.append(write_part(directory, "replications", cell, rows))
    return parts


def answer_in_memory(experiment: Experiment) -> Result:
    """Simulate all of it in this process; nothing is written."""
    cells = _cells(experiment)
    tables: dict[str, pa.Table] = {}
    for block in pack(cells):
        for cell, rows, tracks in simulate_cells(experiment, block):
            tables |= {part_path("replications", cell): rows, part_path("tracks", cell): tracks}
    return Result(experiment, MemoryTables(tables, cells))


def answer(experiment: Experiment, directory: Path, *, workers: int, progress: Progress) -> Answer:
    """Simulate into ``directory`` what is not there yet, and write summary and manifest.

    A directory that holds more replications of the same question keeps them. Raises `StoreError`.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    question = question_of(experiment)
    with open_store(directory, question) as store:
        held = store.replications_held(policy.name for policy in experiment.policies)
        experiment = experiment.model_copy(update={"replications": max(held, experiment.replications)})
        cells = _cells(experiment)
        store.keep_only(cells)
        run: dict[str, Any] = {"started": started.isoformat(), "host": platform.node(), "workers": workers}
        store.write_manifest(_request(experiment), {**run, "complete": False})
        failures = _simulate_missing(store, experiment, cells, workers, progress)
        result = Result(experiment, StoredTables(directory, store.parts, cells), directory)
        summary = result.summary().to_csv(index=False, lineterminator="\n").encode()
        store.record([Part(SUMMARY, len(result.summary()), write_file(directory / SUMMARY, summary))])
        run |= {
            "cpus": os.cpu_count(),
            "platform": platform.platform(),
            "seconds": round(time.monotonic() - clock, 3),
            "complete": not failures,
            "failures": [_described(failure, experiment.seed) for failure in failures],
        }
        store.write_manifest(_request(experiment), run)
    return Answer(result, question, failures)


def _simulate_missing(
    store: Store, experiment: Experiment, cells: Iterable[Cell], workers: int, progress: Progress
) -> list[Failure[Block]]:
    tracked = experiment.tracked_replications
    blocks = pack(cell for cell in cells if not store.holds(cell, tracked=tracked))
    workers = min(workers, len(blocks))
    with progress(sum(block.rows for block in blocks)) as report:

        def done(block: Block, parts: list[Part]) -> None:
            store.record(parts)
            report(block.rows)

        runner = Runner(
            task=partial(simulate_and_store, experiment, store.directory),
            on_done=done,
            make_executor=partial(process_pool, workers) if workers > 1 else InProcess,
            in_flight=2 * workers if workers > 1 else 1,
        )
        return runner.run(blocks)


def _cells(experiment: Experiment) -> list[Cell]:
    return cells_of((policy.name for policy in experiment.policies), experiment.replications)


def _request(experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "label": experiment.label,
        "replications": experiment.replications,
        "policies": [policy.name for policy in experiment.policies],
        "judgement": experiment.model_dump(mode="json", by_alias=True, include=set(JUDGEMENT)),
        "other_versions": other_versions(),
    }


def _described(failure: Failure[Block], seed: int) -> dict[str, Any]:
    block = failure.work
    return {
        "policies": list(block.policies),
        "point": block.point,
        "first": block.first,
        "stop": block.stop,
        "seed": seed,
        "reason": failure.reason,
        "details": failure.details,
    }
