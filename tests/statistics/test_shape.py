"""Smooth curves fitted to dates, and how far they miss."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, lognorm, weibull_min

from sim.analysis.shape import fit


def test_the_weibull_fit_and_its_misfit_are_those_of_scipy() -> None:
    days = 1 + weibull_min(1.7, scale=200).rvs(3000, random_state=1)
    own = fit(days, "Weibull")
    shape, _, scale = weibull_min.fit(days, floc=0)
    assert own is not None
    assert (1 / own.scale, np.exp(own.location)) == pytest.approx((shape, scale), rel=1e-3)
    assert own.misfit == pytest.approx(kstest(days, weibull_min(1 / own.scale, scale=scale).cdf).statistic, abs=2e-3)


def test_the_lognormal_misfit_is_the_distance_of_kolmogorov_and_smirnov() -> None:
    days = np.ceil(lognorm(0.5, scale=90).rvs(500, random_state=2))
    own = fit(days, "lognormal")
    assert own is not None
    steps = np.arange(1, 1001)
    actual = (days[:, None] <= steps).mean(axis=0)
    assert own.misfit == pytest.approx(
        np.abs(own.share(steps.astype(float)) - actual)[: int(days.max())].max(), abs=0.03
    )


def test_one_date_has_no_shape() -> None:
    assert fit(np.full(50, 5.0), "lognormal") is None
