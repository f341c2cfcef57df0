"""What the board settles with its vendors: capacity given back or moved, plans, standstills, compromises, novation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.ladder import CREDIT_HOLD
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.ledger import CASH, to_cents

Ints = NDArray[np.int64]

RELEASED = "income: debt released"
SHARES_FOR_DEBT = "equity issued to creditors"
FUTURE_SPEND = "income: debt turned into committed spend"
NOVATED = "income: debt taken over by others"


def portions(cents: Ints, shares: tuple[Any, ...]) -> list[Ints]:
    """A debt in whole cents split by shares, the rest last: nothing is lost or added.

    *Source* model rule: each creditor's account balances.
    """
    parts = [np.rint(cents * share).astype(np.int64) for share in shares]
    left = cents
    for k, part in enumerate(parts):
        parts[k] = np.minimum(part, left)
        left = left - parts[k]
    return [*parts, left]


def release(company: Company, vendor: Any, where: Mask, share: Any, into: str = RELEASED) -> Ints:
    """A vendor forgives a share of what is overdue to it, or takes somebody else for it. Returns the cents."""
    account, forgiven = company.ledger.open(into), company.block.full(0)
    for owed in vendor.accounts:
        if (due := np.where(where, owed.overdue, 0)).any():
            forgiven = forgiven + owed.settle(portions(due, (share,))[0], account, "debt released")
    return forgiven


def surrender_capacity(company: Company, where: Mask, terms: Any) -> None:
    """Give capacity and commitment back; the vendor forgives part of the arrears for it."""
    vendor = company.vendors[terms.vendor]
    forgiven = release(company, vendor, where, terms.arrears_released)
    vendor.shrink(where, terms.share, terms.service_loss)
    company.tell(where, vendor.name, "takes capacity back, and forgives part of what it is owed", forgiven)


def move_vendor(company: Company, where: Mask, terms: Any) -> None:
    """Move usage, commitment and service to another vendor, if that one still gives credit."""
    before, after = company.vendors[terms.vendor], company.vendors[terms.to]
    agreed = where & (after.own.rung < CREDIT_HOLD)
    company.tell(where & ~agreed, after.name, "takes no new usage from a company that owes it money")
    moved = before.core_usage * before.own.usage_factor * terms.share * terms.price_ratio * company.state.gpu_price
    core = np.maximum(after.core_usage, 1.0)
    after.own.usage_factor = np.where(agreed, after.own.usage_factor + moved / core, after.own.usage_factor)
    carried = before.own.service_share * terms.share
    after.own.service_share = np.where(agreed, after.own.service_share + carried, after.own.service_share)
    before.shrink(agreed, terms.share, terms.share)
    company.tell(agreed, after.name, "takes over usage that costs a month", to_cents(moved))


def ask_plan(company: Company, where: Mask, terms: Any) -> None:
    """Pay arrears in instalments."""
    company.vendors[terms.vendor].plan.begin(where, terms.months, terms.down_payment)


def standstill(company: Company, where: Mask, terms: Any) -> None:
    """Vendors, or all creditors, do not act for a time."""
    company.standstills.agree(where, terms.vendors, terms.days)


def prepay(company: Company, where: Mask, terms: Any) -> None:
    """Offer to pay a vendor ahead."""
    company.vendors[terms.vendor].ahead.begin(where)


def compromise(company: Company, where: Mask, terms: Any) -> None:
    """Settle arrears in cash, further commitment and shares; the rest is released, and the ladder starts again."""
    vendor, ledger = company.vendors[terms.vendor], company.ledger
    shares = (terms.cash_share, terms.credits_share, terms.equity_share)
    agreed = where & (vendor.overdue > 0) & (portions(vendor.overdue, shares)[0] <= company.spendable)
    company.tell(where & ~agreed, vendor.name, "settles nothing: there is no cash for it, or nothing to settle")
    for owed in vendor.accounts:
        if not (due := np.where(agreed, owed.overdue, 0)).any():
            continue
        cash, spend, equity, _ = portions(due, shares)
        owed.pay(np.minimum(cash, company.spendable), "settlement")
        owed.settle(spend, ledger.open(FUTURE_SPEND), "settled by further commitment")
        owed.settle(equity, ledger.open(SHARES_FOR_DEBT), "settled in shares")
        if vendor.contract and spend.any():
            vendor.contract.add(agreed, spend)
    rest = release(company, vendor, agreed, 1)
    company.tell(agreed, vendor.name, "settles its arrears; what it forgives is", rest)
    vendor.relent(agreed)


def novate(company: Company, where: Mask, terms: Any) -> None:
    """Somebody else takes over usage, commitment and arrears."""
    vendor, ledger = company.vendors[terms.vendor], company.ledger
    release(company, vendor, where, terms.arrears_share, NOVATED)
    vendor.shrink(where, terms.share, terms.service_loss)
    paid = np.where(where, to_cents(terms.proceeds), 0)
    proceeds = ledger.post(CASH, ledger.open("income: novation"), paid, "novation")
    company.tell(where, vendor.name, "accepts another debtor for part of the contract, which brings", proceeds)
