"""Policies against each other, replication by replication.

All policies meet the same draws, so the difference within a replication tells far more than two separate estimates.
Replications that share their uncertain inputs count as one group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betainc, ndtr, ndtri

from .incidence import rows_by_policy
from .intervals import LEVEL, Estimate, Floats, Ints, normal
from .resample import grouped, normals

QUANTITIES = {
    "good": "probability",
    "loss": "USD",
    "money_lost": "USD",
    "people": "people",
    "days": "days",
    "utility": "USD",
}
"""What is compared, and its unit. Of these only `good`, `people` and `utility` are better when higher."""

COUNTED = {
    "good_end": ("good", 1),
    "creditor_loss": ("loss", -1),
    "new_money_lost": ("money_lost", -1),
    "job_kept": ("people", 1),
}
"""What each weight multiplies, and whether that adds to the utility."""
OUTCOME_COLUMNS = ("end", "end_day", "final_owed", "final_wages_owed", "raised", "head_count")
DEFICIENCY, DIVIDEND = "creditor_deficiency", "recovery.unsecured"
CRITICAL_DRAWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The declared utility, in dollars: what a good end is worth, what a dollar that creditors lose, a dollar of new
    money lost and a job kept count. `tolerance` is the chance of a good end that decides nothing. `ranges` are what
    else those of COUNTED could be, where that is declared."""

    good_end: float = 50e6
    creditor_loss: float = 1.0
    new_money_lost: float = 1.0
    job_kept: float = 20e3
    tolerance: float = 0.01
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def bounds(self, weight: str) -> tuple[float, float]:
        """The declared range of a weight; it holds its declared value."""
        low, high = self.ranges[weight]
        declared: float = getattr(self, weight)
        return min(low, declared), max(high, declared)

    @property
    def indifference(self) -> float:
        """The utility that decides nothing, in dollars."""
        return self.tolerance * self.good_end


@dataclass(frozen=True)
class Outcomes:
    """What each replication gave under each policy; arrays are (replications, policies) in step with each other.

    `good`: it did not end insolvent (0 or 1). `loss`: what creditors and staff are owed at an insolvent end and do not
    get, USD. `money_lost`: new money that an insolvent end swallowed, USD. `people`: who is employed at a good end.
    `days`: days traded, up to the horizon. `utility`: all of it under the declared weights, USD. `shared` replications
    in a row share their uncertain inputs.
    """

    policies: tuple[str, ...]
    values: Mapping[str, Floats]
    shared: int = 1

    @property
    def n(self) -> int:
        """Replications of each policy."""
        return len(self.values["good"])

    def column(self, quantity: str, policy: str) -> Floats:
        """One quantity under one policy, by replication."""
        return np.asarray(self.values[quantity][:, self.policies.index(policy)])

    @cached_property
    def groups(self) -> dict[str, Floats]:
        """Means over each group of replications that share their inputs, (groups, policies) by quantity."""
        return {name: grouped(values, self.shared) for name, values in self.values.items()}

    def weighed(self, weights: Weights) -> Outcomes:
        """The same outcomes under other weights."""
        values = {**self.values, "utility": utility(self.values, weights)}
        return Outcomes(self.policies, values, self.shared)

    def first(self, n: int) -> Outcomes:
        """The outcomes of the first `n` replications."""
        few = {name: values[:n] for name, values in self.values.items()}
        return self if n >= self.n else Outcomes(self.policies, few, self.shared)

    def mean(self, quantity: str, policy: str, level: float = LEVEL) -> Estimate:
        """The mean of a quantity under a policy, with a normal interval that counts groups."""
        where = self.policies.index(policy)
        return mean_of(self.groups[quantity][:, where], level)


def outcomes_of(frame: pd.DataFrame, weights: Weights, *, chance_per_input: int = 1) -> Outcomes:
    """The outcomes in a result table, of the replications that every policy has.

    What creditors lose is the column `creditor_deficiency` where it is known, else what is owed at an insolvent end.
    New money ranks behind creditors: it is lost at an insolvent end, and where a licence or a sale pays them in part.
    """
    rows = dict(rows_by_policy(frame))
    held = [frame["replication"].to_numpy()[members] for members in rows.values()]
    common = held[0] if held else np.empty(0, dtype=np.int64)
    for replications in held[1:]:
        common = np.intersect1d(common, replications, assume_unique=True)
    places = [members[np.isin(own, common)] for members, own in zip(rows.values(), held, strict=True)]
    values = _values(frame, np.stack(places, axis=1) if places else np.empty((0, 0), dtype=np.int64))
    values["utility"] = utility(values, weights)
    return Outcomes(tuple(rows), values, chance_per_input)


