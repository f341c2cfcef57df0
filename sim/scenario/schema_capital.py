"""The tables of capital and control: enterprise deals, the press, disclosure, sale processes, leadership."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sim.scenario import kinds as k
from sim.scenario.problems import Problem
from sim.scenario.scenario_checks import twice
from sim.scenario.table import Many, Name, Table, default, required

Payment = Literal["upfront", "quarterly", "milestones"]
WayToSell = Literal["sale", "accelerated_sale", "licence_and_hire"]


class Prospect(Table):
    """A named enterprise prospect."""

    name: Name = required("name, unique among prospects")
    contract_value: k.MoneyLaw = required("value of the contract, which lasts a year")
    win_probability: k.Probability = default(0.15, "chance of a win by a sound company")
    decision_days: k.DaysLaw = default(
        {"distribution": "lognormal", "median": 120, "low": 40, "high": 365}, "days from the start to its decision"
    )
    payment: Payment = default("quarterly", "when the contract is invoiced")


class Stream(Table):
    """Unnamed prospects: so many decisions a month, each alike."""

    decisions_per_month: k.PerMonth = required("prospects that decide, at the market demand of the start")
    contract_value: k.MoneyLaw = required("value of each contract, which lasts a year")
    win_probability: k.Probability = default(0.15, "chance of a win by a sound company")
    payment: Payment = default("quarterly", "when the contract is invoiced")


class Deals(Table):
    """Enterprise deals: named prospects, a stream, and what a win or a loss says to investors."""

    prospects: Many[Prospect] = default((), "named prospects")
    stream: Stream | None = default(None, "unnamed prospects")
    collect_days: k.Days = default(45, "days from an invoice to the money")
    public_factor: k.Factor = default(0.6, "factor on the chance of a win once distress is public")
    loss_shock: k.Share = default(0.02, "loss of investors' confidence at a lost named prospect")
    win_rise: k.Share = default(0.05, "rise of investors' confidence at a named prospect won")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        yield from twice(raw, "prospects")


class Press(Table):
    """Leaks, and what public distress does."""

    leak_per_month: k.PerMonth = required("rate at which distress becomes public, without arrears or exits")
    arrears_weight: k.Factor = default(1, "rise of that rate per month's cost overdue")
    exits_weight: k.Factor = default(0.5, "rise of that rate per recent senior exit")
    confidence_shock: k.Share = default(0.1, "loss of investors' confidence when distress becomes public")
    exit_factor: k.Factor = default(1.5, "factor on leaving while the press is on the company")
    exit_days: k.Days = default(120, "days for which that factor holds")


class Disclosure(Table):
    """What investors do not know, and what happens when they learn it."""

    known_share: k.Share = default(0.3, "share of arrears that investors take into account before they are told")
    found_out_per_month: k.PerMonth = required("rate of being found out per month's cost overdue")
    found_out_shock: k.Share = default(0.3, "loss of confidence when it is found out")
    disclosure_shock: k.Share = default(0.1, "loss of confidence when the company tells")
    pressure_probability: k.Probability = default(0.5, "chance that an investor then presses for a sale")
    pressure_days: k.DaysLaw = default({"distribution": "uniform", "low": 7, "high": 45}, "days until he does")
    agreement_probability: k.Probability = default(0.7, "chance that the founder agrees to look for a buyer")


class Sale(Table):
    """One way to sell: bidders come, look, drop out or bid; a bid that is accepted closes or falls through."""

    name: WayToSell = required("sale and accelerated_sale end acquired, licence_and_hire ends licensed_out")
    bidders_per_month: k.PerMonth = required("rate at which bidders come at the funding climate of the start")
    drop_out_per_month: k.PerMonth = default(0.4, "rate at which a bidder drops out")
    diligence_months: k.PositiveMonths = default(2, "mean time from coming to a bid")
    buyer_chance: k.Probability = default(0.4, "chance that there is a real buyer for the company at all")
    common_share: k.Share = default(0.5, "how far luck with buyers is the luck with investors")
    revenue_multiple: k.Factor = default(3, "value of a dollar of yearly revenue")
    price_per_head: k.Money = default(0, "value of an employee who stays")
    technology: k.Money = default(0, "value of technology and brand at full product value")
    price_spread: k.Factor = default(0.5, "spread of bids: standard deviation of the logarithm")
    competition: k.Factor = default(0.15, "rise of the best bid per further bid of the same week")
    floor_share: k.Factor = default(0.5, "lowest price, as a share of what is owed, that creditors let pass")
    founder_consent_probability: k.Probability = default(0.8, "chance that the founder accepts a bid")
    closing_days: k.DaysLaw = default({"distribution": "uniform", "low": 21, "high": 60}, "from acceptance to close")
    fall_through_probability: k.Probability = default(0.35, "chance that an accepted bid does not close")
    longest_days: k.Days = default(270, "days without an accepted bid after which the search ends")
    opens_below_weeks: k.Weeks = default(0, "weeks of cover below which the board opens it by itself")


class Recapitalisation(Table):
    """Who must agree to a round that recapitalises, and what becomes of the company."""

    critical_share: k.Share = default(0.2, "share of all arrears from which a vendor must agree")
    common_share: k.Share = default(0.7, "how far the vendors' willingness is one and the same")
    saved_months: k.Months = default(6, "months of costs that cash must cover to end recapitalised; else it trades on")
    cash_share: k.Share = default(0.3, "share of arrears then paid at once")
    equity_share: k.Share = default(0.3, "share of arrears then turned into shares; the rest is released")
    capacity_released: k.Share = default(0.3, "share of future capacity that vendors then release")


class Leadership(Table):
    """The chief executive, the interim and the successor."""

    present_quality: k.Factor = default(1, "factor on chances of deals and rounds under the present chief executive")
    exit_per_month: k.PerMonth = required("rate at which the chief executive leaves, without stress")
    arrears_weight: k.Factor = default(1, "rise of that rate per month's cost overdue")
    confidence_weight: k.Factor = default(2, "rise of that rate for all confidence lost")
    public_weight: k.Factor = default(1, "rise of that rate once distress is public")
    agreement_probability: k.Probability = default(0.5, "chance that he goes if an investor makes it a condition")
    confidence_factor: k.Factor = default(1, "factor on investors' confidence at his exit; above 1 they are relieved")
    exit_factor: k.Factor = default(2, "factor on leaving of the staff after his exit")
    exit_days: k.Days = default(120, "days for which that factor holds")
    interim_quality: k.Factor = default(0.8, "factor on chances of deals and rounds under the interim")
    successor_quality: k.Factor = default(1.1, "factor on chances of deals and rounds under the successor")
    search_days: k.DaysLaw = default(
        {"distribution": "lognormal", "median": 150, "low": 75, "high": 300}, "days until the successor starts"
    )
