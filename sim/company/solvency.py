"""States and ends: which conditions hold, and who stops the company."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import ENDS, STATES, Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase

Ints = NDArray[np.int64]

GRAVEST_FIRST = ("payroll_missed", "service_suspended", "zero_cash", "cash_flow_insolvent")


def is_cash_flow_insolvent(overdue: Ints, wages_owed: Ints, cash: Ints) -> Mask:
    """Unable to pay debts as they fall due. *Source* L02: s.123(1)(e) Insolvency Act 1986."""
    insolvent: Mask = overdue + wages_owed > cash
    return insolvent


def end_times(thresholds: list[Any], per_month: list[Any]) -> Any:
    """Months until each generic end, infinite where its rate is zero. *Source*: the scenario's constant hazards."""
    rates = np.stack([np.broadcast_to(r, t.shape) for r, t in zip(per_month, thresholds, strict=True)])
    times = np.full(rates.shape, np.inf)
    return np.divide(np.stack(thresholds), rates, out=times, where=rates > 0)


class GenericEnds:
    """Ends with a constant hazard, with columns ``day`` of the first of them and ``which``."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.ends = company.scenario.ends
        times = end_times(
            [company.draw("ends", end.name, "time").exponential() for end in self.ends],
            [end.per_month for end in self.ends],
        )
        day = np.searchsorted(company.timeline.months, times.min(axis=0))
        day = np.where(day < company.timeline.n_days, day, NEVER)
        self.own = company.block.columns(day=day, which=times.argmin(axis=0))

    def next_day(self) -> int:
        """The first day after today on which one falls."""
        days = self.own.day[self.own.day > self.company.today]
        return int(days.min()) if len(days) else NEVER

    def claim(self) -> None:
        """End the replications whose day it is."""
        today = self.own.day == self.company.today
        for i, end in enumerate(self.ends):
            cause = end.cause or end.name
            self.company.end(today & (self.own.which == i), end.end, cause if end.end == "insolvent" else None)


class Solvency:
    """Reads states and ends, with columns ``low_service_since``, ``leading`` (a state's code) and ``creditor``."""

    def __init__(self, company: Company) -> None:
        self.company = company
        full = company.block.full
        self.own = company.block.columns(low_service_since=full(NEVER), leading=full(-1), creditor=full(-1))

    def read_states(self) -> None:
        """Note which states hold today."""
        company = self.company
        insolvent = is_cash_flow_insolvent(company.payables.overdue, company.wages_owed, company.ledger.cash)
        company.reach("cash_flow_insolvent", insolvent)

    def read_ends(self) -> None:
        """Collect the ends of today and close their replications."""
        company = self.company
        if company.today > 0:
            company.end(self._has_ceased(), "insolvent", "ceased")
            company.end(company.state.filing_day == company.today, "insolvent", "directors_filed")
        for state in sorted(company.scenario.terminal_states):
            company.end(getattr(company.state, f"{state}_day") == company.today, "insolvent", state)
        self.close(company.trading & (company.state.end >= 0))

    def _has_ceased(self) -> Mask:
        company, case, own = self.company, self.company.scenario, self.own
        low = company.state.service < case.minimum_service
        own.low_service_since = np.where(low, np.minimum(own.low_service_since, company.today), NEVER)
        is_dark = company.today - own.low_service_since >= case.service_grace_days
        heads = sum((group.own.head for group in company.groups.values()), start=np.zeros_like(own.leading))
        too_few = (heads < case.minimum_head_count) & bool(company.groups)
        is_paying = company.state.closed & (company.ledger.cash > 0)
        ceased: Mask = (is_dark | too_few) & ~is_paying
        return ceased

    def close(self, closing: Mask) -> None:
        """End these replications today."""
        company = self.company
        rows = np.flatnonzero(closing)
        if not len(rows):
            return
        company.state.end_day[rows] = company.today
        company.tell(closing, "end", self._sentence())
        company.block.close(closing)

    def wind_up(self, rows: Ints) -> None:
        """Name the leading state and creditor of insolvent ends, and pay creditors out, as these rows stood at their
        end: they have been frozen since.
        """
        company = self.company
        self._name_leading_state(rows[company.state.end[rows] == ENDS.index("insolvent")])
        if company.waterfall is not None:
            company.waterfall.settle(rows)

    def _sentence(self) -> str:
        state = self.company.state
        end, cause = ENDS[state.end[0]], self.company.causes[state.cause[0]] if state.cause[0] >= 0 else ""
        return f"{end}: {cause}".strip(": ").replace("_", " ")

    def _name_leading_state(self, rows: Ints) -> None:
        company = self.company
        holds = {
            "payroll_missed": company.wages_owed[rows] > 0,
            "service_suspended": company.state.service[rows] < 1,
            "zero_cash": company.has_reached("zero_cash")[rows],
            "cash_flow_insolvent": company.has_reached("cash_flow_insolvent")[rows],
        }
        for state in reversed(GRAVEST_FIRST):
            self.own.leading[rows] = np.where(holds[state], STATES.index(state), self.own.leading[rows])
        if company.payables.creditors:
            overdue = np.stack([creditor.overdue[rows] for creditor in company.payables.creditors.values()])
            self.own.creditor[rows] = np.where(overdue.max(axis=0) > 0, overdue.argmax(axis=0), -1)
        if company.petitions is not None:
            self._name_petitioner(rows[company.petitions.ordered[rows]])

    def _name_petitioner(self, wound_up: Ints) -> None:
        names, petitions = list(self.company.payables.creditors), self.company.petitions
        for row in wound_up:
            _, creditor = petitions.who[petitions.own.petitioner[row]]
            self.own.creditor[row] = names.index(creditor.name)


def ends(company: Company, own: GenericEnds) -> Generator[Any, Any, None]:
    """End replications on the days that a constant hazard gives."""
    while (day := own.next_day()) <= company.timeline.last_day:
        yield company.clock.at(day, Phase.DECISIONS)
        own.claim()


def solvency(company: Company, own: Solvency) -> Generator[Any, Any, None]:
    """Each day read states and ends."""
    for day in range(company.timeline.last_day + 1):
        yield company.clock.at(day, Phase.SOLVENCY)
        own.read_states()
        own.read_ends()
