"""Dates, business days, months, and the order of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
import simpy
from numpy.typing import NDArray

NEVER = 2**31 - 1
"""The day of what has not happened: later than any horizon."""

MARGIN_DAYS = 800
"""How far past the horizon tables of dates reach: a due day or a decision may lie beyond the last simulated day."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Days = NDArray[np.int64]


class Phase(IntEnum):
    """The order of a day.

    1. ``MARKET`` market moves, the confidence of investors
    2. ``USAGE`` usage and accruals, how active customers are
    3. ``INVOICES`` invoices received
    4. ``CUSTOMER_CASH`` customers' money arrives
    5. ``DECISIONS`` investors, generic ends, dated actions of the policy
    6. ``STAFF`` people leave and join
    7. ``PAYROLL`` payroll leaves the bank, invoices and tax fall due
    8. ``PAYMENT_RUN`` the treasury pays
    9. ``CREDITORS`` creditors act on what stayed unpaid
    10. ``BOARD`` the board meets
    11. ``SOLVENCY`` states and ends are read
    12. ``RECORDS`` peaks and tracks are written
    """

    MARKET = 1
    USAGE = 2
    INVOICES = 3
    CUSTOMER_CASH = 4
    DECISIONS = 5
    STAFF = 6
    PAYROLL = 7
    PAYMENT_RUN = 8
    CREDITORS = 9
    BOARD = 10
    SOLVENCY = 11
    RECORDS = 12


class Timeline:
    """The dates of a run as day numbers: day 0 is the start date, ``last_day`` the horizon, inclusive."""

    def __init__(self, start: dt.date, last_day: int) -> None:
        self.start = start
        self.last_day = last_day
        self.n_days = last_day + MARGIN_DAYS
        self._business: dict[str, Days] = {}
        self._tables: dict[tuple[str, str], Days] = {}

    def date(self, day: int) -> dt.date:
        """The date of a day number."""
        return self.start + dt.timedelta(days=int(day))

    def day(self, when: dt.date) -> int:
        """The day number of a date (negative before the start)."""
        return (when - self.start).days

    @cached_property
    def dates(self) -> list[dt.date]:
        """The date of each day, margin included."""
        return [self.date(day) for day in range(self.n_days)]

    @cached_property
    def months(self) -> NDArray[np.float64]:
        """Calendar months since the start, by day: a full calendar month counts exactly 1, whatever its length."""
        return np.array([self.months_at(when) for when in self.dates])

    def months_at(self, when: dt.date) -> float:
        """Calendar months from the start to any date, negative before it."""
        first = self.start
        whole = 12 * (when.year - first.year) + when.month - first.month
        return whole + when.day / days_in_month(when) - first.day / days_in_month(first)

    def days_into_month(self, day: Days) -> tuple[Days, Days]:
        """Days since the last month end, and the days of that month; any shape."""
        of_month, length = self._day_of_month[day], self._month_length[day]
        return np.where(of_month == length, 0, of_month), length

    def month_ends(self) -> Iterator[int]:
        """The last day of each month after day 0."""
        return self.month_days(31)

    def month_days(self, *days_of_month: int) -> Iterator[int]:
        """Those days of each month after day 0; a day past the month's end is its last day."""
        wanted = [self._day_of_month == np.minimum(day, self._month_length) for day in days_of_month]
        return iter((np.flatnonzero(np.any(wanted, axis=0)[1:]) + 1).tolist())

    @cached_property
    def _day_of_month(self) -> Days:
        return np.array([when.day for when in self.dates])

    @cached_property
    def _month_length(self) -> Days:
        return np.array([days_in_month(when) for when in self.dates])

    def weekly(self, weekday: str = "Monday") -> Iterator[int]:
        """That weekday of each week after day 0."""
        first = 1 + (WEEKDAYS.index(weekday) - self.date(1).weekday()) % 7
        return iter(range(first, self.n_days, 7))

    def business_days(self, country: str) -> Days:
        """The business days of a country (an ISO code, ``GB`` or ``GB-ENG``), from ``MARGIN_DAYS`` before the start."""
        if country not in self._business:
            self._business[country] = self._find_business_days(country)
        return self._business[country]

    def _find_business_days(self, country: str) -> Days:
        import holidays

        nation, _, region = country.partition("-")
        years = range(self.date(-MARGIN_DAYS).year, self.dates[-1].year + 1)
        closed = list(holidays.country_holidays(nation, subdiv=region or None, years=years))
        every = np.datetime64(self.start) + np.arange(-MARGIN_DAYS, self.n_days)
        is_open = np.is_busday(every, holidays=np.array(closed, dtype="datetime64[D]"))
        return np.flatnonzero(is_open).astype(np.int64) - MARGIN_DAYS

    def business_days_after_start(self, country: str) -> Iterator[int]:
        """Each business day after day 0."""
        return (int(day) for day in self.business_days(country) if day > 0)

    def business_day(self, day: Any, country: str, offset: Any = 0) -> Any:
        """The business day on or after ``day``, then ``offset`` business days on (back if negative); any shape."""
        return self._from(self._places(country, "left"), day, country, offset)

    def business_day_on_or_before(self, day: Any, country: str, offset: Any = 0) -> Any:
        """The business day on or before ``day``, then ``offset`` business days on (back if negative); any shape."""
        return self._from(self._places(country, "right"), day, country, offset)

    def _from(self, places: Days, day: Any, country: str, offset: Any) -> Any:
        days = self.business_days(country)
        place = places[np.minimum(np.maximum(day, -MARGIN_DAYS), self.n_days - 1) + MARGIN_DAYS] + offset
        return days[np.minimum(np.maximum(place, 0), len(days) - 1)]

    def _places(self, country: str, side: Literal["left", "right"]) -> Days:
        """By day from ``-MARGIN_DAYS`` on, the place among business days of the first on or after it, or of the last on
        or before it."""
        if (country, side) not in self._tables:
            every = np.arange(-MARGIN_DAYS, self.n_days)
            places = np.searchsorted(self.business_days(country), every, side=side) - (side == "right")
            self._tables[country, side] = places
        return self._tables[country, side]


