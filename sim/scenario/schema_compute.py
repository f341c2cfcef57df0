"""The tables of the market, of compute and of what is done with capacity. Absent, each switches its mechanism off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from sim.scenario import kinds as k
from sim.scenario.problems import Problem
from sim.scenario.quantity import Law, Quantity
from sim.scenario.table import Day, Name, Table, as_date, default, part, required

Loading = Annotated[Quantity, k.FieldKind(name="Loading", unit="correlation", low=-1.0, high=1.0)]
GrowthPerYear = Annotated[
    Quantity, k.FieldKind(name="GrowthPerYear", unit="per year", low=-1.0, low_included=False, may_be_percent=True)
]
PerYear = Annotated[Quantity, k.FieldKind(name="PerYear", unit="per year", may_be_percent=True)]
ShareLaw = Annotated[Law, k.SHARE]


class MarketState(Table):
    """An index, 1 at the start, whose logarithm wanders about a trend."""

    growth_per_year: GrowthPerYear = default(0, "trend that it returns to")
    volatility_per_year: PerYear = default(0, "standard deviation of a year's shocks to its logarithm")
    half_life_months: k.PositiveMonths = default(12, "months in which half of a deviation from trend is gone")
    loading: Loading = default(0, "correlation of its shocks with the shock common to all; two states' is the product")


class GpuPrice(MarketState):
    """The market price of GPU hours: a falling trend, and gluts that take a share of it at once."""

    glut_probability_per_year: k.Probability = default(0, "chance of at least one glut in a year")
    glut_fall: ShareLaw = default(0.3, "share of the price that a glut takes")


class BankRate(Table):
    """The central bank's rate."""

    start: PerYear = default(0.0525, "rate at the start")
    level: PerYear = default(0.0525, "rate that it returns to")
    volatility_per_year: PerYear = default(0, "standard deviation of a year's shocks")
    half_life_months: k.PositiveMonths = default(24, "months in which half of the distance to its level is gone")
    loading: Loading = default(0, "correlation of its shocks with the shock common to all")


class Market(Table):
    """What moves for everybody."""

    demand: MarketState = default({}, "demand for what the company sells")
    climate: MarketState = default({}, "how willing investors are")
    gpu_price: GpuPrice = default({}, "price of GPU hours")
    fx: MarketState = default({}, "dollars per pound")
    bank_rate: BankRate = default({}, "interest rate")


class Commitment(Table):
    """Spend with a vendor that is owed whether used or not."""

    per_year: k.Money = required("committed spend in a contract year")
    year_ends: Day = required("last day of the current contract year; later years end a year on")
    used_before: k.Money = default(0, "spend of the current contract year before the start")
    disputed_share: k.Share = default(0.5, "share of what a termination makes due that the company disputes")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        ends = as_date(part(raw, "year_ends"))
        if type(ends) is date and (ends.month, ends.day) == (2, 29):
            yield Problem(("year_ends",), ends, "a day that every year has")


class Grant(Table):
    """Compute given to projects outside the company: one, several alike, or a stream of them."""

    name: Name = required("name, unique among grants")
    vendor: Name = required("vendor whose capacity it uses")
    monthly: k.MonthlyMoney = required(
        "cost of one project a month; what runs at the start is part of the vendor's bill"
    )
    running: k.Count = default(1, "projects running at the start")
    arrivals_per_month: k.PerMonth = default(0, "rate of new projects")
    months: k.PositiveMonths = default(1200, "mean time for which a project runs, unless it is ended")


class Resale(Table):
    """Capacity of a vendor on offer to others, as a managed service or as a sublease to one tenant."""

    name: Name = required("name, unique among resale offers")
    vendor: Name = required("vendor whose capacity is sold")
    launch: Day | None = default(None, "day on which it is decided; absent = never, unless a policy does")
    capacity_share: k.Share = required("share of the vendor's opening usage on offer")
    price_ratio: k.Factor = default(1, "price over the company's own contract price, at the start")
    price: Literal["market", "fixed"] = default("market", "whether it follows the market or is fixed when sales start")
    utilisation: k.Share = default(0.6, "share of the offer that is sold in the end")
    ramp_months: k.Months = default(0, "months from the first sale until that share is reached")
    deal_probability: k.Probability = default(1, "chance that there is a buyer at all")
    consent_probability: k.Probability = default(0.5, "chance that the vendor agrees")
    start_days: k.DaysLaw = default(60, "days from the decision to the first sale, the vendor's consent included")
    already_paid_share: k.Share = default(0, "share of what is sold that the company pays for anyway")
    cost_share: k.Share = default(0.1, "share of income that support and selling cost")
    collection_weeks: k.Weeks = default(4, "weeks until customers pay")
    ended_by_breach: k.Probability = default(0.5, "chance that a breach ends it for good")
    discovery_per_month: k.PerMonth = default(0.2, "rate at which a vendor that was not asked finds out")
