"""Ways to sell the company: bidders come, look, drop out or bid; a bid closes or not; or no buyer is found."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.product import monthly_revenue
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase
from sim.kernel.ledger import to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ENDS = {"sale": "acquired", "accelerated_sale": "acquired", "licence_and_hire": "licensed_out"}
NAMES = {"sale": "sale", "accelerated_sale": "accelerated sale", "licence_and_hire": "licence and hire"}


def value_to_buyer(revenue: Floats, head_count: Ints, product_value: Floats, terms: Any) -> Floats:
    """Dollars the company is worth to a buyer: yearly revenue, people who stay, technology and brand.

    *Source* B42, B43: without competition far below what was raised; C15 for the buyers approached.
    """
    technology = terms.technology * product_value
    value: Floats = terms.revenue_multiple * revenue + terms.price_per_head * head_count + technology
    return value


def best_bid(value: Floats, z: Floats, spread: Any, bids: Ints, competition: Any) -> Floats:
    """The best of ``bids`` bids. *Assumption*: lognormal around the value; competition adds 15% a bid (0-40%)."""
    return value * np.exp(spread * z - spread * spread / 2) * (1 + competition * np.maximum(bids - 1, 0))


def is_enough(bid: Floats, owed: Floats, floor_share: Any) -> Mask:
    """Whether creditors let a bid pass. *Source* P16, L21: they compromise; the founder must agree too (C12)."""
    enough: Mask = bid >= floor_share * owed
    return enough


def shared_luck(luck: Floats, own: Floats, is_common: Mask) -> Floats:
    """A uniform that is the common one in some replications and its own in the others.

    *Assumption*: leads and buyers look at the same company, so their luck goes together in half of all worlds (0-1).
    """
    return np.where(is_common, luck, own)


class Sale:
    """One way to sell, with columns ``is_open``, ``since``, ``bidders``, ``closing_day``, ``price`` (cents), ``round``
    (accepted bids so far), ``gate`` and ``hopeful`` (whether the board counts it as a live prospect).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.name = NAMES[terms.name]
        full = company.block.full
        luck = company.draw("investors", "company", "gate").uniform()
        is_common = company.draw("sales", "company", "luck").uniform() < terms.common_share
        gate = shared_luck(luck, company.draw("sales", "company", "gate").uniform(), is_common)
        self.own = company.block.columns(
            **{name: full(False, bool) for name in ("is_open", "hopeful")},
            **{name: full(0) for name in ("since", "bidders", "price", "round")},
            closing_day=full(NEVER),
            has_buyer=gate < terms.buyer_chance,
        )

    def _draw(self, decision: str) -> Any:
        return self.company.draw("sales", self.terms.name, decision)

    def open(self, where: Mask) -> None:
        """The company is offered in the rows of ``where``, unless it is already."""
        company, own = self.company, self.own
        fresh = where & company.trading & ~own.is_open
        company.tell(fresh, self.name, "starts: the company is offered")
        own.is_open = own.is_open | fresh
        own.since = np.where(fresh, company.today, own.since)
        company.state.in_sale = company.state.in_sale | fresh

    def move(self, week: int, step: float) -> None:
        """A week of the process, in the rows where it is open."""
        self.open((self.company.state.cover < self.terms.opens_below_weeks) & (self.own.since == 0))
        if not self.own.is_open.any():
            return
        self._close()
        searching = self.own.is_open & self._goes_on & (self.own.closing_day == NEVER)
        bids = self._bids(searching, week, step)
        self._weigh(searching & (bids > 0) & self.own.has_buyer, bids, week)
        self._give_up(searching)
        self._count_prospects()

    @property
    def _goes_on(self) -> Mask:
        """Rows that trade and in which no end has been claimed today."""
        goes_on: Mask = self.company.trading & (self.company.state.end < 0)
        return goes_on

    def _bids(self, searching: Mask, week: int, step: float) -> Ints:
        """Bidders come and drop out; those who are done looking bid."""
        own, terms, full = self.own, self.terms, self.company.block.full
        rows, came, out, bids = np.flatnonzero(searching), full(0), full(0), full(0)
        rate = terms.bidders_per_month * self.company.state.climate * step
        leave, finish = full(0.0, float) + terms.drop_out_per_month * step, full(step, float) / terms.diligence_months
        came[rows] = self._draw("arrivals").poisson(rate[rows], week, rows)
        out[rows] = self._draw("drop-outs").binomial(own.bidders[rows], -np.expm1(-leave[rows]), week, rows)
        own.bidders = own.bidders - out
        bids[rows] = self._draw("bids").binomial(own.bidders[rows], -np.expm1(-finish[rows]), week, rows)
        own.bidders = own.bidders - bids + came
        self.company.tell(came > 0, self.name, "{n} more look at the company", n=came)
        self.company.tell(out > 0, self.name, "{n} drop out", n=out)
        return bids

    def _weigh(self, bid_for: Mask, bids: Ints, week: int) -> None:
        """Accept or refuse the best bid of the week."""
        if not bid_for.any():
            return
        company, own, terms = self.company, self.own, self.terms
        z, founder = self._draw("bid").normal(week), self._draw("founder consent").uniform_where(bid_for, own.round)
        bid = best_bid(self._value(), z, terms.price_spread, bids, terms.competition)
        owed = (company.payables.owed + company.wages_owed) / 100
        enough = bid_for & is_enough(bid, owed, terms.floor_share)
        accepted = enough & (founder < terms.founder_consent_probability)
        company.tell(bid_for & ~enough, self.name, "a bid is too low for creditors to let it pass", to_cents(bid))
        company.tell(enough & ~accepted, "founder", f"refuses a bid ({self.name})", to_cents(bid))
        company.tell(accepted, self.name, "a bid is accepted", to_cents(bid))
        days = np.ceil(terms.closing_days.quantile(self._draw("closing time").uniform(week))).astype(np.int64)
        day = company.timeline.business_day(company.today + np.maximum(days, 1), company.country)
        own.closing_day = np.where(accepted, day, own.closing_day)
        own.price = np.where(accepted, to_cents(bid), own.price)

    def _value(self) -> Floats:
        company = self.company
        heads = sum((g.own.head for g in company.groups.values()), start=company.block.full(0))
        return value_to_buyer(12 * monthly_revenue(company) / 100, heads, company.state.product_value, self.terms)

    def _close(self) -> None:
        """An accepted bid closes, and ends the replication, or falls through."""
        company, own = self.company, self.own
        due = self._goes_on & (own.closing_day <= company.today)
        if not due.any():
            return
        falls = due & (self._draw("fall-through").uniform_where(due, own.round) < self.terms.fall_through_probability)
        company.tell(falls, self.name, "the buyer walks away")
        company.tell(due & ~falls, self.name, "closes", own.price)
        company.state.sale_price = np.where(due & ~falls, own.price, company.state.sale_price)
        company.end(due & ~falls, ENDS[self.terms.name])
        own.round = own.round + due
        own.closing_day = np.where(due, NEVER, own.closing_day)

    def _give_up(self, searching: Mask) -> None:
        company, own = self.company, self.own
        late = searching & (own.closing_day == NEVER) & (company.today - own.since >= self.terms.longest_days)
        company.tell(late, self.name, "no buyer is found")
        own.is_open = own.is_open & ~late
        own.bidders = np.where(late, 0, own.bidders)
        company.state.in_sale = np.where(late, _others_open(company, self), company.state.in_sale)

    def _count_prospects(self) -> None:
        """A bidder who looks, or an accepted bid, is a live prospect; the last of them leaving is a lost one."""
        state, own = self.company.state, self.own
        hopeful = own.is_open & ((own.bidders > 0) | (own.closing_day != NEVER))
        change = np.where(self._goes_on, hopeful.astype(np.int64) - own.hopeful, 0)
        state.live = state.live + change
        state.lost_prospects = state.lost_prospects + (change < 0)
        own.hopeful = np.where(self.company.trading, hopeful, own.hopeful)


def _others_open(company: Company, own: Sale) -> Mask:
    others = [other.own.is_open for other in company.sales.values() if other is not own]
    return np.any([company.block.full(False, bool), *others], axis=0)


def sell(company: Company, where: Mask, terms: Any) -> None:
    """Policy: open the way to sell that the action names."""
    company.sales["sale" if terms.do == "sell" else terms.do].open(where)


def sale(company: Company, own: Sale) -> Generator[Any, Any, None]:
    """Each week bidders come, go and bid."""
    before = 0.0
    for week, day in enumerate(company.timeline.weekly()):
        yield company.clock.at(day, Phase.DECISIONS)
        own.move(week, company.clock.months - before)
        before = company.clock.months
