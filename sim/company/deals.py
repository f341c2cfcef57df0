"""Enterprise deals: named prospects and a stream of others, won or lost, paid in instalments, collected late."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.diary import Diary
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import Phase
from sim.kernel.ledger import CASH, to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RECEIVABLE = "receivable from enterprise customers"
INCOME = "enterprise deals"

INSTALMENTS = {"upfront": (0,), "quarterly": (0, 91, 182, 273), "milestones": (60, 150, 270)}
"""Days from the signature to each of the equal instalments of a contract of one year. *Assumption*."""


def win_chance(probability: Any, quality: Floats, activity: Floats, is_public: Mask, public_factor: Any) -> Floats:
    """Chance that a prospect signs: lower with service lost, key people gone or distress public.

    *Source* B11, B12 for a sound company, B16 for public distress, C58 for the deals that were lost.
    """
    chance: Floats = probability * quality * activity * np.where(is_public, public_factor, 1.0)
    return np.minimum(chance, 1.0)


def instalment(value: Floats, parts: int) -> Ints:
    """Cents of one of ``parts`` equal instalments. *Assumption*: contracts of a year, paid in equal parts."""
    cents: Ints = to_cents(value / parts)
    return cents


class Pipeline:
    """All deals, with the column ``won`` (contracts signed), and diaries of what is to be invoiced and collected."""

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.own = company.block.columns(won=company.block.full(0))
        self.prospects = [Named(self, prospect) for prospect in terms.prospects]
        self.invoices = Diary(company.block)
        self.receipts = Diary(company.block)
        company.ledger.open(RECEIVABLE)

    def chance(self, probability: Any) -> Floats:
        """Today's chance of a win, (rows,)."""
        state, links = self.company.state, self.company.links
        is_public = state.is_public & links.public_to_deals
        activity = state.activity * state.product_value if links.capacity_to_revenue else state.product_value
        return win_chance(probability, state.management, activity, is_public, self.terms.public_factor)

    def sign(self, rows: Ints, value: Floats, terms: Any) -> None:
        """Contracts worth ``value`` dollars are signed in ``rows``; their instalments are noted."""
        days = INSTALMENTS[terms.payment]
        for days_later in days:
            self.invoices.note(self.company.today + days_later, rows, instalment(value, len(days)))
        self.own.won[rows] += 1

    def invoice(self) -> None:
        """Invoice the instalments of today, as far as customers use the product, and note when they pay."""
        cents = self.invoices.read()
        if cents is None:
            return
        company = self.company
        activity = company.state.activity if company.links.capacity_to_revenue else 1.0
        billed = np.where(company.trading, to_cents(cents / 100 * activity), 0)
        company.collect(billed, 0, RECEIVABLE, INCOME)
        company.tell(billed > 0, "enterprise customers", "are invoiced an instalment", billed)
        rows = np.flatnonzero(billed)
        days = np.broadcast_to(self.terms.collect_days, billed.shape)[rows]
        self.receipts.note(company.today + days, rows, billed[rows])

    def collect(self) -> None:
        """Customers pay what they owe by today."""
        cents = self.receipts.read()
        if cents is not None:
            self.company.ledger.post(CASH, RECEIVABLE, cents, "enterprise receipts")

    def move_confidence(self, won: Mask, lost: Mask) -> None:
        """News of named prospects reach investors."""
        company = self.company
        if company.links.deals_to_confidence:
            company.shock(lost, self.terms.loss_shock)
            company.shock(won, -1.0 * self.terms.win_rise)


class Named:
    """A named prospect, with columns ``day`` of its decision and ``pending``."""

    def __init__(self, pipeline: Pipeline, terms: Any) -> None:
        self.pipeline = pipeline
        self.terms = terms
        company = pipeline.company
        days = np.ceil(terms.decision_days.quantile(self._draw("decision time").uniform())).astype(np.int64)
        self.own = company.block.columns(day=np.maximum(days, 1), pending=company.block.full(True, bool))

    def _draw(self, decision: str) -> Any:
        return self.pipeline.company.draw("deals", self.terms.name, decision)

    def decide(self) -> None:
        """Sign or walk away, on the first review day after the decision falls."""
        company, own = self.pipeline.company, self.own
        if not own.pending.any():
            return
        due = own.pending & company.trading & (own.day <= company.today)
        rows = np.flatnonzero(due)
        if not len(rows):
            return
        own.pending = own.pending & ~due
        won = due & (self._draw("decision").uniform_where(due) < self.pipeline.chance(self.terms.win_probability))
        company.tell(won, self.terms.name, "signs a contract")
        company.tell(due & ~won, self.terms.name, "walks away from the deal")
        self.pipeline.move_confidence(won, due & ~won)
        rows = np.flatnonzero(won)
        value = self.terms.contract_value.quantile(self._draw("value").uniform(rows=rows))
        self.pipeline.sign(rows, value, self.terms)


def decide_stream(pipeline: Pipeline, stream: Any, week: int, step: float) -> None:
    """Unnamed prospects decide: a Poisson number, as the decisions of a Poisson stream of prospects are.

    *Source* B11 for the share that is won.
    """
    company = pipeline.company
    draw = company.draw("deals", "stream", "decisions")
    mean = stream.decisions_per_month * company.state.demand * step * pipeline.chance(stream.win_probability)
    won = draw.poisson(np.where(company.trading, mean, 0.0), week)
    for k in range(int(won.max())):
        rows = np.flatnonzero(won > k)
        value = stream.contract_value.quantile(company.draw("deals", "stream", "value").uniform(week, k, rows))
        pipeline.sign(rows, value, stream)
    company.tell(won > 0, "enterprise customers", "sign {n} contracts", n=won)


def deals(company: Company, pipeline: Pipeline) -> Generator[Any, Any, None]:
    """Each week prospects decide, instalments are invoiced and customers pay."""
    before, stream = 0.0, pipeline.terms.stream
    for week, day in enumerate(company.timeline.weekly()):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        for prospect in pipeline.prospects:
            prospect.decide()
        if stream is not None:
            decide_stream(pipeline, stream, week, company.clock.months - before)
        pipeline.invoice()
        pipeline.collect()
        before = company.clock.months
