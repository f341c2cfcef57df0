"""The weeks ahead: quantiles of what still trades, with order-statistic intervals, while enough of it does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.weeks import weeks_ahead


def tracks(weeks: int, n: int = 100) -> pd.DataFrame:
    """Cash of 1 to n dollars at the start, a dollar more each week; all trade."""
    days, amounts = np.meshgrid(7 * np.arange(weeks), np.arange(1, n + 1))
    cash = amounts + days / 7
    return pd.DataFrame({"replication": amounts.ravel() - 1, "day": days.ravel(), "cash": cash.ravel()})


def test_of_1_to_100_dollars_the_median_is_50_between_the_40th_and_the_61st() -> None:
    found = weeks_ahead(tracks(14), "cash")
    assert list(found) == list(range(14))
    assert found[0][0.5] == (50, 40, 61)
    assert found[3][0.9].value == 93


def test_a_week_with_49_that_trade_of_100_is_left_out() -> None:
    table = tracks(2)
    few = table[(table["day"] == 0) | (table["replication"] < 49)]
    assert list(weeks_ahead(few, "cash")) == [0]


def test_pairs_that_share_their_inputs_count_as_one() -> None:
    alone, paired = (weeks_ahead(tracks(1, 400), "cash", chance_per_input=shared)[0][0.5] for shared in (1, 2))
    assert paired.high - paired.low > 1.3 * (alone.high - alone.low)
