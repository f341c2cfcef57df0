"""Answering an experiment: in memory, or into a result directory that can be continued."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.cells import Block, Layout, Sheet
from sim.experiment.design import Point, numbered, points_of
from sim.experiment.files import write_file
from sim.experiment.identity import JUDGEMENT, Question, other_versions, question_of
from sim.experiment.reading import MemoryTables, StoredTables
from sim.experiment.result import Result
from sim.experiment.runner import Executors, Runner, local, nothing
from sim.experiment.store import SUMMARY, Part, Store, open_store, part_path
from sim.experiment.work import Held, Quarantined, Work, complete, complete_and_store, task_of, works_of

if TYPE_CHECKING:
    from sim.scenario.schema import Experiment

Report = Callable[[int], None]
Progress = Callable[[int], AbstractContextManager[Report]]


@dataclass(frozen=True)
class Answer:
    """A stored result, and the blocks that could not be simulated."""

    result: Result
    question: Question
    quarantined: list[Quarantined]


def layout_of(experiment: Experiment) -> Layout:
    """How the cells of an experiment map to sheets."""
    return Layout(tuple(policy.name for policy in experiment.policies), experiment.chance_per_input)


def answer_in_memory(experiment: Experiment) -> Result:
    """Simulate all of it in this process; nothing is written."""
    points = points_of(experiment)
    sheets = layout_of(experiment).sheets(len(points), experiment.replications)
    tables: dict[str, Any] = {}
    for work in works_of([(sheet, None) for sheet in sheets], dict(enumerate(points))):
        done, quarantined = complete(experiment, work)
        if quarantined:
            raise RuntimeError(f"{in_words(quarantined[0].block)}: {quarantined[0].reason}\n{quarantined[0].details}")
        for sheet, found in done:
            tables |= {part_path(kind, sheet): table for kind, table in vars(found).items() if table is not None}
    return Result(experiment, MemoryTables(tables), sheets, points)


def answer(
    experiment: Experiment, directory: Path, *, progress: Progress, workers: int = 1, executors: Executors | None = None
) -> Answer:
    """Simulate into ``directory`` what is not there yet, and write summary and manifest.

    A directory that holds more replications or other points of the same question keeps them. Raises `StoreError`.
    """
    (given,) = answers({directory: experiment}, progress=progress, executors=executors or local(workers))
    return given


def answers(
    asked: Mapping[Path, Experiment],
    *,
    progress: Progress,
    executors: Executors,
    meanwhile: Callable[[], None] = nothing,
) -> list[Answer]:
    """Answer several experiments, each into its directory, with one queue of work, and do something else in this
    process ``meanwhile``. Raises `StoreError`."""
    questions = [question_of(experiment) for experiment in asked.values()]
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(*pair)) for pair in zip(asked, questions, strict=True)]
        runs = [Run(store, own, executors) for store, own in zip(stores, asked.values(), strict=True)]
        quarantined = simulate_runs(runs, progress, executors, meanwhile)
        results = [run.finish(lost) for run, lost in zip(runs, quarantined, strict=True)]
    return [Answer(*given) for given in zip(results, questions, quarantined, strict=True)]


@dataclass(frozen=True)
class Piece:
    """A work of one of several runs, by its place among them."""

    run: int
    work: Work


def simulate_runs(
    runs: Sequence[Run], progress: Progress, executors: Executors, meanwhile: Callable[[], None] = nothing
) -> list[list[Quarantined]]:
    """Simulate what is not there yet, the largest works first whichever run they are of; what each run lacks then."""
    each = -(-executors.workers // max(len(runs), 1))
    pieces = [Piece(place, work) for place, run in enumerate(runs) for work in run.works(each)]
    quarantined: list[list[Quarantined]] = [[] for _ in runs]
    with progress(sum(piece.work.rows for piece in pieces)) as report:

        def done(piece: Piece, given: tuple[list[Part], list[Quarantined]]) -> None:
            runs[piece.run].store.record(given[0])
            quarantined[piece.run].extend(given[1])
            report(piece.work.rows)

        task = partial(_complete, [(task_of(run.experiment), run.store.directory.resolve()) for run in runs])
        failures = Runner(task, done, executors).run(sorted(pieces, key=lambda piece: -piece.work.rows), meanwhile)
    for failure in failures:
        piece = failure.work
        lost = [Quarantined(block, failure.reason, failure.details) for block in piece.work.missing()]
        quarantined[piece.run].extend(lost)
    return quarantined


def _complete(places: Sequence[tuple[Experiment, Path]], piece: Piece) -> tuple[list[Part], list[Quarantined]]:
    experiment, directory = places[piece.run]
    return complete_and_store(experiment, directory, piece.work)


class Run:
    """One run into a store: what it asks for, and what is written when."""

    def __init__(self, store: Store, experiment: Experiment, executors: Executors) -> None:
        self.store = store
        self.executors = executors
        self.layout = layout_of(experiment)
        self.points: Sequence[Point] = numbered(store.points, points_of(experiment))
        self._clock = time.monotonic()
        self._run: dict[str, Any] = {
            "started": datetime.now(UTC).isoformat(),
            "host": platform.node(),
            "workers": executors.workers,
        }
        self.ask(experiment)

    def ask(self, experiment: Experiment) -> None:
        """Ask for an experiment's replications, or for as many as are there if those are more."""
        held = self.store.replications_held(self.layout)
        self.experiment = experiment.model_copy(update={"replications": max(held, experiment.replications)})
        self.sheets = self.layout.sheets(len(self.points), self.experiment.replications)

    def simulate(self, progress: Progress) -> list[Quarantined]:
        """Simulate what is not there yet."""
        (quarantined,) = simulate_runs([self], progress, self.executors)
        return quarantined

    def works(self, workers: int) -> list[Work]:
        """Begin: keep what is there and asked for, and say what is lacking, in shares for so many workers."""
        self.store.keep_only(self.sheets)
        self.store.write_points(self.points)
        self.store.write_manifest(self._request(), {**self._run, "complete": False})
        return works_of(self._held(), dict(enumerate(self.points)), workers)

    def result(self) -> Result:
        """What is there now."""
        tables = StoredTables(self.store.directory, self.store.parts)
        return Result(self.experiment, tables, self.sheets, self.points, self.store.directory)

    def finish(self, quarantined: Sequence[Quarantined], **more: Any) -> Result:
        """Write summary and manifest."""
        result = self.result()
        summary = result.summary().to_csv(index=False, lineterminator="\n").encode()
        checksum = write_file(self.store.directory / SUMMARY, summary)
        self.store.record([Part(SUMMARY, len(result.summary()), checksum)])
        self._run |= {
            "cpus": os.cpu_count(),
            "platform": platform.platform(),
            "seconds": round(time.monotonic() - self._clock, 3),
            "complete": not quarantined,
            "failures": [_described(one, self.experiment.seed) for one in quarantined],
            **more,
        }
        self.store.write_manifest(self._request(), self._run)
        return result

    def _held(self) -> list[tuple[Sheet, Held | None]]:
        tracked = self.experiment.tracked_replications
        found = [(sheet, self.store.held(sheet, tracked=tracked)) for sheet in self.sheets]
        return [(sheet, Held(*held) if held else None) for sheet, held in found]

    def _request(self) -> dict[str, Any]:
        return {
            "experiment": self.experiment.name,
            "label": self.experiment.label,
            "replications": self.experiment.replications,
            "policies": [policy.name for policy in self.experiment.policies],
            "judgement": self.experiment.model_dump(mode="json", by_alias=True, include=set(JUDGEMENT)),
            "other_versions": other_versions(),
        }


def in_words(block: Block) -> str:
    """A block as people name it."""
    where = f" at point{'s' * (len(block.points) > 1)} {', '.join(map(str, block.points))}" if any(block.points) else ""
    return f"replications {block.first} to {block.stop - 1} of {', '.join(block.policies)}{where}"


def _described(one: Quarantined, seed: int) -> dict[str, Any]:
    return {
        "policies": list(one.block.policies),
        "points": list(one.block.points),
        "first": one.block.first,
        "stop": one.block.stop,
        "seed": seed,
        "reason": one.reason,
        "details": one.details,
    }
