"""The policy's actions. An action's process runs in every policy and acts on the rows of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from sim.company.board import file
from sim.company.parameters import Parameters
from sim.company.state import Company
from sim.company.treasury import Levers
from sim.kernel.calendar import Phase
from sim.kernel.ledger import to_cents

LAUNCH = "launch"
"""The creditor who bills the launch of a subscription."""

LAUNCH_TERMS_DAYS = 30
"""Days until the bills of a launch are due (*Source* L32)."""


def exit_fee(fee_months: Any, monthly_usage: Any, share: Any) -> Any:
    """Dollars a vendor charges for capacity given back early.

    *Assumption*: 0-6 months of its price; contracts of this kind are take-or-pay (V11, V14).
    """
    return fee_months * monthly_usage * share


class Act:
    """One action of one policy: its parameters, and the rows it concerns."""

    def __init__(self, company: Company, levers: Levers, policy: int, terms: Parameters) -> None:
        self.company = company
        self.levers = levers
        self.policy = policy
        self.terms = terms

    @property
    def rows(self) -> Any:
        """Rows under this policy that still trade."""
        return (self.company.block.policy == self.policy) & self.company.trading

    def cut_compute(self) -> Generator[Any, Any, None]:
        """Give back capacity: the fee and the mood come at once, the saving after the lag."""
        company, terms = self.company, self.terms
        vendor = company.vendors[terms.vendor]
        fee = to_cents(exit_fee(terms.fee_months, vendor.terms.monthly_usage, terms.share))
        vendor.creditor.receive(np.where(self.rows, fee, 0), company.today + vendor.terms.net_days, "exit fee")
        cut = self.rows & company.links.cuts_to_exits
        company.state.cut_day = np.where(cut, company.today, company.state.cut_day)
        effect = company.block.columns(day=company.today + np.maximum(terms.lag_days, 0) + company.block.full(0))
        while (day := _next(effect.day, company.today)) <= company.timeline.last_day:
            yield company.clock.at(day, Phase.MARKET)
            where = self.rows & (effect.day == company.today)
            vendor.own.usage_factor = np.where(
                where, vendor.own.usage_factor * (1 - terms.share), vendor.own.usage_factor
            )

    def launch_subscription(self) -> Generator[Any, Any, None]:
        """Launch the subscription after the lag; the cost of the launch is invoiced at once."""
        company, terms = self.company, self.terms
        company.subscription.launch(self.rows, company.today + np.maximum(terms.lag_days, 1) + company.block.full(0))
        cost = np.where(self.rows, to_cents(terms.cost), 0)
        company.payables.open(LAUNCH).receive(cost, company.today + LAUNCH_TERMS_DAYS, LAUNCH)
        yield from ()

    def ask_insiders(self) -> Generator[Any, Any, None]:
        """Ask an insider for a bridge now."""
        insider = self.company.insiders[self.terms.investor]
        insider.own.asked = insider.own.asked | self.rows
        if self.terms.success_probability is not None:
            insider.own.success = np.where(self.rows, self.terms.success_probability, insider.own.success)
        yield from ()

    def stretch(self) -> Generator[Any, Any, None]:
        """Pay a class of creditors late from now on."""
        self.levers.stretch(self.terms.class_, self.rows, self.terms.days)
        yield from ()

    def file(self) -> Generator[Any, Any, None]:
        """The directors file."""
        board = self.company.scenario.board
        file(self.company, self.rows, board.filing_business_days if board else 0)
        yield from ()


def _next(days: Any, today: int) -> int:
    later = days[days > today]
    return int(later.min()) if len(later) else np.iinfo(np.int64).max


def action(company: Company, own: Act) -> Generator[Any, Any, None]:
    """Act on the date of an action."""
    yield company.clock.at(max(company.timeline.day(own.terms.on), 1), Phase.DECISIONS)
    yield from getattr(own, own.terms.do)()
