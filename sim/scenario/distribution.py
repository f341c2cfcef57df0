"""What every distribution of one number offers: quantiles by inversion, bounds, expectation, truncation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
OPEN_INTERVAL = (2.0**-60, 1 - 2.0**-53)
"""Where a probability is kept when rounding could make it 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Distribution(ABC):
    """A distribution of one number, truncated to `[at_least, at_most]`; malformed parameters raise ValueError."""

    name: ClassVar[str]
    at_least: float = -inf
    at_most: float = inf

    def __post_init__(self) -> None:
        for key, expected in self.faults():
            raise ValueError(f"{self.name}: {key}: expected {expected}")

    @abstractmethod
    def cdf(self, x: float) -> float:
        """Probability of at most the finite number `x`, before truncation."""

    @abstractmethod
    def inverse(self, p: FloatArray) -> FloatArray:
        """The quantiles at probabilities `p`, before truncation."""

    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Lowest and highest value, before truncation."""

    @abstractmethod
    def plain_expectation(self) -> float:
        """The mean, before truncation."""

    def parameter_faults(self) -> Iterator[tuple[str, str]]:
        """Key and expectation of each malformed parameter."""
        yield from ()

    def faults(self) -> Iterator[tuple[str, str]]:
        """Key and expectation of each malformed parameter, the truncation included."""
        malformed = list(self.parameter_faults())
        yield from malformed
        if self.at_least > self.at_most:
            yield "at_most", f"at least {self.at_least:g}, which is at_least"
        elif not malformed and self._kept_probability() <= 1e-9:
            yield "at_least", "a truncation that leaves something of the distribution"

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that can be drawn."""
        low, high = self.support()
        return max(low, self.at_least), min(high, self.at_most)

    @property
    def is_truncated(self) -> bool:
        """Whether the truncation cuts anything off."""
        return self.bounds() != self.support()

    def quantile(self, u: FloatArray) -> FloatArray:
        """The quantiles at probabilities `u`, each in the open interval (0, 1); the same shape."""
        below, upto = self._kept_range()
        p = np.clip(below + u * (upto - below), *OPEN_INTERVAL) if self.is_truncated else u
        drawn = self.inverse(p)
        return np.clip(drawn, *self.bounds())

    def expectation(self) -> float:
        """The mean; of a truncated distribution, the average of 100,000 evenly spaced quantiles."""
        if not self.is_truncated:
            return self.plain_expectation()
        return float(self.quantile((np.arange(100_000) + 0.5) / 100_000).mean())

    def _kept_range(self) -> tuple[float, float]:
        low, high = self.support()
        below = self.cdf(self.at_least) if self.at_least > low else 0.0
        upto = self.cdf(self.at_most) if self.at_most < high else 1.0
        return below, upto

    def _kept_probability(self) -> float:
        below, upto = self._kept_range()
        return upto - below
