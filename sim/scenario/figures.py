"""The figure that a question is about, as people write it: ``P(insolvent by 2024-10-31)``, ``Q(insolvent, 50%)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

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
    """P(an event by a day), the horizon if none is said; or the day by which a share of replications has seen it."""

    text: str
    event: str
    day: int | None = None
    share: float | None = None


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


def figure(text: str, start: date) -> Figure:
    """The figure that a text names. Raises ValueError with what is expected instead."""
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
    return Figure(text, found["event"], day=_day(found, start))


def condition(text: str, start: date) -> Condition:
    """The condition that a text states. Raises ValueError with what is expected instead."""
    match = CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError('a condition, such as "P(insolvent by 2024-10-31) <= 0.05"')
    bound = match["bound"]
    number = float(bound.rstrip("%")) / (100 if bound.endswith("%") else 1)
    if not 0 < number < 1:
        raise ValueError("a bound between 0 and 1")
    return Condition(figure(match["figure"], start), match["sign"] == "<=", number)


def _day(found: dict[str, str | None], start: date) -> int | None:
    if found["day"] is not None:
        return int(found["day"])
    if found["date"] is None:
        return None
    day = (date.fromisoformat(found["date"]) - start).days
    if day < 0:
        raise ValueError(f"a date after the start, {start}")
    return day
