"""The story of one replication in a table: what turned it, without the routine of bills, pay and reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from .case import Case
from .document import Block, Grid, Paragraph
from .story import ROUTINE, Entry
from .wording import day_month_year, hundredths, money, words

MINOR = re.compile(r"is owed|sends a reminder|meets out of turn|are incurred for late pay|\d+ (drop out|more look)")
LONGEST = 18
KEEP_FIRST = ("state", "end", "board", "payroll")


def typical_insolvent(frame: pd.DataFrame, policy: str, tracked: int) -> int | None:
    """The tracked replication that is most like the middle of the insolvent ones under a policy: of the most frequent
    cause, its date and what is owed nearest to their medians. None if none is insolvent."""
    rows = frame[(frame["policy"] == policy) & (frame["end"] == "insolvent") & (frame["replication"] < tracked)]
    if rows.empty:
        return None
    rows = rows[rows["cause"] == rows["cause"].mode().iloc[0]]
    places = pd.concat([rows[name].astype(float).rank(pct=True) for name in ("end_day", "final_owed")], axis=1)
    distance = ((places - 0.5) ** 2).sum(axis=1).round(12)
    return int(rows.loc[distance.sort_values(kind="stable").index[0], "replication"])


def story(case: Case) -> list[Block]:
    """The story of a typical insolvent replication."""
    told = case.story
    if told is None:
        return [Paragraph("No tracked replication ended insolvent: there is no story to tell.")]
    row = case.frame[(case.frame["policy"] == told.policy) & (case.frame["replication"] == told.replication)].iloc[0]
    share = case.lines[told.policy][f"share_insolvent.{row['cause']}"].value
    owed = float(row["final_owed"] + row["final_wages_owed"])
    ending = (
        f"Replication {told.replication} under {case.called(told.policy)} ends as {hundredths(share)}% of them do,"
        f" {words(str(row['cause']))}, on {day_month_year(pd.Timestamp(row['end_date']).date())}, in the middle of"
        f" those by date and by what is owed: {money(owed)} is owed then, against {money(float(row['final_cash']))} of"
        " cash."
    )
    rows = [_line(case, entry) for entry in chosen(told.entries)]
    note = "The journal of this replication; bills, payments, penalties, meetings and who comes and goes are left out."
    return [
        Paragraph(ending),
        Grid(["Date", "Who", "What", "Free cash that week"], rows, note, (1.1, 1.7, 4, 1.2), (3,)),
    ]


def chosen(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that a reader needs, in order, no more than LONGEST."""
    told = [
        entry
        for entry in entries
        if entry.actor != "bank" and not (ROUTINE.match(entry.what) or MINOR.match(entry.what))
    ]
    if len(told) <= LONGEST:
        return told
    first = [entry for entry in told if entry.actor in KEEP_FIRST]
    others = [entry for entry in told if entry.actor not in KEEP_FIRST]
    room = max(LONGEST - len(first), 0)
    kept = {id(entry) for entry in [*first[-LONGEST:], *others[len(others) - room :]]}
    return [entry for entry in told if id(entry) in kept]


def _line(case: Case, entry: Entry) -> list[str]:
    told, tracks = case.story, case.tracks
    assert told is not None
    amount = f" ({money(abs(entry.cents) / 100)})" if entry.cents else ""
    own = tracks[(tracks["policy"] == told.policy) & (tracks["replication"] == told.replication)]
    week = own[own["day"] <= entry.day]
    cash = money(float(week["cash"].iloc[-1])) if len(week) else ""
    return [day_month_year(entry.date), entry.actor, f"{entry.what}{amount}", cash]
