"""A number as a file states it: bare, annotated with unit and source, or uncertain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from sim.scenario.distributions import Distribution, FloatArray


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What numbers a field takes: unit, bounds (`low` itself only if `low_included`), whole or not, how written."""

    name: str
    unit: str
    low: float = 0.0
    high: float = np.inf
    low_included: bool = True
    is_whole: bool = False
    is_money: bool = False
    may_be_percent: bool = False
    other_units: tuple[str, ...] = ()
    takes_any_unit: bool = False

    def fault(self, number: float) -> str:
        """What is expected if `number` does not obey, else nothing."""
        too_low = number < self.low or (number == self.low and not self.low_included)
        fractional = self.is_whole and np.isfinite(number) and number != round(number)
        return self.expected() if too_low or number > self.high or fractional else ""

    def expected(self) -> str:
        """The numbers that this field takes, in words."""
        noun = "a whole number" if self.is_whole else "an amount" if self.is_money else "a number"
        at_least = f"at least {self.low:g}" if self.low_included else f"more than {self.low:g}"
        if np.isfinite(self.high):
            return f"{noun} from {self.low:g} to {self.high:g} ({self.unit})"
        return f"{noun} of {at_least} ({self.unit})" if np.isfinite(self.low) else f"{noun} ({self.unit})"


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A number in `unit`, either a `value` or a `distribution`, with where it comes from.

    `source` names an entry of docs/sources.md, `grade` is REPORTED, DERIVED or ASSUMPTION,
    `range` is what else it could be.
    """

    value: float | None = None
    distribution: Distribution | None = None
    unit: str = ""
    source: str | None = None
    note: str | None = None
    grade: str | None = None
    range: tuple[float, float] | None = None
    kind: Kind = field(repr=False)

    @classmethod
    def of(cls, kind: Kind, value: float) -> Self:
        """A bare number."""
        return cls(value=value, unit=kind.unit, kind=kind)

    @property
    def is_fixed(self) -> bool:
        """Whether it is one number rather than a distribution."""
        return self.distribution is None

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind.is_whole

    def quantile(self, u: FloatArray) -> FloatArray:
        """Values at probabilities `u` in (0, 1), the same shape; rounded if whole."""
        if self.distribution is None:
            return np.full(np.shape(u), self.value)
        drawn = self.distribution.quantile(np.asarray(u, dtype=np.float64))
        return np.rint(drawn) if self.is_whole else drawn

    def mean(self) -> float:
        """The expected value (of a whole number, before rounding)."""
        return float(self.value or 0.0) if self.distribution is None else self.distribution.expectation()

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest possible value."""
        if self.distribution is not None:
            return self.distribution.bounds()
        return float(self.value or 0.0), float(self.value or 0.0)

    def as_stated(self) -> Any:
        """The number as a file would state it: plain data that reads back as an equal object."""
        notes = {key: getattr(self, key) for key in ("source", "note", "grade", "range")}
        notes = {key: list(note) if key == "range" else note for key, note in notes.items() if note is not None}
        if self.distribution is None:
            return {"value": self.value, "unit": self.unit, **notes} if notes else self.value
        return {**_parameters(self.distribution), "unit": self.unit, **notes}


class Quantity(Stated):
    """An uncertain input: one number, or one distribution that is sampled once per group of replications."""


class Law(Stated):
    """A distribution drawn afresh at each occurrence, as an investor's decision time is; a bare number never varies."""


def _parameters(distribution: Distribution) -> dict[str, Any]:
    stated = {key: value for key, value in vars(distribution).items() if np.all(np.isfinite(value))}
    listed = {key: list(value) if isinstance(value, tuple) else value for key, value in stated.items()}
    return {"distribution": distribution.name, **listed}
