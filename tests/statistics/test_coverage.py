"""Every interval holds the truth as often as it says: 2,000 repeats each, on pairs that share their inputs.

The share that holds must lie within 4 binomial standard errors (a false alarm in 16,000) and 1% of 95%; where an
interval may be wider than it says, it must not lie lower than that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sim.analysis.choice import select
from sim.analysis.compare import Outcomes, Weights, paired_differences
from sim.analysis.incidence import Incidence
from sim.analysis.information import Cells, turns, value_of_information
from sim.analysis.intervals import quantile_of, ratio_of, share_of
from sim.analysis.sensitivity import first_order, tornado
from sim.analysis.summary import medians
from tests.statistics.test_compare import outcomes_from
from tests.statistics.test_sensitivity import half_noise

REPEATS = 2000
ERROR = np.sqrt(0.95 * 0.05 / REPEATS)
NEARLY = pytest.approx(0.95, abs=4 * ERROR + 0.01)
AT_LEAST = 0.95 - 4 * ERROR
HORIZON = 1000


def paired_days(groups: int = 200) -> tuple[np.ndarray, float]:
    """Days of an event in pairs of replications, (repeats, replications), and the shared part of their spread: the day
    is lognormal around 500, half of the variance of its logarithm shared; beyond the horizon it never happens."""
    rng = np.random.default_rng(31)
    shared = np.repeat(rng.normal(size=(REPEATS, groups)), 2, axis=1)
    z = (shared + rng.normal(size=(REPEATS, 2 * groups))) / np.sqrt(2)
    return np.ceil(500 * np.exp(0.8 * z)).astype(np.int64), 0.8


@pytest.fixture(scope="module")
def found() -> list[Incidence]:
    return [Incidence.of_days(days, HORIZON, chance_per_input=2) for days in paired_days()[0]]


def true_share(day: float) -> float:
    return float(norm.cdf(np.log(day / 500) / 0.8))


@pytest.mark.parametrize("day", [100, 300, 500, 1000])
def test_a_probability_by_date(found: list[Incidence], day: int) -> None:
    held = [low <= true_share(day) <= high for _, low, high in (one.probability(day) for one in found)]
    assert np.mean(held) == NEARLY


@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.75])
def test_a_quantile_of_the_date(found: list[Incidence], p: float) -> None:
    truth = np.ceil(500 * np.exp(0.8 * norm.ppf(p)))
    held = [low <= truth and not truth > high for _, low, high in (one.quantile(p) for one in found)]
    assert np.mean(held) >= AT_LEAST - 0.01
    assert np.mean(held) <= 0.985


def test_the_restricted_mean(found: list[Incidence]) -> None:
    truth = sum(1 - true_share(day) if day else 1 for day in range(HORIZON))
    held = [low <= truth <= high for _, low, high in (one.restricted_mean() for one in found)]
    assert np.mean(held) == NEARLY


def test_the_band_around_a_whole_curve(found: list[Incidence]) -> None:
    truth = np.array([0, *(true_share(day) for day in range(1, HORIZON + 1))])
    bands = (one.band() for one in found)
    assert np.mean([((low <= truth) & (truth <= high)).all() for low, high in bands]) >= AT_LEAST


def test_the_median_of_an_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.analysis.summary.MEDIANS", {"raised": "USD"})
    amounts = paired_days(60)[0].astype(float) + np.random.default_rng(32).random((REPEATS, 120))
    rows = pd.DataFrame({"policy": np.repeat(np.arange(REPEATS), 120), "replication": np.tile(np.arange(120), REPEATS)})
    table = medians(rows.assign(raised=amounts.ravel()), chance_per_input=2)
    truth = 500.5
    assert np.mean((table["low"] <= truth) & (truth <= table["high"])) >= AT_LEAST - 0.01


def test_a_mean_and_a_share_and_a_quantile_over_some_of_the_replications() -> None:
    """Of rows picked by chance, counting the groups that they belong to."""
    rng, held = np.random.default_rng(37), {"mean": 0, "share": 0, "quantile": 0}
    members = np.arange(400) // 2
    for days in paired_days()[0]:
        z, is_in = np.log(days / 500) / 0.8, rng.random(400) < 0.4
        mean = ratio_of(z[is_in], np.ones(int(is_in.sum())), members[is_in])
        share, median = share_of(z > 1, 2), quantile_of(z, 0.9, 2)
        held["mean"] += mean.low <= 0 <= mean.high
        held["share"] += share.low <= norm.sf(1) <= share.high
        held["quantile"] += median.low <= norm.ppf(0.9) <= median.high
    assert held["mean"] / REPEATS == NEARLY
    assert held["share"] / REPEATS == NEARLY
    assert held["quantile"] / REPEATS >= AT_LEAST - 0.01


def test_a_ratio_of_sums() -> None:
    """Half of the raised amounts is lost on average, in step within pairs."""
    rng, held = np.random.default_rng(38), 0
    for _ in range(REPEATS):
        wholes = np.repeat(rng.lognormal(0, 1, 200), 2) * rng.lognormal(0, 0.3, 400)
        is_lost = rng.random(400) < 0.5
        ratio = ratio_of(np.where(is_lost, wholes, 0.0), wholes, np.arange(400) // 2)
        held += ratio.low <= 0.5 <= ratio.high
    assert held / REPEATS == NEARLY


def one_policy(values: np.ndarray) -> Outcomes:
    return outcomes_from(0 * values[:, None], values[:, None], 2)


def test_a_mean_loss() -> None:
    losses = np.log(paired_days()[0] / 500)
    held = [low <= 0 <= high for _, low, high in (one_policy(own).mean("loss", "a") for own in losses)]
    assert np.mean(held) == NEARLY


def test_what_may_be_lost_by_the_choice() -> None:
    rng, truth, held = np.random.default_rng(33), np.array([0.0, -0.05, -0.1]), 0
    for _ in range(REPEATS):
        draws = truth + rng.normal(size=(80, 1)) + 0.5 * rng.normal(size=(80, 3))
        chosen = select(outcomes_from(0 * draws, -draws), Weights())
        held += -truth["abc".index(chosen.chosen)] <= chosen.at_most_lost
    assert held / REPEATS >= AT_LEAST


def test_a_first_order_index() -> None:
    held = {"x": 0, "z": 0}
    for seed in range(REPEATS):
        inputs, outcome = half_noise(300, seed)
        table = first_order(inputs, outcome, shared=2)
        for name, truth in (("x", 0.5), ("z", 0.0)):
            held[name] += table.loc[name, "low"] <= truth <= table.loc[name, "high"]
    assert held["x"] / REPEATS >= AT_LEAST - 0.01
    assert held["z"] / REPEATS >= AT_LEAST


def test_the_ends_of_a_tornado() -> None:
    """The mean of a standard normal in its lowest fifth is -1.3998."""
    held = 0
    for seed in range(REPEATS):
        inputs, outcome = half_noise(500, seed)
        row = tornado(inputs[["x"]], outcome, shared=2).iloc[0]
        held += row["low_from"] <= -1.3998 <= row["low_to"]
    assert held / REPEATS >= AT_LEAST - 0.01


def test_the_value_of_knowing_an_input_is_not_overstated() -> None:
    """b beats a where x is above 0.4: knowing x is worth $0.8M, and a choice learnt from a sample gets less of it."""
    held, rng = 0, np.random.default_rng(34)
    for _ in range(REPEATS):
        x = rng.random(400)
        loss = np.column_stack([np.zeros(400), -1e6 * (10 * x - 4)]) + rng.normal(0, 2e6, (400, 2))
        row = value_of_information(pd.DataFrame({"x": x}), outcomes_from(np.zeros((400, 2)), loss)).iloc[0]
        held += row["low"] <= 0.8e6
    assert held / REPEATS >= AT_LEAST


def test_chance_alone_seldom_turns_a_choice_on_an_input() -> None:
    rng, false = np.random.default_rng(35), 0
    for _ in range(REPEATS):
        inputs = pd.DataFrame(rng.random((100, 3)), columns=["x", "y", "z"])
        loss = rng.normal(size=(100, 2))
        found = turns(Cells(inputs, 100), outcomes_from(0 * loss, loss), "a", ["b"])["b"]
        false += any(turn.is_sure for turn in found)
    assert 1 - false / REPEATS >= AT_LEAST


def test_a_p_value_below_5_percent_comes_5_times_in_100_where_nothing_differs() -> None:
    rng, false = np.random.default_rng(36), 0
    for _ in range(REPEATS):
        risk = np.repeat(rng.uniform(0.1, 0.9, 200), 2)[:, None]
        good = (rng.random((400, 2)) < risk).astype(float)
        (row,) = paired_differences(outcomes_from(good, 1 - good, 2), "good", "a")
        false += row.p < 0.05
    assert 1 - false / REPEATS == NEARLY
