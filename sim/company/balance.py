"""The balance-sheet test: what the company has against what it owes, provisions included."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.customers import HELD, PAID_IN_ADVANCE, PROCESSOR
from sim.company.deals import RECEIVABLE
from sim.company.in_kind import CREDITS
from sim.company.litigation import PROVISION
from sim.company.state import RAISED, Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase
from sim.kernel.ledger import RESTRICTED_CASH, to_cents

Ints = NDArray[np.int64]

ASSETS = (RESTRICTED_CASH, PROCESSOR, HELD, RECEIVABLE, CREDITS)
"""Accounts that are assets, free cash apart."""


def is_balance_sheet_insolvent(assets: Ints, liabilities: Ints) -> Mask:
    """Assets below liabilities, contingent and prospective ones counted. *Source* L03: s.123(2) Insolvency Act 1986."""
    insolvent: Mask = assets < liabilities
    return insolvent


def assets(company: Company, terms: Any) -> Ints:
    """Cents that the books hold."""
    ledger = company.ledger
    other = to_cents(terms.other_assets * company.state.product_value)
    books = vars(ledger.balances)
    return ledger.cash + other + sum(books[account] for account in ASSETS if account in books)


def liabilities(company: Company, terms: Any) -> Ints:
    """Cents that the books owe."""
    ledger = company.ledger
    owed = company.payables.owed + company.wages_owed
    owed = owed - vars(ledger.balances).get(PAID_IN_ADVANCE, 0)
    if company.cases:
        owed = owed + ledger.owed(PROVISION)
    return owed + ledger.owed(RAISED["note"]) + to_cents(terms.notes) if terms.notes_are_debt else owed


def balance_sheet(company: Company, terms: Any) -> Generator[Any, Any, None]:
    """Each week hold assets against liabilities."""
    for day in range(0, company.timeline.last_day + 1, 7):
        yield company.clock.at(day, Phase.SOLVENCY)
        insolvent = is_balance_sheet_insolvent(assets(company, terms), liabilities(company, terms))
        company.reach("balance_sheet_insolvent", insolvent)
