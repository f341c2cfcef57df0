"""How far the dates of insolvency are from the smooth curves that people like to fit to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from .intervals import Floats

FAMILIES: tuple[Literal["lognormal", "Weibull"], ...] = ("lognormal", "Weibull")


@dataclass(frozen=True)
class Fit:
    """A family fitted by maximum likelihood to the days of the insolvent; `misfit` is the largest difference between
    the fitted and the actual share insolvent by any day, among the insolvent."""

    family: Literal["lognormal", "Weibull"]
    location: float
    scale: float
    misfit: float

    def standard(self, shares: Floats) -> Floats:
        """Where shares lie on this family's probability paper: straight lines in log time."""
        return np.asarray(ndtri(shares) if self.family == "lognormal" else np.log(-np.log1p(-shares)))

    def share(self, days: Floats) -> Floats:
        """The fitted share by each day."""
        z = (np.log(days) - self.location) / self.scale
        return np.asarray(ndtr(z) if self.family == "lognormal" else -np.expm1(-np.exp(z)))


def fit(days: Floats, family: Literal["lognormal", "Weibull"]) -> Fit | None:
    """A family fitted to the days (1 or more) of insolvency; None if they do not vary."""
    logs = np.log(np.maximum(days, 1))
    if len(days) < 2 or logs.std() == 0:
        return None
    location, scale = (float(logs.mean()), float(logs.std())) if family == "lognormal" else _weibull(logs)
    ordered, n = np.sort(np.maximum(days, 1)), len(days)
    values, counts = np.unique(ordered, return_counts=True)
    above = counts.cumsum() / n
    own = Fit(family, location, scale, 0.0)
    fitted = own.share(values)
    misfit = float(np.maximum(np.abs(fitted - above), np.abs(fitted - above + counts / n)).max())
    return Fit(family, location, scale, misfit)


def _weibull(logs: Floats) -> tuple[float, float]:
    """Log of the scale and inverse of the shape, by maximum likelihood."""
    centred = logs - logs.max()

    def score(shape: float) -> float:
        powers = np.exp(shape * centred)
        return float((powers * centred).sum() / powers.sum() - 1 / shape - centred.mean())

    high = 1.0
    while score(high) < 0:
        high *= 2
    shape = float(brentq(score, 1e-6, high))
    return float(logs.max() + np.log(np.exp(shape * centred).mean()) / shape), 1 / shape
