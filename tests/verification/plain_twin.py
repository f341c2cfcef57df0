"""The plain twin: the core cast written a second time, one SimPy environment per replication, one number at a time.

Written from `docs/model.md` and `experiments/core.toml` alone, so that a slip in the vectorised model and one here
are unlikely to be the same slip. It imports nothing of `sim`. Generic lines and ends, feedback switches, sampled
inputs and `launch_subscription` are left out: the core cast has none of them. Money is whole cents.
"""

from __future__ import annotations

import argparse
import copy
import math
import statistics
import sys
import time
import tomllib
from calendar import monthrange
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import holidays
import numpy as np
import simpy
from simpy.events import EventPriority

Spec = dict[str, Any]
Process = Generator[simpy.Event, Any, None]

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
STATES = ["zero_cash", "cash_flow_insolvent", "payroll_missed", "service_suspended", "default_event"]
STATES += ["debt_accelerated"]
WEEK = 12 / 52
HORIZON_WEEKS = 13
ROLES = {"actions", "activity", "board", "confidence", "contagion", "due", "filing", "processor", "records"}
ROLES |= {"solvency", "subscription", "treasury"}


class Phase(IntEnum):
    """The order of a day."""

    MARKET = 1
    USAGE = 2
    INVOICES = 3
    CUSTOMER_CASH = 4
    DECISIONS = 5
    STAFF = 6
    PAYROLL = 7
    PAYMENT_RUN = 8
    CREDITORS = 9
    BOARD = 10
    SOLVENCY = 11
    RECORDS = 12


class Rung(IntEnum):
    """How far a vendor has gone."""

    NONE = 0
    REMINDER = 1
    CREDIT_HOLD = 2
    BREACH_NOTICE = 3
    SUSPENDED = 4
    TERMINATED = 5


class Moment(simpy.Event):
    """A timeout that falls on a phase of a day; actors of one phase act in the order of their names."""

    def __init__(self, env: simpy.Environment, day: int, phase: Phase, rank: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=EventPriority(1000 * phase + rank), delay=day - env.now)


class Calendar:
    """Day numbers, months and the business days of one country."""

    def __init__(self, start: date, country: str, horizon: int) -> None:
        self.start, self.horizon = start, horizon
        public_holidays = holidays.country_holidays(country)
        self.is_business = cache(
            lambda day: self.date_of(day).weekday() < 5 and self.date_of(day) not in public_holidays
        )
        self.months = cache(lambda day: month_count(self.date_of(day)) - month_count(start))

    def date_of(self, day: int) -> date:
        return self.start + timedelta(day)

    def day_of(self, when: date) -> int:
        return (when - self.start).days

    def business_day(self, day: float, direction: int = 1) -> int:
        """The business day on or after `day`, or on or before it with direction -1."""
        found = math.ceil(day)
        while not self.is_business(found):
            found += direction
        return found

    def shift(self, day: int, business_days: int) -> int:
        direction = 1 if business_days > 0 else -1
        for _ in range(abs(business_days)):
            day = self.business_day(day + direction, direction)
        return day

    def daily(self) -> range:
        return range(1, self.horizon + 1)

    def weekly(self, weekday: str = "Monday") -> range:
        return range((WEEKDAYS.index(weekday) - self.start.weekday()) % 7 or 7, self.horizon + 7, 7)

    def monthly(self, day_of_month: int) -> list[int]:
        """Each month's such day (or its last) after day 0, to beyond the horizon for those who look ahead."""
        first = 12 * self.start.year + self.start.month - 1
        days = (self.day_of_month(first + k, day_of_month) for k in range(math.ceil(self.months(self.horizon)) + 5))
        return [day for day in days if day > 0]

    def day_of_month(self, month: int, day_of_month: int) -> int:
        year, index = divmod(month, 12)
        return self.day_of(date(year, index + 1, min(day_of_month, monthrange(year, index + 1)[1])))


def month_count(when: date) -> float:
    return 12 * when.year + when.month - 1 + when.day / monthrange(when.year, when.month)[1]


@dataclass
class Creditor:
    """Somebody who is owed invoices: `[open cents, due day]`, oldest first."""

    name: str
    pay_class: str
    spec: Spec
    invoices: list[list[int]] = field(default_factory=list)
    paid_since_review: bool = False

    def bill(self, amount: float, due: int) -> None:
        if round(amount) > 0:
            self.invoices.append([round(amount), due])

    def due_by(self, day: int) -> int:
        return sum(amount for amount, due in self.invoices if due <= day)

    def settle(self, amount: int) -> None:
        self.paid_since_review |= amount > 0
        for invoice in self.invoices:
            paid = min(amount, invoice[0])
            invoice[0] -= paid
            amount -= paid
        self.invoices = [invoice for invoice in self.invoices if invoice[0]]


