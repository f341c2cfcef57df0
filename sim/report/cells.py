"""Table cells: an estimate, and its interval on a second line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.intervals import Estimate, Floats, distinct, quantile_worth, ratio_of

from .wording import TO, hundredths, money, money_interval

Rows = pd.DataFrame


def share_cell(share: Estimate) -> str:
    """A probability: "33.1%", "32.2-34.0"."""
    return f"{hundredths(share.value)}%\n{_span(hundredths(share.low), hundredths(share.high))}"


def money_cell(amount: Estimate) -> str:
    """An amount: "$24.3M", "$24.0-24.6M"."""
    return f"{money(amount.value)}\n{money_interval(amount.low, amount.high)}"


def number_cell(amount: Estimate, form: str = ",.0f") -> str:
    """A number: "112", "108-117"."""
    return f"{amount.value:{form}}\n{_span(f'{amount.low:{form}}', f'{amount.high:{form}}')}"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}{TO}{high}"


def within_0_and_1(share: Estimate) -> Estimate:
    """A share whose normal interval may reach too far."""
    return Estimate(*np.clip(share, 0, 1).tolist())


def mean_of_rows(rows: Rows, column: str, shared: int) -> Estimate | None:
    """The mean of a column over some replications, counting groups that share inputs; None if nothing is known."""
    values = rows[column].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(values)
    return ratio_of(values[known], known[known].astype(float), _groups(rows, shared)[known]) if known.any() else None


def median_of_rows(rows: Rows, column: str, shared: int) -> Estimate | None:
    """The median of a column over some replications, worth no more than their groups; None if there are none."""
    values = rows[column].to_numpy(dtype=float)
    return quantile_worth(values, 0.5, distinct(_groups(rows, shared))) if len(values) else None


def lost_share(rows: Rows, lost: Rows, column: str, shared: int) -> Estimate | None:
    """How much of the sum of a column is in the rows `lost`; None if there is nothing."""
    whole = rows[column].to_numpy(dtype=float)
    part: Floats = np.where(rows.index.isin(lost.index), whole, 0.0)
    return ratio_of(part, whole, _groups(rows, shared)) if whole.sum() else None


def said(amount: Estimate | None, cell: Callable[[Estimate], str], otherwise: str = "none") -> str:
    """A cell, or what stands where nothing is known."""
    return otherwise if amount is None else cell(amount)


def _groups(rows: Rows, shared: int) -> Any:
    return rows["replication"].to_numpy() // shared
