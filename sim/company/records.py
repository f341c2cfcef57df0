"""What each replication reports: peaks, finals, weekly tracks."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.in_kind import IN_KIND
from sim.company.plan import Outcome
from sim.company.solvency import Solvency
from sim.company.state import ENDS, RAISED, STATES, Company
from sim.kernel.calendar import Phase
from sim.kernel.ledger import RESTRICTED_CASH

Ints = NDArray[np.int64]


def dollars(cents: Ints) -> NDArray[np.float64]:
    """Cents as dollars. *Source*: tables hold dollars rounded to cents."""
    return cents / 100


class Records:
    """Peaks so far, with columns ``lowest_cash``, ``lowest_cash_day``, ``days_suspended``, ``peak_overdue`` and one
    peak per creditor; and the tables they end in.
    """

    def __init__(self, company: Company, solvency: Solvency, n_rows: int, tracked: int) -> None:
        self.company = company
        self.solvency = solvency
        full = company.block.full
        self.own = company.block.columns(
            lowest_cash=company.ledger.cash, lowest_cash_day=full(0), days_suspended=full(0), peak_overdue=full(0)
        )
        self.peaks = company.block.columns(**{name: full(0) for name in company.payables.creditors})
        self.n_rows = n_rows
        self.tracked = tracked
        self.rows: dict[str, NDArray[Any]] = {}
        self.weeks: list[dict[str, NDArray[Any]]] = []

    def note_peaks(self) -> None:
        """Compare today with the peaks so far, in the rows that traded today."""
        company, own = self.company, self.own
        live = company.state.end_day >= company.today
        cash = company.ledger.cash
        lower = live & (cash < own.lowest_cash)
        own.lowest_cash = np.where(lower, cash, own.lowest_cash)
        own.lowest_cash_day = np.where(lower, company.today, own.lowest_cash_day)
        own.days_suspended = own.days_suspended + (live & (company.state.service < 1))
        own.peak_overdue = np.maximum(own.peak_overdue, company.payables.overdue)
        peaks = vars(self.peaks)
        for name, creditor in company.payables.creditors.items():
            if company.today == 0 or creditor.has_fallen_due_today:
                peaks[name] = np.maximum(peaks[name], creditor.overdue)

    def note_week(self) -> None:
        """Add a week to the tracks."""
        company, block = self.company, self.company.block
        is_tracked = (block.replication < self.tracked) & (block.point == 0)
        which = np.flatnonzero(company.trading & is_tracked)
        if not len(which) and self.weeks:
            return
        columns = {
            "policy": block.policy,
            "point": block.point,
            "replication": block.replication,
            "day": block.full(company.today),
            "subscribers": self._subscribers(),
            "head_count": self._head_count(),
            "confidence": company.state.confidence,
            "activity": company.state.activity,
        }
        cents = {
            "cash": company.ledger.cash,
            "restricted_cash": company.ledger.balance(RESTRICTED_CASH),
            "overdue": company.payables.overdue,
            "owed": company.payables.owed,
            "wages_owed": company.wages_owed,
            "revenue": company.state.revenue,
            **{f"overdue.{name}": creditor.overdue for name, creditor in company.payables.creditors.items()},
        }
        week = {name: values[which] for name, values in columns.items()}
        self.weeks.append(week | {name: dollars(values[which]) for name, values in cents.items()})

    def _subscribers(self) -> Ints:
        subscription = self.company.subscription
        return subscription.subscribers if subscription else self.company.block.full(0)

    def _head_count(self) -> Ints:
        return sum((g.own.head for g in self.company.groups.values()), start=self.company.block.full(0))

    def _columns(self) -> dict[str, NDArray[Any]]:
        company, state, own = self.company, self.company.state, self.own
        survived = state.end < 0
        raised = {name: dollars(company.ledger.owed(account)) for name, account in RAISED.items()}
        columns = {
            "policy": company.block.policy,
            "point": company.block.point,
            "replication": company.block.replication,
            "end": np.where(survived, ENDS.index("survived"), state.end),
            "end_day": np.where(survived, company.timeline.last_day, state.end_day),
            "cause": state.cause,
            "leading_state": self.solvency.own.leading,
            "creditor": self.solvency.own.creditor,
            **{f"{name}_day": getattr(state, f"{name}_day") for name in STATES},
            "lowest_cash": dollars(own.lowest_cash),
            "lowest_cash_day": own.lowest_cash_day,
            "final_cash": dollars(company.ledger.cash),
            "final_restricted_cash": dollars(company.ledger.balance(RESTRICTED_CASH)),
            "peak_overdue": dollars(own.peak_overdue),
            "final_overdue": dollars(company.payables.overdue),
            "final_owed": dollars(company.payables.owed),
            "final_wages_owed": dollars(company.wages_owed),
            "raised": sum(raised.values(), start=np.zeros(company.block.n_rows)),
            **{f"raised_{name}": amount for name, amount in raised.items()},
            "revenue": dollars(state.revenue),
            "subscribers": self._subscribers(),
            "head_count": self._head_count(),
            "senior_exits": state.senior_exits,
            "days_suspended": own.days_suspended,
            "confidence": state.confidence,
        }
        columns |= self._capital()
        columns |= self._recoveries()
        for name, creditor in company.payables.creditors.items():
            columns[f"peak_overdue.{name}"] = dollars(vars(self.peaks)[name])
            columns[f"final_overdue.{name}"] = dollars(creditor.overdue)
        return columns

    def _capital(self) -> dict[str, NDArray[Any]]:
        company, state = self.company, self.company.state
        none = company.block.full(0)
        in_kind = company.ledger.owed(IN_KIND) if company.credits else none
        return {
            "public_day": state.public_day,
            "ceo_exit_day": state.ceo_exit_day,
            "deals_won": company.pipeline.own.won if company.pipeline else none,
            "raised_in_kind": dollars(in_kind),
            "sale_price": dollars(state.sale_price),
        }

    def _recoveries(self) -> dict[str, NDArray[Any]]:
        waterfall, unknown = self.company.waterfall, self.company.block.full(np.nan, float)
        shares = ("employees", "tax_preferential", "unsecured")
        if waterfall is None:
            return {**{f"recovery.{name}": unknown for name in shares}, "creditor_deficiency": unknown}
        recoveries = {f"recovery.{name}": getattr(waterfall.own, name) for name in shares}
        return {**recoveries, "creditor_deficiency": np.rint(waterfall.own.deficiency) / 100}

    def keep(self, leaving: Ints) -> None:
        """Write the rows that leave the block into the table."""
        self.solvency.wind_up(leaving)
        places = self.company.block.row[leaving]
        for name, values in self._columns().items():
            if name not in self.rows:
                self.rows[name] = np.empty(self.n_rows, dtype=values.dtype)
            self.rows[name][places] = values[leaving]

    def outcome(self) -> Outcome:
        """The tables of the block."""
        labels = {
            "policy": [policy.name for policy in self.company.policies],
            "end": list(ENDS),
            "cause": list(self.company.causes),
            "leading_state": list(STATES),
            "creditor": list(self.company.payables.creditors),
        }
        return Outcome(self.rows, self._tracks(), labels)

    def _tracks(self) -> dict[str, NDArray[Any]]:
        """The weeks of each replication together; there are many, so each value goes to its place at once."""
        keys = [np.concatenate([week[name] for week in self.weeks]) for name in ("day", "replication", "policy")]
        place = np.empty(len(keys[0]), dtype=np.int64)
        place[np.lexsort(keys)] = np.arange(len(place))
        places = np.split(place, np.cumsum([len(week["day"]) for week in self.weeks])[:-1])
        tracks = {name: np.empty(len(place), dtype=values.dtype) for name, values in self.weeks[0].items()}
        for name, track in tracks.items():
            for there, week in zip(places, self.weeks, strict=True):
                track[there] = week[name]
        return tracks


def records(company: Company, own: Records) -> Generator[Any, Any, None]:
    """Each day compare with the peaks; each week add to the tracks."""
    for day in range(company.timeline.last_day + 1):
        yield company.clock.at(day, Phase.RECORDS)
        own.note_peaks()
        if day % 7 == 0:
            own.note_week()
