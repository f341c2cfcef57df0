"""The journal of one replication as a story: week by week, what happened and what the bank said, and why it ended."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

import pandas as pd

from sim.report.wording import day_month_year, words

ROUTINE = re.compile(r"(receives|pays): |invoices the month|bills its work|sees |\d+ (leave|join|people)")
"""What a week tells in one line."""
BILLS = ("invoices the month", "bills its work")
OUT_OF_TURN = "meets out of turn and "
ENDINGS = ("end_day", "lowest_cash_day")
"""Days of a row that are no first day of a state."""


class Entry(Protocol):
    """One thing that happened, as a journal holds it."""

    @property
    def day(self) -> int: ...
    @property
    def date(self) -> date: ...
    @property
    def actor(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def cents(self) -> int | None: ...


def story(entries: Sequence[Entry], row: Mapping[str, Any], title: str) -> str:
    """The whole journal in words; ``row`` is the replication's row of the table."""
    lines = [title, "=" * len(title), ""]
    cash = 0
    for monday, week in _weeks(entries):
        cash += sum(entry.cents or 0 for entry in week if entry.actor == "bank")
        lines += [f"Week of {day_month_year(monday)}: {money(cash)} of free cash at its end", *_week(week), ""]
    return "\n".join([*lines, "Why it ended", "------------", *_ending(entries, row)])


def money(cents: float) -> str:
    """An amount of cents as people say it: "$7.00M", "$350k", "$40"."""
    dollars = abs(cents) / 100
    sign = "-" if cents < 0 else ""
    if dollars >= 1e6:
        return f"{sign}${dollars / 1e6:,.2f}M"
    return f"{sign}${dollars / 1e3:,.0f}k" if dollars >= 1e3 else f"{sign}${dollars:,.0f}"


def _weeks(entries: Iterable[Entry]) -> Iterator[tuple[date, list[Entry]]]:
    weeks: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        weeks[entry.date - timedelta(days=entry.date.weekday())].append(entry)
    yield from sorted(weeks.items())


def _week(week: list[Entry]) -> Iterator[str]:
    """The events of a week, each on its day, then its routine in a line each."""
    for entry in week:
        if not ROUTINE.match(entry.what):
            yield f"  {entry.date:%a %d %b}  {entry.actor}: {entry.what}{_amount(entry)}"
    yield from _movements(week, "receives: ", "in")
    yield from _movements(week, "pays: ", "out")
    bills = [entry for entry in week if entry.what.startswith(BILLS)]
    moves = [entry for entry in week if re.match(r"\d+ (leave|join|people)", entry.what)]
    views = [entry.what for entry in week if entry.what.startswith("sees ")]
    yield from _listed("bills", [f"{name} {money(cents)}" for name, cents in _sums(bills).items()])
    yield from _listed("staff", [f"{entry.actor.removeprefix('staff ')} {entry.what}" for entry in moves])
    yield from _listed("board", views[-1:])


def _movements(week: list[Entry], verb: str, said: str) -> Iterator[str]:
    movements = [entry for entry in week if entry.actor == "bank" and entry.what.startswith(verb)]
    sums = _sums(movements, verb)
    parts = [f"{name} {money(cents)}" for name, cents in sums.items()]
    yield from _listed(said, [f"{money(sum(sums.values()))}: {', '.join(parts)}"] if parts else [])


def _sums(entries: list[Entry], verb: str = "") -> dict[str, int]:
    """Cents by what follows the verb; without one, by who acts."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.what.removeprefix(verb) if verb else entry.actor] += abs(entry.cents or 0)
    return sums


def _listed(said: str, parts: Sequence[str]) -> Iterator[str]:
    if parts:
        yield f"    {said:<7}{', '.join(parts)}"


def _amount(entry: Entry) -> str:
    return "" if entry.cents is None else f" ({money(entry.cents)})"


def _ending(entries: Sequence[Entry], row: Mapping[str, Any]) -> Iterator[str]:
    when = pd.Timestamp(row["end_date"]).date()
    cause = "" if pd.isna(row["cause"]) else f", {words(row['cause'])}"
    yield f"{words(row['end']).capitalize()}{cause} on {day_month_year(when)} (day {row['end_day']})."
    tipped = [entry for entry in entries if entry.actor == "board" and re.match("resolves|decides", entry.what)]
    if tipped:
        last = tipped[-1]
        views = [e.what for e in entries if e.actor == "board" and "sees pay" in e.what and e.day <= last.day]
        seen = f"; its last view: {views[-1].removeprefix(OUT_OF_TURN)}" if views else ""
        yield f"The board's last act, on {day_month_year(last.date)}: {last.what}{seen}."
    if not pd.isna(row["leading_state"]):
        creditor = "" if pd.isna(row["creditor"]) else f"; most is overdue to {row['creditor']}"
        yield f"Gravest state then: {words(row['leading_state'])}{creditor}."
    start = when - timedelta(days=int(row["end_day"]))
    names = [name for name in row if name.endswith("_day") and name not in ENDINGS]
    reached = [(row[name], words(name.removesuffix("_day"))) for name in names if not pd.isna(row[name])]
    told = [f"{name} on {day_month_year(start + timedelta(days=int(day)))}" for day, name in sorted(reached)]
    yield f"On the way: {', '.join(told)}." if told else "On the way: no state was reached."
    left = {name: money(100 * row[f"final_{name}"]) for name in ("cash", "overdue", "owed", "wages_owed")}
    yield (
        f"Left: {left['cash']} of free cash against {left['overdue']} overdue ({left['owed']} owed in all)"
        f" and {left['wages_owed']} of wages in arrears; {row['head_count']} people;"
        f" raised {money(100 * row['raised'])} since the start."
    )
