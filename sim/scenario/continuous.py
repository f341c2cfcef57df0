"""Distributions of a number that varies continuously."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
from scipy.special import betainc, betaincinv, ndtr, ndtri

from sim.scenario.beta_table import beta_quantile
from sim.scenario.distribution import Distribution, FloatArray

Z95 = 1.6448536269514722
"""The 95% point of the standard normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Uniform(Distribution):
    """Any value between `low` and `high` is as likely as any other."""

    name = "uniform"
    low: float
    high: float

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.low < self.high:
            yield "high", f"more than {self.low:g}, which is low"

    def cdf(self, x: float) -> float:
        return min(1.0, max(0.0, (x - self.low) / (self.high - self.low)))

    def inverse(self, p: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * p

    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def plain_expectation(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True, kw_only=True)
class _Moded(Distribution):
    low: float
    mode: float
    high: float

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.low < self.high:
            yield "high", f"more than {self.low:g}, which is low"
        elif not self.low <= self.mode <= self.high:
            yield "mode", f"a number from {self.low:g} to {self.high:g}, which are low and high"

    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, kw_only=True)
class Triangular(_Moded):
    """From `low` to `high`, most likely at `mode`, straight in between."""

    name = "triangular"

    def cdf(self, x: float) -> float:
        if x <= self.low or x >= self.high:
            return float(x >= self.high)
        width = self.high - self.low
        if x <= self.mode:
            return (x - self.low) ** 2 / (width * (self.mode - self.low))
        return 1 - (self.high - x) ** 2 / (width * (self.high - self.mode))

    def inverse(self, p: FloatArray) -> FloatArray:
        width = self.high - self.low
        rising = self.low + np.sqrt(p * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - p) * width * (self.high - self.mode))
        return np.where(p <= (self.mode - self.low) / width, rising, falling)

    def plain_expectation(self) -> float:
        return (self.low + self.mode + self.high) / 3


def _beta_cdf(x: float, a: float, b: float, low: float, high: float) -> float:
    return float(betainc(a, b, min(1.0, max(0.0, (x - low) / (high - low)))))


@dataclass(frozen=True, kw_only=True)
class Pert(_Moded):
    """From `low` to `high`, most likely at `mode`, smooth: a beta distribution with mean (low + 4 mode + high) / 6."""

    name = "pert"

    def shapes(self) -> tuple[float, float]:
        """The two shape parameters of the beta distribution."""
        width = self.high - self.low
        return 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width

    def cdf(self, x: float) -> float:
        return _beta_cdf(x, *self.shapes(), self.low, self.high)

    def inverse(self, p: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * beta_quantile(*self.shapes(), p)

    def plain_expectation(self) -> float:
        return (self.low + 4 * self.mode + self.high) / 6


@dataclass(frozen=True, kw_only=True)
class Beta(Distribution):
    """The beta distribution with shapes `a` and `b`, stretched from [0, 1] to [`low`, `high`]."""

    name = "beta"
    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.a > 0:
            yield "a", "more than 0"
        if not self.b > 0:
            yield "b", "more than 0"
        if not self.low < self.high:
            yield "high", f"more than {self.low:g}, which is low"

    def cdf(self, x: float) -> float:
        return _beta_cdf(x, self.a, self.b, self.low, self.high)

    def inverse(self, p: FloatArray) -> FloatArray:
        return np.asarray(self.low + (self.high - self.low) * betaincinv(self.a, self.b, p))

    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def plain_expectation(self) -> float:
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)


@dataclass(frozen=True, kw_only=True)
class Normal(Distribution):
    """The normal distribution."""

    name = "normal"
    mean: float
    sd: float

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.sd > 0:
            yield "sd", "more than 0"

    def cdf(self, x: float) -> float:
        return float(ndtr((x - self.mean) / self.sd))

    def inverse(self, p: FloatArray) -> FloatArray:
        return np.asarray(self.mean + self.sd * ndtri(p))

    def support(self) -> tuple[float, float]:
        return -inf, inf

    def plain_expectation(self) -> float:
        return self.mean


@dataclass(frozen=True, kw_only=True)
class LogNormal(Distribution):
    """A positive number as experts state it: its median and its 5% and 95% points, `low` and `high`."""

    name = "lognormal"
    median: float
    low: float
    high: float

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.low > 0:
            yield "low", "more than 0"
        if not self.low < self.high:
            yield "high", f"more than {self.low:g}, which is low"
        elif not self.low < self.median < self.high:
            yield "median", f"a number between {self.low:g} and {self.high:g}, the 5% and 95% points low and high"

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm: the mean of what each of the two points says."""
        return log(self.high / self.low) / (2 * Z95)

    def cdf(self, x: float) -> float:
        return float(ndtr(log(x / self.median) / self.sigma)) if x > 0 else 0.0

    def inverse(self, p: FloatArray) -> FloatArray:
        return np.asarray(self.median * np.exp(self.sigma * ndtri(p)))

    def support(self) -> tuple[float, float]:
        return 0.0, inf

    def plain_expectation(self) -> float:
        return self.median * exp(self.sigma**2 / 2)


@dataclass(frozen=True, kw_only=True)
class Exponential(Distribution):
    """The time to something that happens at a constant rate."""

    name = "exponential"
    mean: float

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        if not self.mean > 0:
            yield "mean", "more than 0"

    def cdf(self, x: float) -> float:
        return float(-np.expm1(-max(x, 0.0) / self.mean))

    def inverse(self, p: FloatArray) -> FloatArray:
        return -self.mean * np.log1p(-p)

    def support(self) -> tuple[float, float]:
        return 0.0, inf

    def plain_expectation(self) -> float:
        return self.mean
