"""Intervals of probabilities, quantiles and whole curves estimated from replications.

Replications that share their uncertain inputs (`chance_per_input` above 1) are not independent. Every interval here
therefore takes an *effective sample size*, which equals the number of replications where they are independent and is
smaller where they are not.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtri

LEVEL = 0.95

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Estimate(NamedTuple):
    """An estimate with its interval. NaN as a day means *not reached*."""

    value: float
    low: float
    high: float


def wilson(share: npt.ArrayLike, n: npt.ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson score interval of a probability.

    `share` is the observed share of hits in `n` replications (an effective sample size may be fractional); numbers or
    arrays that broadcast. Returns (low, high), both in [0, 1]; a share of exactly 0 or 1 keeps that bound.
    """
    p, size = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    centre = (p + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * (p * (1 - p) + z2 / (4 * size)) / size) / (1 + z2 / size)
    return np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)


@lru_cache(maxsize=1024)
def order_statistic_ranks(n: int, p: float, level: float = LEVEL) -> tuple[int, int]:
    """Ranks (low, high), counted from 1, of the order statistics that bound the p-quantile of `n` replications.

    Equal-tailed and exact: each bound is missed with probability (1 - level) / 2 at most. Rank 0 means no lower
    bound, `n + 1` no upper bound: there are too few replications for one.
    """
    tail, spread = (1 - level) / 2, 8 * math.sqrt(n * p * (1 - p)) + 8
    k = np.arange(max(0, math.floor(n * p - spread)), min(n - 1, math.ceil(n * p + spread)) + 1)
    at_most_k = betainc(n - k, k + 1.0, 1 - p)
    low = int(k[0]) + int(np.searchsorted(at_most_k, tail, side="right"))
    high = int(k[0]) + int(np.searchsorted(at_most_k, 1 - tail, side="left")) + 1
    return low, min(high, n + 1)


def quantile_ranks(n: int, p: float, effective: float, level: float = LEVEL) -> tuple[int, int, int]:
    """Ranks (estimate, low, high) of the p-quantile of `n` replications that are worth `effective` independent
    ones."""
    size = max(1, math.floor(effective))
    low, high = order_statistic_ranks(size, p, level)
    return max(1, math.ceil(n * p - 1e-9)), low * n // size, -(-high * n // size)


def normal(mean: float, variance: float, level: float = LEVEL) -> Estimate:
    """Normal interval of an estimated mean, from the variance of that estimate."""
    half = float(ndtri((1 + level) / 2)) * math.sqrt(variance)
    return Estimate(mean, mean - half, mean + half)


def simultaneous_half_width(n: float, level: float = LEVEL) -> float:
    """Half width of a band that holds a whole distribution function, every day at once, with probability `level`.

    Dvoretzky-Kiefer-Wolfowitz with Massart's constant: sqrt(ln(2 / (1 - level)) / 2n). It holds for any ties and for
    events that need not happen.
    """
    return math.sqrt(math.log(2 / (1 - level)) / (2 * n))


def effective_size(share: npt.ArrayLike, group_square: npt.ArrayLike, n: int, groups: int) -> Floats:
    """How many independent replications `n` replications are worth, when those of a group share their uncertain
    inputs.

    `share` is the share of hits, `group_square` the mean over the groups of the squared share of hits within the
    group. The answer lies between the number of groups (the inputs decide everything) and `n` (they decide nothing).
    """
    p = np.asarray(share, dtype=float)
    between = np.asarray(group_square, dtype=float) - p**2
    ratio = np.divide(p * (1 - p), between, out=np.ones_like(between), where=between > 0)
    return np.asarray(np.clip(ratio * (groups - 1), groups, n))


def share_of(hits: npt.NDArray[np.bool_], shared: int = 1, level: float = LEVEL) -> Estimate:
    """A probability from replications in order, of which `shared` in a row share their inputs."""
    n, shared = len(hits), min(shared, len(hits))
    effective = _effective(hits, shared)
    low, high = wilson(hits.mean(), effective, level)
    return Estimate(float(hits.sum() / n), float(low), float(high))


def quantile_of(values: Floats, p: float, shared: int = 1, level: float = LEVEL) -> Estimate:
    """A quantile of an amount from replications in order, of which `shared` in a row share their inputs, with its
    order-statistic interval, as far as the values reach."""
    place = max(1, math.ceil(len(values) * p - 1e-9)) - 1
    hits = values <= np.partition(values, place)[place]
    return quantile_worth(values, p, _effective(hits, min(shared, len(values))), level)


def quantile_worth(values: Floats, p: float, effective: float, level: float = LEVEL) -> Estimate:
    """A quantile of values that are worth so many independent ones."""
    ranks = np.clip(quantile_ranks(len(values), p, effective, level), 1, len(values)) - 1
    return Estimate(*map(float, np.partition(values, ranks)[ranks]))


def _effective(hits: npt.NDArray[np.bool_], shared: int) -> float:
    groups = len(hits) // shared
    by_group = hits[: groups * shared].reshape(groups, shared).mean(axis=1)
    return float(effective_size(by_group.mean(), np.mean(by_group**2), len(hits), groups))


def distinct(members: Ints) -> int:
    """How many different numbers there are."""
    return int(np.count_nonzero(np.bincount(members)))


def ratio_of(parts: Floats, wholes: Floats, members: Ints, level: float = LEVEL) -> Estimate:
    """The ratio of two sums, such as a mean (wholes of 1), over rows that belong to independent groups `members`; with
    the normal interval that counts groups."""
    total = float(wholes.sum())
    value = float(parts.sum()) / total
    residuals, groups = np.bincount(members, weights=parts - value * wholes), distinct(members)
    return normal(value, float((residuals**2).sum()) / total**2 * groups / max(groups - 1, 1), level)
