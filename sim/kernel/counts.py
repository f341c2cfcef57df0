"""Counts by inversion: exact where the mean is small, a corrected normal quantile above.

NumPy's samplers take a number of words that depends on the data, so one changed rate would move the luck of every later
draw. These take one uniform each and are monotone in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EXACT_UP_TO = 30.0
"""Largest mean (of the rarer outcome) for which the distribution function is summed term by term."""

MOST_TERMS = 400
"""No mean up to ``EXACT_UP_TO`` needs more terms before the distribution function is 1 in double precision."""

NEGLIGIBLE = 1e-30
"""Terms below this cannot move a distribution function held in double precision."""


def poisson_quantile(u: Floats, mean: Any) -> Ints:
    """The smallest k with P(Poisson(mean) <= k) >= u, shape of ``u``."""
    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), u.shape)
    count = np.zeros(u.shape, dtype=np.int64)
    for rows, exact in _split(mean):
        if exact:
            count[rows] = _search(u[rows], np.exp(-mean[rows]), lambda k, at, m=mean[rows]: m[at] / k)
        else:
            m = mean[rows]
            count[rows] = _corrected_normal(u[rows], m, np.sqrt(m), 1 / np.sqrt(m), 1 / m)
    return count


def binomial_quantile(u: Floats, n: Any, p: Any) -> Ints:
    """The smallest k with P(Binomial(n, p) <= k) >= u, shape of ``u``; counted from the rarer outcome."""
    n = np.broadcast_to(np.asarray(n, dtype=np.float64), u.shape)
    p = np.broadcast_to(np.asarray(p, dtype=np.float64), u.shape)
    common = p > 0.5
    count = _rare_binomial(np.where(common, 1 - u, u), n, np.where(common, 1 - p, p))
    return np.where(common, n.astype(np.int64) - count, count)


def _rare_binomial(u: Floats, n: Floats, p: Floats) -> Ints:
    count = np.zeros(u.shape, dtype=np.int64)
    for rows, exact in _split(n * p):
        m, q = n[rows], p[rows]
        if exact:
            odds = q / (1 - q)
            count[rows] = _search(u[rows], (1 - q) ** m, lambda k, at, m=m, odds=odds: (m[at] - k + 1) / k * odds[at])
        else:
            variance = m * q * (1 - q)
            spread = np.sqrt(variance)
            count[rows] = _corrected_normal(u[rows], m * q, spread, (1 - 2 * q) / spread, 1 / variance - 6 / m)
    return np.minimum(count, n.astype(np.int64))


def _split(mean: Floats) -> list[tuple[Any, bool]]:
    """Rows with a small mean (exact) and the others; no row is listed twice, and a lone kind needs no index."""
    small = mean <= EXACT_UP_TO
    if small.all():
        return [(slice(None), True)]
    if not small.any():
        return [(slice(None), False)]
    return [(np.flatnonzero(small), True), (np.flatnonzero(~small), False)]


def _search(u: Floats, first_term: Floats, ratio: Any) -> Ints:
    """Sum terms of a distribution until it passes ``u``; ``ratio(k, at)`` is term k over term k - 1 in rows ``at``."""
    count = np.zeros(u.shape, dtype=np.int64)
    left = np.flatnonzero(u > first_term)
    term = total = first_term[left]
    for k in range(1, MOST_TERMS):
        if not len(left):
            break
        count[left] = k
        term = np.maximum(term * ratio(k, left), 0.0)
        total = total + term
        more = (u[left] > total) & (term >= NEGLIGIBLE)
        left, term, total = left[more], term[more], total[more]
    return count


def _corrected_normal(u: Floats, mean: Floats, spread: Floats, skewness: Floats, kurtosis: Floats) -> Ints:
    """The quantile of a count from its first four moments (Cornish-Fisher, with the correction for continuity)."""
    z = ndtri(u)
    w = z + (z**2 - 1) * skewness / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skewness**2 / 36
    return np.maximum(np.ceil(mean + spread * w - 0.5), 0.0).astype(np.int64)
