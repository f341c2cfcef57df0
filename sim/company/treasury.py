"""The treasury: wages first, then the weekly payment run, which keeps a reserve."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.staff import WEEKS_PER_MONTH
from sim.company.state import WAGES, Company
from sim.kernel.calendar import Phase, Timeline

Ints = NDArray[np.int64]


def reserve(weeks: Any, weekly_net_pay: Any, weekly_critical: Any) -> Ints:
    """Cents kept back for pay and critical suppliers. *Source* P04: boards protect pay first."""
    return np.rint(weeks * (weekly_net_pay + weekly_critical)).astype(np.int64)


def weekly_critical_cost(company: Company) -> Any:
    """Cents a week for suppliers the company cannot do without. *Source* P05: what cannot be stretched."""
    return sum(cost.monthly for cost in company.scenario.costs if cost.class_ == "critical") * 100 / WEEKS_PER_MONTH


def weekly_net_pay(company: Company) -> Any:
    """Cents of net pay a week at today's head count. *Source* P01, P02."""
    return sum((group.weekly_net_pay for group in company.groups.values()), start=np.zeros(company.block.n_rows))


def run_days(timeline: Timeline, weekday: str, country: str) -> set[int]:
    """The days of the weekly payment run: the weekday, or the business day before it. *Assumption*: one run a week."""
    return {int(timeline.business_day_on_or_before(day, country)) for day in timeline.weekly(weekday)}


class Levers:
    """How many days each class of creditor is stretched: numbers, or columns once a policy moves them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        stretch = company.scenario.treasury.stretch_days
        self.own = company.block.columns(
            **{name: getattr(stretch, name) for name in company.scenario.treasury.pay_order},
            reserve_weeks=company.scenario.treasury.reserve_weeks,
            order=company.block.full(0),
        )
        self.orders: list[tuple[str, ...]] = [tuple(company.scenario.treasury.pay_order)]

    def days(self, class_: str, creditor: str) -> Any:
        """Days that a creditor is stretched: none where an arrangement with it says that it is paid on time, nor where
        the treasury pays on notice and a vendor has given notice of breach.

        *Assumption*: a board that has the cash does not let a notice run out to save it.
        """
        days, prompt, vendors = getattr(self.own, class_), self.company.prompt, self.company.vendors
        if creditor in vendors and self.company.scenario.treasury.pays_on_notice:
            noticed = vendors[creditor].is_in_breach & self.company.trading
            days = np.where(noticed, 0, days) if noticed.any() else days
        if creditor not in prompt:
            return days
        return 0 if prompt[creditor] is None else np.where(prompt[creditor].on, 0, days)

    def stretch(self, class_: str, where: Any, days: Any) -> None:
        """Pay a class ``days`` late from now on."""
        setattr(self.own, class_, np.where(where, days, getattr(self.own, class_)))

    def runs(self) -> Iterator[tuple[str, Any]]:
        """The classes in order of payment, each with the rows that pay it then; all rows where only one order is known.

        *Source* model rule: a policy may change the order.
        """
        for i, order in enumerate(self.orders):
            mine: Any = True if len(self.orders) == 1 else self.own.order == i
            yield from ((class_, mine) for class_ in order)

    def set_order(self, where: Any, order: tuple[str, ...]) -> None:
        """Pay classes in this order from now on."""
        if order not in self.orders:
            self.orders.append(order)
        self.own.order = np.where(where, self.orders.index(order), self.own.order)

    def set_reserve(self, where: Any, weeks: Any) -> None:
        """Keep another reserve from now on."""
        self.own.reserve_weeks = np.where(where, weeks, self.own.reserve_weeks)


def set_reserve(company: Company, where: Any, terms: Any) -> None:
    """Keep another reserve from now on."""
    company.levers.set_reserve(where, terms.weeks)


def restore_reserve(company: Company, where: Any, terms: Any) -> None:  # noqa: ARG001
    """Keep the scenario's reserve again."""
    company.levers.set_reserve(where, company.scenario.treasury.reserve_weeks)


def set_pay_order(company: Company, where: Any, terms: Any) -> None:
    """Pay classes in another order from now on."""
    company.levers.set_order(where, tuple(terms.order))


def restore_pay_order(company: Company, where: Any, terms: Any) -> None:  # noqa: ARG001
    """Pay classes in the scenario's order again."""
    company.levers.set_order(where, tuple(company.scenario.treasury.pay_order))


def stretch(company: Company, where: Any, terms: Any) -> None:
    """Pay a class of creditors late from now on."""
    company.levers.stretch(terms.class_, where, terms.days)


def end_stretch(company: Company, where: Any, terms: Any) -> None:
    """Pay a class of creditors as the scenario says again."""
    company.levers.stretch(terms.class_, where, getattr(company.scenario.treasury.stretch_days, terms.class_))


def payment_run(company: Company, levers: Levers) -> None:
    """Pay what is due, class by class, each class from what it may touch."""
    terms = company.scenario.treasury
    kept = reserve(levers.own.reserve_weeks, weekly_net_pay(company), weekly_critical_cost(company))
    for class_, mine in levers.runs():
        is_protected = class_ in terms.protected
        for creditor in company.classes.get(class_, ()):
            available = company.spendable if is_protected else np.maximum(company.spendable - kept, 0)
            payable = creditor.payable(levers.days(class_, creditor.name))
            if mine is not True:
                payable = np.where(mine, payable, 0)
            paid = creditor.pay(np.minimum(payable, available))
            if is_protected:
                company.reach("zero_cash", paid < payable)


def treasury(company: Company, levers: Levers) -> Generator[Any, Any, None]:
    """Each business day pay wages in arrears; each week make the payment run."""
    weekly = run_days(company.timeline, company.scenario.treasury.weekday, company.country)
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.PAYMENT_RUN)
        if company.wages_owed.any():
            company.ledger.pay(WAGES, np.minimum(company.wages_owed, company.spendable), "wages in arrears")
        if day in weekly:
            payment_run(company, levers)
