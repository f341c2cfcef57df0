"""The company's state: books, columns that several processes share, states with their first day, ends."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.journal import Journal, Silence
from sim.company.parameters import Inputs, Parameters, at
from sim.company.plan import BlockPlan
from sim.kernel.block import Block, Mask, put
from sim.kernel.calendar import NEVER
from sim.kernel.draws import Draw
from sim.kernel.ledger import CASH, RESTRICTED_CASH, Ledger, to_cents
from sim.kernel.payables import Creditor, Payables

STATES = (
    "zero_cash",
    "cash_flow_insolvent",
    "payroll_missed",
    "service_suspended",
    "default_event",
    "debt_accelerated",
    "statutory_demand_expired",
    "petition_presented",
    "balance_sheet_insolvent",
)
"""Conditions recorded with their first day. None of them ends a replication unless the scenario says so."""

ENDS = ("insolvent", "recapitalised", "acquired", "licensed_out", "wound_down", "survived")

WAGES = "accrued wages"
EQUITY = "equity"
RAISED = {"equity": "equity raised", "note": "notes"}

LONG_AGO = -(10**6)
"""The day of an event that has not happened yet, where what counts is the time since."""

FULL_COVER = 13
"""Weeks the board looks ahead."""


class Company:
    """Everything the processes of one block share.

    Columns of ``state``, all (rows,): ``confidence``, ``activity``, ``product_value``, ``service`` (numbers around 1),
    ``contagion`` (senior exits, decaying), ``live`` and ``lost_prospects`` (prospects the board believes in, and those
    that died so far), ``cover`` (weeks, the board's last view), ``missed_pay_day``, ``cut_day``, ``filing_day``,
    ``receipts`` and ``revenue`` (cents so far), ``senior_exits``, ``<state>_day`` for each state, and of the end
    ``end``, ``cause`` (codes, -1 = none), ``end_day``.
    """

    def __init__(self, block: Block, plan: BlockPlan) -> None:
        self.block = block
        self.clock = block.clock
        self.timeline = block.timeline
        self.policies = plan.policies
        self.all_policies = plan.all_policies or plan.policies
        correlations = plan.scenario.correlations
        self.inputs = Inputs(block, plan.policies, plan.chance_per_input, correlations, plan.points)
        self.scenario: Parameters = self.inputs.resolve(plan.scenario)
        self.links = self.scenario.feedback
        self.country: str = self.scenario.country
        self.ledger = Ledger(block)
        self.payables = Payables(block, self.ledger)
        self.journal: Journal | Silence = Silence()
        self.causes: list[str] = []
        self.classes: dict[str, list[Creditor]] = {}
        self.vendors: dict[str, Any] = {}
        self.groups: dict[str, Any] = {}
        self.insiders: dict[str, Any] = {}
        self.outside: dict[str, Any] = {}
        self.sales: dict[str, Any] = {}
        self.disclosure: Any = None
        self.leadership: Any = None
        self.pipeline: Any = None
        self.credits: dict[str, Any] = {}
        self.subscription: Any = None
        self.petitions: Any = None
        self.cases: dict[str, Any] = {}
        self.restructuring: Any = None
        self.tax: Any = None
        self.people: Any = None
        self.research_credit: Any = None
        self.waterfall: Any = None
        self.levers: Any = None
        self.grants: dict[str, Any] = {}
        self.resale: dict[str, Any] = {}
        self.standstills: Any = None
        self.prompt: dict[str, Any] = {}
        self.acts: dict[tuple[int, str], Any] = {}
        for account in (RESTRICTED_CASH, WAGES, EQUITY, *RAISED.values()):
            self.ledger.open(account)
        full = block.full
        self.state = block.columns(
            **{name: full(1.0, float) for name in ("confidence", "activity", "product_value", "service")},
            **{name: full(1.0, float) for name in ("demand", "climate", "gpu_price", "fx")},
            **{name: full(False, bool) for name in ("is_public", "disclosed", "interim", "in_sale", "recapitalising")},
            **{name: full(False, bool) for name in ("frozen", "hiring_frozen", "closed")},
            **{name: full(False, bool) for name in ("moratorium", "standstill")},
            **{name: full(NEVER) for name in ("public_day", "ceo_exit_day", "served_day")},
            bank_rate=full(0.0525, float),
            ceo_present=full(True, bool),
            **{name: full(1.0, float) for name in ("management", "unrest", "calm")},
            sale_price=full(0),
            **{name: full(0) for name in ("live", "lost_prospects", "receipts", "revenue", "senior_exits")},
            **{name: full(NEVER) for name in ("filing_day", "end_day", *(f"{state}_day" for state in STATES))},
            **{name: full(-1) for name in ("end", "cause")},
            **{name: full(LONG_AGO) for name in ("missed_pay_day", "cut_day")},
            contagion=full(0.0, float),
            cover=full(FULL_COVER),
        )
        self._open_books()

    def _open_books(self) -> None:
        opening = self.scenario.opening
        cash = to_cents(opening.cash)
        restricted = to_cents(opening.cash * opening.restricted_share)
        self.ledger.post(CASH, EQUITY, cash - restricted, "opening balance")
        self.ledger.post(RESTRICTED_CASH, EQUITY, restricted, "opening balance")

    def enter_opening_invoices(self) -> None:
        """Enter the open invoices of the opening balance, once all creditors are known."""
        for invoice in sorted(self.scenario.opening.invoices, key=lambda invoice: invoice.due):
            creditor = self.payables.open(invoice.creditor)
            creditor.open_with(to_cents(invoice.amount), self.timeline.day(invoice.due))

    @property
    def today(self) -> int:
        """The day number."""
        return self.clock.today

    @property
    def trading(self) -> Mask:
        """Rows that no end has closed."""
        return self.block.trading

    @property
    def wages_owed(self) -> NDArray[np.int64]:
        """Net pay in arrears, in cents."""
        return self.ledger.owed(WAGES)

    def creditor(self, name: str, class_: str) -> Creditor:
        """The creditor of that name, which the treasury pays in that class."""
        creditor = self.payables.open(name)
        members = self.classes.setdefault(class_, [])
        if creditor not in members:
            members.append(creditor)
        return creditor

    @property
    def spendable(self) -> NDArray[np.int64]:
        """Cents of free cash that can be paid out today: none while the bank account is frozen."""
        return self.ledger.cash if self.petitions is None else np.where(self.state.frozen, 0, self.ledger.cash)

    def disputed(self, creditor: str) -> Any:
        """Cents of what is overdue to a creditor that the company disputes in earnest."""
        return getattr(self.vendors.get(creditor), "disputed", 0)

    def in_breach(self, vendor: str) -> Mask:
        """Rows in which a vendor has given notice of breach, or worse."""
        breach: Mask = self.vendors[vendor].is_in_breach
        return breach

    @property
    def demand(self) -> Any:
        """Demand for what the company sells, as far as it reaches the company: 1 at the start."""
        return self.state.demand if self.links.demand_to_revenue else 1.0

    def draw(self, *names: str) -> Draw:
        """The draws of a decision: process, entity, decision."""
        return self.block.draw(*names)

    def reach(self, state: str, where: Any) -> None:
        """Note the first day of a state."""
        name = f"{state}_day"
        days, rows = getattr(self.state, name), np.flatnonzero(where & self.trading)
        rows = rows[days[rows] == NEVER]
        if len(rows):
            setattr(self.state, name, put(days, rows, self.today))
            self.tell(self.block.mask(rows), "state", state.replace("_", " "))

    def has_reached(self, state: str) -> Mask:
        """Rows in which a state has occurred."""
        return getattr(self.state, f"{state}_day") <= self.today

    def tell(self, where: Any, actor: str, what: str, cents: Any = None, n: Any = None) -> None:
        """Tell the journal what somebody did in the rows of ``where``."""
        self.journal.tell(where, actor, what, cents, n)

    def shock(self, where: Any, size: Any) -> None:
        """Lower investors' confidence by a share."""
        rows = np.flatnonzero(where & self.trading)
        if len(rows):
            left = self.state.confidence[rows] * (1 - at(size, rows))
            self.state.confidence = put(self.state.confidence, rows, left)

    def end(self, where: Any, end: str, cause: str | None = None) -> None:
        """Claim an end for today: the first claim of a day counts; it takes effect when ends are read."""
        rows = np.flatnonzero(where & self.trading)
        rows = rows[self.state.end[rows] < 0]
        if cause is not None and cause not in self.causes:
            self.causes.append(cause)
        if len(rows):
            self.state.end = put(self.state.end, rows, ENDS.index(end))
            if cause is not None:
                self.state.cause = put(self.state.cause, rows, self.causes.index(cause))

    def collect(self, gross: Any, fees: Any, account: str, kind: str, earned: str = "income") -> None:
        """Book what customers are charged, in cents: the net to ``account`` (cash, or a receivable), the fees as an
        expense. ``earned`` is where the charge is booked: income, or deferred revenue.
        """
        income = self.ledger.open(f"{earned}: {kind}")
        net = self.ledger.post(account, income, gross - fees, kind)
        fees = self.ledger.post(self.ledger.open(f"expense: {kind} fees"), income, fees, f"{kind} fees")
        self.state.revenue = self.state.revenue + net + fees
        if account == CASH:
            self.state.receipts = self.state.receipts + net

    def raise_money(self, where: Any, dollars: Any, instrument: str) -> None:
        """New money arrives in the rows of ``where``."""
        if np.any(where):
            cents = np.where(where, to_cents(dollars), 0)
            self.ledger.post(CASH, RAISED[instrument], cents, f"new money, {instrument}")
