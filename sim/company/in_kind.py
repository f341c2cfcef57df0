"""Capacity in kind: credits that an investor grants, set against a vendor's bills until they are used up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.ledger import to_cents

Ints = NDArray[np.int64]

CREDITS = "compute credits"
IN_KIND = "capacity in kind"


def credits_used(billed: Ints, left: Ints) -> Ints:
    """Cents of a bill that credits cover. *Source* S34: they lower cost and add no cash."""
    used: Ints = np.minimum(billed, left)
    return used


def grant(company: Company, vendor: str, where: Mask, dollars: Any) -> None:
    """An investor grants capacity of a vendor in the rows of ``where``."""
    granted = company.ledger.post(CREDITS, IN_KIND, np.where(where, to_cents(dollars), 0), "capacity in kind")
    own = company.credits[vendor]
    own.left = own.left + granted
    company.tell(granted > 0, vendor, "capacity in kind is granted", granted)


def less_credits(company: Company, vendor: str, billed: Ints) -> Ints:
    """What remains of a vendor's bill to be paid in money, in cents."""
    if vendor not in company.credits:
        return billed
    own, ledger = company.credits[vendor], company.ledger
    used = ledger.post(ledger.open("expense: compute"), CREDITS, credits_used(billed, own.left), "credits used")
    own.left = own.left - used
    company.tell(used > 0, vendor, "sets credits against its bill", used)
    return billed - used


def open_credits(company: Company) -> None:
    """Accounts for the vendors whose capacity an investor may grant."""
    for account in (CREDITS, IN_KIND):
        company.ledger.open(account)
    for terms in company.scenario.investors:
        if terms.kind == "outside" and terms.credits is not None:
            company.credits[terms.credits_at] = company.block.columns(left=company.block.full(0))
