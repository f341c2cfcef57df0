"""The policy's actions: when the board decides, who must consent, what it costs, and when it takes effect.

What an action does is a function ``(company, where, terms)`` that acts today on the rows of ``where``; it stands with
the process it acts on and is registered here under the name that files use. An action's process runs in every policy
and acts on the rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

import numpy as np

from sim.company.bargains import (
    ask_plan,
    compromise,
    move_vendor,
    novate,
    prepay,
    standstill,
    surrender_capacity,
)
from sim.company.board import file_now
from sim.company.bridges import ask_insiders
from sim.company.compute import end_grants
from sim.company.customers import launch_subscription, offer_annual, reprice
from sim.company.investors import big_ask, raise_round
from sim.company.leadership import ceo_exit
from sim.company.litigation import settle_case
from sim.company.parameters import Parameters
from sim.company.people import defer_pay, freeze_hiring, lay_off, restore_pay, retain, thaw_hiring
from sim.company.press import disclose
from sim.company.resale import resell
from sim.company.restructuring import appoint_officer, begin_moratorium, begin_wind_down, dismiss_officer
from sim.company.sale import sell
from sim.company.state import Company
from sim.company.tax import advance_research_credit, defer_tax, end_tax_deferral, time_to_pay
from sim.company.treasury import end_stretch, restore_pay_order, restore_reserve, set_pay_order, set_reserve, stretch
from sim.company.vendors import cut_usage, pay_exit_fee
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import to_cents

Effect = Callable[[Company, Mask, Parameters], None]

ACTIONS: dict[str, Effect] = {
    "settle_case": settle_case,
    "moratorium": begin_moratorium,
    "wind_down": begin_wind_down,
    "appoint_cro": appoint_officer,
    "defer_tax": defer_tax,
    "layoffs": lay_off,
    "freeze_hiring": freeze_hiring,
    "defer_pay": defer_pay,
    "retention": retain,
    "set_reserve": set_reserve,
    "pay_order": set_pay_order,
    "time_to_pay": time_to_pay,
    "rd_advance": advance_research_credit,
    "cut_compute": cut_usage,
    "launch_subscription": launch_subscription,
    "ask_insiders": ask_insiders,
    "stretch": stretch,
    "file": file_now,
    "end_grants": end_grants,
    "surrender_capacity": surrender_capacity,
    "move_vendor": move_vendor,
    "ask_plan": ask_plan,
    "standstill": standstill,
    "compromise": compromise,
    "prepay": prepay,
    "resell": resell,
    "sublease": resell,
    "novate": novate,
    "disclose": disclose,
    "raise_round": raise_round,
    "big_ask": big_ask,
    "ceo_exit": ceo_exit,
    "sell": sell,
    "accelerated_sale": sell,
    "licence_and_hire": sell,
    "reprice": reprice,
    "offer_annual": offer_annual,
}
"""What each action does, on the day it takes effect."""

AT_DECISION: dict[str, Effect] = {"cut_compute": pay_exit_fee}
"""What the decision itself brings, before the lag."""

AT_UNTIL: dict[str, Effect] = {
    "defer_tax": end_tax_deferral,
    "appoint_cro": dismiss_officer,
    "freeze_hiring": thaw_hiring,
    "defer_pay": restore_pay,
    "set_reserve": restore_reserve,
    "pay_order": restore_pay_order,
    "stretch": end_stretch,
}
"""How an action that lasts is undone on its day ``until``."""

CONDITIONS: dict[str, Callable[[Company, Any], Mask]] = {
    "runway_below_weeks": lambda company, weeks: company.state.cover < weeks,
    "overdue_above": lambda company, dollars: company.payables.overdue > to_cents(dollars),
    "cash_below": lambda company, dollars: company.ledger.cash < to_cents(dollars),
    "wages_in_arrears": lambda company, wanted: (company.wages_owed > 0) == wanted,
    "service_suspended": lambda company, wanted: (company.state.service < 1) == wanted,
    "no_live_prospect": lambda company, wanted: (company.state.live <= 0) == wanted,
    "is_public": lambda company, wanted: company.state.is_public == wanted,
}
"""What the keys of ``when`` ask, read before the decisions of a business day."""

TARGETS = ("vendor", "investor", "class_", "group", "case")
"""Keys of an action that say whom it concerns: read by the journal only."""

POLICY_COSTS = "policy costs"
TERMS_DAYS = 30
"""Days until the bills of an action are due (*Source* L32)."""


def open_policy_costs(company: Company) -> None:
    """Open the creditor of what actions cost, if an action of the question costs anything."""
    costs = [action.cost for policy in company.all_policies for action in policy.actions if action.do != "set"]
    if any(cost.value != 0 for cost in costs):
        company.creditor(POLICY_COSTS, "trade")


class Act:
    """One action of one policy, with columns ``decided_day`` and ``effect_day`` (``NEVER`` before) and ``refused``."""

    def __init__(self, company: Company, policy: int, order: int, terms: Any) -> None:
        self.company = company
        self.policy = policy
        self.terms = terms
        self.timeline = company.timeline
        full = company.block.full
        self.own = company.block.columns(decided_day=full(NEVER), effect_day=full(NEVER), refused=full(False, bool))
        self.until = self.timeline.day(terms.until) if terms.until else NEVER
        alike = [action.do for action in company.policies[policy].actions[:order]].count(terms.do)
        self.consent = company.draw("actions", f"{terms.do} {alike}", "consent")
        company.acts[policy, terms.name or terms.do] = self

    @property
    def rows(self) -> Mask:
        """Rows under this policy that still trade."""
        return (self.company.block.policy == self.policy) & self.company.trading

    @property
    def undecided(self) -> Mask:
        """Rows in which it may still be decided."""
        return self.rows & (self.own.decided_day == NEVER) & ~self.own.refused

    def days(self) -> Iterator[int]:
        """The days on which the board may decide: one date, or business days while a condition is awaited."""
        terms, company = self.terms, self.company
        first = max(self.timeline.day(terms.on), 1) if terms.on else 1
        if terms.when is None and terms.after is None:
            yield first
            return
        for day in self.timeline.business_days_after_start(company.country):
            if day >= self.until or not self.undecided.any():
                return
            if day >= first:
                yield day

    def decide(self) -> None:
        """Decide in the rows whose conditions hold today, if those who must consent do."""
        company, own, terms = self.company, self.own, self.terms
        asks = self._ready()
        if not asks.any():
            return
        refused = asks & (self.consent.uniform() >= terms.consent_probability)
        decides = asks & ~refused
        company.tell(refused, terms.consent_of or "who must consent", f"refuses: {self._in_words()}")
        company.tell(decides, "board", f"decides: {self._in_words()}")
        own.refused = own.refused | refused
        own.decided_day = np.where(decides, company.today, own.decided_day)
        own.effect_day = np.where(decides, company.today + terms.lag_days, own.effect_day)
        if np.any(terms.cost != 0):
            cost = np.where(decides, to_cents(terms.cost), 0)
            company.payables.open(POLICY_COSTS).receive(cost, company.today + TERMS_DAYS, POLICY_COSTS)
        if terms.do in AT_DECISION:
            AT_DECISION[terms.do](company, decides, terms)
        self._arrange(decides)

    def _ready(self) -> Mask:
        ready = self.undecided
        for key, wanted in vars(self.terms.when).items() if self.terms.when else ():
            if wanted is not None and ready.any():
                ready = ready & CONDITIONS[key](self.company, wanted)
        if self.terms.after is not None:
            taken = self.company.acts[self.policy, self.terms.after].own.effect_day
            ready = ready & (taken <= self.company.today) & (taken + self.terms.after_days <= self.company.today)
        return ready

    def _in_words(self) -> str:
        targets = [getattr(self.terms, key, None) for key in TARGETS]
        return " ".join([self.terms.name or self.terms.do.replace("_", " "), *filter(None, targets)])

    def _arrange(self, decides: Mask) -> None:
        """Take effect now, or on the day the lag ends."""
        today = self.company.today
        for day in np.unique(self.own.effect_day[decides]):
            if day == today:
                self.take_effect()
            elif day <= self.timeline.last_day:
                self.company.clock.call(int(day), Phase.MARKET, partial(self.take_effect, lagged=True))

    def take_effect(self, lagged: bool = False) -> None:
        """Act in the rows whose day it is."""
        company, own = self.company, self.own
        is_decided_before = own.decided_day < company.today
        where = self.rows & (own.effect_day == company.today) & (is_decided_before == lagged)
        lasts = self.terms.do not in AT_UNTIL or company.today < self.until
        if where.any() and lasts:
            ACTIONS[self.terms.do](company, where, self.terms)

    def undo(self) -> None:
        """End what lasts, in the rows where it has taken effect."""
        AT_UNTIL[self.terms.do](self.company, self.rows & (self.own.effect_day < self.company.today), self.terms)


def action(company: Company, own: Act) -> Generator[Any, Any, None]:
    """Decide on the day of an action, or once its conditions hold; undo what ends."""
    for day in own.days():
        yield company.clock.at(day, Phase.DECISIONS)
        own.decide()
    if own.terms.do in AT_UNTIL and own.until <= company.timeline.last_day:
        yield company.clock.at(own.until, Phase.DECISIONS)
        own.undo()
