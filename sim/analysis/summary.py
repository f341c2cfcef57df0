"""The summary of a result table: every headline figure with its interval and the number of replications behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from .incidence import ENDS, Incidence, event_days, events_of, rows_by_policy
from .intervals import LEVEL, Estimate, Floats, quantile_of

CURVES = ("insolvent", "zero_cash", "payroll_missed")
INSOLVENCY_QUANTILES = (0.05, 0.25, 0.5, 0.75)
MEDIANS = {
    "lowest_cash": "USD",
    "final_cash": "USD",
    "peak_overdue": "USD",
    "final_overdue": "USD",
    "raised": "USD",
    "revenue": "USD",
    "head_count": "people",
    "senior_exits": "people",
    "days_suspended": "days",
}
SUMMARY_COLUMNS = ["policy", "point", "quantity", "unit", "estimate", "low", "high", "n", "reading"]
NOT_REACHED = "not reached"


class Line(NamedTuple):
    """One quantity of one policy."""

    quantity: str
    unit: str
    estimate: Estimate


def summarise(
    frame: pd.DataFrame,
    *,
    days: Sequence[int],
    horizon_days: int,
    start: date,
    level: float = LEVEL,
    chance_per_input: int = 1,
) -> pd.DataFrame:
    """One row per policy and quantity: policy, point (0), quantity, unit, estimate, low, high, n, reading.

    Quantities: `insolvent_by_day_<d>` (also `zero_cash_by_day_<d>`, `payroll_missed_by_day_<d>`) for each of `days` up
    to the horizon; `insolvency_quantile_<p>`, the day by which a share p of all replications is insolvent;
    `share_<end>` and `share_insolvent.<cause>` at the horizon; `restricted_mean_trading`, the mean number of days until
    any end or the horizon; `median_<column>` for each of MEDIANS.

    Days count from `start`; a day that is not reached is null in the numeric columns. `reading` says the estimate and
    its interval in words, days of insolvency as dates. `chance_per_input` replications share their uncertain inputs,
    which widens the intervals.
    """
    seen = [day for day in days if day <= horizon_days]
    curves = {event: event_days(frame, event) for event in (*CURVES, "any_end")}
    ends = {event: event_days(frame, event) for event in dict.fromkeys([*ENDS[:-1], *events_of(frame)])}
    values = {column: frame[column].to_numpy(dtype=float) for column in MEDIANS}
    rows = []
    for policy, members in rows_by_policy(frame):
        incidences = {
            event: Incidence.of_days(event_day[members], horizon_days, chance_per_input)
            for event, event_day in (curves | ends).items()
        }
        lines = [
            *incidence_lines(incidences, seen, level),
            *share_lines({event: incidences[event] for event in ends}, incidences["any_end"], level),
            *(_median_line(column, values[column][members], chance_per_input, level) for column in MEDIANS),
        ]
        rows += [(policy, 0, *line[:2], *line.estimate, len(members), reading(line, start)) for line in lines]
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def medians(frame: pd.DataFrame, *, level: float = LEVEL, chance_per_input: int = 1) -> pd.DataFrame:
    """The medians of `summarise` alone."""
    values = {column: frame[column].to_numpy(dtype=float) for column in MEDIANS}
    rows = []
    for policy, members in rows_by_policy(frame):
        for column in MEDIANS:
            line = _median_line(column, values[column][members], chance_per_input, level)
            rows.append((policy, 0, *line[:2], *line.estimate, len(members), reading(line, date.min)))
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def estimates(summary: pd.DataFrame, policy: str) -> dict[str, Estimate]:
    """The estimates of one policy in the result of `summarise`, by quantity."""
    rows = summary.loc[summary["policy"] == policy, ["quantity", "estimate", "low", "high"]]
    return {str(quantity): Estimate(*numbers) for quantity, *numbers in rows.itertuples(index=False)}


def incidence_lines(incidences: dict[str, Incidence], days: Sequence[int], level: float) -> Iterator[Line]:
    """Probabilities by day, quantiles of the insolvency date and the restricted mean of one policy."""
    for event in CURVES:
        for day in days:
            yield Line(f"{event}_by_day_{day}", "probability", incidences[event].probability(day, level))
    for p in INSOLVENCY_QUANTILES:
        yield Line(f"insolvency_quantile_{p}", "day", incidences["insolvent"].quantile(p, level))
    yield Line("restricted_mean_trading", "days", incidences["any_end"].restricted_mean(level))


def share_lines(ends: dict[str, Incidence], any_end: Incidence, level: float) -> Iterator[Line]:
    """Shares of the ends at the horizon."""
    for event, incidence in ends.items():
        yield Line(f"share_{event}", "probability", incidence.probability(-1, level))
    ended = any_end.probability(-1, level)
    yield Line("share_survived", "probability", Estimate(1 - ended.value, 1 - ended.high, 1 - ended.low))


def _median_line(column: str, values: Floats, chance_per_input: int, level: float) -> Line:
    return Line(f"median_{column}", MEDIANS[column], quantile_of(values, 0.5, chance_per_input, level))


def reading(line: Line, start: date) -> str:
    """An estimate and its interval in words: "33.1% (32.2% to 34.0%)", "2024-02-16 (2024-02-14 to not reached)"."""
    value, low, high = (_word(number, line.unit, start) for number in line.estimate)
    return value if (value, low, high) == (NOT_REACHED,) * 3 else f"{value} ({low} to {high})"


def _word(number: float, unit: str, start: date) -> str:
    if np.isnan(number):
        return NOT_REACHED
    if unit == "day":
        return (start + timedelta(days=int(number))).isoformat()
    if unit == "probability":
        return f"{number:.1%}"
    return f"${number:,.0f}" if unit == "USD" else f"{number:,.0f}"
