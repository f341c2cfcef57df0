"""A recapitalisation: the lead, the critical vendors and the founder agree together, or it fails."""

from __future__ import annotations

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.bargains import compromise
from sim.company.parameters import at
from sim.company.product import monthly_burn
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def is_critical(overdue: Ints, total: Ints, critical_share: Any) -> Mask:
    """Whether a vendor is owed so much that nothing goes without it. *Assumption*: a fifth of all arrears (5-40%)."""
    critical: Mask = overdue >= np.maximum(total * critical_share, 1)
    return critical


def least_willing(luck: list[Floats], critical: list[Mask]) -> Floats:
    """The highest of the critical vendors' draws: all consent if it is below their chance. 0 if none is critical.

    *Source* P16 for the chance of one vendor.
    """
    draws = [np.where(needed, own, 0.0) for own, needed in zip(luck, critical, strict=True)]
    return np.max(np.stack(draws), axis=0)


def vendors_draw(company: Company, investor: str, rows: Ints, approach: Ints, common: Floats) -> Floats:
    """The draw of the least willing critical vendor in these rows (an index); in some replications it is ``common``.

    ``approach`` and ``common`` are those of the rows.
    """
    terms = company.scenario.recapitalisation
    if terms is None or not company.vendors:
        return common
    luck, critical = [], []
    for name, vendor in company.vendors.items():
        own, alike = (
            company.draw("investors", investor, f"{what} of {name}").uniform(approach, rows=rows)
            for what in ("consent", "common luck")
        )
        luck.append(np.where(alike < at(terms.common_share, rows), common, own))
        owed, total = vendor.overdue[rows], company.payables.overdue[rows]
        critical.append(is_critical(owed, total, at(terms.critical_share, rows)))
    return least_willing(luck, critical)


def is_saved(cash: Ints, overdue: Ints, burn: Floats, months: Any) -> Mask:
    """Whether cash, once everything overdue is paid, covers so many months of costs. *Assumption*: 6 months (3-12)."""
    saved: Mask = cash - overdue >= burn * months
    return saved


def settlement_day(company: Company, day: Any) -> Any:
    """The Monday on or after ``day``, or the business day after it: money and settlements change hands on one day.

    *Assumption*: a week more or less in the closing of a round.
    """
    mondays = np.fromiter(company.timeline.weekly(), dtype=np.int64)
    monday = mondays[np.minimum(np.searchsorted(mondays, day), len(mondays) - 1)]
    return company.timeline.business_day(monday, company.country)


def settle(company: Company, where: Mask, terms: Any) -> None:
    """The money is in and the vendors compromise: the company is saved if the money lasts, else it trades on."""
    for name, vendor in company.vendors.items():
        deal = SimpleNamespace(
            vendor=name, cash_share=terms.cash_share, credits_share=0, equity_share=terms.equity_share
        )
        owed = where & (vendor.overdue > 0)
        if owed.any():
            compromise(company, owed, deal)
        vendor.shrink(where, terms.capacity_released, 0)
    company.tell(where, "company", "is recapitalised, with less capacity and vendors who compromised")
    cash, overdue = company.spendable, company.payables.overdue + company.wages_owed
    saved = where & is_saved(cash, overdue, monthly_burn(company), terms.saved_months)
    company.tell(where & ~saved, "company", "trades on: the money does not last long enough to call it saved", cash)
    company.end(saved, "recapitalised")


def recapitalisation(company: Company, terms: Any) -> Generator[Any, Any, None]:
    """Each week settle where a round has closed."""
    state = company.state
    for day in np.unique(settlement_day(company, np.fromiter(company.timeline.weekly(), dtype=np.int64))):
        yield company.clock.at(int(day), Phase.DECISIONS)
        where = state.recapitalising & company.trading & (state.end < 0)
        if where.any():
            settle(company, where, terms)
        if state.recapitalising.any():
            state.recapitalising = company.block.full(False, bool)
