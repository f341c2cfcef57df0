"""Staff: groups that shrink and are replaced, key people, and the payroll."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import at
from sim.company.paydays import PAYDAYS, funding_days, tax_due_date, unpaid_days
from sim.company.state import WAGES, Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKS_PER_MONTH = 52 / 12

DEFERRED_PAY = "deferred pay"
"""The creditor that stands for people whose pay is put off."""


def exit_multiplier(
    since_missed_pay: Ints, factor: Any, days: Any, contagion: Floats, since_cut: Ints, morale: Any
) -> Floats:
    """How much faster people leave: after a missed payroll, after senior exits, after a cut. *Source* B54, B56, B51."""
    unpaid = np.where(since_missed_pay <= days, factor, 1.0)
    cut = np.where(since_cut <= morale.cut_days, morale.cut_factor, 1.0)
    multiplier: Floats = unpaid * cut * (1 + morale.contagion * contagion)
    return multiplier


def net_and_withheld(head_count: Ints, monthly_cost: Any, paydays: int, withheld_share: Any) -> tuple[Ints, Ints]:
    """Cents of one payroll: what goes to people (and is withheld and paid with it), and what is owed to the tax office.

    *Source* P01, P02.
    """
    total = to_cents(head_count * monthly_cost / paydays)
    withheld = to_cents(total / 100 * withheld_share)
    return total - withheld, withheld


def late_pay_penalty(unpaid: Ints, heads: Ints, n_late: Ints, terms: Any) -> Floats:
    """Cents for a payroll that was not met: per head, more from the second on, and for withholding not deposited.

    *Source* L52, L53.
    """
    again = n_late > 0
    per_head = np.where(again, terms.later_per_head, terms.first_per_head) * heads * 100
    share = np.where(again, terms.later_share, 0.0) + terms.deposit_share * terms.deposit_penalty
    penalty: Floats = per_head + unpaid * share
    return penalty


def waiting_time_penalty(leavers: Ints, monthly_cost: Any, terms: Any) -> Any:
    """Cents for final pay that is not there when people leave: a day's pay a day, taken at its limit.

    *Source* L50.
    """
    return leavers * monthly_cost * 100 * 12 / 365 * terms.waiting_days


def earned(heads: Ints, monthly_cost: Any, days: Ints) -> Any:
    """Cents that people have earned in so many days, tax on it included. *Source* C24 for the cost of a month."""
    return heads * monthly_cost * 100 * 12 / 365 * days


class Penalties:
    """What the law charges for pay that comes late."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.creditor = company.creditor("pay penalties", "trade")

    def _charge(self, cents: Any) -> None:
        charged = np.rint(cents).astype(np.int64)
        if charged.any():
            self.creditor.receive(charged, self.company.today + self.terms.net_days, "pay penalties")
            self.company.tell(charged > 0, self.creditor.name, "are incurred for late pay", charged)

    def charge_late_pay(self, group: Group, unpaid: Ints) -> None:
        """A payroll of the group that was not met in full."""
        late = (unpaid > 0) & self.company.trading & self.company.links.missed_pay_to_penalties
        if not late.any():
            return
        cents = late_pay_penalty(unpaid, group.own.head, group.moved.n_late, self.terms)
        group.moved.n_late = group.moved.n_late + late
        self._charge(np.where(late, cents, 0))

    def charge_leavers(self, group: Group, leavers: Ints) -> None:
        """People who leave while wages are in arrears."""
        owed = (leavers > 0) & (self.company.wages_owed > 0) & self.company.links.missed_pay_to_penalties
        if owed.any():
            self._charge(np.where(owed, waiting_time_penalty(leavers, group.monthly_cost, self.terms), 0))


