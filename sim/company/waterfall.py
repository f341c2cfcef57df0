"""What is left at an end that pays creditors out, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.bargains import RELEASED
from sim.company.parameters import Rows, at
from sim.company.staff import WEEKS_PER_MONTH
from sim.company.state import ENDS, Company
from sim.kernel.block import Mask
from sim.kernel.ledger import RESTRICTED_CASH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PAID_OUT = ("insolvent", "licensed_out", "acquired")
"""Ends at which creditors get what there is."""


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
    """Recoveries, with columns ``employees``, ``tax_preferential``, ``unsecured`` (shares; NaN until an end that pays
    creditors out) and ``deficiency`` (cents that creditors lose, with what they released before; at the horizon, what
    is overdue beyond the cash).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        names = ("employees", "tax_preferential", "unsecured")
        full = company.block.full
        self.own = company.block.columns(
            **{name: full(np.nan, float) for name in names}, deficiency=full(0.0, float)
        )

    def settle(self, rows: Ints) -> None:
        """Pay out the estates of these rows (an index) that ended, and count what creditors released before."""
        company = self.company
        end = company.state.end[rows]
        insolvent, licensed, acquired = (rows[end == ENDS.index(name)] for name in PAID_OUT)
        survived = rows[end < 0]
        self._pay_out(insolvent, *self._liquidated(insolvent))
        self._pay_out(licensed, *self._licensed(licensed))
        self._pay_out(acquired, *self._acquired(acquired))
        self.own.deficiency[survived] = np.maximum(self._overdue(survived) - company.ledger.cash[survived], 0)
        released = company.ledger.owed(RELEASED) if RELEASED in vars(company.ledger.balances) else 0
        self.own.deficiency[rows] += (released + company.block.full(0))[rows]

    def _overdue(self, rows: Ints) -> Ints:
        overdue: Ints = (self.company.payables.overdue + self.company.wages_owed)[rows]
        return overdue

    def _pay_out(self, rows: Ints, net: Floats, claims: Claims) -> None:
        if not len(rows):
            return
        shares = pay_out(net, claims, Rows(self.terms, rows))
        for name, column in vars(self.own).items():
            column[rows] = getattr(shares, name)
        where = self.company.block.mask(rows)
        short = _spread(shares.deficiency, where)
        self.company.tell(short >= 0.5, "creditors", "are left short of", short)

    def _liquidated(self, rows: Ints) -> tuple[Floats, Claims]:
        """What an insolvent end leaves, and what is claimed from it."""
        terms = Rows(self.terms, rows)
        fetched = terms.realisation * 100 * self.company.state.product_value[rows]
        return self._estate(rows, fetched), self.claims(rows)

    def _licensed(self, rows: Ints) -> tuple[Floats, Claims]:
        """The same where a licence pays for the technology and those who take it hire the staff."""
        return self._estate(rows, self.company.state.sale_price[rows]), self.claims(rows, dismissed=0.0)

    def _acquired(self, rows: Ints) -> tuple[Floats, Claims]:
        """A buyer of the company: price and cash pay what it owes; nobody is dismissed, contracts go on."""
        company, ledger = self.company, self.company.ledger
        net = ledger.cash[rows] + ledger.balance(RESTRICTED_CASH)[rows] + company.state.sale_price[rows]
        claims = self.claims(rows, dismissed=0.0, broken=0.0)
        wages = claims.preferential_pay + claims.other_pay
        return net.astype(np.float64), replace(claims, preferential_pay=wages, other_pay=np.zeros(len(rows)))

    def _estate(self, rows: Ints, fetched: Any) -> Floats:
        ledger = self.company.ledger
        return estate(ledger.cash[rows], ledger.balance(RESTRICTED_CASH)[rows], fetched, Rows(self.terms, rows))

    def claims(self, rows: Ints, dismissed: float = 1.0, broken: float = 1.0) -> Claims:
        """What each class is owed in these rows, where this share of the staff is dismissed and of contracts broken."""
        company, terms, zero = self.company, Rows(self.terms, rows), np.zeros(len(rows))
        earned = sum((group.earned_unpaid(rows) for group in company.groups.values()), start=zero)
        wages = company.wages_owed[rows] + earned
        groups = [(group.own.head[rows], at(group.monthly_cost, rows)) for group in company.groups.values()]
        heads = sum((head for head, _ in groups), start=zero)
        monthly_pay = sum((head * cost for head, cost in groups), start=zero)
        preferential = np.minimum(wages, heads * terms.preferential_pay * 100)
        notice = monthly_pay * 100 / WEEKS_PER_MONTH * terms.termination_weeks
        tax = self._preferential_tax(rows, terms)
        owed = sum((creditor.owed[rows] for creditor in company.payables.creditors.values()), start=zero)
        return Claims(
            secured=zero + terms.secured * 100,
            preferential_pay=preferential,
            preferential_tax=tax,
            floating=zero + terms.floating * 100,
            other_pay=wages - preferential + dismissed * notice,
            unsecured=owed - tax + self._compute(rows, terms, broken),
        )

    def _compute(self, rows: Ints, terms: Any, broken: float) -> Floats:
        """Cents that cloud vendors claim besides what is billed: the running month, and contracts that are broken."""
        total = np.zeros(len(rows))
        for vendor in self.company.vendors.values():
            unbilled = vendor.unbilled(rows)
            if vendor.contract:
                damages = vendor.contract.damages(rows, terms.mitigated_share, unbilled, broken)
            else:
                usage = np.where(vendor.is_terminated[rows], 0, vendor.monthly_bill[rows])
                damages = broken * usage * terms.damages_months * (1 - terms.mitigated_share)
            total = total + unbilled + damages
        return total

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
