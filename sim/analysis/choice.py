"""Which policy to choose under a declared utility, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

from .compare import Outcomes, Weights, standard_error
from .intervals import LEVEL, Floats
from .resample import resampled_means

POWER = 0.8
FEWEST_DIFFERING = 10
Verdict = Literal["one", "equal", "unclear"]


@dataclass(frozen=True)
class Selection:
    """The policy with the highest mean utility, and what may be said of it.

    `kept` are the policies that cannot be ruled out as the best: they hold the truly best one with probability `level`
    at least, under common random numbers. `at_most_lost` bounds, with the same probability, the utility that is given
    up by choosing `chosen` if another is better. `equal` are those of `kept` shown to lie within the indifference of
    `chosen`, `close` those that are ruled out but lie within it too, `identical` those with the same utility in every
    replication. The verdict is *one* (nothing else is kept), *equal* (all that is kept is equal) or *unclear*; if
    unclear, `replications_needed` of each policy would do.
    """

    chosen: str
    kept: tuple[str, ...]
    equal: tuple[str, ...]
    close: tuple[str, ...]
    identical: tuple[str, ...]
    at_most_lost: float
    replications_needed: int
    level: float

    @property
    def verdict(self) -> Verdict:
        """What the replications support."""
        rivals = set(self.kept) - {self.chosen}
        if not rivals:
            return "one"
        return "equal" if rivals <= set(self.equal) else "unclear"


def select(outcomes: Outcomes, weights: Weights, *, level: float = LEVEL) -> Selection:
    """Screen the policies by utility: paired comparisons of all with all (subset selection with unequal variances and
    common random numbers), and with the best (multiple comparisons with the best)."""
    groups, names = outcomes.groups["utility"], outcomes.policies
    means, n, k = groups.mean(axis=0), len(groups), len(names)
    critical = critical_value(n, k, level)
    widths = np.zeros((k, k))
    for i, j in combinations(range(k), 2):
        widths[i, j] = widths[j, i] = half_width(groups[:, i] - groups[:, j], critical, weights, level)
    best = int(means.argmax())
    is_kept = (means[:, None] >= means[None, :] - widths).all(axis=1)
    behind, wide = means[best] - means, widths[best]
    is_rival = is_kept & (np.arange(k) != best)
    is_within = (behind + wide <= weights.indifference) & (np.arange(k) != best)
    is_equal = is_rival & is_within
    identical = (outcomes.values["utility"] == outcomes.values["utility"][:, [best]]).all(axis=0)
    unclear = [
        replications_needed(groups[:, best] - groups[:, j], wide[j], critical, weights) * outcomes.shared
        for j in np.flatnonzero(is_rival & ~is_equal)
    ]

    def named(mask: Floats) -> tuple[str, ...]:
        return tuple(name for name, is_in in zip(names, mask, strict=True) if is_in)

    lost = float(np.maximum(wide - behind, 0)[np.arange(k) != best].max(initial=0.0))
    same = named(np.asarray(identical & (np.arange(k) != best)))
    close = named(is_within & ~is_kept)
    return Selection(names[best], named(is_kept), named(is_equal), close, same, lost, max(unclear, default=0), level)


def highest(outcomes: Outcomes) -> str:
    """The policy with the highest mean utility."""
    return outcomes.policies[int(outcomes.groups["utility"].mean(axis=0).argmax())]


def half_width(differences: Floats, critical: float, weights: Weights, level: float = LEVEL) -> float:
    """How far the mean of paired differences can be off.

    A few groups that differ, or none, do not show how many could: then it is no less than the highest share of groups
    that may differ (Clopper-Pearson), each by a good end.
    """
    n, differing = len(differences), int((differences != 0).sum())
    width = critical * standard_error(differences)
    if differing >= FEWEST_DIFFERING or differing == n:
        return width
    share = float(betaincinv(differing + 1, n - differing, level))
    return max(width, share * max(weights.good_end, float(np.abs(differences).max())))


def critical_value(n: int, k: int, level: float = LEVEL) -> float:
    """The one-sided critical value of each of k - 1 comparisons of n groups that makes all of them hold together."""
    return float(stdtrit(max(n - 1, 1), 1 - (1 - level) / max(k - 1, 1)))


def replications_needed(differences: Floats, width: float, critical: float, weights: Weights) -> int:
    """Groups that would, with probability 0.8, either tell two policies apart, or show that they differ by no more than
    the indifference, from the paired differences so far and how far their mean can be off."""
    n, behind = len(differences), float(differences.mean())
    if width > critical * standard_error(differences):
        return max(n, math.ceil(n * width / weights.indifference)) if weights.indifference else n
    gap = max(behind, weights.indifference - behind)
    more = (1 + float(ndtri(POWER)) / critical) * width / gap if gap > 0 else 1.0
    return max(n, math.ceil(n * more**2))


def best_probabilities(outcomes: Outcomes) -> dict[str, float]:
    """How often each policy has the highest mean utility when the replications are drawn again (bootstrap by group);
    policies that tie share."""
    means = resampled_means("best", outcomes.groups["utility"])
    is_best = means == means.max(axis=1, keepdims=True)
    shares = (is_best / is_best.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(outcomes.policies, shares.tolist(), strict=True))


def pareto(outcomes: Outcomes) -> dict[str, bool]:
    """Whether no other policy has both a higher chance of a good end and a lower mean creditor loss."""
    good, loss = (outcomes.groups[name].mean(axis=0) for name in ("good", "loss"))
    at_least = (good[None, :] >= good[:, None]) & (loss[None, :] <= loss[:, None])
    better = at_least & ((good[None, :] > good[:, None]) | (loss[None, :] < loss[:, None]))
    return dict(zip(outcomes.policies, (~better.any(axis=1)).tolist(), strict=True))


def restricted(outcomes: Outcomes, policies: Sequence[str]) -> Outcomes:
    """The outcomes of some of the policies."""
    where = [outcomes.policies.index(name) for name in policies]
    values = {name: values[:, where] for name, values in outcomes.values.items()}
    return Outcomes(tuple(policies), values, outcomes.shared)
