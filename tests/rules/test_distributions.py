"""Every distribution of the scenario language against an independent implementation of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.scenario.distributions import (
    DISTRIBUTIONS,
    Beta,
    Discrete,
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
)

U = np.array([1e-12, 1e-4, 0.05, 0.25, 0.5, 0.7, 0.95, 0.9999, 1 - 1e-12])
FIVE_TO_95 = 2 * stats.norm.ppf(0.95)

CONTINUOUS = {
    "uniform": (Uniform(low=2, high=5), stats.uniform(2, 3)),
    "triangular": (Triangular(low=45, mode=100, high=270), stats.triang(55 / 225, 45, 225)),
    "triangular that falls from its mode": (Triangular(low=1, mode=1, high=4), stats.triang(0, 1, 3)),
    "triangular that rises to its mode": (Triangular(low=1, mode=4, high=4), stats.triang(1, 1, 3)),
    "pert": (Pert(low=10, mode=20, high=60), stats.beta(1.8, 4.2, 10, 50)),
    "normal": (Normal(mean=-1, sd=2), stats.norm(-1, 2)),
    "lognormal": (LogNormal(median=70, low=35, high=140), stats.lognorm(np.log(4) / FIVE_TO_95, scale=70)),
    "exponential": (Exponential(mean=24), stats.expon(scale=24)),
    "beta": (Beta(a=2, b=5), stats.beta(2, 5)),
    "beta on an interval": (Beta(a=0.5, b=0.5, low=-1, high=3), stats.beta(0.5, 0.5, -1, 4)),
}


@pytest.mark.parametrize(("ours", "theirs"), CONTINUOUS.values(), ids=CONTINUOUS)
def test_quantiles_and_expectation_agree(ours: Distribution, theirs: stats.rv_continuous) -> None:
    np.testing.assert_allclose(ours.quantile(U), theirs.ppf(U), rtol=1e-9, atol=1e-9)
    assert ours.expectation() == pytest.approx(theirs.mean())


@pytest.mark.parametrize(("ours", "theirs"), CONTINUOUS.values(), ids=CONTINUOUS)
def test_truncation_keeps_the_proportions_of_what_is_left(ours: Distribution, theirs: stats.rv_continuous) -> None:
    low, high = theirs.ppf(0.2), theirs.ppf(0.9)
    truncated = type(ours)(**{**vars(ours), "at_least": low, "at_most": high})
    np.testing.assert_allclose(truncated.quantile(U), theirs.ppf(0.2 + 0.7 * U), rtol=1e-7)
    assert truncated.bounds() == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("ours", "theirs"), CONTINUOUS.values(), ids=CONTINUOUS)
def test_truncation_on_one_side_survives_extreme_draws(ours: Distribution, theirs: stats.rv_continuous) -> None:
    extremes = np.array([2.0**-60, 1 - 2.0**-53])
    for side in ("at_least", "at_most"):
        truncated = type(ours)(**{**vars(ours), side: theirs.median()})
        assert np.isfinite(truncated.quantile(extremes)).all()


def test_a_lognormal_takes_its_spread_from_both_points() -> None:
    skewed = LogNormal(median=70, low=35, high=154)
    assert skewed.quantile(np.array([0.5]))[0] == pytest.approx(70)
    assert skewed.sigma == pytest.approx(0.5 * (np.log(154 / 70) + np.log(70 / 35)) / stats.norm.ppf(0.95))


def test_a_truncated_mean_is_the_mean_of_what_is_left() -> None:
    theirs = stats.truncnorm(-1, 2)
    assert Normal(mean=0, sd=1, at_least=-1, at_most=2).expectation() == pytest.approx(theirs.mean(), abs=1e-4)


def test_a_discrete_distribution_gives_each_value_its_probability() -> None:
    steps = Discrete(values=(5, 1, 3), probabilities=(0.5, 0.2, 0.3))
    drawn = steps.quantile((np.arange(1000) + 0.5) / 1000)
    assert [int((drawn == value).sum()) for value in (1, 3, 5)] == [200, 300, 500]
    assert steps.expectation() == pytest.approx(3.6)
    assert (np.diff(drawn) >= 0).all()


def test_a_value_without_probability_never_comes() -> None:
    never = Discrete(values=(0, 1, 9), probabilities=(0.0, 1.0, 0.0))
    assert never.quantile(np.array([1e-16, 1 - 1e-16])).tolist() == [1, 1]
    assert never.bounds() == (1, 1)


def test_an_empirical_distribution_repeats_its_values_alike() -> None:
    drawn = Empirical(values=(30, 10, 20)).quantile(np.array([0.1, 0.3, 0.4, 0.6, 0.7, 0.99]))
    assert drawn.tolist() == [10, 10, 20, 20, 30, 30]


def test_truncated_points_share_the_probability_of_the_others() -> None:
    kept = Discrete(values=(1, 3, 5), probabilities=(0.2, 0.3, 0.5), at_most=4)
    assert kept.quantile(np.array([0.39, 0.41])).tolist() == [1, 3]
    assert kept.expectation() == pytest.approx(2.2)
    assert kept.bounds() == (1, 3)


def test_a_fixed_distribution_is_its_value() -> None:
    assert Fixed(value=7).quantile(U).tolist() == [7] * len(U)


@pytest.mark.parametrize("mode", [0.0, 1e-6, 0.3, 0.5, 0.77, 1.0])
def test_no_pert_quantile_is_off_by_more_than_a_billionth_of_the_width(mode: float) -> None:
    tails = 10.0 ** -np.linspace(0.4, 15.5, 4_000)
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 20_001), tails, 1 - tails])
    ours = Pert(low=0, mode=mode, high=1)
    exact = stats.beta(1 + 4 * mode, 5 - 4 * mode)
    assert np.abs(ours.quantile(u) - exact.ppf(u)).max() < 1e-9
    assert ours.quantile(tails) == pytest.approx(exact.ppf(tails), rel=1e-8)


@pytest.mark.parametrize("distribution", [ours for ours, _ in CONTINUOUS.values()], ids=CONTINUOUS)
def test_quantiles_never_fall_as_luck_rises(distribution: Distribution) -> None:
    assert (np.diff(distribution.quantile(np.linspace(1e-9, 1 - 1e-9, 10_001))) >= 0).all()


MALFORMED = {
    "high must be above low": (Uniform, {"low": 5, "high": 5}, "high"),
    "the mode lies between low and high": (Triangular, {"low": 1, "mode": 9, "high": 5}, "mode"),
    "a lognormal is positive": (LogNormal, {"median": 5, "low": 0, "high": 9}, "low"),
    "a lognormal's median lies between its points": (LogNormal, {"median": 9, "low": 1, "high": 9}, "median"),
    "a spread is positive": (Normal, {"mean": 5, "sd": 0}, "sd"),
    "shapes are positive": (Beta, {"a": 0, "b": 1}, "a"),
    "an exponential mean is positive": (Exponential, {"mean": 0}, "mean"),
    "probabilities add up to one": (Discrete, {"values": (1, 2), "probabilities": (0.5, 0.4)}, "probabilities"),
    "one probability for each value": (Discrete, {"values": (1, 2), "probabilities": (1.0,)}, "probabilities"),
    "probabilities are not negative": (Discrete, {"values": (1, 2), "probabilities": (1.5, -0.5)}, "probabilities"),
    "there is a value": (Empirical, {"values": ()}, "values"),
    "at_least is not above at_most": (Normal, {"mean": 0, "sd": 1, "at_least": 2, "at_most": 1}, "at_most"),
    "a truncation leaves something": (Uniform, {"low": 0, "high": 1, "at_least": 2}, "at_least"),
}


@pytest.mark.parametrize(("family", "parameters", "key"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_parameters_are_refused(family: type[Distribution], parameters: dict[str, float], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{family.name}: {key}: expected"):
        family(**parameters)


def test_every_distribution_of_the_language_is_tested_here() -> None:
    tested = {type(ours).name for ours, _ in CONTINUOUS.values()} | {"fixed", "discrete", "empirical"}
    assert tested == set(DISTRIBUTIONS)
