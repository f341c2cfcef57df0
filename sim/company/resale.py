"""Capacity sold on, as a managed service at the market's price or as a sublease, while the vendor allows it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.hazard import Hazard
from sim.kernel.ledger import CASH, to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST_CREDIT = 53
"""Weeks of credit to customers that are told apart."""


def sold_share(months: Floats, ramp_months: Any, utilisation: Any) -> Floats:
    """Share of the offer that is sold, so many months after the first sale. *Source* V37: a ramp of 3-6 months."""
    ramp = np.maximum(ramp_months, 1e-9)
    share: Floats = utilisation * np.clip(months, 0.0, ramp) / ramp
    return share


def resale_income(contract_dollars: Any, price_ratio: Any, price_index: Floats, sold: Floats) -> Floats:
    """Dollars of income from capacity that costs ``contract_dollars``: its market price over the company's own.

    *Source* V36, C61.
    """
    income: Floats = contract_dollars * price_ratio * price_index * sold
    return income


class Resale:
    """One offer, with columns ``start_day`` (of sales), ``asked`` (has it been decided), ``over``, ``unasked`` (the
    vendor was not asked), ``stopped`` (by a breach), ``months`` (of sales), ``price`` (index then), and the
    list ``receivable`` (cents by the week in which they are paid).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.vendor = company.vendors[terms.vendor]
        self.account = company.ledger.open(f"receivable: {terms.name}")
        self.discovery = Hazard(company.block, self._draw("discovery"))
        full = company.block.full
        self.own = company.block.columns(
            start_day=full(NEVER),
            **{name: full(False, bool) for name in ("asked", "over", "unasked", "stopped")},
            months=full(0.0, float),
            price=full(1.0, float),
            receivable=[full(0) for _ in range(LONGEST_CREDIT)],
        )

    def _draw(self, decision: str) -> Any:
        return self.company.draw("resale", self.terms.name, decision)

    def offer(self, where: Mask, ask_consent: bool) -> None:
        """Decide to sell: look for a buyer, and ask the vendor unless told not to."""
        company, own, terms = self.company, self.own, self.terms
        where = where & ~own.asked & company.trading
        own.asked = own.asked | where
        finds = where & (self._draw("deal").uniform() < terms.deal_probability)
        consents = self._draw("consent").uniform() < terms.consent_probability
        allowed = finds & (consents & ~self.vendor.is_in_breach if ask_consent else True)
        company.tell(where & ~finds, terms.name, "finds no taker")
        company.tell(finds & ~allowed, self.vendor.name, f"does not agree to {terms.name}")
        company.tell(allowed, terms.name, "is on offer")
        days = np.ceil(terms.start_days.quantile(self._draw("start").uniform())).astype(np.int64)
        own.start_day = np.where(allowed, company.today + np.maximum(days, 1), own.start_day)
        own.unasked = own.unasked | (allowed & (not ask_consent))

    def sell(self, step: float) -> None:
        """A week's sales: what breach and suspension leave, and what customers pay of earlier ones."""
        company, own, terms, state = self.company, self.own, self.terms, self.company.state
        starts = (own.start_day < company.today) & (own.start_day >= company.today - 7)
        own.price = np.where(starts, state.gpu_price, own.price)
        company.tell(starts & company.trading, terms.name, "makes its first sales")
        open_days = np.clip(company.today - own.start_day, 0, 7)
        sells = company.trading & (open_days > 0) & ~own.over & ~self._stopped()
        span = np.where(sells, step * open_days / 7, 0.0)
        own.months = own.months + span
        sold = sold_share(own.months, terms.ramp_months, terms.utilisation)
        contract = terms.capacity_share * self.vendor.terms.monthly_usage * span
        index = state.gpu_price if terms.price == "market" else own.price
        gross = to_cents(resale_income(contract, terms.price_ratio, index, sold))
        vendor = self.vendor.own
        vendor.resold = vendor.resold + contract * sold * (1 - terms.already_paid_share)
        self._charge(gross)
        self._collect()

    def _stopped(self) -> Mask:
        breach = self.vendor.is_in_breach & self.company.links.breach_to_resale
        stopped: Mask = breach | self.vendor.is_suspended
        return stopped

    def _charge(self, gross: Ints) -> None:
        own, terms = self.own, self.terms
        fees = to_cents(gross / 100 * terms.cost_share)
        self.company.collect(gross, fees, self.account, terms.name)
        net = np.where(self.company.trading, gross - fees, 0)
        weeks = np.minimum(np.broadcast_to(terms.collection_weeks, net.shape), LONGEST_CREDIT - 1)
        for week in np.unique(weeks):
            own.receivable[week] = own.receivable[week] + np.where(weeks == week, net, 0)

    def _collect(self) -> None:
        own, company = self.own, self.company
        paid = company.ledger.post(CASH, self.account, own.receivable.pop(0), f"{self.terms.name} paid")
        own.receivable.append(company.block.full(0))
        company.state.receipts = company.state.receipts + paid

    def look_back(self, step: float) -> None:
        """After the vendor's review: a breach may end it for good; a vendor that was not asked may find out."""
        company, own, terms = self.company, self.own, self.terms
        runs = company.trading & (own.start_day <= company.today) & ~own.over
        found = self.discovery.fires(terms.discovery_per_month * step, runs & own.unasked)
        company.tell(found, self.vendor.name, f"finds out about {terms.name}")
        self.vendor.give_notice(found)
        breach = runs & self.vendor.is_in_breach & company.links.breach_to_resale
        ends = breach & (found | (self._draw("end at breach").uniform() < terms.ended_by_breach))
        company.tell(breach & ~own.stopped, terms.name, "sells nothing while the vendor's contract is in breach")
        own.stopped = breach
        company.tell(ends, terms.name, "is over: its customers have gone")
        own.over = own.over | ends


def resell(company: Company, where: Mask, terms: Any) -> None:
    """An action: offer capacity to others."""
    company.resale[terms.offer].offer(where, terms.ask_consent)


def resale(company: Company, own: Resale) -> Generator[Any, Any, None]:
    """Sell each week up to the vendor's review, and look at what the review brought."""
    launch = max(company.timeline.day(own.terms.launch), 1) if own.terms.launch else NEVER
    before = 0.0
    for day in company.timeline.weekly(own.vendor.terms.review_weekday):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        if day - 7 < launch <= day:
            own.offer(company.trading, ask_consent=True)
        if not own.own.asked.any():
            before = company.clock.months
            continue
        step = company.clock.months - before
        own.sell(step)
        yield company.clock.at(day, Phase.BOARD)
        own.look_back(step)
        before = company.clock.months
