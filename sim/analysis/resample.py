"""Draws for resampling that are functions of a name: the same table gives the same estimates, byte for byte."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from .intervals import Floats, Ints

RESAMPLES = 1000
MOST_BATCHES = 4096


def uniforms(name: str, *shape: int) -> Floats:
    """Uniforms on the open interval (0, 1), of this shape, always the same for this name and shape."""
    key = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=16).digest(), dtype="<u8").astype(np.uint64)
    words = np.random.Philox(key=key).random_raw(int(np.prod(shape)))
    return np.asarray(((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52).reshape(shape)


@lru_cache(maxsize=8)
def normals(name: str, *shape: int) -> Floats:
    """Standard normals of this shape; read-only."""
    drawn = np.asarray(ndtri(uniforms(name, *shape)))
    drawn.setflags(write=False)
    return drawn


def picks(name: str, resamples: int, n: int) -> Ints:
    """Which of `n` members each resample draws, with replacement; shape (resamples, n)."""
    return np.asarray(np.floor(n * uniforms(name, resamples, n)), dtype=np.int64)


def grouped(values: Floats, shared: int) -> Floats:
    """Means of the groups of `shared` replications in a row, along the first axis; an incomplete last one is left
    out."""
    shared = min(shared, len(values))
    groups = len(values) // shared
    return np.asarray(values[: groups * shared].reshape(groups, shared, *values.shape[1:]).mean(axis=1))


def resampled_means(name: str, groups: Floats, resamples: int = RESAMPLES) -> Floats:
    """Means of bootstrap resamples of the groups, shape (resamples, columns).

    More than MOST_BATCHES groups are first averaged in batches, which leaves the spread of the means as it is, so the
    cost does not grow with the run.
    """
    batches = grouped(groups, -(-len(groups) // MOST_BATCHES))
    return np.asarray(how_often(name, resamples, len(batches)) @ batches / len(batches))


@lru_cache(maxsize=4)
def how_often(name: str, resamples: int, n: int) -> Floats:
    """How often each resample draws each of `n` members, shape (resamples, n); read-only."""
    places = picks(name, resamples, n) + n * np.arange(resamples)[:, None]
    counts = np.bincount(places.ravel(), minlength=resamples * n).astype(np.float64).reshape(resamples, n)
    counts.setflags(write=False)
    return counts
