"""One replication once more, with its journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.cells import Cell
from sim.experiment.identity import question_of
from sim.experiment.result import Result
from sim.experiment.table import cell_tables, to_frame
from sim.scenario.loading import load, with_overrides

if TYPE_CHECKING:
    import pandas as pd

    from sim.company.journal import Entry
    from sim.scenario.schema import Experiment

Row = dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """A replication of a policy: what happened, day by day, and its row of the table."""

    experiment: Experiment
    policy: str
    replication: int
    entries: list[Entry]
    row: Row


def replay(experiment: Experiment, policy: str, replication: int) -> Replay:
    """Simulate one replication of one policy alone: it is the one that any larger run holds.

    Raises `InputErrors` for a policy that the experiment does not have.
    """
    from sim.company.model import follow
    from sim.company.plan import BlockPlan

    with_overrides(experiment, policies=[policy])
    plan = BlockPlan(
        scenario=experiment.scenario,
        policies=tuple(member for member in experiment.policies if member.name == policy),
        first=replication,
        stop=replication + 1,
        seed=experiment.seed,
        chance_per_input=experiment.chance_per_input,
        all_policies=experiment.policies,
    )
    entries, outcome = follow(plan)
    rows, _ = cell_tables(outcome, plan, Cell(policy, 0, replication, replication + 1))
    return Replay(experiment, policy, replication, entries, _row(to_frame(rows)))


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
    frame = result.columns(None, told.policy)
    stored = frame[frame["replication"] == told.replication]
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
