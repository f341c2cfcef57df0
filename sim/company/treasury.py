"""The treasury: wages first, then the weekly payment run, which keeps a reserve."""

from __future__ import annotations

from collections.abc import Generator
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
            **{name: getattr(stretch, name) for name in company.scenario.treasury.pay_order}
        )

    def stretch(self, class_: str, where: Any, days: Any) -> None:
        """Pay a class ``days`` late from now on."""
        setattr(self.own, class_, np.where(where, days, getattr(self.own, class_)))


def payment_run(company: Company, levers: Levers) -> None:
    """Pay what is due, class by class, each class from what it may touch."""
    terms, ledger = company.scenario.treasury, company.ledger
    kept = reserve(terms.reserve_weeks, weekly_net_pay(company), weekly_critical_cost(company))
    for class_ in terms.pay_order:
        is_protected = class_ in terms.protected
        for creditor in company.classes.get(class_, ()):
            available = ledger.cash if is_protected else np.maximum(ledger.cash - kept, 0)
            payable = creditor.payable(getattr(levers.own, class_))
            paid = creditor.pay(np.minimum(payable, available))
            if is_protected:
                company.reach("zero_cash", paid < payable)


def treasury(company: Company, levers: Levers) -> Generator[Any, Any, None]:
    """Each business day pay wages in arrears; each week make the payment run."""
    weekly = run_days(company.timeline, company.scenario.treasury.weekday, company.country)
    for day in company.timeline.business_days_after_start(company.country):
        yield company.clock.at(day, Phase.PAYMENT_RUN)
        if company.wages_owed.any():
            company.ledger.pay(WAGES, company.wages_owed, "wages in arrears")
        if day in weekly:
            payment_run(company, levers)
