"""The tables of the law: petitions, what is left at the end, tax, cases in court, and what is owed to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario import kinds as k
from sim.scenario.amounts import fixed
from sim.scenario.problems import Problem
from sim.scenario.table import DayOfMonth, Many, Name, Table, Weekday, default, part, required

TaxName = Annotated[str, Field(min_length=1, max_length=200)]
QuarterMonths = Annotated[Many[Annotated[int, Field(ge=1, le=12)]], Field(min_length=1, max_length=12)]


def _lognormal(median: float, low: float, high: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": median, "low": low, "high": high}


class PetitionPatience(Table):
    """Age in days of the oldest undisputed overdue invoice at which a creditor of each class goes to court."""

    critical: k.DaysLaw = default(_lognormal(300, 120, 750), "of a critical supplier")
    tax: k.DaysLaw = default({"distribution": "triangular", "low": 90, "mode": 180, "high": 330}, "of the tax office")
    vendors: k.DaysLaw = default(_lognormal(600, 270, 1350), "of a cloud vendor")
    trade: k.DaysLaw = default(_lognormal(420, 150, 1150), "of a trade creditor")


class Petitions(Table):
    """Creditors who ask a court to wind the company up, and what the court does."""

    weekday: Weekday = default("Thursday", "weekday on which creditors consider it")
    minimum_debt: k.Money = default(950, "smallest undisputed overdue debt that founds a demand or a petition")
    patience: PetitionPatience = default({}, "age of the debt at which a creditor acts")
    demand_probability: k.Probability = default(0.5, "chance that the creditor serves a statutory demand first")
    demand_days: k.Days = default(21, "days until an unpaid statutory demand expires")
    service_days: k.Days = default(21, "days from presentation until the company is served and may settle")
    advertising_days: k.DaysLaw = default(
        {"distribution": "uniform", "low": 28, "high": 42}, "from presentation to the notice in the Gazette"
    )
    hearing_days: k.DaysLaw = default(
        {"distribution": "uniform", "low": 42, "high": 70}, "from presentation to the hearing"
    )
    settle_share: k.Share = default(0.25, "share of free cash up to which the company pays a petitioner off")
    order_probability: k.Probability = default(0.5, "chance of an order at a hearing, the debt being unpaid")
    adjourned_probability: k.Probability = default(0.3, "chance that the hearing is adjourned instead")
    adjourned_days: k.Days = default(28, "days until the next hearing")
    validation_probability: k.Probability = default(0.15, "chance that the court validates payments after the freeze")
    validation_days: k.Days = default(10, "days from the freeze to that")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        keys = ("order_probability", "adjourned_probability")
        shares = [fixed(part(raw, key, default=cls.model_fields[key].default), k.PROBABILITY) for key in keys]
        total = sum(share for share in shares if share is not None)
        if total > 1 + 1e-9:
            yield Problem(("adjourned_probability",), shares[1], f"with order_probability at most 1 (it is {total:g})")


class Waterfall(Table):
    """What an insolvent end realises, and in which order it is paid out."""

    realisation: k.Money = default(0, "what brand, technology and equipment fetch, at full product value")
    restricted_recovery: k.Share = default(0.5, "share of restricted cash that reaches the estate")
    cost_fixed: k.Money = default(500_000, "fees of the process")
    cost_share: k.Share = default(0.15, "further fees, as a share of what is realised")
    secured: k.Money = default(0, "debt under a fixed charge")
    floating: k.Money = default(0, "debt under a floating charge")
    preferential_pay: k.Money = default(1000, "preferential wages per head, at most")
    termination_weeks: k.Factor = default(8, "weeks of pay per head claimed for notice and redundancy")
    unsecured_tax_share: k.Share = default(0.28, "share of payroll tax that is not preferential: the employer's part")
    prescribed_first: k.Money = default(12_000, "net property of which half is the prescribed part")
    prescribed_cap: k.Money = default(1_000_000, "most that the prescribed part can be")
    damages_months: k.Months = default(0, "months of usage that cloud vendors without a commitment claim for its end")
    mitigated_share: k.Share = default(0.5, "share of vendors' claims to what was not used that falls away: it is let")


class Vat(Table):
    """Value added tax, of either sign."""

    creditor: TaxName = default("VAT", "name of the creditor")
    monthly: k.SignedMonthlyMoney = required("net VAT a month: positive is received, negative is paid")
    quarter_months: QuarterMonths = default((1, 4, 7, 10), "months at whose end a quarter ends")
    refund_days: k.Days = default(30, "days from the return to a refund")
    clawback_share: k.Share = default(0, "share of supplier bills unpaid for six months that is to be paid back")


class ResearchCredit(Table):
    """A tax credit for research that may come, late."""

    probability: k.Probability = default(0.5, "chance that it is granted")
    amount: k.MoneyLaw = required("what is granted")
    arrival_day: k.DaysLaw = default({"distribution": "uniform", "low": 30, "high": 240}, "days from the start")


class Tax(Table):
    """What the tax office charges for delay, and what it may owe the company."""

    charges: TaxName = default("tax interest and penalties", "creditor under which interest and penalties stand")
    interest_margin: k.Share = default(0.025, "late interest a year above the Bank Rate")
    failures_so_far: k.Count = default(0, "late payments of payroll tax in the current tax year before the start")
    late_share: k.Share = default(0.05, "of what is still unpaid after six, and again after twelve months")
    vat: Vat | None = default(None, "value added tax")
    research_credit: ResearchCredit | None = default(None, "credit for research")
    grant_probability: k.Probability = default(0.6, "chance that Time To Pay is granted")
    grant_probability_after_break: k.Probability = default(0.2, "chance of it after a broken plan")
    instalments: k.Count = default(6, "monthly instalments over which Time To Pay spreads the arrears")
    broken_plan_days: k.Days = default(60, "days after a broken plan until the tax office petitions")


class Case(Table):
    """A case in court: it costs, and it ends in a settlement, a dismissal or a judgment."""

    name: Name = required("name, unique among cases")
    creditor: Name = required("creditor to whom its lawyers' bills are owed")
    monthly: k.MonthlyMoney = required("lawyers' bill a month")
    net_days: k.Days = default(30, "days from a lawyers' bill to its due date")
    settlement_per_month: k.PerMonth = default(0.015, "rate of settling")
    dismissal_per_month: k.PerMonth = default(0.01, "rate of being dismissed")
    judgment_per_month: k.PerMonth = default(0.005, "rate of a judgment against the company")
    judgment_months: k.Months = default(0, "months from the start before which no judgment comes")
    settlement: k.MoneyLaw = required("amount of a settlement")
    judgment: k.MoneyLaw = required("amount of a judgment")
    payment_days: k.Days = default(30, "days until a settlement or a judgment is due")
    provision: k.Money = default(0, "what the balance sheet holds against it")
    judgment_shock: k.Share = default(0.1, "loss of investors' confidence at a judgment")
    relief: k.Share = default(0.03, "gain of investors' confidence at a settlement or a dismissal")


class LatePay(Table):
    """Penalties for pay that comes late."""

    first_per_head: k.Money = default(100, "penalty per employee for the first late payroll")
    later_per_head: k.Money = default(200, "penalty per employee for each later one")
    later_share: k.Share = default(0.25, "and that share of the pay withheld")
    waiting_days: k.Days = default(30, "days of pay owed to each who leaves while wages are in arrears")
    deposit_share: k.Share = default(0.3, "share of pay that is withholding to be deposited")
    deposit_penalty: k.Share = default(0.1, "penalty on deposits not made")
    net_days: k.Days = default(60, "days until penalties are due")


class BalanceSheet(Table):
    """What the books hold besides cash, receivables and what is owed."""

    other_assets: k.Money = default(0, "book value of all other assets")
    notes: k.Money = default(0, "convertible notes outstanding at the start")
    notes_are_debt: bool = default(True, "whether convertible notes count as liabilities")


class RentLine(Table):
    """Rent, paid in advance on quarter days."""

    name: Name = required("name of the landlord, unique among creditors")
    class_: Literal["critical", "trade"] = default("trade", "class by which the treasury pays it", alias="class")
    quarterly: k.Money = required("rent of a quarter")
    quarter_months: QuarterMonths = default((3, 6, 9, 12), "months of the quarter days")
    quarter_day: DayOfMonth = default(25, "day of the month of the quarter days")
    wait_days: k.Days = default(21, "days past due after which the landlord takes the deposit")
    deposit: k.Money = default(0, "deposit, part of restricted cash")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        months = part(raw, "quarter_months", default=())
        if isinstance(months, list | tuple) and len(set(map(str, months))) < len(months):
            yield Problem(("quarter_months",), months, "each month once")
