"""Draws as pure functions of names, occurrence and replication: the same event has the same luck in every run.

A Philox generator is used as a counter: the key is a hash of the seed and the names, the counter holds replication,
occurrence and variate. Any range of replications is then equal to the same slice of a larger one, whatever the block,
the policy, the scenario or the worker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.kernel.counts import binomial_quantile, poisson_quantile

if TYPE_CHECKING:
    from sim.kernel.block import Block

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

WORDS_PER_COUNT = 4


class Source:
    """Random words by key, occurrence, variate and range of replications."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._philox = np.random.Philox(key=0)
        self._state: Any = dict(self._philox.state)
        self._keys: dict[tuple[str, ...], Words] = {}
        self._recalled: dict[tuple[Any, ...], Floats] = {}

    def key(self, names: tuple[str, ...]) -> Words:
        """The 128-bit key of a stream: a hash of the seed and its names, each preceded by its length."""
        if names not in self._keys:
            text = "".join(f"{len(part)}:{part}" for part in (str(self.seed), *names))
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            self._keys[names] = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
        return self._keys[names]

    def words(self, names: tuple[str, ...], first: int, stop: int, occurrence: int = 0, variate: int = 0) -> Words:
        """One 64-bit word for each replication from ``first`` to ``stop - 1``."""
        skipped = first % WORDS_PER_COUNT
        counter = np.array([first // WORDS_PER_COUNT, occurrence, variate, 0], dtype=np.uint64)
        self._state["state"] = {"counter": counter, "key": self.key(names)}
        self._state["buffer_pos"] = WORDS_PER_COUNT
        self._philox.state = self._state
        words: Words = self._philox.random_raw(stop - first + skipped)
        return words[skipped:]

    def recall(self, names: tuple[str, ...], first: int, stop: int, occurrence: int, variate: int) -> Floats:
        """The words as numbers in (0, 1), kept: for events whose replications reach an occurrence on different days."""
        call = (names, first, stop, occurrence, variate)
        if call not in self._recalled:
            self._recalled[call] = to_uniform(self.words(*call))
        return self._recalled[call]


def to_uniform(words: Words) -> Floats:
    """Words mapped to the open interval (0, 1): neither end can occur."""
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def to_normal(words: Words) -> Floats:
    """Words mapped to standard normals."""
    return np.asarray(ndtri(to_uniform(words)))


class Draw:
    """The draws of one decision of one entity, for the rows of a block. All results have shape (rows,).

    ``occurrence`` is the ordinal of the event: one number, or one per row. With ``rows`` (an index), only those rows
    are returned.
    """

    def __init__(self, block: Block, *names: str) -> None:
        self.block = block
        self.names = names

    def uniform(self, occurrence: int | Ints = 0, variate: int = 0, rows: Ints | None = None) -> Floats:
        """Uniform on the open interval (0, 1)."""
        if rows is None and isinstance(occurrence, int):
            return self._by_row(to_uniform, occurrence, variate)
        offset = self.block.offset if rows is None else self.block.offset[rows]
        u = np.empty(len(offset))
        first, last = (np.min(occurrence), np.max(occurrence)) if len(offset) else (0, -1)
        for k in range(int(first), int(last) + 1):
            which = np.flatnonzero(occurrence == k) if first < last else slice(None)
            u[which] = self.block.source.recall(*self._range, k, variate).take(offset[which])
        return u

    def _by_row(self, make: Callable[[Words], Floats], occurrence: int, variate: int) -> Floats:
        """What is made of the word of each row's replication: once for each replication or row, whichever are fewer."""
        words, offset = self.block.source.words(*self._range, occurrence, variate), self.block.offset
        return make(words.take(offset)) if len(offset) < len(words) else make(words).take(offset)

    @property
    def _range(self) -> tuple[tuple[str, ...], int, int]:
        return self.names, self.block.first, self.block.stop

    def uniform_where(self, where: NDArray[np.bool_], occurrence: int | Ints = 0) -> Floats:
        """Uniforms in the rows of ``where``; a half, which decides nothing, in the others."""
        rows = np.flatnonzero(where)
        u = np.full(len(where), 0.5)
        u[rows] = self.uniform(occurrence if isinstance(occurrence, int) else occurrence[rows], rows=rows)
        return u

    def normal(self, occurrence: int | Ints = 0, variate: int = 0, rows: Ints | None = None) -> Floats:
        """Standard normal."""
        if rows is None and isinstance(occurrence, int):
            return self._by_row(to_normal, occurrence, variate)
        return np.asarray(ndtri(self.uniform(occurrence, variate, rows)))

    def exponential(self, occurrence: int | Ints = 0, variate: int = 0, rows: Ints | None = None) -> Floats:
        """Exponential with mean 1."""
        return -np.log1p(-self.uniform(occurrence, variate, rows))

    def poisson(self, mean: Any, occurrence: int | Ints = 0, rows: Ints | None = None) -> Ints:
        """Poisson counts with the given mean (a number or one per row)."""
        return poisson_quantile(self.uniform(occurrence, rows=rows), mean)

    def binomial(self, n: Any, p: Any, occurrence: int | Ints = 0, rows: Ints | None = None) -> Ints:
        """Binomial counts out of ``n`` with probability ``p`` (numbers or one per row)."""
        return binomial_quantile(self.uniform(occurrence, rows=rows), n, p)

    def categorical(self, probabilities: Sequence[Any], occurrence: int | Ints = 0, rows: Ints | None = None) -> Ints:
        """An index into ``probabilities``, which sum to 1 (each a number or one per row)."""
        u = self.uniform(occurrence, rows=rows)
        below = [u > edge for edge in np.cumsum(np.broadcast_arrays(u, *probabilities)[1:], axis=0)[:-1]]
        return np.sum(below, axis=0, dtype=np.int64)

    def noise(self, spread: Any, occurrence: int | Ints = 0) -> Floats:
        """Lognormal noise with mean 1: exp(s z - s^2 / 2)."""
        noise: Floats = np.exp(spread * self.normal(occurrence) - spread * spread / 2)
        return noise