class Group:
    """A staff group, with columns ``head`` and ``vacancies``; and ``moved``: ``n_late`` (payrolls not met), and what
    policies move: ``pay_cut`` (share of net pay put off), ``repaid_after`` (days), ``pay_mood`` and ``retained``
    (factors on leaving).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.paydays = PAYDAYS[terms.paydays]
        self.unpaid_days = unpaid_days(company.timeline, terms.country, self.paydays, terms.funding_business_days)
        full = company.block.full
        self.own = company.block.columns(head=full(0) + terms.head_count, vacancies=full(0) + terms.vacancies)
        self.moved = company.block.columns(
            **{name: full(1.0, float) for name in ("pay_mood", "retained")},
            pay_cut=full(0.0, float),
            **{name: full(0) for name in ("n_late", "repaid_after")},
        )
        acts = [action for policy in company.policies for action in policy.actions]
        self.is_moved = any(action.do in ("defer_pay", "retention") and action.group == terms.name for action in acts)
        self.tax_creditor = company.creditor(terms.tax_creditor, "tax") if terms.tax_creditor else None
        self.penalties: Any = Penalties(company, terms.late_pay) if terms.late_pay is not None else None

    def earned_unpaid(self, rows: Ints) -> Any:
        """Cents of pay earned since the last payday by the end of these rows (an index), less what a policy cut for
        good."""
        days, moved = self.unpaid_days[self.company.state.end_day[rows]], self.moved
        cut = np.where(moved.repaid_after[rows] == NEVER, moved.pay_cut[rows], 0.0)
        kept = 1 - cut * (1 - at(self.terms.withheld_share, rows))
        return earned(self.own.head[rows], at(self.monthly_cost, rows), days) * kept

    def draw(self, decision: str) -> Any:
        """The draws of a decision about this group."""
        return self.company.draw("staff", self.terms.name, decision)

    def multiplier(self) -> Floats:
        """How much faster its people leave today."""
        company, state, terms = self.company, self.company.state, self.terms
        since_missed = company.today - state.missed_pay_day
        factor = terms.missed_pay_factor if company.links.missed_pay_to_exits else 1.0
        mood = state.unrest * self.moved.pay_mood * self.moved.retained if self.is_moved else state.unrest
        return mood * exit_multiplier(
            since_missed,
            factor,
            terms.missed_pay_days,
            state.contagion,
            company.today - state.cut_day,
            company.scenario.morale,
        )

    def turn_over(self, week: int, step: float, multiplier: Floats) -> None:
        """A week of people leaving, so much faster than usual, and joining."""
        own, terms, trading = self.own, self.terms, self.company.trading
        leave = -np.expm1(-terms.attrition_per_month * multiplier * step)
        leavers = self.draw("attrition").binomial(np.where(trading, own.head, 0), leave, week)
        closed = (self.company.wages_owed > 0) | self.company.state.hiring_frozen
        open_places = np.where(closed, 0, own.vacancies)
        joiners = self.draw("hiring").binomial(
            np.where(trading, open_places, 0), -np.expm1(-step / terms.hiring_months), week
        )
        replaced = self.draw("replacement").binomial(leavers, terms.replacement_share, week)
        own.head = own.head - leavers + joiners
        if self.penalties is not None:
            self.penalties.charge_leavers(self, leavers)
        self.company.tell(leavers > 0, f"staff {terms.name}", "{n} leave", n=leavers)
        self.company.tell(joiners > 0, f"staff {terms.name}", "{n} join", n=joiners)
        own.vacancies = own.vacancies - joiners + replaced

    @property
    def monthly_cost(self) -> Any:
        """Dollars that one employee costs a month at today's exchange rate."""
        cost = self.terms.monthly_cost
        return cost * self.company.state.fx if self.terms.currency == "GBP" else cost

    @property
    def payroll(self) -> tuple[Ints, Ints]:
        """Net pay and withheld tax of one payroll at today's head count, in cents."""
        terms = self.terms
        net, withheld = net_and_withheld(self.own.head, self.monthly_cost, len(self.paydays), terms.withheld_share)
        return (net - self.put_off(net) if self.is_moved else net), withheld

    def put_off(self, net: Ints) -> Ints:
        """Cents of net pay that a policy puts off or cuts."""
        return np.rint(net * self.moved.pay_cut).astype(np.int64)

    @property
    def weekly_net_pay(self) -> Floats:
        """Cents a week at today's head count."""
        terms = self.terms
        weekly: Floats = self.own.head * self.monthly_cost * 100 * (1 - terms.withheld_share) / WEEKS_PER_MONTH
        return weekly * (1 - self.moved.pay_cut) if self.is_moved else weekly

    def pay(self, payday: date) -> None:
        """Fund a payroll as far as free cash goes; the rest is owed."""
        company = self.company
        net, withheld = self.payroll
        unpaid = pay_wages(company, net, f"payroll {self.terms.name}")
        if self.penalties is not None:
            self.penalties.charge_late_pay(self, unpaid)
        if self.is_moved:
            self._owe_what_is_put_off()
        if self.tax_creditor:
            due = tax_due_date(payday)
            self.tax_creditor.receive(withheld, company.timeline.day(due), "payroll tax")
            company.tell(withheld > 0, self.tax_creditor.name, f"is owed payroll tax, due {due}", withheld)

    def _owe_what_is_put_off(self) -> None:
        terms, moved = self.terms, self.moved
        full = net_and_withheld(self.own.head, self.monthly_cost, len(self.paydays), terms.withheld_share)[0]
        later = np.where((moved.pay_cut > 0) & (moved.repaid_after < NEVER), self.put_off(full), 0)
        if later.any():
            day = np.where(later > 0, self.company.today + moved.repaid_after, NEVER)
            self.company.creditor(DEFERRED_PAY, "critical").receive(later, day, DEFERRED_PAY)


