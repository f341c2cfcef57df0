"""One replication once more, with its journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.cells import Block
from sim.experiment.design import Points, points_of
from sim.experiment.identity import question_of
from sim.experiment.result import Result
from sim.experiment.table import block_tables, to_frame
from sim.experiment.work import plan_of
from sim.scenario.loading import load, with_overrides

if TYPE_CHECKING:
    import pandas as pd

    from sim.company.journal import Entry
    from sim.scenario.schema import Experiment

Row = dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """A replication of a policy at a design point: what happened, day by day, and its row of the table."""

    experiment: Experiment
    policy: str
    point: int
    replication: int
    entries: list[Entry]
    row: Row


def replay(
    experiment: Experiment, policy: str, replication: int, point: int = 0, points: Points | None = None
) -> Replay:
    """Simulate one replication of one policy at one point alone: it is the one that any larger run holds.

    ``points`` are those of a result, whose numbers are its own; those of the experiment's design if not given. Raises
    `InputErrors` for a policy that the experiment does not have and `KeyError` for a point.
    """
    from sim.company.model import follow

    points = points or Points(experiment, dict(enumerate(points_of(experiment))))
    with_overrides(experiment, policies=[policy])
    block = Block((policy,), (point,), replication, replication + 1)
    plan = plan_of(experiment, points, block)
    entries, outcome = follow(plan)
    rows, _ = block_tables(outcome, plan, block.points)
    return Replay(experiment, policy, point, replication, entries, _row(to_frame(rows)))


def question_in(place: Path, seed: int | None = None) -> tuple[Experiment, Result | None]:
    """The experiment that a file asks or that a result directory answers, with the result if it is one.

    Raises `InputErrors` or `StoreError`.
    """
    if not place.is_dir():
        return with_overrides(load(place), seed=seed), None
    result = Result.read(place)
    return result.experiment, result


def difference(told: Replay, result: Result) -> str:
    """Why a replay is not the replication that a result holds; empty if it is."""
    frame = result.holding(told.policy, told.point, told.replication).columns(None, told.policy)
    stored = frame[(frame["replication"] == told.replication) & (frame["point"] == told.point)]
    if stored.empty:
        return f"the result holds no replication {told.replication} of {told.policy}"
    held = _row(stored)
    changed = [name for name, value in told.row.items() if name not in held or not _same(value, held[name])]
    if not changed:
        return ""
    known = question_of(told.experiment).source
    is_other = "" if known == _source(result) else ", which other rules than these simulated"
    return f"this is not the replication that the result holds{is_other}: {', '.join(changed[:5])} differ"


def _row(frame: pd.DataFrame) -> Row:
    return {str(name): getattr(value, "item", lambda v=value: v)() for name, value in frame.iloc[0].items()}


def _source(result: Result) -> str:
    from sim.experiment.store import read_manifest

    assert result.directory is not None
    return str(read_manifest(result.directory).get("source"))


def _same(one: Any, other: Any) -> bool:
    return str(one) == str(other)
