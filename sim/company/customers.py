"""Customers: revenue lines on their path, and the self-serve subscription billed in monthly cohorts."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.state import Company
from sim.kernel.calendar import NEVER, Phase, Timeline, days_in_month
from sim.kernel.ledger import CASH, to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROCESSOR = "receivable from the card processor"


def conversion(rate: Any, price: Any, reference_price: Any, elasticity: Any) -> Any:
    """Share of trials that become paid subscriptions at a price.

    *Source* B01, B08, B09; elasticity is an *Assumption* (0.5-2).
    """
    return rate * (price / reference_price) ** -elasticity


def burst(age: Floats, window: Floats, half_life: Any) -> Floats:
    """Integral over the last ``window`` months of a burst that halves every ``half_life`` months, at ``age`` months
    after launch.

    *Source* B09.
    """
    decay = np.log(2) / half_life
    integral: Floats = (np.exp(-decay * (age - window)) - np.exp(-decay * age)) / decay
    return integral


def mean_survival(window: Floats, churn: Floats) -> Floats:
    """Mean share of a window's sign-ups that are still there at its end.

    *Source* B09 for churn; sign-ups are spread evenly over the window.
    """
    lost = np.maximum(window * churn, 1e-9)
    return -np.expm1(-lost) / lost


def churn_factor(service: Any, outage_factor: Any) -> Any:
    """How much faster subscribers cancel while service is down. *Assumption*: 3 times without service (1.5-6)."""
    return 1 + (outage_factor - 1) * (1 - service)


def cohort_billing_days(timeline: Timeline, billing_days: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Each billing day after day 0 with its cohort.

    *Source* B09: paid monthly; a cohort is billed on its day of each month.
    """
    for day in timeline.month_days(*billing_days):
        when = timeline.date(day)
        yield day, [min(d, days_in_month(when)) for d in billing_days].index(when.day)


class Subscription:
    """Subscribers by cohort.

    Columns ``launch_day``, ``launch_months`` and the lists ``cohorts`` (subscribers), ``billed`` (months at which each
    was last billed) and ``pending`` (cents the processor holds, oldest first).
    """

    def __init__(self, company: Company, terms: Any) -> None:
        self.company = company
        self.terms = terms
        self.case = tuple(sorted(terms.billing_days))
        n, full = len(self.case), company.block.full
        launched = terms.launch is not None
        self.own = company.block.columns(
            launch_day=full(company.timeline.day(terms.launch) if launched else NEVER),
            launch_months=full(company.timeline.months_at(terms.launch) if launched else 0.0, float),
            pending=[],
            billed=[full(0.0, float) for _ in range(n)],
            cohorts=[full(0) + terms.opening_subscribers // n + (i < terms.opening_subscribers % n) for i in range(n)],
        )
        company.ledger.open(PROCESSOR)

    @property
    def subscribers(self) -> Ints:
        """Paying subscribers, (rows,)."""
        return np.sum(self.own.cohorts, axis=0, dtype=np.int64)

    def launch(self, where: Any, day: Any) -> None:
        """Launch on ``day`` (later than today) unless launched before."""
        first = where & (self.own.launch_day > day)
        months = self.company.timeline.months[day]
        self.own.launch_months = np.where(first, months, self.own.launch_months)
        self.own.launch_day = np.where(first, day, self.own.launch_day)

    def bill(self, cohort: int, occurrence: int, since_any: float) -> None:
        """Renew a cohort, let sign-ups join it, and charge them all; ``since_any`` is when any cohort was last due."""
        company, own, now = self.company, self.own, self.company.clock.months
        active = company.trading & (own.launch_day < company.today)
        lost = self._lost(own.cohorts[cohort], now - own.billed[cohort], occurrence)
        own.billed[cohort] = np.where(active, now, own.billed[cohort])
        joined = self._draw("sign-ups").poisson(np.where(active, self._expected(since_any), 0.0), occurrence)
        own.cohorts[cohort] = np.where(active, own.cohorts[cohort] - lost + joined, own.cohorts[cohort])
        self._charge(np.where(active, own.cohorts[cohort], 0))

    def _churn(self) -> Any:
        linked = self.company.links.capacity_to_revenue
        service = self.company.state.service if linked else 1.0
        return self.terms.churn_per_month * churn_factor(service, self.terms.outage_churn_factor)

    def _lost(self, subscribers: Ints, months: Floats, occurrence: int) -> Ints:
        stay = np.exp(-self._churn() * months) * (1 - self.terms.failed_card_share)
        return self._draw("churn").binomial(subscribers, 1 - stay, occurrence)

    def _expected(self, since_any: float) -> Floats:
        terms, state, now = self.terms, self.company.state, self.company.clock.months
        window = np.clip(now - np.maximum(self.own.launch_months, since_any), 0.0, None)
        age = np.maximum(now - self.own.launch_months, window)
        trials = terms.trials_per_month * window
        trials = trials + terms.burst_trials_per_month * burst(age, window, terms.burst_half_life_months)
        rate = conversion(terms.conversion_rate, terms.price, terms.reference_price, terms.elasticity)
        service = state.service if self.company.links.capacity_to_revenue else 1.0
        expected: Floats = rate * service * state.product_value * trials * mean_survival(window, self._churn())
        return expected

    def _charge(self, n: Ints) -> None:
        terms = self.terms
        gross = to_cents(n * terms.price)
        fees = to_cents(n * (terms.price * (terms.refund_share + terms.fee_share) + terms.fee_fixed))
        self.company.collect(gross, fees, PROCESSOR, "subscriptions")
        self.own.pending.append(np.where(self.company.trading, gross - fees, 0))

    def pay_out(self) -> None:
        """The processor pays the oldest charges that it holds."""
        company = self.company
        paid = company.ledger.post(CASH, PROCESSOR, self.own.pending.pop(0), "processor payout")
        company.state.receipts = company.state.receipts + paid

    def _draw(self, decision: str) -> Any:
        return self.company.draw("subscription", "subscription", decision)


def subscription(company: Company) -> Generator[Any, Any, None]:
    """Bill each cohort on its day of the month."""
    self = company.subscription
    since_any = 0.0
    for k, (day, cohort) in enumerate(cohort_billing_days(company.timeline, self.case)):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        self.bill(cohort, k, since_any)
        since_any = company.clock.months


def processor(company: Company) -> Generator[Any, Any, None]:
    """The card processor pays out some business days after each charge."""
    terms, before = company.subscription.terms, 0
    for billed, _ in cohort_billing_days(company.timeline, company.subscription.case):
        day = int(company.timeline.business_day(billed, company.country, terms.payout_business_days))
        if day > before:
            yield company.clock.at(day, Phase.CUSTOMER_CASH)
        company.subscription.pay_out()
        before = day


def revenue_line(company: Company, line: Any) -> Generator[Any, Any, None]:
    """Each week customers pay for what they used."""
    before = 0.0
    for week, day in enumerate(company.timeline.weekly()):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        state, now = company.state, company.clock.months
        path = line.monthly * (1 + line.growth_per_month) ** now * (now - before)
        noise = company.draw("revenue", line.name, "receipts").noise(line.volatility, week)
        gross = to_cents(path * state.activity * state.product_value * noise)
        company.collect(gross, to_cents(gross / 100 * line.fee_share), CASH, line.name)
        before = now
