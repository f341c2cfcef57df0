"""The board: a 13-week view, the prospects it believes in, and the decision to file."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import at
from sim.company.paydays import funding_days
from sim.company.staff import WEEKS_PER_MONTH, Group
from sim.company.state import FULL_COVER, Company
from sim.company.treasury import weekly_critical_cost
from sim.kernel.block import Mask, put
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUSINESS_DAYS_A_WEEK = 5
SURE = 1 - 2.0**-53
"""The largest probability below 1: its hazard is 36.7, which passes almost any threshold at once."""

VIEW = "sees pay and critical suppliers covered for {n} of 13 weeks"
RECENT = 0.25
"""Weight of the last week in the moving average of weekly receipts."""


def cover(cash: Floats, receipts: Floats, critical: Any, payrolls: list[Any]) -> Ints:
    """Whole weeks before the forecast of cash is negative: 0 to 13.

    ``payrolls[w]`` is what leaves the bank in week w. *Source* model rule: the 13-week view of P11.
    """
    weeks = np.zeros(cash.shape, dtype=np.int64)
    still = cash >= 0
    for week, payroll in enumerate(payrolls, start=1):
        cash = cash - payroll
        still = still & (cash + week * (receipts - critical) >= 0)
        weeks = weeks + still
    return weeks


def rate(probability: Any, periods: float = 1.0) -> Any:
    """The hazard of a period in which something happens with ``probability``, split over ``periods``. *Source* P11."""
    return -np.log1p(-np.minimum(probability, SURE)) / periods


def daily_hazards(terms: Any) -> dict[str, Any]:
    """The hazards of filing in a business day, by the key of the probability that they come from.

    *Source* P11: after a missed payroll by the day, else by the week.
    """
    by_day = ("missed_payroll_filing", "missed_payroll_filing_live", "last_prospect_filing", "petition_filing")
    by_week = ("filing", "filing_live", "no_prospect_filing")
    days = {**dict.fromkeys(by_day, 1), **dict.fromkeys(by_week, BUSINESS_DAYS_A_WEEK)}
    return {name: rate(getattr(terms, name), periods) for name, periods in days.items()}


def filing_hazard(
    unpaid: Mask, short: Mask, insolvent: Mask, live: Mask, suspended: Mask, daily: Any, suspended_factor: Any
) -> Floats:
    """A business day's hazard of filing, given those of ``daily_hazards``.

    *Source* P11: it depends on cover, on missed pay and on whether a prospect is live. L16: directors of a company that
    cannot pay its debts and has no reasonable prospect file though the payroll is covered. Twice that without full
    service is an *Assumption* (1-4).
    """
    after_missed_pay = np.where(live, daily.missed_payroll_filing_live, daily.missed_payroll_filing)
    weekly = np.where(live, daily.filing_live, daily.filing)
    no_prospect = np.where(insolvent & ~live, daily.no_prospect_filing, 0.0)
    hazard = np.where(unpaid, after_missed_pay, np.where(short, weekly, no_prospect))
    return np.where(suspended, hazard * suspended_factor, hazard)


class Board:
    """What the board knows.

    Columns ``receipts_rate`` (cents a week), ``receipts_before``, ``lost_before`` (prospects lost when it last weighed
    filing), and what shakes the company as it stood when the board last met: ``lost``, ``missed``, ``served``,
    ``service``.
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.terms = company.scenario.board
        self.hazard = Hazard(company.block, company.draw("board", "board", "filing"))
        self.daily = company.block.columns(**daily_hazards(self.terms))
        full = company.block.full
        monthly = sum((line.monthly for line in company.scenario.revenue), start=full(0.0, float))
        self.own = company.block.columns(
            receipts_rate=monthly * 100 / WEEKS_PER_MONTH,
            **{name: full(0) for name in ("receipts_before", "lost_before")},
            **self._events(),
        )
        self.payrolls = {name: _payrolls_by_week(company, group) for name, group in company.groups.items()}

    def _events(self) -> dict[str, Any]:
        """How many prospects have died, the last missed pay, the last petition served, and the service."""
        state = self.company.state
        return {
            "lost": state.lost_prospects,
            "missed": state.missed_pay_day,
            "served": state.served_day,
            "service": state.service,
        }

    def meet_weekly(self) -> None:
        """The week's receipts, and the 13-week view."""
        company, own = self.company, self.own
        received = company.state.receipts - own.receipts_before
        own.receipts_before = company.state.receipts
        own.receipts_rate = own.receipts_rate + RECENT * (received - own.receipts_rate)
        self._look_ahead(company.trading, VIEW)
        vars(own).update(self._events())

    def meet_out_of_turn(self) -> None:
        """A new view where something shook the company since the board last met.

        *Source* P11 for what the board looks at; that it meets on the same business day is an *Assumption* (0-2 days).
        """
        own, now = self.own, self._events()
        shaken = (now["lost"] > own.lost) | (now["missed"] > own.missed) | (now["served"] != own.served)
        shaken = (shaken | (now["service"] < own.service)) & self.company.trading
        if shaken.any():
            self._look_ahead(shaken, f"meets out of turn and {VIEW}")
        vars(own).update(now)

    def _look_ahead(self, where: Mask, told: str) -> None:
        """Take the 13-week view: set ``cover``."""
        company, state, rows = self.company, self.company.state, np.flatnonzero(where)
        cash = (company.ledger.cash[rows] - company.wages_owed[rows]).astype(np.float64)
        pay = {name: group.payroll[0][rows] for name, group in company.groups.items()}
        weeks = [self._payrolls(pay, company.today + 7 * week) for week in range(FULL_COVER)]
        view = cover(cash, self.own.receipts_rate[rows], at(weekly_critical_cost(company), rows), weeks)
        state.cover = put(state.cover, rows, view)
        company.tell(where, "board", told, n=state.cover)

    def _payrolls(self, pay: dict[str, Ints], day: int) -> Any:
        """Cents of net pay that leave the bank in the seven days after ``day``."""
        return sum(each * self.payrolls[name][day] for name, each in pay.items() if self.payrolls[name][day])

    def weigh(self) -> None:
        """A business day's hazard of deciding to file."""
        company, terms, state = self.company, self.terms, self.company.state
        live = state.live > 0
        short = state.cover < terms.cover_trigger_weeks
        unpaid = company.wages_owed > 0
        insolvent = company.payables.overdue > company.ledger.cash
        amount = filing_hazard(
            unpaid, short, insolvent, live, state.service < 1, self.daily, terms.suspended_factor
        )
        lost = (state.lost_prospects > self.own.lost_before) & ~live & short
        if lost.any():
            amount = np.where(lost, amount + self.daily.last_prospect_filing, amount)
        served = (state.served_day == company.today) & ~live
        if served.any():
            amount = np.where(served, amount + self.daily.petition_filing, amount)
        self.own.lost_before = state.lost_prospects
        decides = self.hazard.fires(amount, company.trading & (state.filing_day == NEVER))
        company.tell(decides, "board", "resolves to file, with {n} live prospects", n=state.live)
        self.file(decides)

    def file(self, where: Any) -> None:
        """File some business days from today."""
        file(self.company, where, self.terms.filing_business_days)


