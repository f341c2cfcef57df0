"""The market: demand, funding climate, GPU prices, bank rate and exchange rate, moved by shocks of their own and one
that is common to all.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.calendar import Phase
from sim.kernel.hazard import Hazard

Floats = NDArray[np.float64]

INDICES = ("demand", "climate", "gpu_price", "fx")


def kept(step: float, half_life: Any) -> Any:
    """Share of a deviation that is left after ``step`` months. *Source* V39: prices return to their trend."""
    return 2.0 ** (-step / half_life)


def spread(step: float, half_life: Any, volatility_per_year: Any) -> Any:
    """Standard deviation of what shocks add to a deviation in ``step`` months, exact for a mean-reverting process.

    *Source* V39 for the process.
    """
    speed = np.log(2) / half_life
    return volatility_per_year * np.sqrt((1 - kept(step, half_life) ** 2) / (24 * speed))


def correlated(common: Floats, own: Floats, loading: Any) -> Floats:
    """A standard normal shock whose correlation with the common one is ``loading``.

    *Assumption*: one common factor, so that two states' correlation is the product of their loadings.
    """
    shock: Floats = loading * common + np.sqrt(1 - loading * loading) * own
    return shock


def trend(growth_per_year: Any, months: float) -> Any:
    """Logarithm of an index on its trend. *Source* V39: a drift of -30% a year for GPU prices."""
    return np.log1p(growth_per_year) * (months / 12)


def glut_rate(probability_per_year: Any) -> Any:
    """Gluts a month, from the chance of at least one in a year. *Source* V39: one in two years, 20-40% each."""
    return -np.log1p(-probability_per_year) / 12


class Market:
    """Where each state stands, with a column of its deviation from trend (in logarithms, but for the bank rate)."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.gluts = Hazard(company.block, company.draw("market", "gpu_price", "glut"))
        self.own = company.block.columns(
            **{name: company.block.full(0.0, float) for name in INDICES},
            bank_rate=company.block.full(0.0, float) + terms.bank_rate.start - terms.bank_rate.level,
        )
        company.state.bank_rate = company.block.full(0.0, float) + terms.bank_rate.start

    def move(self, week: int, step: float) -> None:
        """A week of the market."""
        common = self._shock("common", week)
        for name in (*INDICES, "bank_rate"):
            self._deviate(name, week, step, common)
        self._glut(step)
        self._publish()

    def _shock(self, name: str, week: int) -> Floats:
        return self.company.draw("market", name, "shock").normal(week)

    def _deviate(self, name: str, week: int, step: float, common: Floats) -> None:
        terms = getattr(self.terms, name)
        if np.all(terms.volatility_per_year == 0) and not getattr(self.own, name).any():
            return
        shock = correlated(common, self._shock(name, week), terms.loading)
        left = getattr(self.own, name) * kept(step, terms.half_life_months)
        moved = left + shock * spread(step, terms.half_life_months, terms.volatility_per_year)
        setattr(self.own, name, moved)

    def _glut(self, step: float) -> None:
        terms, own = self.terms.gpu_price, self.own
        occurrence = self.gluts.own.occurrence.copy()
        comes = self.gluts.fires(glut_rate(terms.glut_probability_per_year) * step, self.company.trading)
        if comes.any():
            size = self.company.draw("market", "gpu_price", "fall").uniform_where(comes, occurrence)
            fall = np.minimum(terms.glut_fall.quantile(size), 0.99)
            own.gpu_price = np.where(comes, own.gpu_price + np.log1p(-fall), own.gpu_price)
            percent = np.rint(100 * fall).astype(np.int64)
            self.company.tell(comes, "market", "a glut of GPUs: their price falls by {n}%", n=percent)

    def _publish(self) -> None:
        state, trading, months = self.company.state, self.company.trading, self.company.clock.months
        for name in INDICES:
            index = np.exp(getattr(self.own, name) + trend(getattr(self.terms, name).growth_per_year, months))
            setattr(state, name, np.where(trading, index, getattr(state, name)))
        rate = np.maximum(self.terms.bank_rate.level + self.own.bank_rate, 0.0)
        state.bank_rate = np.where(trading, rate, state.bank_rate)


def market(company: Company, own: Market) -> Generator[Any, Any, None]:
    """Move each week."""
    before = 0.0
    for week, day in enumerate(company.timeline.weekly()):
        yield company.clock.at(day, Phase.MARKET)
        own.move(week, company.clock.months - before)
        before = company.clock.months
