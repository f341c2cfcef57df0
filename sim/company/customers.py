"""Customers: revenue lines on their path, and the self-serve subscription billed in monthly cohorts."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.company.diary import Diary
from sim.company.state import Company
from sim.kernel.block import Mask
from sim.kernel.calendar import NEVER, Phase, Timeline, days_in_month
from sim.kernel.ledger import CASH, to_cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAYS_A_YEAR = 365

PROCESSOR = "receivable from the card processor"
HELD = "reserve held by the card processor"
DEFERRED = "deferred revenue"
CHARGES = "subscriptions"
PAID_IN_ADVANCE = f"{DEFERRED}: {CHARGES}"


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


def yearly_price(price: Any, discount: Any) -> Any:
    """Price of a year paid in advance. *Assumption*: discounts of 10-30% are usual; B06 for who renews."""
    return 12 * price * (1 - discount)


def reserved(cents: Ints, share: Any) -> Ints:
    """Cents of a payout that a wary processor keeps for chargebacks. *Assumption*: 10-30% for 90-180 days."""
    kept: Ints = np.rint(cents * share).astype(np.int64)
    return kept


def staying(before: Any, after: Any, elasticity: Any) -> Any:
    """Share of subscribers who stay when the price rises. *Assumption*: they react as those who join do (0.5-2)."""
    return np.minimum((after / before) ** -elasticity, 1.0)


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
            price=full(0.0, float) + terms.price,
            **{name: full(0.0, float) for name in ("discount", "take_up")},
            **{name: full(0) for name in ("annual", "monthly_release")},
            cohorts=[full(0) + terms.opening_subscribers // n + (i < terms.opening_subscribers % n) for i in range(n)],
        )
        for account in (PROCESSOR, HELD, PAID_IN_ADVANCE):
            company.ledger.open(account)
        self.held, self.ending = Diary(company.block), Diary(company.block)
        self.earned = Diary(company.block)

    @property
    def subscribers(self) -> Ints:
        """Paying subscribers, (rows,)."""
        return np.sum([*self.own.cohorts, self.own.annual], axis=0, dtype=np.int64)

    @property
    def monthly_charges(self) -> Ints:
        """Cents a month that those who pay by the month are charged, once it has been launched."""
        monthly: Ints = np.sum(self.own.cohorts, axis=0, dtype=np.int64)
        charges: Ints = np.where(self.own.launch_day < self.company.today, to_cents(monthly * self.own.price), 0)
        return charges

    def launch(self, where: Any, day: Any) -> None:
        """Launch on ``day`` (later than today) unless launched before."""
        first = where & (self.own.launch_day > day)
        months = self.company.timeline.months[np.minimum(day, self.company.timeline.n_days - 1)]
        self.own.launch_months = np.where(first, months, self.own.launch_months)
        self.own.launch_day = np.where(first, day, self.own.launch_day)

    def bill(self, cohort: int, occurrence: int, since_any: float) -> None:
        """Renew a cohort, let sign-ups join it, and charge them all; ``since_any`` is when any cohort was last due."""
        company, own, now = self.company, self.own, self.company.clock.months
        active = company.trading & (own.launch_day < company.today)
        lost = self._lost(own.cohorts[cohort], now - own.billed[cohort], occurrence)
        own.billed[cohort] = np.where(active, now, own.billed[cohort])
        joined = self._draw("sign-ups").poisson(np.where(active, self._expected(since_any), 0.0), occurrence)
        if own.take_up.any() or own.annual.any():
            joined = joined - self._sell_annual(np.where(active, joined, 0), occurrence)
        own.cohorts[cohort] = np.where(active, own.cohorts[cohort] - lost + joined, own.cohorts[cohort])
        self._charge(np.where(active, own.cohorts[cohort], 0))
        held = np.sum(own.pending, axis=0, dtype=np.int64) if own.pending else 0
        own.pending.append(company.ledger.balance(PROCESSOR) - held)

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
        rate = conversion(terms.conversion_rate, self.own.price, terms.reference_price, terms.elasticity)
        service = state.service if self.company.links.capacity_to_revenue else 1.0
        sign_ups = rate * service * state.product_value * trials * self.company.demand
        expected: Floats = sign_ups * mean_survival(window, self._churn())
        return expected

    def _charge(self, n: Ints) -> None:
        terms = self.terms
        price = self.own.price
        gross = to_cents(n * price)
        fees = to_cents(n * (price * (terms.refund_share + terms.fee_share) + terms.fee_fixed))
        self.company.collect(gross, fees, PROCESSOR, CHARGES)

    def _sell_annual(self, joined: Ints, occurrence: int) -> Ints:
        """Some of those who join pay a year in advance; those whose year ends renew or leave. Returns how many of
        ``joined`` do.
        """
        own, terms, ended = self.own, self.terms, self.ending.read()
        renewed = self.company.block.full(0)
        if ended is not None:
            ended = np.where(self.company.trading, ended, 0)
            renewed = self._draw("renewal").binomial(ended, terms.annual_renewal, occurrence)
            own.annual = own.annual - ended
            own.monthly_release = own.monthly_release - _or_zero(self.earned.read(), ended)
        taken = self._draw("annual plan").binomial(joined, own.take_up, occurrence)
        self._charge_year(taken + renewed)
        return taken

    def _charge_year(self, n: Ints) -> None:
        company, own, terms = self.company, self.own, self.terms
        n = np.where(company.trading, n, 0)
        price = yearly_price(own.price, own.discount)
        gross = to_cents(n * price)
        fees = to_cents(n * (price * (terms.refund_share + terms.fee_share) + terms.fee_fixed))
        company.collect(gross, fees, PROCESSOR, CHARGES, earned=DEFERRED)
        own.annual, rows = own.annual + n, np.flatnonzero(n)
        own.monthly_release = own.monthly_release + gross // 12
        self.ending.note(company.today + DAYS_A_YEAR, rows, n[rows])
        self.earned.note(company.today + DAYS_A_YEAR, rows, (gross // 12)[rows])

    def earn(self) -> None:
        """A month of what was paid in advance is earned."""
        ledger = self.company.ledger
        income = ledger.open(f"income: {CHARGES}")
        earned = np.minimum(self.own.monthly_release, ledger.owed(PAID_IN_ADVANCE))
        ledger.post(PAID_IN_ADVANCE, income, earned, "deferred revenue earned")

    def pay_out(self) -> None:
        """The processor pays the oldest charges that it holds, less a reserve once distress is public, and returns old
        reserves.
        """
        company, ledger = self.company, self.company.ledger
        charges = self.own.pending.pop(0)
        paid = ledger.post(CASH, PROCESSOR, charges - self._hold_back(charges), "processor payout")
        back = self.held.read()
        if back is not None:
            paid = paid + ledger.post(CASH, HELD, back, "processor reserve returned")
        company.state.receipts = company.state.receipts + paid

    def _hold_back(self, charges: Ints) -> Ints:
        company, ledger = self.company, self.company.ledger
        wary = company.state.is_public & company.links.public_to_processor_reserve
        if not wary.any():
            return np.zeros_like(charges)
        kept = np.where(wary, reserved(charges, self.terms.reserve_share), 0)
        kept = ledger.post(HELD, PROCESSOR, kept, "processor reserve")
        company.tell(kept > 0, "card processor", "holds a reserve back", kept)
        rows = np.flatnonzero(kept)
        days = np.broadcast_to(company.today + self.terms.reserve_days, kept.shape)[rows]
        self.held.note(days, rows, kept[rows])
        return kept

    def reprice(self, where: Any, price: Any) -> None:
        """Charge another price from now on; a higher one loses some of those who are there."""
        own, elasticity = self.own, self.terms.elasticity
        price = np.where(where, price, own.price)
        stay = staying(own.price, price, elasticity)
        own.cohorts = [np.rint(cohort * stay).astype(np.int64) for cohort in own.cohorts]
        own.price = price

    def _draw(self, decision: str) -> Any:
        return self.company.draw("subscription", "subscription", decision)


def launch_subscription(company: Company, where: Mask, terms: Any) -> None:  # noqa: ARG001
    """The subscription is on sale from today, or from tomorrow if today's customers have paid."""
    company.subscription.launch(where, company.today + (company.clock.phase > Phase.CUSTOMER_CASH))