def file(company: Company, where: Any, business_days: Any) -> None:
    """Set the day on which papers are filed, unless it is set."""
    state = company.state
    day = company.timeline.business_day(company.today, company.country, business_days)
    state.filing_day = np.where(where & (state.filing_day == NEVER), day, state.filing_day)


def file_now(company: Company, where: Any, terms: Any) -> None:  # noqa: ARG001
    """The directors file, without weighing it."""
    board = company.scenario.board
    file(company, where, board.filing_business_days if board else 0)


def _payrolls_by_week(company: Company, group: Group) -> Ints:
    """How many payrolls of a group leave the bank in the seven days after each day."""
    leaving = np.zeros(company.timeline.n_days + 7 * FULL_COVER + 1, dtype=np.int64)
    terms = group.terms
    for day, _ in funding_days(company.timeline, terms.country, group.paydays, terms.funding_business_days):
        leaving[day] += 1
    so_far = leaving.cumsum()
    return so_far[7:] - so_far[:-7]


def board(company: Company, own: Board) -> Generator[Any, Any, None]:
    """Look ahead each week and when something happens, and weigh filing each business day."""
    weekly = set(company.timeline.weekly(own.terms.weekday))
    for day in range(1, company.timeline.last_day + 1):
        is_open = day == int(company.timeline.business_day(day, company.country))
        if day in weekly or is_open:
            yield company.clock.at(day, Phase.BOARD)
        if day in weekly:
            own.meet_weekly()
        elif is_open:
            own.meet_out_of_turn()
        if is_open:
            own.weigh()
