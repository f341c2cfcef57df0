"""Summaries and incidence from counts of events by day: no row of a replication is needed.

Counts have the columns policy, point, event, day, n and pairs; the event ``replications`` says how many replications
(`n`) and complete groups of shared inputs (`pairs`) there are. See docs/results.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from .incidence import ENDS, SHOWN, Incidence, tabulate
from .intervals import LEVEL, Estimate, Ints, effective_size
from .summary import CURVES, SUMMARY_COLUMNS, Line, incidence_lines, reading, share_lines

REPLICATIONS = "replications"


@dataclass(frozen=True)
class Counted:
    """The counts of one policy at one point: by event the days on which it happened, `n` and `pairs`."""

    events: Mapping[str, tuple[Ints, Ints, Ints]]
    chance_per_input: int

    @property
    def n(self) -> int:
        """Replications."""
        return int(self.events[REPLICATIONS][1].sum())

    @property
    def groups(self) -> int:
        """Complete groups of replications that share their inputs."""
        return int(self.events[REPLICATIONS][2].sum())

    def total(self, event: str) -> int:
        """Replications in which an event happened."""
        return int(self.events[event][1].sum()) if event in self.events else 0

    def ends(self) -> list[str]:
        """Every end that happened, insolvent ones by cause, worst and then most frequent first."""
        with_cause = {event.partition(".")[0] for event in self.events if "." in event}
        found = [event for event in self.events if event.partition(".")[0] in ENDS and event not in with_cause]
        return sorted(found, key=lambda event: (ENDS.index(event.partition(".")[0]), -self.total(event), event))

    def incidence(self, event: str, horizon_days: int) -> Incidence:
        """The cumulative incidence of an event."""
        days, n, pairs = self.events.get(event, (np.empty(0, dtype=np.int64),) * 3)
        counts = _cumulative(days, n, horizon_days)
        shares = counts / self.n
        if self.groups == 0:
            return Incidence(counts, effective_size(shares, shares**2, self.n, 1), self.n, 1)
        square = _cumulative(days, pairs, horizon_days) / (self.groups * self.chance_per_input**2)
        return Incidence(counts, effective_size(shares, square, self.n, self.groups), self.n, self.groups)


def _cumulative(days: Ints, weights: Ints, horizon_days: int) -> Ints:
    seen = days <= horizon_days
    by_day = np.bincount(days[seen], weights=weights[seen], minlength=horizon_days + 1)
    return np.rint(by_day).astype(np.int64).cumsum()


def counted(counts: pd.DataFrame, chance_per_input: int, policies: Sequence[str]) -> Iterator[tuple[str, int, Counted]]:
    """The counts of each policy, in that order, at each point."""
    columns = [counts[name].to_numpy(dtype=np.int64) for name in ("day", "n", "pairs")]
    found: dict[tuple[str, int], dict[str, tuple[Ints, Ints, Ints]]] = {}
    groups: Any = counts.groupby(["policy", "point", "event"], sort=False).indices
    for (policy, point, event), rows in groups.items():
        day, n, pairs = (column[rows] for column in columns)
        found.setdefault((str(policy), int(point)), {})[str(event)] = (day, n, pairs)
    for policy, point in sorted(found, key=lambda key: (policies.index(key[0]), key[1])):
        yield policy, point, Counted(found[policy, point], chance_per_input)


def counted_summary(
    counts: pd.DataFrame,
    *,
    days: Sequence[int],
    horizons: Mapping[int, int],
    starts: Mapping[int, date],
    replications: int,
    policies: Sequence[str],
    level: float = LEVEL,
    chance_per_input: int = 1,
) -> pd.DataFrame:
    """One row per policy, point and quantity, as `sim.analysis.summary.summarise` without medians of amounts.

    `replications` is how many were asked for: where some failed, intervals of probabilities hold whatever those would
    have given.
    """
    rows = []
    for policy, point, own in counted(counts, chance_per_input, policies):
        for line in _lines(own, [day for day in days if day <= horizons[point]], horizons[point], level):
            if line.unit == "probability":
                line = line._replace(estimate=bounded(line.estimate, own.n, replications))
            rows.append((policy, point, *line[:2], *line.estimate, own.n, reading(line, starts[point])))
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def _lines(own: Counted, days: Sequence[int], horizon_days: int, level: float) -> Iterator[Line]:
    ends = list(dict.fromkeys([*ENDS[:-1], *own.ends()]))
    found = {event: own.incidence(event, horizon_days) for event in dict.fromkeys([*CURVES, "any_end", *ends])}
    yield from incidence_lines(found, days, level)
    yield from share_lines({event: found[event] for event in ends}, found["any_end"], level)


def bounded(share: Estimate, n: int, asked: int) -> Estimate:
    """A probability with an interval that holds whatever the replications that failed would have given."""
    if asked <= n:
        return share
    return Estimate(share.value, share.low * n / asked, (share.high * n + asked - n) / asked)


def counted_incidence(
    counts: pd.DataFrame,
    *,
    horizon_days: int,
    policies: Sequence[str],
    level: float = LEVEL,
    chance_per_input: int = 1,
) -> pd.DataFrame:
    """Cumulative incidence by policy, event and day, as `sim.analysis.incidence.cumulative_incidence`, of one point."""
    found = list(counted(counts, chance_per_input, policies))
    totals = {
        event: (np.zeros(1, np.int64), np.array([total]), np.zeros(1, np.int64)) for event, total in _totals(counts)
    }
    events = dict.fromkeys([*SHOWN, *Counted(totals, 1).ends()])
    incidences = [(name, event, own.incidence(event, horizon_days)) for event in events for name, _, own in found]
    return tabulate(incidences, level)


def _totals(counts: pd.DataFrame) -> Iterator[tuple[str, int]]:
    return ((str(event), int(n)) for event, n in counts.groupby("event")["n"].sum().items())