@dataclass
class Vendor(Creditor):
    """A cloud vendor."""

    usage_factor: float = 1.0
    largest_bill: float = 0.0
    growth_months: int = -1
    posture: str = "commercial"
    patience: float = 0.0
    pressure: float = 0.0
    rung: Rung = Rung.NONE
    suspensions: list[list[float]] = field(default_factory=list)

    def dark_days(self, first: int, last: int) -> float:
        """Days of `first`..`last` without service: from the day after suspension to the day of reinstatement."""
        return sum(max(0, min(last, end) - max(first, begin + 1) + 1) for begin, end in self.suspensions)


@dataclass
class Group:
    """A staff group; `funding_days` are the days on which its payroll leaves the bank."""

    spec: Spec
    head_count: int
    funding_days: list[int]
    vacancies: int = 0

    @property
    def paydays_a_month(self) -> int:
        return 2 if self.spec["paydays"] == "semi_monthly" else 1

    @property
    def monthly_net_pay(self) -> float:
        return self.head_count * cents(self.spec["monthly_cost"]) * (1 - self.spec["withheld_share"])


class World:
    """What the replications share: the scenario under one policy, its calendars, and the order of names."""

    def __init__(self, scenario: Spec, actions: list[Spec]) -> None:
        self.scenario = s = copy.deepcopy(scenario)
        for action in actions:
            if action["do"] == "set":
                set_parameter(s, action["parameter"], action["value"])
        self.actions = [action for action in actions if action["do"] != "set"]
        start, last_month = s["start"], 12 * s["start"].year + s["start"].month - 1 + s["horizon_months"]
        is_month_end = start.day == monthrange(start.year, start.month)[1]
        horizon = Calendar(start, s["country"], 0).day_of_month(last_month, 31 if is_month_end else start.day)
        self.calendar = Calendar(start, s["country"], horizon)
        self.funding_days = {g["name"]: funding_days(g, Calendar(start, g["country"], horizon)) for g in s["staff"]}
        members = (member for table in s.values() if isinstance(table, list) for member in table)
        names = {member["name"] for member in members if isinstance(member, dict)} | ROLES
        self.ranks = {name: rank for rank, name in enumerate(sorted(names))}


def cents(dollars: float) -> float:
    return 100 * dollars


def funding_days(group: Spec, calendar: Calendar) -> list[int]:
    """The days after day 0 on which a group's payroll leaves the bank."""
    paydays = calendar.monthly(31) + (calendar.monthly(15) if group["paydays"] == "semi_monthly" else [])
    leaves = (calendar.shift(calendar.business_day(day, -1), -group["funding_business_days"]) for day in paydays)
    return sorted(day for day in leaves if day > 0)


