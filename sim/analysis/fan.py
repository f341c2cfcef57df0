"""Quantiles over time of a tracked quantity among the replications that still trade."""

from __future__ import annotations

import pandas as pd

from .intervals import LEVEL, simultaneous_half_width

FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST_TRADING = 50


def fan(
    tracks: pd.DataFrame,
    column: str,
    *,
    horizon_days: int,
    level: float = LEVEL,
    chance_per_input: int = 1,
) -> pd.DataFrame:
    """Quantiles of `column` by day for the tracks of one policy.

    Index day, each week to the horizon; one column per quantile of FAN (NaN where fewer than FEWEST_TRADING tracked
    replications still trade, or not all of them if they are fewer), `n_trading`, and `trading`, the share of the
    tracked replications that still trade, with its simultaneous band `low`, `high`.
    """
    by_day = tracks.groupby("day")[column]
    n_trading = by_day.size().reindex(range(0, horizon_days + 1, 7), fill_value=0)
    tracked = int(tracks["replication"].nunique())
    table = pd.DataFrame({quantile: by_day.quantile(quantile) for quantile in FAN}, index=n_trading.index)
    table = table.where(n_trading >= min(FEWEST_TRADING, tracked), axis=0)
    share, half = n_trading / tracked, simultaneous_half_width(max(tracked // chance_per_input, 1), level)
    return table.assign(
        n_trading=n_trading, trading=share, low=(share - half).clip(0), high=(share + half).clip(upper=1)
    )
