"""By week and by date, what a creditor asks under one policy: default, exposure, the end, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.fan import FEWEST_TRADING
from sim.analysis.intervals import Estimate, Floats, distinct, quantile_of, quantile_worth, ratio_of, share_of

from .case import Case
from .cells import mean_of_rows, money_cell, said, share_cell, within_0_and_1
from .document import Grid
from .wording import date_reached, dates, day_month_year, joined, percent, words

WEEKS = (0, 4, 8, 13, 17, 26, 39, 52)
AHEAD_WEEKS = 4
MARGINS, MIDDLE = (0.05, 0.1, 0.2), 0.5
SMALLEST_END = 0.005
STILL = ("replication", "end", "end_day", "recovery.unsecured")
"""The columns that say what becomes of a replication that still trades."""


def classes(case: Case) -> list[str]:
    """The columns of recoveries by class of creditor."""
    return [str(name) for name in case.frame if str(name).startswith("recovery.")]


def recovery(case: Case, rows: pd.DataFrame, column: str) -> str:
    """The mean recovery of a class over some rows, as a cell."""
    mean = mean_of_rows(rows, column, case.meta.chance_per_input)
    return said(mean and within_0_and_1(mean), share_cell)


def default_by_week(case: Case, policy: str) -> list[Grid]:
    """Default so far and what is owed by week; nothing without tracks."""
    rows = [[*_when(case, week), *_defaults(case, policy, week), *_amounts(case, policy, "owed", week)]
            for week in _weeks(case, policy)]  # fmt: skip
    header = ["Week, on", "Still\ntrading", "Event of\ndefault so far", "Debt called\nin so far",
              "Owed to all\ncreditors, P50", "Owed to all\ncreditors, P90"]  # fmt: skip
    return _grid(case, policy, header, rows, "Owed: due or not, by those still trading, wages not included.")


def credit_by_week(case: Case, policy: str, creditor: str) -> list[Grid]:
    """What is overdue to a creditor by week, and what becomes of credit for some weeks more; nothing without tracks."""
    rows = [
        [
            *_when(case, week),
            share_cell(_trading(case, policy, 7 * week)),
            *_amounts(case, policy, f"overdue.{creditor}", week),
            share_cell(_soon(case, policy, 7 * week)),
            *([said(_lost(case, policy, 7 * week), share_cell, "too few")] if _knows_dividend(case) else []),
        ]
        for week in _weeks(case, policy)
    ]
    header = ["Week, on", "Still\ntrading", f"Overdue to\n{creditor}, P50", f"Overdue to\n{creditor}, P90",
              f"Insolvent within\n{AHEAD_WEEKS} weeks"]  # fmt: skip
    note = "Insolvent: of those still trading."
    if _knows_dividend(case):
        header.append(f"Lost of credit for\n{AHEAD_WEEKS} weeks more")
        note = "Insolvent, and lost (that chance, less the dividend to unsecured creditors): of those still trading."
    return _grid(case, policy, header, rows, note)


def _grid(case: Case, policy: str, header: list[str], rows: list[list[str]], note: str) -> list[Grid]:
    tracked = case.tracks.loc[case.tracks["policy"] == policy, "replication"].nunique()
    beneath = (
        f"{case.called(policy)}. {note} n = {len(case.rows[policy]):,} replications, {tracked:,} for amounts; second"
        f" lines: {case.meta.level:.0%} intervals."
    )
    return [Grid(header, rows, beneath, (1.3, *(1,) * (len(header) - 1)), range(1, len(header)))] if rows else []


def default_comes(case: Case, policy: str) -> str:
    """How often and by when default comes under a policy, and what an unsecured claim gets at an insolvent end."""
    days, shared = case.rows[policy]["default_event_day"], case.meta.chance_per_input
    share = share_of(days.notna().to_numpy(dtype=bool), shared)
    said = f"Under {case.called(policy)} an event of default comes in {percent(share)} of the replications"
    if share.low > MIDDLE:
        half = quantile_of(days.to_numpy(dtype=float, na_value=np.inf), MIDDLE, shared)
        when, span = date_reached(half.value, case.meta.start), dates(half.low, half.high, case.meta.start)
        said += f", and has come in half of all by {when}{'' if when == span else f' ({span})'}"
    got = mean_of_rows(case.insolvent[policy], "recovery.unsecured", shared) if _knows_dividend(case) else None
    paid = f" An unsecured claim then gets {percent(within_0_and_1(got))} at an insolvent end." if got else ""
    return f"{said}.{paid} What security a lender itself holds is not simulated."


def _knows_dividend(case: Case) -> bool:
    return "recovery.unsecured" in case.frame


def when_to_stop(case: Case, policy: str) -> str:
    """From when on a vendor loses more than some margins by serving on unpaid."""
    lost = {7 * week: _lost(case, policy, 7 * week) for week in range(case.meta.horizon_days // 7)}
    days = {margin: next((day for day, one in lost.items() if one and one.low > margin), None) for margin in MARGINS}
    reached = [
        f"{margin:.0%} from {day_month_year(case.meta.start + timedelta(days=day))}"
        for margin, day in days.items()
        if day is not None
    ]
    if not reached:
        return ""
    return (
        f"Of credit given for {AHEAD_WEEKS} weeks more, a vendor loses on average more than {joined(reached)}, beyond"
        " chance: from the date of its own margin on it should suspend or be paid in advance. What its suspension would"
        " itself do to the company is not counted."
    )


def _weeks(case: Case, policy: str) -> list[int]:
    """The weeks in which enough still trade."""
    own = case.tracks[case.tracks["policy"] == policy]
    counts, tracked = own.groupby("day").size(), own["replication"].nunique()
    fewest, last = max(min(FEWEST_TRADING, tracked), 1), int(case.rows[policy]["end_day"].max())
    return [week for week in WEEKS if 7 * week < last and counts.get(7 * week, 0) >= fewest]


def _when(case: Case, week: int) -> list[str]:
    return [f"{week}: {day_month_year(case.meta.start + timedelta(days=7 * week))}"]


def _trading(case: Case, policy: str, day: int) -> Estimate:
    ends = case.rows[policy]["end_day"].to_numpy()
    return share_of(ends > day, case.meta.chance_per_input)


def _defaults(case: Case, policy: str, week: int) -> list[str]:
    own, shared = case.rows[policy], case.meta.chance_per_input
    seen = ((own[name] <= 7 * week).fillna(False) for name in ("default_event_day", "debt_accelerated_day"))
    shares = (share_of(hits.to_numpy(dtype=bool), shared) for hits in seen)
    return [share_cell(_trading(case, policy, 7 * week)), *map(share_cell, shares)]


def _amounts(case: Case, policy: str, column: str, week: int) -> list[str]:
    """The median and the 90th percentile of a tracked amount."""
    tracks = case.tracks
    own = tracks[(tracks["policy"] == policy) & (tracks["day"] == 7 * week)]
    worth = distinct(own["replication"].to_numpy() // case.meta.chance_per_input)
    values = own[column].to_numpy(dtype=float)
    return [money_cell(quantile_worth(values, p, worth, case.meta.level)) for p in (0.5, 0.9)]


def _soon(case: Case, policy: str, day: int) -> Estimate:
    rows = _still(case, policy, day)
    return _share(case, rows, _ends_soon(rows, day).astype(float))


def _lost(case: Case, policy: str, day: int) -> Estimate | None:
    """The share lost of credit that is given for some weeks more, if what unsecured creditors get is known."""
    rows = _still(case, policy, day)
    if not _knows_dividend(case) or len(rows) < FEWEST_TRADING:
        return None
    kept = rows["recovery.unsecured"].to_numpy(dtype=float, na_value=np.nan)
    return _share(case, rows, np.where(_ends_soon(rows, day), 1 - np.nan_to_num(kept), 0.0))


def _still(case: Case, policy: str, day: int) -> pd.DataFrame:
    own = case.rows[policy]
    own = own[[name for name in STILL if name in own]]
    return own[own["end_day"] > day]


def _ends_soon(rows: pd.DataFrame, day: int) -> npt.NDArray[np.bool_]:
    return ((rows["end"] == "insolvent") & (rows["end_day"] <= day + 7 * AHEAD_WEEKS)).to_numpy(dtype=bool)


def _share(case: Case, rows: pd.DataFrame, values: Floats) -> Estimate:
    groups = rows["replication"].to_numpy() // case.meta.chance_per_input
    return within_0_and_1(ratio_of(values, np.ones(len(values)), groups, case.meta.level))


def by_date(case: Case, policy: str) -> list[Grid]:
    """What creditors recover and lose under a policy, by when it becomes insolvent."""
    if "creditor_deficiency" not in case.frame:
        return []
    names = (name for name in case.lines[policy] if name.startswith("insolvent_by_day_"))
    days, own = sorted(int(name.rpartition("_")[2]) for name in names), case.insolvent[policy]
    rows = []
    for first, last in pairwise([-1, *days]):
        here = own[(own["end_day"] > first) & (own["end_day"] <= last)]
        loss = said(mean_of_rows(here, "creditor_deficiency", case.meta.chance_per_input), money_cell)
        recovered = [recovery(case, here, name) for name in classes(case)]
        rows.append([f"{first + 1:,} to {last:,}", f"{len(here):,}", *recovered, loss])
    header = ["Insolvent on day", "n", *(f"Recovery:\n{words(name)}" for name in classes(case)), "Creditors\nlose"]
    note = (
        f"{case.called(policy)}: mean recoveries and loss at an insolvent end, by its date. n: replications. Second"
        f" lines: {case.meta.level:.0%} intervals."
    )
    return [Grid(header, rows, note, (1.4, 0.7, *(1,) * (len(header) - 2)), range(1, len(header)))]


def at_each_end(case: Case, creditor: str) -> list[Grid]:
    """What is overdue to a creditor at each end of the policies that the choice is between, and what comes back."""
    rows = [row for policy in case.decision.discussed for row in _ends(case, policy, creditor)]
    unknown = "the claims stay with the company, whose vendors may have released part of them."
    note = (
        f"{f'Not known: {unknown}' if _knows_dividend(case) else 'What the estate pays is not simulated.'}"
        f" Ends under {SMALLEST_END:.1%} are left out. n = {case.n_rows:,} replications of each policy; second lines:"
        f" {case.meta.level:.0%} intervals."
    )
    header = ["Policy", "End", "Share", f"Overdue to\n{creditor} then, mean"]
    header += ["Paid to unsecured\ncreditors, mean"] if _knows_dividend(case) else []
    return [Grid(header, rows, note, (3, 1.2, 1, 1.4, 1.4)[: len(header)], range(2, len(header)), is_small=True)]


def _ends(case: Case, policy: str, creditor: str) -> list[list[str]]:
    """A line for each end of a policy; its name stands at the first."""
    rows, shared = case.rows[policy], case.meta.chance_per_input
    found = [(str(end), own) for end, own in rows.groupby("end") if len(own) >= SMALLEST_END * len(rows)]
    names = [case.meta.policies[policy] or policy, *[""] * len(found)]
    shares = [share_of((rows["end"] == end).to_numpy(dtype=bool), shared) for end, _ in found]
    return [
        [name, words(end), share_cell(share), *_end_cells(case, own, creditor)]
        for name, (end, own), share in zip(names, found, shares, strict=False)
    ]


def _end_cells(case: Case, own: pd.DataFrame, creditor: str) -> list[str]:
    overdue = said(mean_of_rows(own, f"final_overdue.{creditor}", case.meta.chance_per_input), money_cell)
    if not _knows_dividend(case):
        return [overdue]
    is_known = own["recovery.unsecured"].notna().any()
    return [overdue, recovery(case, own, "recovery.unsecured") if is_known else "not known"]
