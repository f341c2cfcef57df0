"""What is left at an insolvent end, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.parameters import Rows
from sim.company.staff import WEEKS_PER_MONTH
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.ledger import RESTRICTED_CASH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Claims:
    """What each class is owed, in cents, (rows,)."""

    secured: Floats
    preferential_pay: Floats
    preferential_tax: Floats
    floating: Floats
    other_pay: Floats
    unsecured: Floats

    @property
    def total(self) -> Floats:
        """All claims."""
        ranks = self.secured + self.preferential_pay + self.preferential_tax + self.floating
        total: Floats = ranks + self.other_pay + self.unsecured
        return total


@dataclass(frozen=True)
class Shares:
    """What each class receives of each cent it is owed (NaN if it is owed nothing), and what all lose, in cents."""

    employees: Floats
    tax_preferential: Floats
    unsecured: Floats
    deficiency: Floats


def estate(cash: Any, restricted: Any, realised: Any, terms: Any) -> Floats:
    """Cents that can be paid out: cash and what assets fetch, less the costs of the process.

    *Source* L17 for the rank of costs; their amount is an *Assumption* (10-25% and $0.3-1.5M).
    """
    gross = cash + restricted * terms.restricted_recovery + realised
    net: Floats = np.maximum(gross - terms.cost_fixed * 100 - gross * terms.cost_share, 0.0)
    return net


def prescribed_part(left: Floats, first: Any, cap: Any) -> Floats:
    """Cents set aside for unsecured creditors before a floating charge: half of the first, a fifth above, capped.

    *Source* L19.
    """
    part: Floats = np.minimum(0.5 * np.minimum(left, first) + 0.2 * np.maximum(left - first, 0.0), cap)
    return part


def ratio(paid: Floats, owed: Floats) -> Floats:
    """Paid per cent owed; NaN where nothing is owed. *Source* L17."""
    return np.divide(paid, owed, out=np.full(owed.shape, np.nan), where=owed > 0)


def pay_out(net: Floats, claims: Claims, terms: Any) -> Shares:
    """Pay the classes in the order of the law: fixed charge, employees, tax, prescribed part and floating charge, rest.

    *Source* L17, L18, L19, L20.
    """
    secured, left = _take(claims.secured, net)
    pay, left = _take(claims.preferential_pay, left)
    tax, left = _take(claims.preferential_tax, left)
    prescribed = prescribed_part(left, terms.prescribed_first * 100, terms.prescribed_cap * 100)
    kept = np.where(claims.floating > 0, prescribed, 0.0)
    floating, _ = _take(claims.floating, left - kept)
    ordinary = claims.other_pay + claims.unsecured
    rest, _ = _take(ordinary, left - floating)
    dividend = ratio(rest, ordinary)
    other_pay = np.where(ordinary > 0, claims.other_pay * np.nan_to_num(dividend), 0.0)
    paid = secured + pay + tax + floating + rest
    return Shares(
        employees=ratio(pay + other_pay, claims.preferential_pay + claims.other_pay),
        tax_preferential=ratio(tax, claims.preferential_tax),
        unsecured=dividend,
        deficiency=claims.total - paid,
    )


def _take(claim: Floats, left: Floats) -> tuple[Floats, Floats]:
    paid = np.minimum(claim, left)
    return paid, left - paid


class Waterfall:
    """Recoveries, with columns ``employees``, ``tax_preferential``, ``unsecured`` (shares) and ``deficiency`` (cents):
    NaN until an end that pays creditors out.
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        names = ("employees", "tax_preferential", "unsecured", "deficiency")
        self.own = company.block.columns(**{name: company.block.full(np.nan, float) for name in names})

    def distribute(self, rows: Ints, proceeds: Any = None) -> None:
        """Pay out the estates of these rows (an index); ``proceeds`` in cents stand for what assets would fetch."""
        if not len(rows):
            return
        company, terms = self.company, Rows(self.terms, rows)
        fetched = terms.realisation * 100 * company.state.product_value[rows]
        realised = fetched if proceeds is None else proceeds[rows]
        cash, restricted = company.ledger.cash[rows], company.ledger.balance(RESTRICTED_CASH)[rows]
        shares = pay_out(estate(cash, restricted, realised, terms), self.claims(rows), terms)
        for name, column in vars(self.own).items():
            column[rows] = getattr(shares, name)
        where = company.block.mask(rows)
        company.tell(where, "liquidator", "leaves creditors short of", _spread(shares.deficiency, where))

    def claims(self, rows: Ints) -> Claims:
        """What each class is owed in these rows."""
        company, terms, zero = self.company, Rows(self.terms, rows), np.zeros(len(rows))
        wages = company.wages_owed[rows].astype(np.float64)
        groups = [(group.own.head[rows], Rows(group.terms, rows)) for group in company.groups.values()]
        heads = sum((head for head, _ in groups), start=zero)
        monthly_pay = sum((head * group.monthly_cost for head, group in groups), start=zero)
        preferential = np.minimum(wages, heads * terms.preferential_pay * 100)
        usage = [v.own.usage_factor[rows] * Rows(v.terms, rows).monthly_usage for v in company.vendors.values()]
        tax = self._preferential_tax(rows, terms)
        owed = sum((creditor.owed[rows] for creditor in company.payables.creditors.values()), start=zero)
        return Claims(
            secured=zero + terms.secured * 100,
            preferential_pay=preferential,
            preferential_tax=tax,
            floating=zero + terms.floating * 100,
            other_pay=wages - preferential + monthly_pay * 100 / WEEKS_PER_MONTH * terms.termination_weeks,
            unsecured=owed - tax + sum(usage, start=zero) * 100 * terms.damages_months,
        )

    def _preferential_tax(self, rows: Ints, terms: Any) -> Floats:
        """Cents of tax that rank before ordinary creditors."""
        company, zero = self.company, np.zeros(len(rows))
        offices = [group.tax_creditor for group in company.groups.values() if group.tax_creditor]
        owed_to = {office.name: office for office in offices}
        payroll_tax = sum((creditor.owed[rows] for creditor in owed_to.values()), start=zero)
        tax: Floats = payroll_tax * (1 - terms.unsecured_tax_share)
        return tax if company.tax is None else tax + (company.tax.vat_owed + company.block.full(0))[rows]


def _spread(values: Floats, where: Mask) -> Floats:
    spread = np.zeros(where.shape)
    spread[where] = values
    return spread