def pay_wages(company: Company, net: Any, payroll: str = "payroll") -> Ints:
    """Pay net wages out of free cash; a shortfall is a missed payroll. Return it in cents."""
    ledger, state = company.ledger, company.state
    owed = ledger.post(ledger.open("expense: wages"), WAGES, net, "wages")
    unpaid = owed - ledger.pay(WAGES, np.minimum(owed, company.spendable), "wages")
    short = unpaid > 0
    company.tell(short, payroll, "cannot be met in full; it is short by", unpaid)
    company.reach("payroll_missed", short)
    company.reach("zero_cash", short)
    company.reach("default_event", short)
    state.missed_pay_day = np.where(short & company.trading, company.today, state.missed_pay_day)
    company.shock(short & company.links.missed_pay_to_confidence, company.scenario.confidence.missed_payroll_shock)
    return unpaid


class KeyPerson:
    """A named key person, with the column ``present``."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.group: Group = company.groups[terms.group]
        self.hazard = Hazard(company.block, company.draw("key people", terms.name, "exit"))
        self.own = company.block.columns(present=company.block.full(True, bool))

    def may_leave(self, step: float, multipliers: dict[str, Floats]) -> Mask:
        """A week in which the person may leave, given how much faster each group leaves; says in which rows that
        happens.
        """
        over_values = self.terms.leaves_for == "values"
        rate = self.terms.exit_per_month * (1.0 if over_values else multipliers[self.terms.group])
        left = self.hazard.fires(rate * step, self.own.present & self.company.trading)
        self.own.present = self.own.present & ~left
        return left

    def take_leave(self, left: Mask) -> None:
        """What the company loses in the rows in which the person leaves."""
        if not left.any():
            return
        company, state, links = self.company, self.company.state, self.company.links
        over_values = self.terms.leaves_for == "values"
        company.tell(left, self.terms.name, "resigns over values" if over_values else "resigns")
        self.group.own.head = np.maximum(self.group.own.head - left, 0)
        loss = np.where(left & links.exits_to_product, self.terms.product_loss, 0.0)
        state.product_value = state.product_value * (1 - loss)
        state.senior_exits = state.senior_exits + left
        state.contagion = state.contagion + (left & links.contagion)
        company.shock(left & links.exits_to_confidence, company.scenario.confidence.senior_exit_shock)


def turnover(company: Company, people: list[KeyPerson]) -> Generator[Any, Any, None]:
    """Each week people leave and join; exits of the week act on others from the next week on."""
    before = 0.0
    for week, day in enumerate(company.timeline.weekly()):
        yield company.clock.at(day, Phase.STAFF)
        step = company.clock.months - before
        before = company.clock.months
        multipliers = {name: group.multiplier() for name, group in company.groups.items()}
        leaving = [person.may_leave(step, multipliers) for person in people]
        for name, group in company.groups.items():
            group.turn_over(week, step, multipliers[name])
        company.state.contagion = company.state.contagion * np.exp(-7 / company.scenario.morale.contagion_days)
        for person, left in zip(people, leaving, strict=True):
            person.take_leave(left)


def payroll(company: Company, group: Group) -> Generator[Any, Any, None]:
    """Fund each payroll some business days before its payday."""
    terms = group.terms
    for day, payday in funding_days(company.timeline, terms.country, group.paydays, terms.funding_business_days):
        yield company.clock.at(day, Phase.PAYROLL)
        group.pay(payday)
