"""The forecast from October 2022 holds what was reported about October 2023, without having been fitted to it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import sim
from sim.scenario.schema import Experiment
from tests.conventions.shared import ROOT

N = 1000
VENDORS = ("AWS", "Google Cloud", "CoreWeave")


@pytest.fixture(scope="module")
def a_year_on() -> pd.DataFrame:
    """The rows of the backtest on 31 October 2023, of the companies that still trade."""
    question = sim.load(ROOT / "experiments/stability_2022_10.toml")
    scenario = question.scenario.model_copy(update={"horizon_months": 12})
    experiment = Experiment.model_validate({**dict(question), "scenario": scenario, "tracked_replications": 0})
    frame = sim.simulate(experiment, replications=N).frame
    return frame[frame.end == "survived"]


def lies_within(value: float, forecast: Any) -> bool:
    """Whether a value is between the 5% and the 95% point of a forecast."""
    return bool(forecast.quantile(0.05) <= value <= forecast.quantile(0.95))


def test_most_companies_still_trade_a_year_on(a_year_on: pd.DataFrame) -> None:
    assert len(a_year_on) > 0.6 * N


def test_the_reported_cash_lies_within_the_forecast(a_year_on: pd.DataFrame) -> None:
    assert lies_within(4.0e6, a_year_on["final_cash"])


def test_the_reported_arrears_lie_within_the_forecast(a_year_on: pd.DataFrame) -> None:
    assert lies_within(9.6e6, sum(a_year_on[f"final_overdue.{name}"] for name in VENDORS))


def test_little_cash_and_large_arrears_on_one_date_is_a_possible_state(a_year_on: pd.DataFrame) -> None:
    """A treasury that spends all it has each week could not come to it."""
    arrears = sum(a_year_on[f"final_overdue.{name}"] for name in VENDORS)
    joint = a_year_on["final_cash"].between(3e6, 5e6) & arrears.between(7e6, 12e6)
    assert 0.01 < joint.mean() < 0.5


def test_eight_to_ten_senior_exits_lie_within_the_forecast(a_year_on: pd.DataFrame) -> None:
    assert lies_within(8, a_year_on["senior_exits"])
    assert lies_within(10, a_year_on["senior_exits"])
