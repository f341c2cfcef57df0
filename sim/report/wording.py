"""How numbers, dates and events are said in tables and figures."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd

from sim.analysis.intervals import Estimate
from sim.analysis.summary import NOT_REACHED

TO = "\N{EN DASH}"


def percent(estimate: Estimate) -> str:
    """A probability with its interval: "33.1% (32.2-34.0%)"."""
    return f"{hundredths(estimate.value)}% ({interval(estimate)}%)"


def interval(estimate: Estimate) -> str:
    """The interval of a probability in per cent, without the sign: "32.2-34.0"."""
    return f"{hundredths(estimate.low)}{TO}{hundredths(estimate.high)}"


def hundredths(probability: float) -> str:
    """A probability in per cent with one decimal, never rounded to certainty: "33.1", "0", "<0.1", ">99.9", "100"."""
    if probability in (0, 1):
        return f"{100 * probability:.0f}"
    if probability < 0.0005:
        return "<0.1"
    return ">99.9" if probability >= 0.9995 else f"{100 * probability:.1f}"


def complement(estimate: Estimate) -> Estimate:
    """The probability that it did not happen."""
    return Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low)


def words(event: str) -> str:
    """The name of an end or cause as people say it: "insolvent.directors_filed" is "directors filed"."""
    return event.rpartition(".")[2].replace("_", " ").replace("-", " ")


def day_month_year(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def date_reached(day: float, start: date) -> str:
    """The date of a day counted from `start`, or "not reached" (NaN)."""
    return NOT_REACHED if math.isnan(day) else day_month_year(start + timedelta(days=int(day)))


def replications(sizes: pd.Series[int]) -> str:
    """How many replications stand behind a table, from its column `n`: "n = 10,000 replications"."""
    few, many = int(sizes.min()), int(sizes.max())
    return f"n = {few:,} replications" if few == many else f"n = {few:,} to {many:,} replications"


def behind(summary: pd.DataFrame) -> pd.Series[int]:
    """How many replications stand behind the probabilities and dates of a summary; medians may have fewer."""
    return summary.loc[~summary["quantity"].str.startswith("median_"), "n"]
