"""A result: the tables of an experiment, in memory or on disk, and what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.experiment.cells import Layout, Sheet
from sim.experiment.counts import added
from sim.experiment.design import Point, Points
from sim.experiment.files import OtherQuestionError
from sim.experiment.reading import StoredTables, Tables
from sim.experiment.store import known_parts, read_manifest, stored_points
from sim.experiment.table import KEY, ROW_TYPES, TRACK_TYPES, empty_table, joined, points_table, to_frame
from sim.scenario.figures import Figure, figure

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.compare import Outcomes, Weights
    from sim.company.journal import Entry
    from sim.scenario.quantity import Quantity
    from sim.scenario.schema import Experiment, Scenario

MEDIAN_REPLICATIONS = 2**16
"""Medians of amounts are read from the first so many replications: enough for any table, and memory stays flat."""
COUNTS_AT_ONCE = 64
"""Files of counts that are added in one go."""


def could_be(one: Quantity) -> tuple[float, float] | None:
    """What else a number could be: its declared range, else the middle 95% of its distribution; None if it has none."""
    if one.range is not None or one.is_fixed:
        return one.range
    low, high = one.quantile(np.array([0.025, 0.975])).tolist()
    return low, high


def _experiment(directory: Path, manifest: Mapping[str, Any]) -> Experiment:
    """What was asked. Raises `OtherQuestionError` if another version asked what this one does not take."""
    from pydantic import ValidationError

    from sim.scenario.schema import Experiment

    inputs = {key: value for key, value in manifest["inputs"].items() if key != "design"}
    try:
        return Experiment.model_validate(
            {**inputs, **manifest.get("judgement", {}), "replications": manifest["replications"]}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place, expected = ".".join(map(str, first["loc"])), first.get("ctx", {}).get("expected", first["msg"])
        raise OtherQuestionError(
            f"{directory} holds the result of another version: {place} is not what this one expects, {expected}"
        ) from error


class Result:
    """What an experiment gave.

    ``experiment`` is the question, ``directory`` where the files are (None if only in memory). `frame` has one row per
    policy and replication, `tracks` one row per week of the first replications.
    """

    def __init__(
        self,
        experiment: Experiment,
        tables: Tables,
        sheets: Sequence[Sheet],
        points: Sequence[Point],
        directory: Path | None = None,
    ) -> None:
        self.experiment = experiment
        self.directory = directory
        self.sheets = list(sheets)
        self._tables, self._points = tables, points

    @classmethod
    def read(cls, directory: str | Path) -> Result:
        """The result stored in a directory. Raises `StoreError` if it holds none."""
        directory = Path(directory)
        manifest, parts = read_manifest(directory), known_parts(directory)
        experiment = _experiment(directory, manifest)
        points, names = stored_points(manifest), tuple(policy.name for policy in experiment.policies)
        sheets = Layout(names, experiment.chance_per_input).sheets(len(points), experiment.replications)
        return cls(experiment, StoredTables(directory, parts), sheets, points, directory)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per policy and replication, every column."""
        return self.columns(None)

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """Weekly tracks, one row per policy, replication and day; days 0, 7, 14, ... while trading."""
        return self.tracks_of(self._named(None))

    @property
    def n_points(self) -> int:
        """How many points the result has; 1 without a design."""
        return len(self._points)

    @property
    def points(self) -> pd.DataFrame:
        """What each point of the design sets: point, override, and a column for each path."""
        return to_frame(points_table(self._points))

    def columns(self, names: Sequence[str] | None, policy: str | None = None) -> pd.DataFrame:
        """The rows of `frame` with only the columns named, for one policy or all.

        Raises `KeyError` for a policy that the experiment does not have.
        """
        return to_frame(self._read("replications", ROW_TYPES, names, self._named(policy)))

    def tracks_of(self, policies: Collection[str], names: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of `tracks` of some policies, with only the columns named."""
        return to_frame(self._read("tracks", TRACK_TYPES, names, policies))

    def first(self, replications: int, policies: Collection[str] | None = None) -> Result:
        """The same result with no more than the first so many replications, in whole files, of all policies or some."""
        sheets = [sheet for sheet in self.sheets if sheet.first < replications]
        if policies is not None:
            sheets = [sheet for sheet in sheets if set(sheet.policies) & set(policies)]
        return Result(self.experiment, self._tables, sheets, self._points, self.directory)

    def holding(self, policy: str, point: int, replication: int) -> Result:
        """The same result with no more than the file that holds a replication."""
        sheets = [sheet for sheet in self.sheets if policy in sheet.policies and point in sheet.points]
        own = [sheet for sheet in sheets if sheet.first <= replication < sheet.stop]
        return Result(self.experiment, self._tables, own, self._points, self.directory)

    def column_names(self) -> list[str]:
        """The columns of `frame`."""
        found = (self._tables.names("replications", sheet) for sheet in self.sheets)
        return next((names for names in found if names), list(ROW_TYPES))

    def _named(self, policy: str | None) -> list[str]:
        policies = [member.name for member in self.experiment.policies if policy in (None, member.name)]
        if not policies:
            raise KeyError(policy)
        return policies

    def _read(
        self, kind: str, types: Mapping[str, Any], names: Sequence[str] | None, policies: Collection[str]
    ) -> pa.Table:
        wanted = None if names is None else list(dict.fromkeys([*names, *KEY]))
        found = [self._tables.read(kind, sheet, wanted) for sheet in self.sheets if set(sheet.policies) & set(policies)]
        tables = [table for table in found if table is not None]
        if not tables:
            return empty_table(types, names)
        table = joined(tables, [name for name in self._named(None) if name in policies])
        return table if names is None else table.select(list(names))

    def counts(self, bundle: int | None = None) -> pa.Table:
        """How many replications saw which event on which day (see `sim.experiment.counts`); of a bundle of points or
        all."""
        sheets = [sheet for sheet in self.sheets if bundle in (None, sheet.place[1])]
        total = added([])
        for start in range(0, len(sheets), COUNTS_AT_ONCE):
            found = [self._tables.read("counts", sheet) for sheet in sheets[start : start + COUNTS_AT_ONCE]]
            total = added([total, *(own for own in found if own is not None)])
        return total

    def inputs(self, point: int = 0, replications: int | None = None) -> pd.DataFrame:
        """The uncertain inputs that were drawn for all replications, or the first so many: one row per group that
        shares them (replication k is in row k // `chance_per_input`), one column per path."""
        import pandas as pd

        from sim.company.parameters import sampled_inputs

        ask, own = self.experiment, self.resolved
        asked = ask.replications if replications is None else min(replications, ask.replications)
        groups = -(-asked // ask.chance_per_input)
        drawn = sampled_inputs(own.scenario(point), ask.policies, ask.seed, groups, own.settings(point))
        return pd.DataFrame(drawn, index=range(groups))

    def correlated(self, point: int = 0) -> list[list[str]]:
        """The uncertain inputs that are drawn together, a list for each set of them."""
        sets: list[set[str]] = []
        for one in self.scenario(point).correlations:
            touched = [own for own in sets if own & set(one.between)]
            sets = [own for own in sets if own not in touched] + [set(one.between).union(*touched)]
        return sorted(sorted(own) for own in sets)

    def weights(self) -> Weights:
        """The weights that the experiment declares, with what else they could be."""
        from sim.analysis.compare import COUNTED, Weights

        stated = {name: getattr(self.experiment.weights, name) for name in type(self.experiment.weights).model_fields}
        ranges = {name: could_be(stated[name]) for name in COUNTED}
        return Weights(
            **{name: one.mean() for name, one in stated.items()},
            ranges={name: bounds for name, bounds in ranges.items() if bounds and bounds[0] < bounds[1]},
        )

    def outcomes(self, point: int = 0, frame: pd.DataFrame | None = None) -> Outcomes:
        """What each replication gave under each policy, in step, valued with the weights of the experiment; from the
        rows of that point if they have been read already."""
        from sim.analysis.compare import DEFICIENCY, DIVIDEND, OUTCOME_COLUMNS, outcomes_of

        if frame is None:
            every = self.columns([*KEY, *OUTCOME_COLUMNS, DEFICIENCY, DIVIDEND])
            frame = every if self.n_points == 1 else every[every["point"] == point]
        return outcomes_of(frame, self.weights(), chance_per_input=self.experiment.chance_per_input)

    def trace(self, policy: str, replication: int, point: int = 0) -> list[Entry]:
        """The dated journal of one replication, simulated once more. Raises `InputErrors` for an unknown policy."""
        from sim.experiment.replay import replay

        return replay(self.experiment, policy, replication, point, self.resolved).entries

    def compare(self, against: str = "do-nothing", point: int = 0) -> pd.DataFrame:
        """Every policy minus `against`, replication by replication: one row per policy and quantity, with its own and
        simultaneous intervals. Raises `KeyError` for a policy that the experiment does not have."""
        import pandas as pd

        from sim.analysis.compare import QUANTITIES, paired_differences

        outcomes = self.outcomes(point)
        if against not in outcomes.policies:
            raise KeyError(against)
        rows = [row for quantity in QUANTITIES for row in paired_differences(outcomes, quantity, against)]
        return pd.DataFrame(rows)

    @cached_property
    def _summary(self) -> pd.DataFrame:
        import pandas as pd

        from sim.analysis.counted import counted_summary

        tables = []
        for bundle in sorted({sheet.place[1] for sheet in self.sheets}):
            counts = to_frame(self.counts(bundle))
            numbers = sorted(counts["point"].unique())
            tables.append(
                counted_summary(
                    counts,
                    days=self.experiment.probability_days,
                    horizons={number: self.scenario(number).horizon_last_day() for number in numbers},
                    starts={number: self.scenario(number).start for number in numbers},
                    replications=self.experiment.replications,
                    chance_per_input=self.experiment.chance_per_input,
                    policies=[policy.name for policy in self.experiment.policies],
                )
            )
        medians = self._medians() if len(self._points) == 1 else ()
        both = pd.concat([*tables, *medians], ignore_index=True)
        places = {policy.name: place for place, policy in enumerate(self.experiment.policies)}
        order = both["policy"].map(places).to_numpy() * len(self._points) + both["point"].to_numpy()
        return both.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)

    def headline(self) -> Figure:
        """The probability that a sweep shows: the experiment's headline, or that of insolvency if this is a date."""
        asked = figure(self.experiment.headline, self.experiment.scenario.start)
        return asked if asked.share is None else Figure("P(insolvent)", "insolvent")

    def figure(self, asked: Figure, *, level: float = 0.95) -> pd.DataFrame:
        """One figure of each policy at each point: policy, point, estimate, low, high, n.

        Where replications failed, the interval of a probability holds whatever they would have given.
        """
        import pandas as pd

        from sim.analysis.counted import bounded, counted

        names = [policy.name for policy in self.experiment.policies]
        rows: list[tuple[Any, ...]] = []
        for bundle in sorted({sheet.place[1] for sheet in self.sheets}):
            for policy, point, own in counted(to_frame(self.counts(bundle)), self.experiment.chance_per_input, names):
                horizon, day = self.scenario(point).horizon_last_day(), asked.day_after(self.scenario(point).start)
                incidence = own.incidence(asked.event, horizon)
                if asked.share is not None:
                    estimate = incidence.quantile(asked.share, level)
                else:
                    share = incidence.probability(horizon if day is None else min(day, horizon), level)
                    estimate = bounded(share, own.n, self.experiment.replications)
                rows.append((policy, point, *estimate, own.n))
        return pd.DataFrame(rows, columns=["policy", "point", "estimate", "low", "high", "n"])

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point, before what the point sets row by row."""
        return self.resolved.scenario(point)

    @cached_property
    def resolved(self) -> Points:
        """The points as the engine takes them."""
        return Points(self.experiment, dict(enumerate(self._points)))

    def _medians(self) -> Iterator[pd.DataFrame]:
        """The medians of amounts, of the policies of a file at a time."""
        from sim.analysis.summary import MEDIANS, medians

        for policies in dict.fromkeys(sheet.policies for sheet in self.sheets):
            few = self.first(MEDIAN_REPLICATIONS, policies)
            rows = few.columns(("policy", "replication", *MEDIANS))
            yield medians(rows, chance_per_input=self.experiment.chance_per_input)

    def summary(self) -> pd.DataFrame:
        """One row per policy, point and quantity: estimate, interval, number of replications."""
        return self._summary.copy()

    def incidence(self, policy: str | None = None) -> pd.DataFrame:
        """Cumulative incidence by policy, event and day at the first point, with simultaneous bands; of one policy or
        all of them."""
        from sim.analysis.counted import counted_incidence

        counts = to_frame(self.counts(0))
        wanted = (counts["point"] == 0) & ((counts["policy"] == policy) | (policy is None))
        return counted_incidence(
            counts[wanted],
            horizon_days=self.scenario(0).horizon_last_day(),
            chance_per_input=self.experiment.chance_per_input,
            policies=[member.name for member in self.experiment.policies],
        )