def subscription(company: Company) -> Generator[Any, Any, None]:
    """Bill each cohort on its day of the month."""
    self = company.subscription
    since_any = 0.0
    for k, (day, cohort) in enumerate(cohort_billing_days(company.timeline, self.case)):
        yield company.clock.at(day, Phase.CUSTOMER_CASH)
        self.bill(cohort, k, since_any)
        since_any = company.clock.months


def reprice(company: Company, where: Any, terms: Any) -> None:
    """Policy: another price."""
    company.subscription.reprice(where, terms.price)


def offer_annual(company: Company, where: Any, terms: Any) -> None:
    """Policy: a year in advance at a discount, for those who join from now on."""
    own = company.subscription.own
    own.discount = np.where(where, terms.discount, own.discount)
    own.take_up = np.where(where, terms.take_up, own.take_up)


def deferred_revenue(company: Company) -> Generator[Any, Any, None]:
    """Each month end earn a month of what was paid in advance."""
    for day in company.timeline.month_ends():
        yield company.clock.at(day, Phase.USAGE)
        if company.subscription.own.monthly_release.any():
            company.subscription.earn()


def _or_zero(cents: Ints | None, like: Ints) -> Ints:
    return np.zeros_like(like) if cents is None else cents


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
        gross = to_cents(path * state.activity * state.product_value * noise * company.demand)
        company.collect(gross, to_cents(gross / 100 * line.fee_share), CASH, line.name)
        before = now
