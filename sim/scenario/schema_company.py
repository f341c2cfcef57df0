"""The tables of a company. A field says its meaning, its type the unit and the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario import kinds as k
from sim.scenario.amounts import fixed
from sim.scenario.problems import MISSING, Problem
from sim.scenario.schema_compute import Commitment
from sim.scenario.schema_law import LatePay
from sim.scenario.table import (
    CountryCode,
    Day,
    DayOfMonth,
    Many,
    Name,
    Table,
    Text,
    Weekday,
    default,
    part,
    required,
)

PayClass = Literal["critical", "tax", "vendors", "trade"]
State = Literal[
    "zero_cash",
    "cash_flow_insolvent",
    "payroll_missed",
    "service_suspended",
    "statutory_demand_expired",
    "petition_presented",
    "balance_sheet_insolvent",
]
BillingDays = Annotated[Many[DayOfMonth], Field(min_length=1)]
BusinessDayCount = Annotated[int, Field(ge=0, le=250)]


class OpeningInvoice(Table):
    """An invoice that is open at the start."""

    creditor: Name = required("vendor, cost or tax creditor it is owed to")
    label: Text = default("", "what it is for")
    amount: k.Money = required("amount still owed")
    due: Day = required("due date")


class Opening(Table):
    """What the company has and owes at the close of the start date."""

    cash: k.Money = required("cash at bank")
    restricted_share: k.Share = default(0, "share of that cash which pays nothing")
    invoices: Many[OpeningInvoice] = default((), "open invoices")


class Posture(Table):
    """How likely a vendor is to take each posture; taken in proportion."""

    patient: k.Probability = default(0.3, "waits while a prospect is live")
    commercial: k.Probability = default(0.5, "acts on its usual patience")
    strict: k.Probability = default(0.2, "acts early")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        defaults = {key: field.default for key, field in cls.model_fields.items()}
        shares = [fixed(part(raw, key, default=share), k.PROBABILITY) for key, share in defaults.items()]
        total = sum(share for share in shares if share is not None)
        if None not in shares and abs(total - 1) > 1e-9:
            yield Problem((), raw, f"probabilities that add up to 1 (they add up to {total:g})")


class Patience(Table):
    """Days past due after which a vendor suspends its service, drawn afresh after each cure."""

    commercial: k.DaysLaw = default(
        {"distribution": "triangular", "low": 45, "mode": 100, "high": 270}, "of a commercial vendor"
    )
    strict: k.DaysLaw = default({"distribution": "triangular", "low": 15, "mode": 45, "high": 75}, "of a strict vendor")


class Vendor(Table):
    """A cloud vendor that bills usage in arrears."""

    name: Name = required("name, unique among creditors")
    monthly_usage: k.MonthlyMoney = required("bill for the first month at full usage")
    growth_per_month: k.Growth = default(0, "growth of usage")
    growth_months: k.Count = default(1200, "months for which it grows")
    usage_volatility: k.Factor = default(0.05, "spread of a month's bill: standard deviation of its logarithm")
    net_days: k.Days = default(30, "days from the month end to the due date")
    late_interest_per_month: k.PerMonth = default(0.015, "interest on overdue amounts")
    service_share: k.Share = required("share of the service that stops with this vendor")
    review_weekday: Weekday = default("Wednesday", "weekday of its credit review")
    posture: Posture = default({}, "how likely each posture is")
    patience: Patience = default({}, "days past due until suspension")
    exposure_factor: k.Factor = default(1.5, "pace of pressure while more than two monthly bills are overdue")
    payment_factor: k.Factor = default(0.5, "pace of pressure after a payment since the last review")
    credit_hold_at: k.Share = default(0.33, "share of patience at which credit is held")
    breach_notice_at: k.Share = default(0.67, "share of patience at which a breach notice is served")
    cure_days: k.Days = default(30, "days of pressure from suspension to termination")
    inference_share: k.Share = default(0, "share of own usage that serves customers and follows what they do")
    market_share: k.Share = default(0, "share of own usage whose price follows the market")
    commitment: Commitment | None = default(None, "spend owed whether used or not")
    resale_ratio: k.Factor = default(1, "market price of its capacity over the contract price, at the start")
    scarcity_weight: k.Factor = default(0, "exponent by which a dear market hastens the vendor")
    rescue_factor: k.Factor = default(1, "factor on its pace while a prospect is live")
    disclosure_factor: k.Factor = default(1, "factor on its pace once the company has told investors")
    held_net_days: k.Days | None = default(None, "payment terms of bills while credit is held; as before if absent")
    prepayment_probability: k.Probability = default(0, "chance that it asks to be paid ahead before it suspends")
    recall_at: k.Factor = default(1, "share of patience at which it takes capacity back")
    recall_share: k.Share = default(0, "share of capacity that it takes back then")


class Product(Table):
    """How use of the product follows service."""

    revenue_left: k.Share = default(0.35, "share of activity that remains without any service")
    response_days: k.PositiveDays = default(20, "time constant of customers' reaction")


class RevenueLine(Table):
    """Revenue that is collected weekly on a path of its own."""

    name: Name = required("name, unique among revenue lines")
    monthly: k.MonthlyMoney = required("revenue a month at the start")
    growth_per_month: k.Growth = default(0, "growth of revenue")
    volatility: k.Factor = default(0.1, "spread of a week's revenue: standard deviation of its logarithm")
    fee_share: k.Share = default(0.03, "share kept by processors")


class Subscription(Table):
    """A monthly subscription for consumers."""

    launch: Day | None = default(None, "first day on which it is sold; absent = not launched unless a policy does")
    price: k.Price = default(20, "price charged")
    reference_price: k.Price = default(20, "price at which conversion_rate holds")
    elasticity: k.Factor = default(1, "exponent by which conversion falls with the price")
    trials_per_month: k.PerMonth = required("trials that keep coming")
    burst_trials_per_month: k.PerMonth = default(0, "further trials at launch, decaying")
    burst_half_life_months: k.PositiveMonths = default(3.5, "months in which the burst halves")
    conversion_rate: k.Share = default(0.03, "share of trials that pay a first month")
    churn_per_month: k.PerMonth = default(0.09, "rate of cancelling")
    failed_card_share: k.Share = default(0.01, "share of renewals lost to failed cards")
    outage_churn_factor: k.Factor = default(3, "factor on churn without any service")
    refund_share: k.Share = default(0.04, "share of charges that is refunded")
    fee_share: k.Share = default(0.029, "processor's share of the price")
    fee_fixed: k.Money = default(0.30, "processor's fee per charge")
    payout_business_days: BusinessDayCount = default(2, "business days until the processor pays out")
    billing_days: BillingDays = default((1, 8, 15, 22), "days of a month, one per cohort")
    opening_subscribers: k.Count = default(0, "subscribers at the start")
    annual_renewal: k.Share = default(0.25, "share of annual plans that renew")
    reserve_share: k.Share = default(0, "share of payouts that the processor holds back once distress is public")
    reserve_days: k.Days = default(120, "days for which it does")


class StaffGroup(Table):
    """A group of employees who are paid alike."""

    name: Name = required("name, unique among groups")
    head_count: k.Count = required("head count at the start")
    vacancies: k.Count = default(0, "posts that are open at the start")
    monthly_cost: k.MonthlyMoney = required("cost of one employee a month")
    country: CountryCode = required("country of the payroll calendar, two letters")
    currency: Literal["USD", "GBP"] = default("USD", "currency of the salaries; pounds cost dollars at the day's rate")
    paydays: Literal["monthly", "semi_monthly"] = default("monthly", "when salaries are paid")
    funding_business_days: BusinessDayCount = default(2, "business days before payday that cash leaves")
    withheld_share: k.Share = default(0, "share of the cost that is owed to the tax creditor")
    tax_creditor: Name | None = default(None, "who collects the withheld share")
    attrition_per_month: k.PerMonth = default(0.02, "rate of leaving")
    replacement_share: k.Share = default(0.3, "share of leavers who are to be replaced")
    hiring_months: k.PositiveMonths = default(2, "mean time to fill a vacancy")
    missed_pay_factor: k.Factor = default(4, "factor on leaving after a missed payroll")
    missed_pay_days: k.Days = default(60, "days for which that factor holds")
    late_pay: LatePay | None = default(None, "penalties for pay that comes late")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        share = part(raw, "withheld_share", default=0)
        share = part(share, "value") if isinstance(share, Mapping) else share
        if share != 0 and part(raw, "tax_creditor") is None:
            hint = "withheld_share is owed to somebody"
            yield Problem(("tax_creditor",), MISSING, "the name of the tax creditor", hint)


class KeyPerson(Table):
    """A person whose exit costs more than a head."""

    name: Name = required("role, unique among key people")
    group: Name = required("staff group of the person")
    exit_per_month: k.PerMonth = default(0.05, "rate of leaving")
    product_loss: k.Share = required("share of the product's value that leaves with the person")
    leaves_for: Literal["work", "values"] = default("work", "why: over values the rate is the same in calm and stress")


class Morale(Table):
    """How exits and cuts make others leave."""

    contagion: k.Factor = default(0.15, "rise of the rate of leaving per recent senior exit")
    contagion_days: k.PositiveDays = default(90, "time constant of its decay")
    cut_factor: k.Factor = default(1.4, "factor on leaving after a cut of the board")
    cut_days: k.Days = default(90, "days for which that factor holds")


class Cost(Table):
    """An operating cost that is invoiced monthly."""

    name: Name = required("name, unique among creditors")
    class_: PayClass = required("class by which the treasury pays it", alias="class")
    monthly: k.MonthlyMoney = required("amount of each invoice")
    invoice_day: DayOfMonth = default(1, "day of the month of the invoice; 31 is the last day")
    net_days: k.Days = default(30, "days from invoice to due date")
    late_margin: k.Share = default(0, "interest a year above the Bank Rate on what is overdue, added to each invoice")


class StretchDays(Table):
    """Days after the due date that each class is paid."""

    critical: k.Days = default(0, "of critical creditors")
    tax: k.Days = default(0, "of tax creditors")
    vendors: k.Days = default(0, "of vendors")
    trade: k.Days = default(0, "of trade creditors")


class Treasury(Table):
    """Whom the company pays first, and what it keeps back."""

    weekday: Weekday = default("Friday", "weekday of the payment run")
    reserve_weeks: k.Weeks = default(4, "weeks of net pay and critical costs kept back")
    pay_order: Many[PayClass] = default(("critical", "tax", "vendors", "trade"), "classes in order of payment")
    protected: Many[PayClass] = default(("critical",), "classes paid from the reserve too")
    pays_on_notice: bool = default(False, "whether a vendor that gives notice of breach is stretched no more")
    stretch_days: StretchDays = default({}, "days after the due date that each class is paid")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        order = part(raw, "pay_order", default=cls.model_fields["pay_order"].default)
        if not isinstance(order, list | tuple):
            return
        absent = [name for name in StretchDays.model_fields if name not in order]
        if absent or len(set(map(str, order))) < len(order):
            yield Problem(("pay_order",), order, 'each of "critical", "tax", "vendors", "trade" once')
