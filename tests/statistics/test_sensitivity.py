"""Indices, chance, value of information (V15), and boxes in input space."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import rbd_fast
from SALib.test_functions import Ishigami

from sim.analysis.discovery import discover
from sim.analysis.information import Cells, regrets_of, turns, value_of_information
from sim.analysis.sensitivity import chance_share, first_order, first_orders, parts_of, tornado
from tests.statistics.test_compare import outcomes_from

ISHIGAMI = {"x1": 0.31390519, "x2": 0.44241114, "x3": 0.0}


def uniform_inputs(n: int, *names: str, seed: int = 5, low: float = 0.0, high: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(low, high, (n, len(names))), columns=list(names))


def test_v15_first_order_indices_of_ishigami() -> None:
    inputs = uniform_inputs(2**15, *ISHIGAMI, low=-np.pi, high=np.pi)
    found = first_order(inputs, Ishigami.evaluate(inputs.to_numpy(), A=7, B=0.1))
    for name, truth in ISHIGAMI.items():
        assert found.loc[name, "index"] == pytest.approx(truth, abs=0.012)


def correlated(n: int, seed: int = 7) -> tuple[pd.DataFrame, np.ndarray]:
    """Y = A + B + C with unit variances; A and B are correlated by 0.6: they explain 3.2 / 4.2 together."""
    rng = np.random.default_rng(seed)
    a, b, c = np.linalg.cholesky([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]]) @ rng.normal(size=(3, n))
    return pd.DataFrame({"a": a, "b": b, "c": c}), a + b + c


def test_correlated_inputs_have_one_index_together() -> None:
    inputs, outcome = correlated(8192)
    found = first_orders(inputs, {"y": outcome}, together=[("a", "b")])["y"]
    assert list(found.index) == ["a & b", "c"]
    assert found.loc["a & b", "index"] == pytest.approx(3.2 / 4.2, abs=0.03)
    assert found.loc["c", "index"] == pytest.approx(1 / 4.2, abs=0.02)
    assert first_order(inputs, outcome)["index"].sum() > 1.2


def test_the_interval_of_a_joint_index_covers_the_truth() -> None:
    """500 repeats of 1,000 groups; what curvature between neighbours costs is within the interval."""
    tables = [first_orders(*_with(seed), together=[("a", "b")])["y"].loc["a & b"] for seed in range(500)]
    covered = np.mean([row["low"] <= 3.2 / 4.2 <= row["high"] for row in tables])
    assert covered >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 500)


def _with(seed: int) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    inputs, outcome = correlated(1000, seed)
    return inputs, {"y": outcome}


def test_indices_agree_with_another_given_data_method() -> None:
    inputs = uniform_inputs(8192, *ISHIGAMI, low=-np.pi, high=np.pi)
    outcome = Ishigami.evaluate(inputs.to_numpy())
    problem = {"num_vars": 3, "names": list(ISHIGAMI), "bounds": [[-np.pi, np.pi]] * 3}
    oracle = rbd_fast.analyze(problem, inputs.to_numpy(), outcome, num_resamples=2)["S1"]
    assert first_order(inputs, outcome).loc[list(ISHIGAMI), "index"].to_numpy() == pytest.approx(oracle, abs=0.03)


def half_noise(groups: int, seed: int = 6) -> tuple[pd.DataFrame, np.ndarray]:
    """Y = X + e with equal variances; two replications share each X."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=groups)
    return pd.DataFrame({"x": x, "z": rng.normal(size=groups)}), np.repeat(x, 2) + rng.normal(size=2 * groups)


def test_v15_half_of_the_variance_is_the_input_and_half_is_chance() -> None:
    inputs, outcome = half_noise(20_000)
    found = first_order(inputs, outcome, shared=2)
    assert found.loc["x", "index"] == pytest.approx(0.5, abs=0.02)
    assert found.loc["z", "index"] == pytest.approx(0.0, abs=0.005)
    noise = chance_share(outcome, 2)
    assert noise is not None
    assert noise.value == pytest.approx(0.5, abs=0.015)
    assert noise.low < 0.5 < noise.high


def test_the_interval_of_the_share_of_chance_covers_the_truth() -> None:
    """2,000 repeats of 200 groups; within 4 standard errors and 1% of 95%."""
    shares = [chance_share(half_noise(200, seed)[1], 2) for seed in range(2000)]
    covered = np.mean([share.low <= 0.5 <= share.high for share in shares if share])
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000) + 0.01)


