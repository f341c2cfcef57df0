"""A scenario (what we do not control) and an experiment (a question about it), as files state them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from sim.scenario import kinds as k
from sim.scenario import schema_capital as capital
from sim.scenario import schema_company as company
from sim.scenario import schema_compute as compute
from sim.scenario import schema_law as law
from sim.scenario import schema_world as world
from sim.scenario.correlations import Correlation, correlation_problems
from sim.scenario.decision import Variant, Weights, variant_problems
from sim.scenario.design_checks import Checks
from sim.scenario.design_points import action_parameters
from sim.scenario.designs import Design, Override
from sim.scenario.figures import figure
from sim.scenario.paths import Parameter, parameters_of, uncertain_in
from sim.scenario.policies import BASELINE, Policies, Policy
from sim.scenario.policy_checks import action_problems, policy_problems, with_values
from sim.scenario.problems import Problem
from sim.scenario.quantity import Quantity
from sim.scenario.scenario_checks import scenario_problems, twice
from sim.scenario.table import CountryCode, Day, Many, Table, Text, as_date, default, members, part, required

__all__ = ["BASELINE", "Experiment", "Policy", "Scenario"]

SLUG = "^[A-Za-z0-9][A-Za-z0-9_-]*$"
MOST_MONTHS = 600
Seed = Annotated[int, Field(ge=0, lt=2**63)]
ProbabilityDays = Annotated[Many[Annotated[int, Field(ge=1)]], Field(min_length=1)]
SlugName = Annotated[str, Field(pattern=SLUG, max_length=80)]


class Scenario(Table):
    """What we do not control: a company on its start date and the world it is in.

    An absent list is empty and an absent table switches its mechanism off.
    """

    schema_version: Literal[1] = default(1, "version of this language")
    name: SlugName = required("short name")
    label: Text = default("", "one line for titles")
    start: Day = required("day 0")
    horizon_months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] | None = default(None, "months simulated")
    horizon_days: Annotated[int, Field(ge=1, le=18_300)] | None = default(None, "days simulated, instead of months")
    currency: Literal["USD"] = default("USD", "currency of all amounts")
    country: CountryCode = default("US", "country of the business days, two letters")
    minimum_head_count: k.Count = default(0, "head count below which trading ceases")
    minimum_service: k.Share = default(0, "service below which trading ceases after the grace")
    service_grace_days: k.Days = default(60, "days below minimum_service until trading ceases")
    terminal_states: Many[company.State] = default((), "states that end a replication as insolvent")
    opening: company.Opening = required("what the company has and owes")
    vendors: Many[company.Vendor] = default((), "cloud vendors")
    product: company.Product = default({"revenue_left": 1}, "how use follows service")
    revenue: Many[company.RevenueLine] = default((), "revenue lines")
    subscription: company.Subscription | None = default(None, "consumer subscription")
    staff: Many[company.StaffGroup] = default((), "groups of employees")
    key_people: Many[company.KeyPerson] = default((), "people whose exit costs more")
    morale: company.Morale = default({"contagion": 0, "cut_factor": 1}, "how exits spread")
    costs: Many[company.Cost] = default((), "operating costs")
    treasury: company.Treasury = default({"reserve_weeks": 0}, "whom the company pays first")
    investors: Many[world.Investor] = default((), "outside investors and insiders")
    tranches: Many[world.Tranche] = default((), "promised money")
    confidence: world.Confidence = default(
        {
            "arrears_weight": 0,
            "missed_payroll_shock": 0,
            "suspension_shock": 0,
            "senior_exit_shock": 0,
            "outside_round_chance": 1,
        },
        "what outside investors think",
    )
    deals: capital.Deals | None = default(None, "enterprise deals")
    press: capital.Press | None = default(None, "leaks; without a press distress never becomes public")
    disclosure: capital.Disclosure | None = default(None, "what investors do not know; absent = they know arrears")
    sales: Many[capital.Sale] = default((), "ways to sell the company")
    recapitalisation: capital.Recapitalisation | None = default(None, "joint consent; absent = one draw, and the end")
    leadership: capital.Leadership | None = default(None, "the chief executive; absent = nobody changes")
    board: world.Board | None = default(None, "when directors file; without a board nobody does")
    market: compute.Market | None = default(None, "what moves for everybody; absent = nothing moves")
    grants: Many[compute.Grant] = default((), "compute given to projects outside the company")
    resale: Many[compute.Resale] = default((), "capacity on offer to others")
    lines: Many[world.Line] = default((), "generic cash flows")
    ends: Many[world.End] = default((), "generic ends")
    petitions: law.Petitions | None = default(None, "creditors who go to court; without it none does")
    cases: Many[law.Case] = default((), "cases in court")
    rent: Many[law.RentLine] = default((), "landlords")
    balance_sheet: law.BalanceSheet | None = default(None, "for the balance-sheet test; without it it is not made")
    tax: law.Tax | None = default(None, "what late tax costs, value added tax and a research credit")
    waterfall: law.Waterfall | None = default(None, "what an insolvent end pays to whom")
    feedback: world.Feedback = default({}, "links that can be switched off")
    correlations: Many[Correlation] = default((), "rank correlations between uncertain inputs")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        yield from scenario_problems(raw)
        if members(raw, "correlations"):
            yield from correlation_problems(raw, parameters_of(raw, cls), uncertain_in(raw, cls))

    def horizon_last_day(self) -> int:
        """Days from the start to the last simulated day: the same day of the month, month ends staying month ends."""
        return _last_day(self.start, self.horizon_days, self.horizon_months or 0)

    def parameters(self) -> dict[str, Quantity]:
        """Every uncertain input by its path."""
        return quantities(self)


class Experiment(Table):
    """A question: a scenario, the policies to compare, at which points of a design, and how many replications."""

    schema_version: Literal[1] = default(1, "version of this language")
    name: SlugName = required("short name, also of the result directory")
    label: Text = default("", "one line for titles")
    scenario: Scenario = required("the scenario, or the path of its file relative to this file")
    policies: Policies = default((), "policies; the baseline is always present and first")
    replications: Annotated[int, Field(ge=1, le=10**9)] = default(1000, "replications of each policy")
    seed: Seed = default(1, "seed of all draws")
    headline: Text = default("P(insolvent)", "the figure that a run with --precision makes precise")
    overrides: Many[Override] = default((), "named values for the points of a design")
    design: Design | None = default(None, "the points that every policy is simulated at")
    chance_per_input: Annotated[int, Field(ge=1, le=4096)] = default(
        1, "replications per sample of the uncertain inputs"
    )
    probability_days: ProbabilityDays = default((30, 91, 182, 365, 730), "days whose probabilities are tabulated")
    tracked_replications: Annotated[int, Field(ge=0)] = default(
        2000, "replications with weekly tracks, of the first point"
    )
    weights: Weights = default({}, "what outcomes are worth")
    variants: Many[Variant] = default((), "other readings of the rules under which a difference must hold")
    variant_replications: Annotated[int, Field(ge=1)] = default(2000, "replications of each policy in each variant")

    @classmethod
    def prepared(cls, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """The experiment with the values that its policies set read as their parameters are."""
        scenario = raw.get("scenario")
        if not isinstance(scenario, Mapping | Scenario) or not isinstance(raw.get("policies", ()), list | tuple):
            return raw
        parameters = parameters_of(scenario, Scenario)
        return {**raw, "policies": [with_values(policy, parameters) for policy in members(raw, "policies")]}

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        yield from _headline_problems(raw)
        yield from policy_problems(raw)
        yield from twice(raw, "variants")
        scenario = raw.get("scenario")
        if isinstance(scenario, Mapping | Scenario):
            parameters = parameters_of(scenario, Scenario)
            yield from action_problems(raw, scenario, parameters)
            yield from variant_problems(raw, parameters)
            if {"design", "overrides"} & set(raw):
                yield from _design_problems(raw, scenario, parameters)


def _headline_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    headline, start = raw.get("headline"), as_date(part(raw, "scenario", "start"))
    days, months = (part(raw, "scenario", f"horizon_{unit}") for unit in ("days", "months"))
    is_known = type(start) is date and (type(days) is int or (type(months) is int and 0 < months <= MOST_MONTHS))
    try:
        if isinstance(headline, str):
            begun = start if type(start) is date else date.min
            figure(headline, begun, _last_day(begun, days, months) if is_known else None)
    except (ValueError, OverflowError) as error:
        yield Problem(("headline",), headline, str(error))


def _design_problems(
    raw: Mapping[str, Any], scenario: Mapping[str, Any] | Scenario, parameters: dict[str, Parameter]
) -> Iterator[Problem]:
    try:
        good = scenario if isinstance(scenario, Scenario) else Scenario.model_validate(scenario)
        asked = Experiment(name="checked", scenario=good, policies=raw.get("policies", ()))
    except ValidationError:
        return Checks(raw, parameters, None, Scenario.model_validate).problems()

    def refit(raw_scenario: Any) -> Experiment:
        stated = {key: raw[key] for key in ("headline",) if isinstance(raw.get(key), str)}
        return Experiment(name="checked", scenario=raw_scenario, policies=asked.policies, **stated)

    return Checks(raw, parameters | action_parameters(asked.policies), good, refit).problems()


def _last_day(start: date, days: int | None, months: int) -> int:
    return days if days is not None else (_months_later(start, months) - start).days


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_month_end = start.day == monthrange(start.year, start.month)[1]
    return date(year, month + 1, last if is_month_end else min(start.day, last))


def quantities(table: Table) -> dict[str, Quantity]:
    """Every uncertain input of a table by its path: keys joined by dots, list members by name or else by position."""
    return dict(_quantities(table, ()))


def _quantities(table: object, path: tuple[str, ...]) -> Iterator[tuple[str, Quantity]]:
    if isinstance(table, Quantity):
        yield ".".join(path), table
    elif isinstance(table, Table):
        for name, field in type(table).model_fields.items():
            yield from _quantities(getattr(table, name), (*path, field.alias or name))
    elif isinstance(table, tuple):
        for position, member in enumerate(table):
            yield from _quantities(member, (*path, getattr(member, "name", str(position))))
