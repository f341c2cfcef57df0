"""The weeks ahead as treasurers plan them: quantiles of a tracked amount by week, each with its interval."""

from __future__ import annotations

import pandas as pd

from .fan import FEWEST_TRADING
from .intervals import LEVEL, Estimate, distinct, quantile_worth

WEEKS = 13
BANDS = (0.9, 0.5, 0.1)

Weeks = dict[int, dict[float, Estimate]]


def weeks_ahead(tracks: pd.DataFrame, column: str, *, level: float = LEVEL, chance_per_input: int = 1) -> Weeks:
    """BANDS of `column` among what still trades, with order-statistic intervals, for weeks 0 to WEEKS of one policy.

    A week in which fewer than FEWEST_TRADING tracked replications trade, or not all of them if they are fewer, is left
    out.
    """
    fewest = min(FEWEST_TRADING, tracks["replication"].nunique())
    days = {week: tracks[tracks["day"] == 7 * week] for week in range(WEEKS + 1)}
    return {week: _bands(own, column, level, chance_per_input) for week, own in days.items() if len(own) >= fewest}


def _bands(trading: pd.DataFrame, column: str, level: float, chance_per_input: int) -> dict[float, Estimate]:
    """The quantiles of what trades in a week, worth as many values as groups that share their inputs."""
    worth = distinct(trading["replication"].to_numpy() // chance_per_input)
    amounts = trading[column].to_numpy(dtype=float)
    return {p: quantile_worth(amounts, p, worth, level) for p in BANDS}
