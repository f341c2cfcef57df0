"""What the board does about people: layoffs, a hiring freeze, pay put off, retention pay; and what late pay costs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.diary import Diary
from sim.company.staff import WEEKS_PER_MONTH, Group, pay_wages
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import to_cents

Ints = NDArray[np.int64]

COLLECTIVE = ((100, 45), (20, 30))
"""People dismissed, and the days of consultation that the law then asks for (*Source* L55, L56)."""


def consultation_days(dismissed: Ints, country: str) -> Ints:
    """Days of consultation before notice can be given: none below 20 dismissals or outside the United Kingdom.

    *Source* L55, L56.
    """
    if country != "GB":
        return np.zeros_like(dismissed)
    return np.select([dismissed >= people for people, _ in COLLECTIVE], [days for _, days in COLLECTIVE], 0)


def severance(leavers: Ints, monthly_cost: Any, weeks: Any) -> Ints:
    """Cents paid to those who are dismissed. *Source* L57."""
    return np.rint(leavers * monthly_cost * 100 / WEEKS_PER_MONTH * weeks).astype(np.int64)


class People:
    """Exits and payments to people that fall on later days."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.exits = {name: Diary(company.block) for name in company.groups}
        self.severance = {name: Diary(company.block) for name in company.groups}
        self.payments = Diary(company.block)
        self.ends = {name: Diary(company.block) for name in company.groups}

    def dismiss(self, group: Group, where: Mask, heads: Ints, days: Ints, weeks: Any) -> None:
        """``heads`` people leave in ``days``, with ``weeks`` of severance pay."""
        company, name = self.company, group.terms.name
        rows = np.flatnonzero(where & (heads > 0))
        day = company.today + np.maximum(days[rows], 1)
        self.exits[name].note(day, rows, heads[rows])
        self.severance[name].note(day, rows, severance(heads, group.monthly_cost, weeks)[rows])
        for when in np.unique(day):
            company.clock.call(int(when), Phase.STAFF, partial(self._leave, group))

    def _leave(self, group: Group) -> None:
        noted, due = self.exits[group.terms.name].read(), self.severance[group.terms.name].read()
        if noted is None or due is None:
            return
        company, own = self.company, group.own
        leavers = np.where(company.trading, np.minimum(noted, own.head), 0)
        own.head = own.head - leavers
        own.vacancies = np.where(leavers > 0, 0, own.vacancies)
        company.tell(leavers > 0, f"staff {group.terms.name}", "{n} are dismissed and leave", n=leavers)
        self.pay(company.today, np.where(leavers > 0, due // np.maximum(noted, 1) * leavers, 0))

    def pay(self, day: int, cents: Ints) -> None:
        """Pay these cents to people on ``day``, as far as cash goes."""
        rows = np.flatnonzero(cents > 0)
        if len(rows):
            self.payments.note(day, rows, cents[rows])
            self.company.clock.call(day, Phase.PAYROLL, self._pay_out)

    def _pay_out(self) -> None:
        cents = self.payments.read()
        if cents is not None:
            pay_wages(self.company, cents)


def lay_off(company: Company, where: Mask, terms: Any) -> None:
    """Dismiss a share of a group, after consultation and notice."""
    group = company.groups[terms.group]
    heads = np.where(where, np.rint(group.own.head * terms.share), 0).astype(np.int64)
    wait = consultation_days(heads, group.terms.country) if terms.consultation else np.zeros_like(heads)
    company.people.dismiss(group, where, heads, wait + terms.notice_days, terms.severance_weeks)
    cut = where & company.links.cuts_to_exits
    company.state.cut_day = np.where(cut, company.today, company.state.cut_day)
    company.tell(where, "board", "announces that {n} are to go", n=heads)


def freeze_hiring(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """Nobody is hired."""
    company.state.hiring_frozen = company.state.hiring_frozen | where


def thaw_hiring(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """Vacancies are filled again."""
    company.state.hiring_frozen = company.state.hiring_frozen & ~where


def defer_pay(company: Company, where: Mask, terms: Any) -> None:
    """Pay only a part of net pay; the rest is owed on a later day, or never."""
    moved = company.groups[terms.group].moved
    moved.pay_cut = np.where(where, terms.share, moved.pay_cut)
    days = NEVER if terms.repaid_after_days is None else terms.repaid_after_days
    moved.repaid_after = np.where(where, days, moved.repaid_after)
    moved.pay_mood = np.where(where & company.links.cuts_to_exits, terms.exit_factor, moved.pay_mood)


def restore_pay(company: Company, where: Mask, terms: Any) -> None:
    """Pay in full again."""
    moved = company.groups[terms.group].moved
    moved.pay_cut = np.where(where, 0.0, moved.pay_cut)
    moved.pay_mood = np.where(where, 1.0, moved.pay_mood)


def retain(company: Company, where: Mask, terms: Any) -> None:
    """Pay half of a retention bonus now and half at its end; people stay meanwhile."""
    group, people = company.groups[terms.group], company.people
    cents = np.where(where, to_cents(group.own.head * group.monthly_cost * terms.months_of_pay / 2), 0)
    people.pay(company.today, cents)
    group.moved.retained = np.where(where, terms.exit_factor, group.moved.retained)
    rows = np.flatnonzero(where)
    per_head = to_cents(group.monthly_cost * terms.months_of_pay / 2 + company.block.full(0.0, float))
    end = company.today + np.broadcast_to(np.maximum(terms.days, 1), where.shape)[rows]
    people.ends[terms.group].note(end, rows, per_head[rows])
    for day in np.unique(end):
        company.clock.call(int(day), Phase.STAFF, partial(_end_retention, company, group))


def _end_retention(company: Company, group: Group) -> None:
    per_head = company.people.ends[group.terms.name].read()
    if per_head is None:
        return
    ends = (per_head > 0) & company.trading
    group.moved.retained = np.where(ends, 1.0, group.moved.retained)
    company.people.pay(company.today, np.where(ends, per_head * group.own.head, 0))
