"""How numbers, dates and events are said in tables and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from sim.analysis.compare import Weights
from sim.analysis.intervals import Estimate
from sim.analysis.summary import NOT_REACHED

TO = "\N{EN DASH}"
WEIGHTS = {
    "good_end": ("a good end", "is worth", "what a good end is worth"),
    "creditor_loss": ("a dollar that creditors lose", "counts", "how much a dollar that creditors lose counts"),
    "new_money_lost": ("a dollar of new money lost", "counts", "how much a dollar of new money lost counts"),
    "job_kept": ("a job kept", "is worth", "what a job kept is worth"),
}
"""What each weight weighs, the verb, and both as a clause."""


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
    return replications_of(few) if few == many else f"n = {few:,} to {many:,} replications"


def behind(summary: pd.DataFrame) -> pd.Series[int]:
    """How many replications stand behind the probabilities and dates of a summary; medians may have fewer."""
    return summary.loc[~summary["quantity"].str.startswith("median_"), "n"]


def replications_of(n: int) -> str:
    """A number of replications in small print."""
    return f"n = {n:,} replications"


def money(dollars: float) -> str:
    """An amount as people say it: "$24.3M", "$608k", "-$2.0M", "$0"."""
    sign, size = ("\N{MINUS SIGN}" if round(dollars) < 0 else ""), abs(dollars)
    if size >= 999_950_000:
        return f"{sign}${size / 1e9:.2f}B"
    if size >= 99_950_000:
        return f"{sign}${size / 1e6:.0f}M"
    if size >= 999_500:
        return f"{sign}${size / 1e6:.1f}M"
    return f"{sign}${size / 1e3:.0f}k" if size >= 1e3 else f"{sign}${size:.0f}"


def money_interval(low: float, high: float) -> str:
    """Two amounts as a range: "$22.1-26.0M", "-$2.0M to $1.1M", "$3.0M or more"."""
    if math.isinf(high):
        return f"{money(low)} or more"
    first, last = money(low), money(high)
    if first == last:
        return first
    if low >= 0 and first[-1] == last[-1] and not first[-1].isdigit():
        return f"{first[:-1]}{TO}{last[1:]}"
    return f"{first} to {last}"


def dollars(amount: float) -> str:
    """A declared amount, not rounded away: "$50M", "$20,000"."""
    return f"${amount / 1e6:g}M" if amount >= 1e6 else f"${amount:,.0f}"


def weighed(weight: str, value: float) -> str:
    """A value of a weight: "$68.9M", "0.66"."""
    return money(value) if weight in ("good_end", "job_kept") else f"{value:.2g}"


def weight_interval(weight: str, low: float, high: float) -> str:
    """Two values of a weight as a range: "$64.7-73.0M", "0.5-1"."""
    if weight in ("good_end", "job_kept"):
        return money_interval(low, high)
    return f"{low:.2g} or more" if math.isinf(high) else f"{low:.2g}{TO}{high:.2g}"


def declared(weight: str, weights: Weights) -> str:
    """A weight as declared, with its range: "declared $50M, range $10-250M"."""
    say = dollars if weight in ("good_end", "job_kept") else "{:g}".format
    said = f"declared {say(getattr(weights, weight))}"
    if weight not in weights.ranges:
        return f"{said}, no range"
    return f"{said}, range {_span(*map(say, weights.bounds(weight)))}"


def _span(first: str, last: str) -> str:
    """Two amounts or numbers as a range, their sign and unit said once if they share it."""
    if first[0] != "$":
        return f"{first}{TO}{last}"
    is_alike = first[-1] == last[-1] == "M" or "M" not in first + last
    return f"{first.rstrip('M')}{TO}{last.lstrip('$')}" if is_alike else f"{first} to {last}"


def with_interval(weight: str, value: Estimate) -> str:
    """A value of a weight with its interval."""
    return f"{weighed(weight, value.value)} ({weight_interval(weight, value.low, value.high)})"


def number(value: float, unit: str) -> str:
    """A value of an input with its unit: "$4.0M", "35%", "6 weeks", "30,000 per month"."""
    if unit.startswith("USD"):
        said = money(value) if abs(value) >= 1e5 else f"${value:,.0f}" if abs(value) >= 1000 else f"${value:,.4g}"
        return said + unit.removeprefix("USD")
    if unit in ("share", "probability"):
        return f"{100 * value:.3g}%"
    said = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
    return said if unit in ("factor", "count", "any", "") else f"{said} {unit}"


def dates(low: float, high: float, start: date) -> str:
    """Two days counted from `start` as a range of dates: "18-22 Feb 2024", "30 Jan to 2 Feb 2024"."""
    first, last = date_reached(low, start), date_reached(high, start)
    if first == last:
        return first
    if first[-8:] == last[-8:]:
        return f"{first.split()[0]}{TO}{last}"
    return f"{first[:-5]} to {last}" if first[-4:] == last[-4:] else f"{first} to {last}"


def signed(text: str, number: float) -> str:
    """A difference with its sign: "+1.1", "-0.3" as `text` has it."""
    return f"+{text}" if number > 0 and not text.startswith("+") else text


def points(share: float) -> str:
    """A difference of probabilities in percentage points: "+1.1", "-11.7", "0.0"."""
    number = round(100 * share, 1) or 0.0
    return signed(f"{abs(number):.1f}" if number >= 0 else f"\N{MINUS SIGN}{abs(number):.1f}", number)


def joined(names: Sequence[str], word: str = "and") -> str:
    """The names as a list in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def plural(n: int, noun: str) -> str:
    """A count with its noun: "1 policy", "2 policies", "3 vendors"."""
    ending = noun if n == 1 else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n:,} {ending}"


def rounded_up(n: int) -> int:
    """A count rounded up to two figures: 4,312 is 4,400."""
    step = 10 ** max(0, len(str(n)) - 2)
    return -(-n // step) * step