def _values(frame: pd.DataFrame, places: Ints) -> dict[str, Floats]:
    insolvent = (frame["end"] == "insolvent").to_numpy(dtype=bool)[places]
    owed = (frame["final_owed"] + frame["final_wages_owed"]).where(frame["end"] == "insolvent", 0.0)
    short = frame[DEFICIENCY].fillna(owed) if DEFICIENCY in frame else owed
    loss = short.to_numpy(dtype=float)[places]
    sold = frame["end"].isin(["licensed_out", "acquired"]).to_numpy(dtype=bool)[places]
    paid = frame[DIVIDEND].fillna(1.0) if DIVIDEND in frame else 1.0 + 0 * owed
    lost = insolvent | (sold & (paid.to_numpy(dtype=float)[places] < 1))
    return {
        "good": np.where(insolvent, 0.0, 1.0),
        "loss": loss,
        "money_lost": np.where(lost, frame["raised"].to_numpy(dtype=float)[places], 0.0),
        "people": np.where(insolvent, 0.0, frame["head_count"].to_numpy(dtype=float)[places]),
        "days": frame["end_day"].to_numpy(dtype=float)[places],
    }


def utility(values: Mapping[str, Floats], weights: Weights) -> Floats:
    """The declared utility of outcomes, USD."""
    parts = [sign * getattr(weights, name) * values[quantity] for name, (quantity, sign) in COUNTED.items()]
    return np.asarray(sum(parts[1:], parts[0]))


def mean_of(groups: Floats, level: float = LEVEL) -> Estimate:
    """The mean of independent groups with its normal interval."""
    return normal(float(groups.mean()), float(groups.var()) / len(groups), level)


class Paired(NamedTuple):
    """A policy minus another: estimate, its own interval, and the interval that holds for all comparisons at once.

    `p` is the two-sided p-value, `p_all` the same corrected for the number of comparisons (Holm). `up` and `down`
    count the replications in which the quantity is higher and lower.
    """

    policy: str
    against: str
    quantity: str
    difference: float
    low: float
    high: float
    low_all: float
    high_all: float
    p: float
    p_all: float
    up: int
    down: int


def paired_differences(
    outcomes: Outcomes, quantity: str, against: str, *, level: float = LEVEL, others: Sequence[str] | None = None
) -> list[Paired]:
    """Every other policy minus `against`, with simultaneous intervals (largest of the correlated studentised
    differences) and Holm's correction of the p-values."""
    others = [name for name in others or outcomes.policies if name != against]
    reference, groups = outcomes.column(quantity, against), outcomes.groups[quantity]
    base = groups[:, outcomes.policies.index(against)]
    differences = [groups[:, outcomes.policies.index(name)] - base for name in others]
    critical = simultaneous_critical(differences, level)
    by_replication = [outcomes.column(quantity, name) - reference for name in others]
    ps = [p_value(values, own, outcomes.shared) for values, own in zip(by_replication, differences, strict=True)]
    rows = []
    for name, values, own, p, p_all in zip(others, by_replication, differences, ps, holm(ps), strict=True):
        single = mean_of(own, level)
        wide = critical * standard_error(own)
        bounds = (single.low, single.high, single.value - wide, single.value + wide)
        counts = int((values > 0).sum()), int((values < 0).sum())
        rows.append(Paired(name, against, quantity, single.value, *bounds, p, p_all, *counts))
    return rows


def standard_error(groups: Floats) -> float:
    """The standard error of the mean of independent groups."""
    return float(np.sqrt(groups.var() / len(groups)))


def simultaneous_critical(differences: Sequence[Floats], level: float = LEVEL) -> float:
    """How many standard errors hold all of these mean differences at once with probability `level`: the quantile of
    the largest of correlated normals, their correlation estimated."""
    varying = [own for own in differences if own.std() > 0]
    if len(varying) < 2:
        return float(ndtri((1 + level) / 2))
    values, vectors = np.linalg.eigh(np.corrcoef(varying))
    root = vectors * np.sqrt(np.clip(values, 0, None))
    largest = np.abs(normals("simultaneous", CRITICAL_DRAWS, len(varying)) @ root.T).max(axis=1)
    return float(np.quantile(largest, level))


def p_value(by_replication: Floats, groups: Floats, shared: int) -> float:
    """Two-sided p-value of no difference.

    Yes-or-no quantities in independent replications: McNemar's exact test. Yes-or-no in groups: Obuchowski's score
    test, which counts groups. Anything else: a normal test of the mean difference.
    """
    is_binary = bool(np.isin(by_replication, (-1, 0, 1)).all())
    if is_binary and shared == 1:
        return mcnemar_exact(int((by_replication > 0).sum()), int((by_replication < 0).sum()))
    spread = np.sqrt((groups**2).sum()) if is_binary else len(groups) * standard_error(groups)
    return 1.0 if spread == 0 else float(2 * ndtr(-abs(groups.sum()) / spread))


def mcnemar_exact(only_one: int, only_other: int) -> float:
    """McNemar's exact two-sided p-value from the pairs that differ."""
    n, k = only_one + only_other, min(only_one, only_other)
    return 1.0 if n == 0 or 2 * k == n else min(1.0, 2 * float(betainc(n - k, k + 1, 0.5)))


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the same order."""
    order = np.argsort(ps, kind="stable")
    steps = np.array(ps)[order] * (len(ps) - np.arange(len(ps)))
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted.tolist()