def set_parameter(scenario: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        if isinstance(scenario, list):
            scenario = next((m for m in scenario if m.get("name") == key), None) or scenario[int(key)]
        else:
            scenario = scenario[key]
    scenario[last] = value


class Company:
    """One replication: its environment, its luck and all that changes."""

    def __init__(self, world: World, seed: int, replication: int) -> None:
        self.world, self.scenario, self.calendar = world, world.scenario, world.calendar
        self.env = simpy.Environment()
        self.rng = np.random.default_rng([seed, replication])
        s, opening = self.scenario, self.scenario["opening"]

        self.cash = round(cents(opening["cash"]) * (1 - opening["restricted_share"]))
        self.wages_owed = 0
        self.vendors = {v["name"]: Vendor(v["name"], "vendors", v) for v in s["vendors"]}
        taxes = dict.fromkeys(g["tax_creditor"] for g in s["staff"] if g.get("tax_creditor"))
        self.creditors: dict[str, Creditor] = dict(self.vendors)
        self.creditors |= {c["name"]: Creditor(c["name"], c["class"], c) for c in s["costs"]}
        self.creditors |= {name: Creditor(name, "tax", {}) for name in taxes}
        for invoice in opening["invoices"]:
            self.creditors[invoice["creditor"]].bill(cents(invoice["amount"]), self.calendar.day_of(invoice["due"]))
        self.fallen_due = 0
        self.stretch = dict(s["treasury"]["stretch_days"])

        self.groups = {g["name"]: Group(g, g["head_count"], world.funding_days[g["name"]]) for g in s["staff"]}
        self.contagion = 0.0
        self.payroll_missed_on = self.cut_on = -math.inf
        self.senior_exits = 0
        self.activity = self.product_value = self.confidence = 1.0
        self.cohorts: dict[int, int] = {}
        self.receipts = self.revenue = self.raised = 0

        self.gate = self.rng.random()
        self.live: set[str] = set()
        self.deaths = 0
        self.asked: dict[str, Spec] = {}
        self.cover = HORIZON_WEEKS

        self.states: dict[str, int] = {}
        self.end: Spec | None = None
        self.lowest_cash, self.peak_overdue = self.cash, 0
        self.month_ends: list[Spec] = []

    def at(self, day: int, phase: Phase, name: str) -> Moment:
        return Moment(self.env, day, phase, self.world.ranks[name])

    @property
    def today(self) -> int:
        return int(self.env.now)

    def overdue(self, creditors: Iterable[Creditor] | None = None) -> int:
        return sum(c.due_by(self.fallen_due) for c in creditors or self.creditors.values())

    @property
    def service(self) -> float:
        return 1 - sum(v.spec["service_share"] for v in self.vendors.values() if v.rung >= Rung.SUSPENDED)

    @property
    def head_count(self) -> int:
        return sum(g.head_count for g in self.groups.values())

    @property
    def monthly_net_pay(self) -> float:
        return sum(g.monthly_net_pay for g in self.groups.values())

    @property
    def monthly_critical_costs(self) -> float:
        return sum(cents(c["monthly"]) for c in self.scenario["costs"] if c["class"] == "critical")

    def enter(self, state: str) -> None:
        self.states.setdefault(state, self.today)

    def close(self, end: str, cause: str | None = None) -> None:
        self.end = self.end or {"end": end, "end_day": self.today, "cause": cause}

    def shock(self, size: float) -> None:
        self.confidence *= 1 - size

    def receive(self, net: int) -> None:
        self.cash += net
        self.receipts += net

    def raise_money(self, dollars: float) -> None:
        self.cash += round(cents(dollars))
        self.raised += round(cents(dollars))

    def happens(self, probability: float) -> bool:
        return self.rng.random() < probability

    def noise(self, sigma: float) -> float:
        return math.exp(sigma * self.rng.standard_normal() - sigma**2 / 2)

    def draw(self, law: float | Spec) -> float:
        if not isinstance(law, dict):
            return law
        match law["distribution"]:
            case "triangular":
                return self.rng.triangular(law["low"], law["mode"], law["high"])
            case "uniform":
                return self.rng.uniform(law["low"], law["high"])
            case "lognormal":
                sigma = math.log(law["high"] / law["low"]) / (2 * statistics.NormalDist().inv_cdf(0.95))
                return law["median"] * math.exp(sigma * self.rng.standard_normal())
        raise ValueError(law)


def billing(co: Company, vendor: Vendor) -> Process:
    """A vendor invoices the month that ends."""
    spec = vendor.spec
    for last in co.calendar.monthly(31):
        yield co.at(last, Phase.INVOICES, vendor.name)
        if vendor.rung == Rung.TERMINATED:
            return
        if vendor.rung < Rung.CREDIT_HOLD or vendor.growth_months < 0:
            vendor.growth_months += 1
        length = co.calendar.date_of(last).day
        vendor.largest_bill = max(vendor.largest_bill, cents(spec["monthly_usage"]) * vendor.usage_factor)
        usage = cents(spec["monthly_usage"]) * (1 + spec["growth_per_month"]) ** vendor.growth_months
        usage *= vendor.usage_factor * (1 - vendor.dark_days(last - length + 1, last) / length)
        interest = spec["late_interest_per_month"] * co.overdue([vendor])
        vendor.bill(usage * co.noise(spec["usage_volatility"]) + interest, last + spec["net_days"])


def reviews(co: Company, vendor: Vendor) -> Process:
    """A vendor looks at what is overdue once a week, and climbs its ladder."""
    last = 0
    vendor.posture = str(co.rng.choice(list(vendor.spec["posture"]), p=list(vendor.spec["posture"].values())))
    vendor.pressure = max([-due for _, due in vendor.invoices if due <= 0], default=0)
    vendor.patience = patience(co, vendor, above=vendor.pressure)
    amounts = [amount for amount, _ in vendor.invoices]
    vendor.largest_bill = max([cents(vendor.spec["monthly_usage"]) * vendor.usage_factor, *amounts])
    for day in co.calendar.weekly(vendor.spec["review_weekday"]):
        yield co.at(day, Phase.CREDITORS, vendor.name)
        if co.overdue([vendor]):
            vendor.pressure += added_pressure(co, vendor, day - last)
            for rung in range(vendor.rung + 1, rung_reached(vendor) + 1):
                climb(co, vendor, Rung(rung))
        else:
            cure(co, vendor)
        if vendor.rung == Rung.TERMINATED:
            return
        last, vendor.paid_since_review = day, False


def patience(co: Company, vendor: Vendor, above: float) -> float:
    law = vendor.spec["patience"]["strict" if vendor.posture == "strict" else "commercial"]
    while (drawn := co.draw(law)) <= above:
        pass
    return drawn


def added_pressure(co: Company, vendor: Vendor, days: int) -> float:
    if vendor.posture == "patient" and co.live:
        return 0.0
    spec, pace = vendor.spec, 1.0
    if co.overdue([vendor]) > 2 * vendor.largest_bill:
        pace *= spec["exposure_factor"]
    if vendor.paid_since_review:
        pace *= spec["payment_factor"]
    return pace * min(days, co.today - min(due for _, due in vendor.invoices))


def rung_reached(vendor: Vendor) -> Rung:
    spec, patience = vendor.spec, vendor.patience
    steps = [spec["credit_hold_at"] * patience, spec["breach_notice_at"] * patience, patience]
    return Rung(1 + sum(vendor.pressure >= step for step in [*steps, patience + spec["cure_days"]]))


def climb(co: Company, vendor: Vendor, rung: Rung) -> None:
    vendor.rung = rung
    if rung == Rung.BREACH_NOTICE:
        co.enter("default_event")
    elif rung == Rung.SUSPENDED:
        co.enter("service_suspended")
        vendor.suspensions.append([co.today, math.inf])
        co.shock(co.scenario["confidence"]["suspension_shock"])
    elif rung == Rung.TERMINATED:
        co.enter("debt_accelerated")
        vendor.invoices = [[amount, min(due, co.today)] for amount, due in vendor.invoices]


def cure(co: Company, vendor: Vendor) -> None:
    if vendor.rung == Rung.SUSPENDED:
        vendor.suspensions[-1][1] = co.today
    if vendor.rung > Rung.NONE:
        vendor.patience = patience(co, vendor, above=0)
    vendor.rung, vendor.pressure = Rung.NONE, 0.0


def activity(co: Company) -> Process:
    """Customers grow less active while service is down."""
    product = co.scenario["product"]
    for day in co.calendar.weekly():
        yield co.at(day, Phase.USAGE, "activity")
        target = 1 - (1 - product["revenue_left"]) * (1 - co.service)
        co.activity += (target - co.activity) * (1 - math.exp(-7 / product["response_days"]))


def revenue_line(co: Company, spec: Spec) -> Process:
    """Customers of a line pay weekly."""
    months, last = co.calendar.months, 0
    for day in co.calendar.weekly():
        yield co.at(day, Phase.CUSTOMER_CASH, spec["name"])
        gross = cents(spec["monthly"]) * (1 + spec["growth_per_month"]) ** months(day) * (months(day) - months(last))
        gross *= co.activity * co.product_value * co.noise(spec["volatility"])
        co.revenue += round(gross)
        co.receive(round(gross * (1 - spec["fee_share"])))
        last = day


def subscription(co: Company, spec: Spec) -> Process:
    """Subscribers renew, others sign up, and all of the day's cohort are charged."""
    months, launch, days = co.calendar.months, co.calendar.day_of(spec["launch"]), spec["billing_days"]
    share, rest = divmod(spec["opening_subscribers"], len(days))
    co.cohorts = {cohort: share + (i < rest) for i, cohort in enumerate(days)}
    billed, window_start = dict.fromkeys(days, 0.0), months(max(launch, 0))
    for day, cohort in sorted((day, c) for c in days for day in co.calendar.monthly(c) if day > launch):
        yield co.at(day, Phase.CUSTOMER_CASH, "subscription")
        now = months(day)
        churn = spec["churn_per_month"] * (1 + (spec["outage_churn_factor"] - 1) * (1 - co.service))
        stay = math.exp(-churn * (now - billed[cohort])) * (1 - spec["failed_card_share"])
        sign_ups = expected_sign_ups(co, spec, window_start - months(launch), now - months(launch), churn)
        count = int(co.rng.binomial(co.cohorts[cohort], stay)) + int(co.rng.poisson(sign_ups))
        co.cohorts[cohort], billed[cohort], window_start = count, now, now
        fees = spec["fee_share"] * spec["price"] + spec["fee_fixed"]
        co.revenue += round(cents(count * spec["price"]))
        net = round(cents(count * (spec["price"] * (1 - spec["refund_share"]) - fees)))
        co.env.process(payout(co, net, co.calendar.shift(co.calendar.business_day(day), spec["payout_business_days"])))


def expected_sign_ups(co: Company, spec: Spec, begin: float, end: float, churn: float) -> float:
    """Sign-ups between two ages of the product (in months) who are still there at the later one."""
    half_life, window = spec["burst_half_life_months"], end - begin
    burst = (2 ** (-begin / half_life) - 2 ** (-end / half_life)) * half_life / math.log(2)
    trials = spec["trials_per_month"] * window + spec["burst_trials_per_month"] * burst
    survival = -math.expm1(-churn * window) / (churn * window) if churn * window else 1.0
    demand = (spec["price"] / spec["reference_price"]) ** -spec["elasticity"] * co.service * co.product_value
    return spec["conversion_rate"] * demand * trials * survival


def payout(co: Company, net: int, day: int) -> Process:
    """The processor pays out what it charged."""
    yield co.at(day, Phase.CUSTOMER_CASH, "processor")
    co.receive(net)


def unrest(co: Company, group: Group) -> float:
    """What multiplies the rate at which people of a group leave."""
    morale, factor = co.scenario["morale"], 1 + co.scenario["morale"]["contagion"] * co.contagion
    if co.today - co.payroll_missed_on <= group.spec["missed_pay_days"]:
        factor *= group.spec["missed_pay_factor"]
    if co.today - co.cut_on <= morale["cut_days"]:
        factor *= morale["cut_factor"]
    return factor


def staff_group(co: Company, group: Group) -> Process:
    """People leave one by one; some are replaced, after a while."""
    spec, months, last = group.spec, co.calendar.months, 0
    for day in co.calendar.weekly():
        yield co.at(day, Phase.STAFF, spec["name"])
        step, last = months(day) - months(last), day
        leaves = -math.expm1(-spec["attrition_per_month"] * unrest(co, group) * step)
        leavers = sum(co.happens(leaves) for _ in range(group.head_count))
        is_filled = 0.0 if co.wages_owed else -math.expm1(-step / spec["hiring_months"])
        hires = sum(co.happens(is_filled) for _ in range(group.vacancies))
        group.vacancies += sum(co.happens(spec["replacement_share"]) for _ in range(leavers)) - hires
        group.head_count += hires - leavers


def key_person(co: Company, spec: Spec) -> Process:
    """A senior person leaves once its hazard has passed its threshold."""
    months, last, group = co.calendar.months, 0, co.groups[spec["group"]]
    threshold = co.rng.exponential()
    for day in co.calendar.weekly():
        yield co.at(day, Phase.STAFF, spec["name"])
        threshold -= spec["exit_per_month"] * unrest(co, group) * (months(day) - months(last))
        last = day
        if threshold <= 0:
            break
    group.head_count = max(0, group.head_count - 1)
    co.senior_exits += 1
    co.product_value *= 1 - spec["product_loss"]
    co.shock(co.scenario["confidence"]["senior_exit_shock"])


def contagion(co: Company) -> Process:
    """Last week's senior exits begin to unsettle the others; the effect of earlier ones wears off."""
    known = 0
    for day in co.calendar.weekly():
        yield co.at(day, Phase.USAGE, "contagion")
        co.contagion *= math.exp(-7 / co.scenario["morale"]["contagion_days"])
        co.contagion += co.senior_exits - known
        known = co.senior_exits


def payroll(co: Company, group: Group) -> Process:
    """A group's payroll leaves the bank; what is missing becomes wages in arrears."""
    spec = group.spec
    for day in group.funding_days:
        yield co.at(day, Phase.PAYROLL, spec["name"])
        cost = round(group.head_count * cents(spec["monthly_cost"]) / group.paydays_a_month)
        withheld = round(cost * spec["withheld_share"])
        if withheld:
            next_month = 12 * co.calendar.date_of(day).year + co.calendar.date_of(day).month
            co.creditors[spec["tax_creditor"]].bill(withheld, co.calendar.day_of_month(next_month, 22))
        paid = min(co.cash, cost - withheld)
        co.cash -= paid
        if paid < cost - withheld:
            co.wages_owed += cost - withheld - paid
            miss_payroll(co)


def miss_payroll(co: Company) -> None:
    co.payroll_missed_on = co.today
    co.enter("payroll_missed")
    co.enter("zero_cash")
    co.enter("default_event")
    co.shock(co.scenario["confidence"]["missed_payroll_shock"])


def due_dates(co: Company) -> Process:
    """Invoices fall due."""
    for day in co.calendar.daily():
        yield co.at(day, Phase.PAYROLL, "due")
        co.fallen_due = day


def cost(co: Company, creditor: Creditor) -> Process:
    """A fixed cost is invoiced each month."""
    for day in co.calendar.monthly(creditor.spec["invoice_day"]):
        yield co.at(day, Phase.INVOICES, creditor.name)
        creditor.bill(cents(creditor.spec["monthly"]), day + creditor.spec["net_days"])


def treasury(co: Company) -> Process:
    """Wages in arrears first, each business day; everybody else once a week."""
    runs = {co.calendar.business_day(day, -1) for day in co.calendar.weekly(co.scenario["treasury"]["weekday"])}
    for day in filter(co.calendar.is_business, co.calendar.daily()):
        yield co.at(day, Phase.PAYMENT_RUN, "treasury")
        paid = min(co.cash, co.wages_owed)
        co.cash -= paid
        co.wages_owed -= paid
        if day in runs:
            payment_run(co)


def payment_run(co: Company) -> None:
    spec = co.scenario["treasury"]
    reserve = round(spec["reserve_weeks"] * WEEK * (co.monthly_net_pay + co.monthly_critical_costs))
    for pay_class in spec["pay_order"]:
        is_protected = pay_class in spec["protected"]
        for creditor in (c for c in co.creditors.values() if c.pay_class == pay_class):
            payable = creditor.due_by(co.today - co.stretch[pay_class])
            paid = min(payable, max(0, co.cash if is_protected else co.cash - reserve))
            creditor.settle(paid)
            co.cash -= paid
            if is_protected and paid < payable:
                co.enter("zero_cash")


def outside_investor(co: Company, spec: Spec) -> Process:
    """Idle, diligence, term sheet; then money or a refusal."""
    calendar, name, day, closings = co.calendar, spec["name"], 0, 0
    while closings < spec["max_closings"]:
        threshold = co.rng.exponential()
        while threshold > 0:
            day = calendar.business_day(day + 1)
            yield co.at(day, Phase.DECISIONS, name)
            step = calendar.months(day) - calendar.months(max(0, calendar.shift(day, -1)))
            threshold -= spec["meetings_per_month"] * co.confidence * step
        co.live.add(name)
        day = calendar.business_day(day + co.draw(spec["decision_days"]))
        yield co.at(day, Phase.DECISIONS, name)
        is_open = co.gate < co.scenario["confidence"]["outside_round_chance"] * co.confidence
        is_closed = is_open and co.happens(spec["success_probability"])
        if is_closed:
            day = calendar.business_day(day + co.draw(spec["closing_days"]))
            yield co.at(day, Phase.DECISIONS, name)
            is_closed = round_closes(co, spec)
        co.live.discard(name)
        if is_closed:
            closings += 1
            co.raise_money(co.draw(spec["amount"]))
            if spec["recapitalises"]:
                co.close("recapitalised")
        else:
            co.deaths += 1
            co.shock(spec["refusal_shock"])
            day = calendar.business_day(day + spec["cool_off_days"]) - 1


def round_closes(co: Company, spec: Spec) -> bool:
    if co.happens(spec["fall_through_probability"]):
        return False
    if spec["recapitalises"] and co.overdue():
        return co.happens(spec["vendor_consent_probability"]) and co.happens(spec["founder_consent_probability"])
    return True


def insider(co: Company, spec: Spec) -> Process:
    """Insiders are asked when cover is thin or a policy asks, and pay on the day they decide."""
    calendar, name, day, closings, idle_from = co.calendar, spec["name"], 0, 0, 0
    while closings < spec["max_closings"]:
        day = calendar.business_day(day + 1)
        yield co.at(day, Phase.DECISIONS, name)
        is_asked = name in co.asked or co.cover < spec["ask_below_weeks"]
        if not is_asked or day < idle_from:
            continue
        chance = co.asked.pop(name, spec)["repeat_probability" if closings else "success_probability"]
        co.live.add(name)
        day = calendar.shift(day, max(1, round(co.draw(spec["decision_days"]))))
        yield co.at(day, Phase.DECISIONS, name)
        co.live.discard(name)
        if not co.happens(chance):
            co.deaths += 1
            return
        co.raise_money(co.draw(spec["amount"]))
        closings, idle_from = closings + 1, day + spec["cool_off_days"]


def tranche(co: Company, spec: Spec) -> Process:
    """Promised money arrives, or does not; a default before that day voids it."""
    co.live.add(spec["name"])
    day, arrival, is_void = 0, co.calendar.business_day(max(1, co.draw(spec["arrival_day"]))), False
    while day < arrival and not is_void:
        day = co.calendar.business_day(day + 1)
        yield co.at(day, Phase.DECISIONS, spec["name"])
        is_void = spec["voided_by_default"] and "default_event" in co.states
    co.live.discard(spec["name"])
    if not is_void and co.happens(spec["probability"]):
        co.raise_money(co.draw(spec["amount"]))
    else:
        co.deaths += 1


def confidence(co: Company) -> Process:
    """The confidence of investors follows what is overdue."""
    s, months, last = co.scenario, co.calendar.months, 0
    monthly_cost = sum(v["monthly_usage"] for v in s["vendors"]) + sum(c["monthly"] for c in s["costs"])
    monthly_cost += sum(g["head_count"] * g["monthly_cost"] for g in s["staff"])
    for day in co.calendar.weekly():
        yield co.at(day, Phase.MARKET, "confidence")
        target = 1 / (1 + s["confidence"]["arrears_weight"] * co.overdue() / cents(monthly_cost))
        pull = 1 - 2 ** (-(months(day) - months(last)) / s["confidence"]["half_life_months"])
        co.confidence += (target - co.confidence) * pull
        last = day


def board(co: Company) -> Process:
    """The board looks ahead once a week, and on the business day of bad news."""
    receipts = WEEK * sum(cents(line["monthly"]) for line in co.scenario["revenue"])
    weekly = set(co.calendar.weekly(co.scenario["board"]["weekday"]))
    deaths, pay_missed_on, service = 0, -math.inf, 1.0
    for day in co.calendar.daily():
        yield co.at(day, Phase.BOARD, "board")
        if day in weekly:
            receipts, co.receipts = 0.75 * receipts + 0.25 * co.receipts, 0
        elif not co.calendar.is_business(day):
            continue
        is_shaken = co.deaths > deaths or co.payroll_missed_on > pay_missed_on or co.service < service
        if day in weekly or is_shaken:
            co.cover = cover(co, receipts)
        deaths, pay_missed_on, service = co.deaths, co.payroll_missed_on, co.service


def cover(co: Company, weekly_receipts: float) -> int:
    """Whole weeks before the forecast is negative."""
    for weeks in range(HORIZON_WEEKS + 1):
        forecast = co.cash - co.wages_owed + weeks * (weekly_receipts - WEEK * co.monthly_critical_costs)
        for group in co.groups.values():
            payrolls = sum(co.today < day <= co.today + 7 * weeks for day in group.funding_days)
            forecast -= payrolls * group.monthly_net_pay / group.paydays_a_month
        if forecast < 0:
            return max(0, weeks - 1)
    return HORIZON_WEEKS


def filing(co: Company) -> Process:
    """Directors file once the hazard of filing has passed its threshold."""
    spec, threshold, was_live, deaths = co.scenario["board"], co.rng.exponential(), bool(co.live), 0
    for day in filter(co.calendar.is_business, co.calendar.daily()):
        yield co.at(day, Phase.BOARD, "filing")
        threshold -= filing_hazard(co, spec)
        if was_live and not co.live and co.deaths > deaths and co.cover < spec["cover_trigger_weeks"]:
            threshold += math.log(1 - spec["last_prospect_filing"])
        was_live, deaths = bool(co.live), co.deaths
        if threshold <= 0:
            break
    else:
        return
    yield co.at(co.calendar.shift(day, spec["filing_business_days"]), Phase.BOARD, "filing")
    co.close("insolvent", "directors_filed")


def filing_hazard(co: Company, spec: Spec) -> float:
    suffix = "_live" if co.live else ""
    factor = spec["suspended_factor"] if co.service < 1 else 1.0
    if co.wages_owed:
        return -factor * math.log(1 - spec["missed_payroll_filing" + suffix])
    if co.cover < spec["cover_trigger_weeks"]:
        return -factor * math.log(1 - spec["filing" + suffix]) / 5
    return 0.0


def dated_action(co: Company, action: Spec) -> Process:
    """The policy acts on its day."""
    day = co.calendar.day_of(action["on"])
    yield co.at(day, Phase.DECISIONS, "actions")
    match action["do"]:
        case "file":
            filing_day = co.calendar.shift(co.calendar.business_day(day), co.scenario["board"]["filing_business_days"])
            yield co.at(filing_day, Phase.BOARD, "actions")
            co.close("insolvent", "directors_filed")
        case "stretch":
            co.stretch[action["class"]] = action["days"]
        case "ask_insiders":
            investor = next(i for i in co.scenario["investors"] if i["name"] == action["investor"])
            co.asked[action["investor"]] = investor | action
        case "cut_compute":
            vendor, co.cut_on = co.vendors[action["vendor"]], day
            fee = action["fee_months"] * cents(vendor.spec["monthly_usage"]) * action["share"]
            vendor.bill(fee, day + vendor.spec["net_days"])
            yield co.at(day + action["lag_days"], Phase.MARKET, "actions")
            vendor.usage_factor *= 1 - action["share"]
        case other:
            raise ValueError(f"the plain twin does not know the action {other}")


def solvency(co: Company) -> Process:
    """States are read and, if trading has to cease, it does."""
    s, low_since = co.scenario, math.inf
    for day in range(co.calendar.horizon + 1):
        yield co.at(day, Phase.SOLVENCY, "solvency")
        if co.overdue() + co.wages_owed > co.cash:
            co.enter("cash_flow_insolvent")
        low_since = min(low_since, day) if co.service < s["minimum_service"] else math.inf
        if co.head_count < s["minimum_head_count"] or day - low_since >= s["service_grace_days"]:
            co.close("insolvent", "ceased")
        for state in sorted(set(co.states) & set(s["terminal_states"])):
            co.close("insolvent", state)


def records(co: Company) -> Process:
    """Peaks and month ends are written, until the end."""
    month_ends = set(co.calendar.monthly(31))
    for day in range(co.calendar.horizon + 1):
        yield co.at(day, Phase.RECORDS, "records")
        co.lowest_cash = min(co.lowest_cash, co.cash)
        co.peak_overdue = max(co.peak_overdue, co.overdue())
        if co.end:
            return
        if day in month_ends:
            snapshot = {"day": day, "cash": co.cash / 100, "subscribers": sum(co.cohorts.values())}
            co.month_ends.append(snapshot | {"head_count": co.head_count})
    co.close("survived")


def leading_state(co: Company) -> str | None:
    holds = {
        "payroll_missed": co.wages_owed > 0,
        "service_suspended": co.service < 1,
        "zero_cash": "zero_cash" in co.states,
        "cash_flow_insolvent": "cash_flow_insolvent" in co.states,
    }
    return next((state for state, is_so in holds.items() if is_so), None)


def result(co: Company, replication: int) -> Spec:
    """The row of one replication; money in dollars, a day that did not happen is None."""
    assert co.end is not None
    is_insolvent = co.end["end"] == "insolvent"
    overdues = {c.name: co.overdue([c]) for c in co.creditors.values()}
    worst = max(overdues, key=overdues.__getitem__)
    return {
        "replication": replication,
        **co.end,
        "leading_state": leading_state(co) if is_insolvent else None,
        "creditor": worst if is_insolvent and overdues[worst] else None,
        **{f"{state}_day": co.states.get(state) for state in STATES},
        "lowest_cash": co.lowest_cash / 100,
        "final_cash": co.cash / 100,
        "peak_overdue": co.peak_overdue / 100,
        "final_overdue": co.overdue() / 100,
        "final_wages_owed": co.wages_owed / 100,
        "raised": co.raised / 100,
        "revenue": co.revenue / 100,
        "subscribers": sum(co.cohorts.values()),
        "head_count": co.head_count,
        "senior_exits": co.senior_exits,
        "confidence": co.confidence,
        "month_ends": co.month_ends,
    }


def processes(co: Company) -> Iterator[Process]:
    """The cast."""
    s = co.scenario
    for vendor in co.vendors.values():
        yield from (billing(co, vendor), reviews(co, vendor))
    yield from (revenue_line(co, line) for line in s["revenue"])
    if "subscription" in s:
        yield subscription(co, s["subscription"])
    for group in co.groups.values():
        yield from (staff_group(co, group), payroll(co, group))
    yield from (key_person(co, person) for person in s["key_people"])
    yield from (cost(co, co.creditors[spec["name"]]) for spec in s["costs"])
    yield from ((outside_investor if i["kind"] == "outside" else insider)(co, i) for i in s["investors"])
    yield from (tranche(co, spec) for spec in s["tranches"])
    yield from (dated_action(co, action) for action in co.world.actions)
    yield from (actor(co) for actor in (activity, contagion, confidence, due_dates, treasury, board, filing, solvency))


def replicate(world: World, seed: int, replication: int) -> Spec:
    co = Company(world, seed, replication)
    for process in processes(co):
        co.env.process(process)
    co.env.run(until=co.env.process(records(co)))
    return result(co, replication)


def simulate(experiment: str | Path | Spec, policy: str, replications: int, seed: int) -> list[Spec]:
    """Rows of `replications` replications of one policy ("do-nothing" or one of the experiment's)."""
    if not isinstance(experiment, dict):
        experiment = tomllib.loads(Path(experiment).read_text("utf-8"))
    policies = {"do-nothing": []} | {p["name"]: p["actions"] for p in experiment.get("policies", [])}
    world = World(experiment["scenario"], policies[policy])
    return [replicate(world, seed, replication) for replication in range(replications)]


def report(rows: list[Spec]) -> Iterator[str]:
    """Incidence by month and cause, states and medians."""
    kinds = sorted({(row["end"], row["cause"] or "") for row in rows} - {("survived", "")})
    yield "day   " + "  ".join(f"{end} {cause}".strip().rjust(26) for end, cause in kinds)
    for day in range(30, max(row["end_day"] for row in rows) + 30, 30):
        ended = Counter((row["end"], row["cause"] or "") for row in rows if row["end_day"] <= day)
        yield f"{day:4}  " + "  ".join(f"{ended[kind] / len(rows):26.4f}" for kind in kinds)
    yield f"leading states {Counter(row['leading_state'] for row in rows if row['end'] == 'insolvent')}"
    for column in ("end_day", "lowest_cash", "final_cash", "peak_overdue", "raised", "revenue", "subscribers"):
        yield f"median {column:13} {statistics.median(row[column] for row in rows):14,.0f}"
    for state in STATES:
        days = [row[f"{state}_day"] for row in rows if row[f"{state}_day"] is not None]
        yield f"{state:20} {len(days) / len(rows):6.1%}, median day {statistics.median(days or [math.nan]):.0f}"


def main() -> None:
    """Print what happened in some replications of one policy, and how many a second takes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("experiment", nargs="?", default=Path(__file__).parents[2] / "experiments" / "core.toml")
    parser.add_argument("--policy", default="do-nothing")
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    rows = simulate(options.experiment, options.policy, options.replications, options.seed)
    speed = len(rows) / (time.perf_counter() - began)
    sys.stdout.write("\n".join([*report(rows), f"{speed:.1f} replications per second", ""]))


if __name__ == "__main__":
    main()
