"""The weeks ahead as treasurers plan them: quantiles of a tracked amount by week, each with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .fan import FEWEST_TRADING
from .intervals import LEVEL, Estimate, Floats, quantile_ranks

WEEKS = 13
BANDS = (0.9, 0.5, 0.1)

Weeks = dict[int, dict[float, Estimate]]


def weeks_ahead(tracks: pd.DataFrame, column: str, *, level: float = LEVEL, chance_per_input: int = 1) -> Weeks:
    """BANDS of `column` among what still trades, with order-statistic intervals, for weeks 0 to WEEKS of one policy.

    A week in which fewer than FEWEST_TRADING tracked replications trade, or not all of them if they are fewer, is left
    out.
    """
    fewest = min(FEWEST_TRADING, tracks["replication"].nunique())
    days = {week: tracks.loc[tracks["day"] == 7 * week, column].to_numpy(dtype=float) for week in range(WEEKS + 1)}
    return {
        week: {p: quantile_of(amounts, p, level, chance_per_input) for p in BANDS}
        for week, amounts in days.items()
        if len(amounts) >= fewest
    }


def quantile_of(values: Floats, p: float, level: float = LEVEL, chance_per_input: int = 1) -> Estimate:
    """A quantile of values of replications with its order-statistic interval, as wide as the values at most."""
    ordered, n = np.sort(values), len(values)
    ranks = np.clip(quantile_ranks(n, p, n / chance_per_input, level), 1, n)
    return Estimate(*(float(ordered[rank - 1]) for rank in ranks))
