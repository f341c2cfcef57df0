"""The tables of the world around a company: investors, board, links, generic lines and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sim.scenario import kinds as k
from sim.scenario.problems import MISSING, Problem
from sim.scenario.table import Name, Table, Weekday, default, part, required

Instrument = Literal["equity", "note"]
CAUSE = "^[a-z][a-z0-9_]*$"
InsolventCause = Annotated[str, Field(pattern=CAUSE)]
LineClass = Literal["payroll", "critical", "tax", "vendors", "trade"]


class Outside(Table):
    """An outside investor: meetings, diligence, term sheet, close."""

    name: Name = required("name, unique among investors")
    kind: Literal["outside"] = required("outside investor")
    instrument: Instrument = default("equity", "what it buys")
    meetings_per_month: k.PerMonth = default(0.5, "rate of first meetings at full confidence")
    decision_days: k.DaysLaw = default(
        {"distribution": "lognormal", "median": 70, "low": 35, "high": 154}, "from meeting to decision"
    )
    closing_days: k.DaysLaw = default(21, "from term sheet to close")
    success_probability: k.Probability = default(0.5, "its own chance of a yes")
    fall_through_probability: k.Probability = default(0.2, "chance that a term sheet does not close")
    amount: k.MoneyLaw = required("money at the close")
    recapitalises: bool = default(True, "whether the close ends the replication as recapitalised")
    vendor_consent_probability: k.Probability = default(0.55, "chance that vendors with arrears agree")
    founder_consent_probability: k.Probability = default(0.9, "chance that the founder agrees")
    refusal_shock: k.Share = default(0.05, "loss of confidence at a refusal")
    cool_off_days: k.Days = default(60, "days until the next approach after a refusal")
    max_closings: k.Count = default(1, "closes after which the investor is done")
    waits_to_be_asked: bool = default(False, "whether it is approached only by a policy")
    bad_meeting_probability: k.Probability = default(0, "chance that the first meeting ends the approach at once")
    wants_exit_probability: k.Probability = default(0, "chance that it signs only if the chief executive goes")
    hidden_fall_through_probability: k.Probability | None = default(
        None, "chance that a term sheet does not close if arrears were not disclosed; as otherwise if absent"
    )
    vendor: Name | None = default(None, "vendor that the investor is too: it declines while that one is overdue")
    credits: k.MoneyLaw | None = default(None, "capacity in kind at the close, set against bills of credits_at")
    credits_at: Name | None = default(None, "vendor whose capacity that is")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        if part(raw, "credits") is not None and part(raw, "credits_at") is None:
            yield Problem(("credits_at",), MISSING, "the vendor whose capacity the credits are")


class Insider(Table):
    """An existing investor whom the board can ask for a bridge."""

    name: Name = required("name, unique among investors")
    kind: Literal["insider"] = required("existing investor")
    instrument: Instrument = default("note", "what it buys")
    ask_below_weeks: k.Weeks = default(6, "weeks of cover below which it is asked")
    decision_days: k.BusinessDaysLaw = default(
        {"distribution": "uniform", "low": 5, "high": 15}, "from the question to the money"
    )
    success_probability: k.Probability = default(0.4, "chance of a first yes")
    repeat_probability: k.Probability = default(0.5, "chance of a yes after it has paid before")
    amount: k.MoneyLaw = required("money at each close")
    cool_off_days: k.Days = default(28, "days until it can be asked again after a close")
    max_closings: k.Count = default(3, "closes after which the investor is done")


Investor = Annotated[Outside | Insider, Field(discriminator="kind")]


class Tranche(Table):
    """Promised money that may arrive."""

    name: Name = required("name, unique among tranches")
    instrument: Instrument = default("note", "what it buys")
    amount: k.MoneyLaw = required("money if it arrives")
    probability: k.Probability = default(0.35, "chance that it arrives")
    arrival_day: k.DaysLaw = default(
        {"distribution": "lognormal", "median": 75, "low": 40, "high": 140}, "days from the start"
    )
    voided_by_default: bool = default(True, "whether an event of default voids it")


class Confidence(Table):
    """What outside investors think of the company."""

    half_life_months: k.PositiveMonths = default(3, "months in which half the gap to its target closes")
    arrears_weight: k.Factor = default(0.3, "weight of arrears, in monthly costs")
    runway_weight: k.Share = default(0, "share lost without any cash, as compared with enough of it")
    runway_months: k.PositiveMonths = default(6, "months of cash that are enough for investors")
    growth_weight: k.Share = default(0, "gain when revenue is twice its recent level, loss when there is none")
    growth_half_life_months: k.PositiveMonths = default(3, "months in which half the gap to the recent level closes")
    missed_payroll_shock: k.Share = default(0.4, "loss at a missed payroll")
    suspension_shock: k.Share = default(0.3, "loss at a suspension")
    senior_exit_shock: k.Share = default(0.03, "loss at a senior exit")
    outside_round_chance: k.Probability = default(0.4, "chance that the company can raise outside at all")


class Board(Table):
    """When directors file. Probabilities per business day or per week, as stated."""

    weekday: Weekday = default("Tuesday", "weekday of its 13-week view")
    cover_trigger_weeks: k.Weeks = default(4, "weeks of cover below which it considers filing")
    filing: k.Probability = default(0.15, "a week below the trigger, no live prospect")
    filing_live: k.Probability = default(0.03, "a week below the trigger with a live prospect")
    missed_payroll_filing: k.Probability = default(0.25, "a business day with wages owed, no live prospect")
    missed_payroll_filing_live: k.Probability = default(0.06, "a business day with wages owed and a prospect")
    suspended_factor: k.Factor = default(2, "factor on the hazard while service is suspended")
    last_prospect_filing: k.Probability = default(0.3, "once, when the last prospect dies below the trigger")
    no_prospect_filing: k.Probability = default(0, "a week above the trigger, debts beyond cash and no live prospect")
    petition_filing: k.Probability = default(0, "once, when a petition is served and no prospect is live")
    filing_business_days: k.BusinessDays = default(3, "business days from decision to filing")


class Feedback(Table):
    """Links between parts of the company that can be switched off."""

    arrears_to_capacity: bool = default(True, "vendors act on arrears")
    capacity_to_revenue: bool = default(True, "lost service lowers activity, sign-ups and raises churn")
    arrears_to_confidence: bool = default(True, "arrears lower investors' confidence")
    runway_to_confidence: bool = default(True, "months of cash move investors' confidence")
    revenue_to_confidence: bool = default(True, "growth of revenue moves investors' confidence")
    capacity_to_confidence: bool = default(True, "a suspension lowers investors' confidence")
    exits_to_confidence: bool = default(True, "senior exits lower investors' confidence")
    exits_to_product: bool = default(True, "key exits lower the product's value")
    missed_pay_to_confidence: bool = default(True, "a missed payroll lowers investors' confidence")
    missed_pay_to_exits: bool = default(True, "a missed payroll makes people leave")
    contagion: bool = default(True, "senior exits make others leave")
    confidence_to_rounds: bool = default(True, "confidence moves meetings and the company's gate")
    cuts_to_exits: bool = default(True, "cuts make people leave")
    gpu_price_to_patience: bool = default(True, "vendors lose patience faster while GPUs are dear")
    breach_to_resale: bool = default(True, "a breach stops resale of that vendor's capacity")
    demand_to_revenue: bool = default(True, "demand moves revenue and sign-ups")
    public_to_deals: bool = default(True, "public distress lowers the chances of deals")
    deals_to_confidence: bool = default(True, "deals won and lost move investors' confidence")
    public_to_exits: bool = default(True, "public distress makes people leave")
    public_to_processor_reserve: bool = default(True, "the processor holds charges back once distress is public")
    disclosure_to_confidence: bool = default(True, "what investors learn shocks their confidence")
    stress_to_ceo_exit: bool = default(True, "stress makes the chief executive's exit more likely")
    ceo_exit_to_staff: bool = default(True, "the chief executive's exit makes people leave")
    ceo_exit_to_rounds: bool = default(True, "the chief executive's exit moves confidence")
    arrears_to_petitions: bool = default(True, "creditors with overdue debts petition")
    tax_arrears_to_petitions: bool = default(True, "so does the tax office")
    petition_to_freeze: bool = default(True, "the notice of a petition freezes the bank account")
    missed_pay_to_penalties: bool = default(True, "late pay is penalised")
    litigation_to_confidence: bool = default(True, "outcomes of cases move investors' confidence")


class Poisson(Table):
    """A Poisson number of occurrences."""

    poisson: k.MeanCount = required("mean number on each date")


def _count_tag(raw: object) -> str:
    is_number = isinstance(raw, Mapping) and bool({"value", "distribution"} & set(raw))
    return "a mean" if isinstance(raw, Poisson | Mapping) and not is_number else "a number"


LineCount = Annotated[
    Annotated[k.Count, Tag("a number")] | Annotated[Poisson, Tag("a mean")], Discriminator(_count_tag)
]


class Line(Table):
    """Amounts on each date of a calendar, in or out, at once."""

    name: Name = required("name, unique among lines")
    direction: Literal["in", "out"] = required("whether a positive amount comes in or goes out")
    class_: LineClass = default("trade", "class of what stays owed", alias="class")
    every: Literal["day", "week", "month_end", "month"] = required("its calendar")
    day: int | Weekday | None = default(None, "day of the month, or weekday of a weekly line")
    count: LineCount = default(1, "how many amounts on each date")
    amount: k.SignedMoneyLaw = required("each amount; a negative one goes the other way")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        every, day = part(raw, "every"), part(raw, "day")
        found = MISSING if day is None else day
        if every == "month" and not (isinstance(day, int) and 1 <= day <= 31):
            yield Problem(("day",), found, "a day of the month from 1 to 31 (31 is the last day)")
        if every == "week" and not isinstance(day, str):
            yield Problem(("day",), found, 'a weekday, such as "Monday"')
        if every in ("day", "month_end") and day is not None:
            yield Problem(("day",), day, f'no day for a line of every "{every}"')


class End(Table):
    """An end that comes at a constant hazard."""

    name: Name = required("name, unique among ends")
    end: Literal["insolvent", "recapitalised", "acquired", "licensed_out", "wound_down"] = required("the end")
    cause: InsolventCause | None = default(None, "cause of an insolvent end; its name if absent")
    per_month: k.PerMonth = required("hazard")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        if part(raw, "cause") is not None and part(raw, "end") != "insolvent":
            yield Problem(("cause",), part(raw, "cause"), 'no cause: only the end "insolvent" has one')
