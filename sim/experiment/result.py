"""A result: the tables of an experiment, in memory or on disk, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from sim.experiment.cells import Cell, cells_of
from sim.experiment.store import Parts, known_parts, part_path, read_manifest, read_parts
from sim.experiment.table import ROW_TYPES, TRACK_TYPES, empty_table, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.compare import Outcomes, Weights
    from sim.company.journal import Entry
    from sim.scenario.schema import Experiment

EVENT_COLUMNS = ("policy", "replication", "end", "end_day", "cause", "zero_cash_day", "payroll_missed_day")


class Tables(Protocol):
    """Where the tables of a result are."""

    def read(self, kind: str, policy: str, columns: Sequence[str] | None = None) -> pa.Table | None:
        """One policy's ``replications`` or ``tracks``, in order of replications; None if there are none."""


class MemoryTables:
    """Tables of cells in memory, by path."""

    def __init__(self, tables: Mapping[str, pa.Table], cells: Sequence[Cell]) -> None:
        self._tables, self._cells = tables, cells

    def read(self, kind: str, policy: str, columns: Sequence[str] | None = None) -> pa.Table | None:
        """One policy's tables, one after the other."""
        found = [self._tables[path] for path in _paths(kind, policy, self._cells) if path in self._tables]
        table = pa.concat_tables(found) if found else None
        return table if table is None or columns is None else table.select(list(columns))


class StoredTables:
    """Tables of cells in a result directory; only what is asked for is read."""

    def __init__(self, directory: Path, parts: Parts, cells: Sequence[Cell]) -> None:
        self._directory, self._parts, self._cells = directory, parts, cells

    def read(self, kind: str, policy: str, columns: Sequence[str] | None = None) -> pa.Table | None:
        """One policy's files, one after the other."""
        found = [path for path in _paths(kind, policy, self._cells) if path in self._parts]
        return read_parts(self._directory, found, columns) if found else None


class Result:
    """What an experiment gave.

    ``experiment`` is the question, ``directory`` where the files are (None if only in memory). `frame` has one row per
    policy and replication, `tracks` one row per week of the first replications.
    """

    def __init__(self, experiment: Experiment, tables: Tables, directory: Path | None = None) -> None:
        self.experiment = experiment
        self.directory = directory
        self._tables = tables

    @classmethod
    def read(cls, directory: str | Path) -> Result:
        """The result stored in a directory. Raises `StoreError` if it holds none."""
        from sim.scenario.schema import Experiment

        directory = Path(directory)
        manifest = read_manifest(directory)
        stated = {**manifest["inputs"], **manifest.get("judgement", {}), "replications": manifest["replications"]}
        experiment = Experiment.model_validate(stated)
        return cls(experiment, StoredTables(directory, known_parts(directory), _cells(experiment)), directory)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per policy and replication, every column."""
        return self.columns(None)

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """Weekly tracks, one row per policy, replication and day; days 0, 7, 14, ... while trading."""
        return to_frame(self._read("tracks", TRACK_TYPES))

    def columns(self, names: Sequence[str] | None, policy: str | None = None) -> pd.DataFrame:
        """The rows of `frame` with only the columns named, for one policy or all.

        Raises `KeyError` for a policy that the experiment does not have.
        """
        return to_frame(self._read("replications", ROW_TYPES, names, policy))

    def _read(
        self, kind: str, types: Mapping[str, Any], names: Sequence[str] | None = None, policy: str | None = None
    ) -> pa.Table:
        policies = [member.name for member in self.experiment.policies if policy in (None, member.name)]
        if not policies:
            raise KeyError(policy)
        found = [self._tables.read(kind, member, names) for member in policies]
        tables = [table for table in found if table is not None]
        return pa.concat_tables(tables) if tables else empty_table(types, names)

    def inputs(self) -> pd.DataFrame:
        """The uncertain inputs that were drawn: one row per group of replications that share them (replication k is in
        row k // `chance_per_input`), one column per path."""
        import pandas as pd

        from sim.company.parameters import sampled_inputs

        ask = self.experiment
        groups = -(-ask.replications // ask.chance_per_input)
        return pd.DataFrame(sampled_inputs(ask.scenario, ask.policies, ask.seed, groups), index=range(groups))

    def weights(self) -> Weights:
        """The weights that the experiment declares."""
        from sim.analysis.compare import Weights

        stated = self.experiment.weights
        return Weights(**{name: getattr(stated, name).mean() for name in type(stated).model_fields})

    def outcomes(self) -> Outcomes:
        """What each replication gave under each policy, in step, valued with the weights of the experiment."""
        from sim.analysis.compare import DEFICIENCY, OUTCOME_COLUMNS, outcomes_of

        names = ["policy", "replication", *OUTCOME_COLUMNS]
        frame = self.columns([*names, DEFICIENCY] if DEFICIENCY in ROW_TYPES else names)
        return outcomes_of(frame, self.weights(), chance_per_input=self.experiment.chance_per_input)

    def trace(self, policy: str, replication: int) -> list[Entry]:
        """The dated journal of one replication, simulated once more. Raises `KeyError` for an unknown policy."""
        from sim.company.model import trace
        from sim.company.plan import BlockPlan

        ask = self.experiment
        plans = {member.name: member for member in ask.policies}
        chosen = (plans[policy],)
        return trace(BlockPlan(ask.scenario, chosen, replication, replication + 1, ask.seed, ask.chance_per_input))

    def compare(self, against: str = "do-nothing") -> pd.DataFrame:
        """Every policy minus `against`, replication by replication: one row per policy and quantity, with its own and
        simultaneous intervals. Raises `KeyError` for a policy that the experiment does not have."""
        import pandas as pd

        from sim.analysis.compare import QUANTITIES, paired_differences

        outcomes = self.outcomes()
        if against not in outcomes.policies:
            raise KeyError(against)
        rows = [row for quantity in QUANTITIES for row in paired_differences(outcomes, quantity, against)]
        return pd.DataFrame(rows)

    @cached_property
    def _summary(self) -> pd.DataFrame:
        import pandas as pd

        from sim.analysis.summary import MEDIANS, summarise

        scenario = self.experiment.scenario
        frames = [
            summarise(
                self.columns((*EVENT_COLUMNS, *MEDIANS), policy.name),
                days=self.experiment.probability_days,
                horizon_days=scenario.horizon_last_day(),
                start=scenario.start,
                chance_per_input=self.experiment.chance_per_input,
            )
            for policy in self.experiment.policies
        ]
        return pd.concat(frames, ignore_index=True)

    def summary(self) -> pd.DataFrame:
        """One row per policy and quantity: estimate, interval, number of replications."""
        return self._summary.copy()

    def incidence(self, policy: str | None = None) -> pd.DataFrame:
        """Cumulative incidence by policy, event and day, with simultaneous bands; of one policy or all of them."""
        from sim.analysis.incidence import cumulative_incidence

        return cumulative_incidence(
            self.columns(EVENT_COLUMNS, policy),
            horizon_days=self.experiment.scenario.horizon_last_day(),
            chance_per_input=self.experiment.chance_per_input,
        )


def _cells(experiment: Experiment) -> list[Cell]:
    return cells_of([policy.name for policy in experiment.policies], experiment.replications)


def _paths(kind: str, policy: str, cells: Sequence[Cell]) -> list[str]:
    return [part_path(kind, cell) for cell in cells if cell.policy == policy]
