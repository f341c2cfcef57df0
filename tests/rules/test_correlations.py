"""Rank correlation between uncertain inputs: stated as Spearman, drawn by a Gaussian copula, refused if impossible."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import spearmanr

from sim.scenario.correlations import gaussian, is_valid, matrix_of, nearest, spearman
from tests.worlds import frame_of, world

N = 20_000
CASH, RENT, FEES = "opening.cash", "costs.rent.monthly", "costs.fees.monthly"
UNIFORM = {"distribution": "uniform", "low": 1_000, "high": 2_000}
SKEWED = {"distribution": "lognormal", "median": 1_000, "low": 100, "high": 9_000}


def correlated(*pairs: tuple[str, str, float]) -> Any:
    """A company whose cash, rent and fees are uncertain; both bills come on the first and are paid much later."""
    costs = [
        {"name": name, "class": "trade", "monthly": monthly, "invoice_day": 1, "net_days": 300}
        for name, monthly in (("rent", SKEWED), ("fees", UNIFORM))
    ]
    stated = [{"between": [one, other], "value": rank} for one, other, rank in pairs]
    opening = {"cash": {"distribution": "exponential", "mean": 5_000}}
    return world(date(2023, 10, 31), horizon_days=3, opening=opening, costs=costs, correlations=stated)


@pytest.mark.parametrize(("rank", "normal"), [(0.5, 0.51763809), (-0.5, -0.51763809), (0.48258374, 0.5), (1.0, 1.0)])
def test_a_spearman_correlation_becomes_a_gaussian_one_and_back(rank: float, normal: float) -> None:
    assert gaussian(rank) == pytest.approx(normal, abs=1e-8)
    assert spearman(normal) == pytest.approx(rank, abs=1e-8)


@pytest.mark.parametrize("rank", [0.5, -0.8])
def test_inputs_have_the_rank_correlation_that_the_file_states(rank: float) -> None:
    """Two-sided at 4 standard errors of the null, 1/sqrt(n): a false alarm in fewer than 1 of 10,000 runs."""
    frame = frame_of(world_with_one_bill(rank), replications=N)
    assert spearmanr(frame["final_cash"], frame["final_owed"]).statistic == pytest.approx(rank, abs=4 / np.sqrt(N))


def world_with_one_bill(rank: float) -> Any:
    """As above with rent alone: what is owed is its amount."""
    rent = {"name": "rent", "class": "trade", "monthly": SKEWED, "invoice_day": 1, "net_days": 300}
    opening = {"cash": {"distribution": "exponential", "mean": 5_000}}
    pair = {"between": [CASH, RENT], "value": rank}
    return world(date(2023, 10, 31), horizon_days=3, opening=opening, costs=[rent], correlations=[pair])


def test_correlation_leaves_each_input_its_own_distribution_and_the_first_its_own_draws() -> None:
    alone, together = (frame_of(world_with_one_bill(rank), replications=N) for rank in (0.0, 0.9))
    assert together["final_owed"].equals(alone["final_owed"])
    both = np.sort(alone["final_cash"]), np.sort(together["final_cash"])
    assert np.abs(both[0] - both[1]).mean() < 0.02 * 5_000


def test_replications_that_share_their_inputs_still_do() -> None:
    scenario = world_with_one_bill(0.5)
    few, many = (frame_of(scenario, replications=n) for n in (7, 50))
    assert few["final_cash"].equals(many["final_cash"][:7])


IMPOSSIBLE = ((CASH, RENT, 0.9), (RENT, FEES, 0.9), (CASH, FEES, -0.9))


def test_correlations_that_cannot_hold_together_are_refused_with_the_nearest_that_can() -> None:
    with pytest.raises(ValidationError, match="the nearest that do") as refused:
        correlated(*IMPOSSIBLE)
    shown = re.findall(r"(\S+) with (\S+) (-?\d\.\d{3})", str(refused.value).partition("the nearest that do")[2])
    assert len(shown) == 3
    correlated(*((one, other, float(rank)) for one, other, rank in shown))


def test_the_nearest_is_nearer_than_pulling_everything_towards_zero() -> None:
    _, matrix = matrix_of({("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): -0.2})
    found = nearest(matrix)
    towards_zero = [np.eye(3) + share * (matrix - np.eye(3)) for share in np.arange(1, 0, -0.001)]
    shrunk = next(candidate for candidate in towards_zero if is_valid(candidate))
    assert is_valid(found)
    assert not is_valid(matrix)
    assert np.linalg.norm(found - matrix) < np.linalg.norm(shrunk - matrix)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((CASH, "costs.rend.monthly", 0.1), 'did you mean "costs.rent.monthly"'),
        ((CASH, "costs.rent.net_days", 0.1), "this one is a number"),
        ((CASH, "start", 0.1), "structural"),
        ((CASH, CASH, 0.1), "two inputs"),
        ((CASH, RENT, 1.1), "less than or equal to 1"),
        ((CASH, RENT, 1.0), "the nearest that do"),
    ],
)
def test_a_correlation_that_makes_no_sense_is_refused(pair: tuple[str, str, float], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        correlated(pair)
    problems = [f"{error['msg']} {error.get('ctx')}" for error in refused.value.errors()]
    assert any(said in problem for problem in problems), problems
