"""Cumulative incidence: how likely an end or a state has happened by each day.

Nobody leaves a replication unseen before the horizon, so counts are enough: the cumulative incidence of an end is the
share of *all* replications in which it has happened by that day, whatever other ends compete with it. It is never one
minus a Kaplan-Meier curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .intervals import (
    LEVEL,
    Estimate,
    Floats,
    Ints,
    effective_size,
    normal,
    quantile_ranks,
    simultaneous_half_width,
    wilson,
)

ENDS = ("insolvent", "recapitalised", "acquired", "licensed_out", "wound_down", "survived")
STATES = (
    "zero_cash",
    "payroll_missed",
    "cash_flow_insolvent",
    "service_suspended",
    "default_event",
    "debt_accelerated",
)
SHOWN = ("zero_cash", "payroll_missed", "insolvent", "any_end")
INCIDENCE_COLUMNS = ["policy", "event", "day", "estimate", "low", "high", "band_low", "band_high", "n"]
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Incidence:
    """Cumulative counts of one event under one policy, for days 0 to the horizon.

    `counts[day]` is the number of the `n` replications in which the event happened on that day or before,
    `effective[day]` how many independent replications they are worth for the share of that day; `groups` the number
    of independent groups of replications.
    """

    counts: Ints
    effective: Floats
    n: int
    groups: int

    @classmethod
    def of_days(cls, days: Ints, horizon_days: int, chance_per_input: int = 1) -> Incidence:
        """From the day of the event in each replication, in their order; NEVER, or after the horizon, where it did
        not happen."""
        n, shared = len(days), min(chance_per_input, len(days))
        groups, counts = n // shared, _cumulative(days, horizon_days)
        ordered = np.sort(days[: groups * shared].reshape(groups, shared), axis=1)
        pairs = [(2 * k + 1) * _cumulative(column, horizon_days) for k, column in enumerate(ordered.T)]
        group_square = np.sum(pairs, axis=0) / (groups * shared**2)
        return cls(counts, effective_size(counts / n, group_square, n, groups), n, groups)

    @property
    def shares(self) -> Floats:
        """Cumulative incidence by day."""
        return np.asarray(self.counts / self.n)

    def intervals(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Wilson intervals (low, high) of each day by itself."""
        return wilson(self.shares, self.effective, level)

    def band(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Simultaneous band (low, high) around the whole curve, within [0, 1]."""
        half = simultaneous_half_width(self.groups, level)
        return np.clip(self.shares - half, 0, 1), np.clip(self.shares + half, 0, 1)

    def probability(self, day: int, level: float = LEVEL) -> Estimate:
        """P(the event by `day`) with its Wilson interval."""
        low, high = wilson(self.shares[day], self.effective[day], level)
        return Estimate(float(self.shares[day]), float(low), float(high))

    def quantile(self, p: float, level: float = LEVEL) -> Estimate:
        """Day by which a share `p` of all replications has seen the event, with its order-statistic interval; NaN if
        not reached."""
        nearest = int(np.abs(self.shares - p).argmin())
        return Estimate(*map(self._day_of_rank, quantile_ranks(self.n, p, self.effective[nearest], level)))

    def _day_of_rank(self, rank: int) -> float:
        day = int(np.searchsorted(self.counts, rank))
        return float(day) if day < len(self.counts) else float("nan")

    def restricted_mean(self, level: float = LEVEL) -> Estimate:
        """Mean of min(day of the event, horizon) in days over all replications, with a normal interval (counting
        groups)."""
        not_yet = 1 - self.shares[:-1]
        mean = float(not_yet.sum())
        mean_square = float(((2 * np.arange(len(not_yet)) + 1) * not_yet).sum())
        return normal(mean, max(mean_square - mean**2, 0.0) / self.groups, level)


def _cumulative(days: Ints, horizon_days: int) -> Ints:
    return np.bincount(days[days <= horizon_days], minlength=horizon_days + 1).cumsum()


def policies_of(frame: pd.DataFrame) -> list[str]:
    """Names of the policies in a result table, in their order there."""
    return [str(name) for name in frame["policy"].unique()]


def rows_by_policy(frame: pd.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.intp]]]:
    """Each policy with the positions of its rows, in order of replication."""
    codes, names = pd.factorize(frame["policy"])
    replications = frame["replication"].to_numpy()
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        yield str(name), rows[np.argsort(replications[rows], kind="stable")]


def event_days(frame: pd.DataFrame, event: str) -> Ints:
    """Day of an event in each row, NEVER where it did not happen.

    `event` is an end ("insolvent"), an end and its cause ("insolvent.ceased"), "any_end", or a state ("zero_cash").
    """
    if event in STATES:
        return frame[f"{event}_day"].to_numpy(dtype=np.int64, na_value=NEVER)
    days = frame["end_day"].to_numpy(dtype=np.int64)
    end, _, cause = event.partition(".")
    happened = (frame["end"] != "survived") if event == "any_end" else (frame["end"] == end)
    if cause:
        happened &= (frame["cause"] == cause).fillna(False)
    return np.where(happened.to_numpy(dtype=bool), days, NEVER)


def incidences(
    frame: pd.DataFrame, event: str, *, horizon_days: int, chance_per_input: int = 1
) -> dict[str, Incidence]:
    """The incidence of one event (see `event_days`) under each policy."""
    days = event_days(frame, event)
    return {
        policy: Incidence.of_days(days[rows], horizon_days, chance_per_input) for policy, rows in rows_by_policy(frame)
    }


def events_of(frame: pd.DataFrame) -> list[str]:
    """Every end that happened, insolvent ones by cause ("insolvent.ceased"), worst and then most frequent first."""
    causes = frame["cause"].fillna("")
    counts = causes.groupby([frame["end"], causes]).size().drop("survived", level=0, errors="ignore")
    pairs = zip(counts.index.get_level_values(0), counts.index.get_level_values(1), counts, strict=True)
    found = sorted((ENDS.index(end), -n, cause) for end, cause, n in pairs)
    return [f"{ENDS[end]}.{cause}" if cause else ENDS[end] for end, _, cause in found]


def cumulative_incidence(
    frame: pd.DataFrame, *, horizon_days: int, level: float = LEVEL, chance_per_input: int = 1
) -> pd.DataFrame:
    """Cumulative incidence by policy, event and day: zero cash, payroll missed, insolvency, any end, each end by
    cause.

    Columns policy, event (see `event_days`), day (0 to the horizon), estimate, low, high (Wilson interval of that
    day), band_low, band_high (simultaneous over all days), n.
    """
    events = dict.fromkeys([*SHOWN, *events_of(frame)])
    found = {
        event: incidences(frame, event, horizon_days=horizon_days, chance_per_input=chance_per_input)
        for event in events
    }
    return tabulate([(policy, event, one) for event, own in found.items() for policy, one in own.items()], level)


def tabulate(found: Sequence[tuple[str, str, Incidence]], level: float) -> pd.DataFrame:
    """The table of `cumulative_incidence`, one incidence of a policy and event after the other."""
    if not found:
        return pd.DataFrame(columns=INCIDENCE_COLUMNS)
    sizes = [len(one.counts) for _, _, one in found]
    columns: dict[str, Any] = {
        "policy": np.repeat(np.array([policy for policy, _, _ in found], dtype=object), sizes),
        "event": np.repeat(np.array([event for _, event, _ in found], dtype=object), sizes),
        "day": np.concatenate([np.arange(size) for size in sizes]),
        "estimate": np.concatenate([one.shares for _, _, one in found]),
    }
    columns["low"], columns["high"] = np.concatenate([one.intervals(level) for _, _, one in found], axis=1)
    columns["band_low"], columns["band_high"] = np.concatenate([one.band(level) for _, _, one in found], axis=1)
    columns["n"] = np.repeat([one.n for _, _, one in found], sizes)
    return pd.DataFrame(columns)


def at_horizon(rows: pd.DataFrame) -> Estimate:
    """The estimate at the horizon, with its Wilson interval, from the rows of one policy and event."""
    return Estimate(*(float(rows[column].iloc[-1]) for column in ("estimate", "low", "high")))
