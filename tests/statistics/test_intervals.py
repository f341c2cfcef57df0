"""Intervals: published values, coverage on fixed seeds, and independent implementations."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from sim.analysis.intervals import effective_size, order_statistic_ranks, simultaneous_half_width, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        pytest.param(0, 100, 0.0, 0.036993, id="no hit in 100: from 0 to 3.7%"),
        pytest.param(3, 100, 0.010255, 0.084519, id="3 hits in 100: from 1.0 to 8.5%"),
        pytest.param(500, 1000, 0.469070, 0.530930, id="500 hits in 1,000: from 46.9 to 53.1%"),
        pytest.param(100, 100, 0.963007, 1.0, id="100 hits in 100: from 96.3 to 100%"),
    ],
)
def test_wilson_has_its_published_values(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits / n, n) == (pytest.approx(low, abs=5e-7), pytest.approx(high, abs=5e-7))


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_statsmodels(level: float) -> None:
    hits = np.arange(0, 251)
    theirs = proportion_confint(hits, 250, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(wilson(hits / 250, 250, level), theirs, atol=1e-12)


def test_the_5_percent_quantile_of_1000_lies_between_ranks_37_and_65() -> None:
    assert order_statistic_ranks(1000, 0.05) == (37, 65)


def test_three_replications_bound_a_median_on_neither_side() -> None:
    assert order_statistic_ranks(3, 0.5) == (0, 4)


def test_order_statistics_cover_a_quantile_as_often_as_they_say() -> None:
    """2,000 repeats of 1,000 replications; 4 binomial standard errors, so a false alarm in 16,000."""
    samples = np.sort(np.random.default_rng(12).exponential(size=(2000, 1000)), axis=1)
    low, high = order_statistic_ranks(1000, 0.05)
    truth = -np.log(0.95)
    covered = np.mean((samples[:, low - 1] <= truth) & (truth <= samples[:, high - 1]))
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000))


def test_a_simultaneous_band_holds_the_whole_curve_in_19_of_20_samples() -> None:
    """2,000 repeats of 500 replications of an event that one in three never sees; a false alarm in 30,000."""
    days = np.random.default_rng(5).random((2000, 500)) * 1.5
    grid = np.linspace(0, 1, 101)
    shares = np.array([np.searchsorted(np.sort(sample), grid, side="right") / 500 for sample in days])
    held = np.mean(np.abs(shares - grid / 1.5).max(axis=1) <= simultaneous_half_width(500))
    assert held >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        pytest.param(1.0, 5_000, id="pairs that always agree are worth half"),
        pytest.param(0.0, 10_000, id="pairs that agree by chance only are worth all"),
        pytest.param(0.5, 10_000 / 1.5, id="pairs that half agree are worth two thirds"),
    ],
)
def test_10000_replications_in_pairs_are_worth_what_their_agreement_leaves(alike: float, expected: float) -> None:
    rng = np.random.default_rng(9)
    hits = rng.random((5_000, 2)) < 0.3
    hits[:, 1] = np.where(rng.random(5_000) < alike, hits[:, 0], hits[:, 1])
    worth = effective_size(hits.mean(), np.mean(hits.mean(axis=1) ** 2), 10_000, 5_000)
    assert worth == pytest.approx(expected, rel=0.04)


def test_replications_that_share_nothing_are_worth_their_number() -> None:
    share = np.array([0.0, 0.3, 1.0])
    np.testing.assert_allclose(effective_size(share, share, 777, 777), 777)
