"""Distributions of a number that takes one of a few values."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose

import numpy as np

from sim.scenario.distribution import Distribution, FloatArray


@dataclass(frozen=True, kw_only=True)
class _Points(Distribution):
    values: tuple[float, ...]

    @abstractmethod
    def weights(self) -> tuple[float, ...]:
        """Probability of each of `values`."""

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.values:
            yield "values", "at least one number"

    def support(self) -> tuple[float, float]:
        return min(self.values), max(self.values)

    def bounds(self) -> tuple[float, float]:
        values, _ = self._kept()
        return float(values[0]), float(values[-1])

    def cdf(self, x: float) -> float:
        return float(sum(weight for value, weight in zip(self.values, self.weights(), strict=True) if value <= x))

    def inverse(self, p: FloatArray) -> FloatArray:
        values, weights = self._kept()
        upto = np.cumsum(weights)
        return values[np.searchsorted(upto[:-1] / upto[-1], p, side="left")]

    def quantile(self, u: FloatArray) -> FloatArray:
        return self.inverse(u)

    def plain_expectation(self) -> float:
        values, weights = self._kept()
        return float(values @ weights / weights.sum())

    def expectation(self) -> float:
        return self.plain_expectation()

    def _kept(self) -> tuple[FloatArray, FloatArray]:
        values, weights = np.array(self.values), np.array(self.weights())
        order = np.argsort(values, kind="stable")
        kept = order[(values >= self.at_least)[order] & (values <= self.at_most)[order] & (weights > 0)[order]]
        return values[kept], weights[kept]

    def _kept_probability(self) -> float:
        return float(self._kept()[1].sum())


@dataclass(frozen=True, kw_only=True)
class Discrete(_Points):
    """One of `values`, each with its probability."""

    name = "discrete"
    probabilities: tuple[float, ...]

    def weights(self) -> tuple[float, ...]:
        return self.probabilities

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        yield from super().parameter_faults()
        if len(self.probabilities) != len(self.values):
            yield "probabilities", f"{len(self.values)} numbers, one for each of values"
        elif any(probability < 0 for probability in self.probabilities):
            yield "probabilities", "numbers of at least 0"
        elif not isclose(sum(self.probabilities), 1, abs_tol=1e-9):
            yield "probabilities", f"numbers that add up to 1 (they add up to {sum(self.probabilities):g})"


@dataclass(frozen=True, kw_only=True)
class Empirical(_Points):
    """One of the observed `values`, each as likely as the others."""

    name = "empirical"

    def weights(self) -> tuple[float, ...]:
        return (1 / len(self.values),) * len(self.values)


@dataclass(frozen=True, kw_only=True)
class Fixed(Distribution):
    """Always the same `value`."""

    name = "fixed"
    value: float

    def cdf(self, x: float) -> float:
        return float(self.value <= x)

    def inverse(self, p: FloatArray) -> FloatArray:
        return np.full_like(p, self.value)

    def support(self) -> tuple[float, float]:
        return self.value, self.value

    def plain_expectation(self) -> float:
        return self.value

    def _kept_probability(self) -> float:
        return float(self.at_least <= self.value <= self.at_most)
