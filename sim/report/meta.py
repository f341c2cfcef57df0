"""What the small print of a figure says, apart from drawing, which takes long to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sim.analysis.intervals import LEVEL


@dataclass(frozen=True)
class FigureMeta:
    """What the small print of every figure says about where it comes from.

    `policies` maps the name of each policy to its label, the baseline first; `start` is also the as-of date of the
    information; `chance_per_input` is how many replications share their uncertain inputs; `units` has those of the
    numbers that a figure may have on an axis, by path.
    """

    label: str
    start: date
    horizon_days: int
    fingerprint: str
    policies: Mapping[str, str]
    level: float = LEVEL
    chance_per_input: int = 1
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def horizon(self) -> date:
        return self.start + timedelta(days=self.horizon_days)
