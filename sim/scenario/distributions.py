"""The distributions of the scenario language, sampled by inversion.

Quantiles are monotone in `u`, so common random numbers stay common. Each class is one distribution, named by `name`;
its fields are the keys of the file. `at_least` and `at_most` truncate it: what lies outside never happens, and the rest
keeps its proportions.
"""

from __future__ import annotations

from sim.scenario.continuous import Beta, Exponential, LogNormal, Normal, Pert, Triangular, Uniform
from sim.scenario.distribution import Distribution, FloatArray
from sim.scenario.points import Discrete, Empirical, Fixed

__all__ = [
    "DISTRIBUTIONS",
    "Beta",
    "Discrete",
    "Distribution",
    "Empirical",
    "Exponential",
    "Fixed",
    "FloatArray",
    "LogNormal",
    "Normal",
    "Pert",
    "Triangular",
    "Uniform",
]

DISTRIBUTIONS: dict[str, type[Distribution]] = {
    family.name: family
    for family in (Fixed, Uniform, Triangular, Pert, Normal, LogNormal, Exponential, Beta, Discrete, Empirical)
}
"""The distributions by the names that files use."""
