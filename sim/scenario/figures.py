"""The figure that a question is about, as people write it: ``P(insolvent by 2024-10-31)``, ``Q(insolvent, 50%)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

HOW = 'a figure, such as "P(insolvent by 2024-10-31)", "P(zero_cash by day 91)" or "Q(insolvent, 50%)"'
EVENT = r"(?P<event>[a-z_]+(?:\.[A-Za-z0-9_-]+)?)"
PROBABILITY = re.compile(rf"P\({EVENT}(?: by (?:(?P<date>\d{{4}}-\d\d-\d\d)|day (?P<day>\d+)))?\)")
QUANTILE = re.compile(rf"Q\({EVENT}, ?(?P<percent>\d+(?:\.\d+)?)%\)")
CONDITION = re.compile(r"(?P<figure>P\(.*\)) ?(?P<sign><=|>=) ?(?P<bound>0?\.\d+|\d+(?:\.\d+)?%|[01])")
ENDS = ("insolvent", "recapitalised", "acquired", "licensed_out", "wound_down", "any_end")
STATES = (
    "zero_cash",
    "cash_flow_insolvent",
    "payroll_missed",
    "service_suspended",
    "default_event",
    "debt_accelerated",
)


@dataclass(frozen=True)
class Figure:
    """P(an event by a day), the horizon if none is said; or the day by which a share of replications has seen it.

    ``day`` counts from the scenario's start; ``when`` is what was said, for points of a design that start elsewhere.
    """

    text: str
    event: str
    day: int | None = None
    share: float | None = None
    when: date | None = None

    def day_after(self, start: date) -> int | None:
        """The day counted from a start."""
        return self.day if self.when is None else (self.when - start).days


@dataclass(frozen=True)
class Condition:
    """A probability that must be at most, or at least, a bound."""

    figure: Figure
    is_at_most: bool
    bound: float

    @property
    def text(self) -> str:
        """The condition as people write it."""
        return f"{self.figure.text} {'<=' if self.is_at_most else '>='} {self.bound:g}"


def figure(text: str, start: date, last_day: int | None = None) -> Figure:
    """The figure that a text names, no later than ``last_day``. Raises ValueError with what is expected instead."""
    text = text.strip()
    match = PROBABILITY.fullmatch(text) or QUANTILE.fullmatch(text)
    if match is None:
        raise ValueError(HOW)
    found = match.groupdict()
    if found["event"].partition(".")[0] not in (*ENDS, *STATES):
        raise ValueError(f"{HOW}, of one of {', '.join((*ENDS, *STATES))}")
    if found.get("percent"):
        share = float(found["percent"]) / 100
        if not 0 < share < 1:
            raise ValueError("a quantile of more than 0% and less than 100%")
        return Figure(text, found["event"], share=share)
    when = _date(found["date"]) if found["date"] else None
    return Figure(text, found["event"], day=_day(found["day"], when, start, last_day), when=when)


def condition(text: str, start: date, last_day: int | None = None) -> Condition:
    """The condition that a text states. Raises ValueError with what is expected instead."""
    match = CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError('a condition, such as "P(insolvent by 2024-10-31) <= 0.05"')
    bound = match["bound"]
    number = float(bound.rstrip("%")) / (100 if bound.endswith("%") else 1)
    if not 0 < number < 1:
        raise ValueError("a bound between 0 and 1")
    return Condition(figure(match["figure"], start, last_day), match["sign"] == "<=", number)


def _day(stated: str | None, when: date | None, start: date, last_day: int | None) -> int | None:
    if stated is None and when is None:
        return None
    day = (when - start).days if when else int(stated or 0)
    if day < 0:
        raise ValueError(f"a date after the start, {start}")
    if last_day is not None and day > last_day:
        raise ValueError(f"a day up to the horizon, {start + timedelta(last_day)} (day {last_day})")
    return day


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date that the calendar has, such as 2024-10-31") from None
