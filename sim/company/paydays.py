"""The calendar of pay: when wages are paid, when they leave the bank, and which days of work they pay for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.kernel.calendar import Timeline, days_in_month

Ints = NDArray[np.int64]

PAYDAYS = {"monthly": (31,), "semi_monthly": (15, 31)}
"""Days of the month on which wages are paid; 31 is the last day. *Source* L51 for twice a month."""


def funding_days(timeline: Timeline, country: str, paydays: tuple[int, ...], lead: int) -> Iterator[tuple[int, date]]:
    """Each day after day 0 on which a payroll leaves the bank, with its payday.

    *Source* model rule: paydays move to the business day on or before.
    """
    for nominal in timeline.month_days(*paydays):
        payday = int(timeline.business_day_on_or_before(nominal, country))
        funding = int(timeline.business_day_on_or_before(payday, country, -lead))
        if funding > 0:
            yield funding, timeline.date(payday)


def unpaid_days(timeline: Timeline, country: str, paydays: tuple[int, ...], lead: int) -> Ints:
    """By day from day 0 on, how many days of work no payroll that has left the bank pays for.

    *Source* model rule: a payroll pays for all days up to its nominal payday; at the start those up to the last one are
    paid.
    """
    start = timeline.date(0)
    before = [min(day, days_in_month(start)) for day in paydays if min(day, days_in_month(start)) <= start.day]
    paid = np.full(timeline.n_days, max(before, default=0) - start.day, dtype=np.int64)
    for nominal in timeline.month_days(*paydays):
        payday = int(timeline.business_day_on_or_before(nominal, country))
        funding = int(timeline.business_day_on_or_before(payday, country, -lead))
        paid[max(funding, 0) :] = nominal
    return np.maximum(np.arange(timeline.n_days) - paid, 0)


def tax_due_date(payday: date) -> date:
    """When what was withheld on a payday is due. *Source* L35: the 22nd of the next month."""
    return date(payday.year + payday.month // 12, payday.month % 12 + 1, 22)