def test_the_interval_of_an_index_covers_the_truth() -> None:
    inputs = [half_noise(400, seed) for seed in range(100)]
    rows = [first_order(table, outcome, shared=2).loc["x"] for table, outcome in inputs]
    assert np.mean([row["low"] <= 0.5 <= row["high"] for row in rows]) >= 0.85


def test_replications_that_share_nothing_cannot_tell_chance() -> None:
    assert chance_share(np.arange(10.0), 1) is None


def test_few_values_make_one_part_each() -> None:
    assert parts_of(np.array([4.0, 6, 4, 5, 6, 6]), 32).tolist() == [0, 2, 0, 1, 2, 2]


def test_the_tornado_shows_the_means_of_the_outer_fifths_largest_swing_first() -> None:
    inputs = uniform_inputs(5000, "weak", "strong")
    table = tornado(inputs, inputs["weak"].to_numpy() - 3 * inputs["strong"].to_numpy())
    assert list(table.index) == ["strong", "weak"]
    assert table.loc["strong", "swing"] == pytest.approx(-2.4, abs=0.05)


def turning(n: int = 4000) -> tuple[pd.DataFrame, object]:
    """Policy b beats a by $1M on average, but loses where x is low: b - a is uniform from -4 to 6, in $M."""
    inputs = uniform_inputs(n, "x", "idle")
    loss = np.column_stack([np.zeros(n), -1e6 * (10 * inputs["x"].to_numpy() - 4)])
    noise = np.random.default_rng(8).normal(0, 2e6, (n, 2))
    return inputs, outcomes_from(np.zeros((n, 2)), loss + noise)


def test_knowing_the_input_that_decides_is_worth_what_it_saves_and_an_idle_one_nothing() -> None:
    inputs, outcomes = turning()
    found = value_of_information(inputs, outcomes)
    assert found.loc["x", "value"] == pytest.approx(0.8e6, abs=0.08e6)
    assert found.loc["x", "low"] > 0 >= found.loc["idle", "low"]
    assert found.loc["idle", "value"] <= 0.02e6


def test_a_difference_that_turns_round_says_where() -> None:
    inputs, outcomes = turning()
    found = turns(Cells(inputs, 4000), outcomes, "b", ["a"])["a"]
    assert [(turn.cell.input, turn.cell.fifth) for turn in found] == [("x", 1), ("x", 2)]


def test_regret_is_measured_where_it_is_largest() -> None:
    inputs, outcomes = turning()
    regrets = regrets_of(Cells(inputs, 4000), outcomes)
    assert regrets.minimax == "b"
    amount, cell = regrets.largest("a")
    assert (cell.input, cell.fifth) == ("x", 5)
    assert amount == pytest.approx(5e6, rel=0.05)


def planted(n: int = 4000, *, noise: float = 0.05) -> tuple[pd.DataFrame, np.ndarray]:
    """Fails where gpu price is under 0.4 and the bridge later than 0.6, and elsewhere with a small chance."""
    inputs = uniform_inputs(n, "price", "bridge", "idle", seed=9)
    inside = (inputs["price"] < 0.4) & (inputs["bridge"] > 0.6)
    rng = np.random.default_rng(10)
    return inputs, np.where(inside, rng.random(n) < 1 - noise, rng.random(n) < noise).astype(float)


def test_a_planted_box_is_found_with_its_limits_and_quality() -> None:
    inputs, hits = planted()
    box = discover(inputs, hits, list(inputs))
    assert box is not None
    limits = {(name, side): value for name, side, value in box.limits}
    assert set(limits) == {("price", "below"), ("bridge", "above")}
    assert limits["price", "below"] == pytest.approx(0.4, abs=0.03)
    assert limits["bridge", "above"] == pytest.approx(0.6, abs=0.03)
    assert box.density == pytest.approx(0.95, abs=0.04)
    assert box.low < 0.95 < box.high
    assert box.coverage == pytest.approx(0.95 * 0.16 / (0.95 * 0.16 + 0.05 * 0.84), abs=0.07)
    assert min(box.stability) >= 0.9
    assert box.density_outside_sample == pytest.approx(box.density, abs=0.06)


def test_pure_chance_has_no_box() -> None:
    hits = (np.random.default_rng(11).random(4000) < 0.3).astype(float)
    assert discover(uniform_inputs(4000, "a", "b", "c"), hits, ["a", "b", "c"]) is None
