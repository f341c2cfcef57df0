"""On which declared weight a choice turns: utility is linear in each, so what is best changes where lines cross."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .choice import restricted
from .compare import COUNTED, Outcomes, Weights, mean_of
from .intervals import LEVEL, Estimate, Floats
from .resample import resampled_means


class Stretch(NamedTuple):
    """While a weight is between `low` and `high`, the others as declared, `policy` has the highest mean utility."""

    policy: str
    low: float
    high: float


@dataclass(frozen=True)
class WeightTurn:
    """A weight within whose range the choice turns: what is best by its value, from low to high, and `at` which values
    it changes."""

    weight: str
    stretches: tuple[Stretch, ...]
    at: tuple[Estimate, ...]

    def share_of(self, policy: str) -> float:
        """The share of the range in which a policy is best."""
        own = sum(one.high - one.low for one in self.stretches if one.policy == policy)
        return own / (self.stretches[-1].high - self.stretches[0].low)


class Against(NamedTuple):
    """At `end`, the lower or `is_upper` end of a weight's range, a policy is not shown to be ahead of another: the
    other is ahead there, from the crossing `at` on, or chance does not let it be said (None)."""

    weight: str
    end: float
    is_upper: bool
    at: Estimate | None


def best_by_weight(outcomes: Outcomes, weights: Weights, weight: str) -> list[Stretch]:
    """Which policy is best for every value of a weight, the others as declared: from nothing upwards."""
    slopes = _counts(outcomes, weight).mean(axis=0)
    starts = outcomes.groups["utility"].mean(axis=0) - getattr(weights, weight) * slopes
    found, value = [], 0.0
    current = int(np.lexsort((slopes, starts))[-1])
    while True:
        steeper = np.flatnonzero(slopes > slopes[current])
        crossings = (starts[current] - starts[steeper]) / (slopes[steeper] - slopes[current])
        end = float(crossings.min(initial=math.inf))
        found.append(Stretch(outcomes.policies[current], value, end))
        if math.isinf(end):
            return found
        tied = steeper[crossings == end]
        current, value = int(tied[slopes[tied].argmax()]), end


def within(stretches: Sequence[Stretch], bounds: tuple[float, float]) -> list[Stretch]:
    """What of the stretches lies between two values."""
    low, high = bounds
    return [
        Stretch(one.policy, max(one.low, low), min(one.high, high))
        for one in stretches
        if one.low < high and one.high > low
    ]


def crossing(
    outcomes: Outcomes, weights: Weights, weight: str, below: str, above: str, level: float = LEVEL
) -> Estimate:
    """The value of a weight from which on `above` has a higher mean utility than `below`, with its bootstrap interval;
    that may have no upper end (inf)."""
    pair = [outcomes.policies.index(name) for name in (below, above)]
    counts, utility = (np.diff(groups[:, pair], axis=1) for groups in (_counts(outcomes, weight),
                                                                       outcomes.groups["utility"]))  # fmt: skip
    rest = utility - getattr(weights, weight) * counts
    drawn = resampled_means("crossing", np.hstack([counts, rest]))
    values = np.full(len(drawn), math.inf)
    np.divide(-drawn[:, 1], drawn[:, 0], out=values, where=drawn[:, 0] > 0)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="nearest")
    return Estimate(*(max(float(one), 0.0) for one in (-rest.mean() / counts.mean(), low, high)))


def weight_turns(outcomes: Outcomes, weights: Weights, chosen: str, level: float = LEVEL) -> list[WeightTurn]:
    """The weights on which the choice turns within their declared range, beyond chance, as the others stay as
    declared; the one that leaves the chosen policy the least of its range first."""
    found, comparisons = [], 2 * len(weights.ranges) * max(len(outcomes.policies) - 1, 1)
    sure = 1 - (1 - level) / comparisons if comparisons else level
    for weight in weights.ranges:
        bounds = weights.bounds(weight)
        leads = {name: [_lead(outcomes, weights, weight, end, name, chosen) for end in bounds]
                 for name in outcomes.policies if name != chosen}  # fmt: skip
        ahead = [name for name, ends in leads.items() if any(mean_of(lead, sure).low > 0 for lead in ends)]
        if ahead:
            few = restricted(outcomes, [chosen, *ahead])
            stretches = within(best_by_weight(few, weights, weight), bounds)
            names = [one.policy for one in stretches]
            at = [crossing(few, weights, weight, *pair, level) for pair in pairwise(names)]
            found.append(WeightTurn(weight, tuple(stretches), tuple(at)))
    return sorted(found, key=lambda turn: turn.share_of(chosen))


def weights_against(
    outcomes: Outcomes, weights: Weights, better: str, worse: str, level: float = LEVEL
) -> Iterator[Against]:
    """At which ends of the weights' declared ranges `better` is not shown to be ahead of `worse`."""
    for weight in weights.ranges:
        for is_upper, end in enumerate(weights.bounds(weight)):
            lead = mean_of(_lead(outcomes, weights, weight, end, better, worse), level)
            if lead.low <= 0:
                pair = (better, worse) if is_upper else (worse, better)
                at = crossing(outcomes, weights, weight, *pair, level) if lead.value < 0 else None
                yield Against(weight, end, bool(is_upper), at)


def lead_over_weights(outcomes: Outcomes, weights: Weights, better: str, worse: str) -> tuple[float, float]:
    """The lowest and highest mean lead in utility over the declared range of each weight."""
    ends = [(weight, end) for weight in weights.ranges for end in weights.bounds(weight)]
    leads = [float(_lead(outcomes, weights, *end, better, worse).mean()) for end in ends]
    return min(leads), max(leads)


def _lead(outcomes: Outcomes, weights: Weights, weight: str, value: float, better: str, worse: str) -> Floats:
    """By group: the utility of one policy over another if one weight had another value."""
    ours, theirs = (outcomes.policies.index(name) for name in (better, worse))
    counts, utility = _counts(outcomes, weight), outcomes.groups["utility"]
    changed = (value - getattr(weights, weight)) * (counts[:, ours] - counts[:, theirs])
    return np.asarray(utility[:, ours] - utility[:, theirs] + changed)


def _counts(outcomes: Outcomes, weight: str) -> Floats:
    """What a weight multiplies, by group and policy."""
    quantity, sign = COUNTED[weight]
    return sign * outcomes.groups[quantity]