def days_in_month(when: dt.date) -> int:
    """The number of days of a date's month."""
    following = dt.date(when.year + when.month // 12, when.month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day


class Moment(simpy.Event):
    """A phase of a day. SimPy's ``Timeout`` has no priority; a moment's is its phase, then its process's rank."""

    def __init__(self, clock: Clock, day: int, phase: Phase, rank: int) -> None:
        super().__init__(clock.env)
        self._ok = True
        self._value = None
        self.phase = phase
        assert self.callbacks is not None
        self.callbacks.append(clock.arrive)
        priority: Any = phase * RANKS + rank
        clock.env.schedule(self, priority=priority, delay=day - clock.today)


RANKS = 100_000
"""Room for that many processes within a phase."""


class Clock:
    """Gives processes the moments they wait for, and knows which day and phase it is."""

    def __init__(self, env: simpy.Environment, timeline: Timeline) -> None:
        self.env = env
        self.timeline = timeline
        self.phase: int = 0
        self.ranks: dict[simpy.Process, int] = {}

    @property
    def today(self) -> int:
        """The day number."""
        return int(self.env.now)

    @property
    def date(self) -> dt.date:
        """The date of today."""
        return self.timeline.date(self.today)

    @property
    def months(self) -> float:
        """Calendar months since the start."""
        return float(self.timeline.months[self.today])

    def arrive(self, moment: Any) -> None:
        """Note the phase that begins with a moment."""
        self.phase = moment.phase

    def at(self, day: int, phase: Phase) -> Moment:
        """The moment for the calling process to wait for: ``ValueError`` unless it is later than now."""
        if day < self.today or (day == self.today and phase <= self.phase):
            raise ValueError(f"day {day} {phase.name} is not later than day {self.today} phase {self.phase}")
        return Moment(self, day, phase, self.ranks.get(self.env.active_process, 0))  # type: ignore[arg-type]

    def call(self, day: int, phase: Phase, action: Callable[[], None]) -> None:
        """Run a short action at a moment that must be later than now; actions of one phase must commute."""
        moment = Moment(self, day, phase, 0)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: action())
