"""Random small companies for hypothesis, and what a block of them gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from sim.company.model import simulate
from sim.company.plan import BlockPlan
from sim.scenario.policies import BASELINE
from sim.scenario.schema import Experiment, Policy, Scenario

Spec = dict[str, Any]

LINKS = (
    "arrears_to_capacity",
    "capacity_to_revenue",
    "arrears_to_confidence",
    "runway_to_confidence",
    "revenue_to_confidence",
    "capacity_to_confidence",
    "exits_to_confidence",
    "exits_to_product",
    "missed_pay_to_confidence",
    "missed_pay_to_exits",
    "contagion",
    "confidence_to_rounds",
    "cuts_to_exits",
)
NO_FEEDBACK = dict.fromkeys(LINKS, False)
REPLICATIONS = 6
STARTS = (date(2023, 10, 31), date(2024, 2, 15), date(2022, 12, 24))
COUNTRIES = ("GB", "US", "DE")
PAY_CLASSES = ("critical", "trade", "tax", "vendors")


def dollars(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def hundredths(low: float, high: float) -> st.SearchStrategy[float]:
    """A number with two decimals, so that none is absurdly small."""
    return st.integers(round(100 * low), round(100 * high)).map(lambda k: k / 100)


def uncertain(low: float, high: float) -> st.SearchStrategy[Any]:
    """A number, or a distribution that is sampled once per group of replications."""
    return hundredths(low, high) | st.just({"distribution": "uniform", "low": low, "high": high})


def shares() -> st.SearchStrategy[float]:
    return hundredths(0, 1)


def vendors() -> st.SearchStrategy[list[Spec]]:
    vendor = st.fixed_dictionaries(
        {
            "monthly_usage": uncertain(0, 30_000),
            "service_share": st.sampled_from([0.0, 0.3, 0.5]),
            "growth_per_month": st.sampled_from([0.0, 0.1]),
            "usage_volatility": st.sampled_from([0.0, 0.1]),
            "net_days": st.integers(0, 30),
            "late_interest_per_month": st.sampled_from([0.0, 0.015]),
            "posture": st.sampled_from(
                [{"patient": 0.3, "commercial": 0.5, "strict": 0.2}, {"patient": 1, "commercial": 0, "strict": 0}]
            ),
            "patience": st.just(
                {"commercial": {"distribution": "uniform", "low": 5, "high": 60}, "strict": {"value": 8}}
            ),
            "cure_days": st.integers(5, 30),
        }
    )
    return named("cloud", vendor, 2)


def staff() -> st.SearchStrategy[list[Spec]]:
    group = st.fixed_dictionaries(
        {
            "head_count": st.integers(0, 12),
            "monthly_cost": dollars(0, 4000),
            "country": st.sampled_from(COUNTRIES),
            "paydays": st.sampled_from(["monthly", "semi_monthly"]),
            "funding_business_days": st.integers(0, 3),
            "withheld_share": st.sampled_from([0.0, 0.4]),
            "tax_creditor": st.just("tax-office"),
            "attrition_per_month": uncertain(0, 0.5),
            "replacement_share": shares(),
            "hiring_months": st.sampled_from([0.2, 2.0]),
        }
    )
    return named("group", group, 2)


def costs() -> st.SearchStrategy[list[Spec]]:
    cost = st.fixed_dictionaries(
        {
            "class": st.sampled_from(PAY_CLASSES),
            "monthly": uncertain(0, 5000),
            "invoice_day": st.integers(1, 31),
            "net_days": st.integers(0, 30),
        }
    )
    return named("cost", cost, 2)


def investors() -> st.SearchStrategy[list[Spec]]:
    amount = {"distribution": "uniform", "low": 1e3, "high": 3e4}
    outside = {
        "kind": st.just("outside"),
        "meetings_per_month": hundredths(0, 3),
        "decision_days": st.integers(1, 20),
        "closing_days": st.integers(1, 10),
        "success_probability": shares(),
        "amount": st.just(amount),
        "recapitalises": st.booleans(),
        "refusal_shock": shares(),
        "cool_off_days": st.integers(0, 20),
    }
    insider = {
        "kind": st.just("insider"),
        "ask_below_weeks": st.integers(0, 13),
        "success_probability": shares(),
        "repeat_probability": shares(),
        "amount": st.just(amount),
        "cool_off_days": st.integers(0, 20),
    }
    return named("investor", st.fixed_dictionaries(outside) | st.fixed_dictionaries(insider), 2)


def tranches() -> st.SearchStrategy[list[Spec]]:
    day = {"distribution": "uniform", "low": 0, "high": 60}
    tranche = {"amount": dollars(0, 20_000), "probability": shares(), "arrival_day": st.just(day)}
    return named("tranche", st.fixed_dictionaries({**tranche, "voided_by_default": st.booleans()}), 1)


def revenue() -> st.SearchStrategy[list[Spec]]:
    line = {"monthly": uncertain(0, 30_000), "volatility": st.sampled_from([0.0, 0.3]), "fee_share": shares()}
    return named("api", st.fixed_dictionaries({**line, "growth_per_month": hundredths(-0.5, 0.5)}), 1)


def subscriptions() -> st.SearchStrategy[Spec | None]:
    return st.none() | st.fixed_dictionaries(
        {
            "launch": st.sampled_from([None, date(2023, 10, 31), date(2024, 3, 1)]),
            "trials_per_month": hundredths(0, 3000),
            "burst_trials_per_month": hundredths(0, 3000),
            "opening_subscribers": st.integers(0, 400),
            "churn_per_month": hundredths(0, 2),
            "billing_days": st.sampled_from([[1, 8, 15, 22], [31], [30, 31, 5]]),
        }
    )


def boards() -> st.SearchStrategy[Spec | None]:
    board = {"cover_trigger_weeks": st.integers(0, 13), "filing": hundredths(0, 0.9)}
    return st.none() | st.fixed_dictionaries({**board, "filing_business_days": st.integers(0, 4)})


def lines() -> st.SearchStrategy[list[Spec]]:
    amount = st.just({"distribution": "normal", "mean": 300, "sd": 400}) | dollars(-500, 2000)
    line = {
        "direction": st.sampled_from(["in", "out"]),
        "class": st.sampled_from(["payroll", *PAY_CLASSES]),
        "every": st.sampled_from(["day", "month_end"]),
        "count": st.just({"poisson": 0.7}) | st.integers(0, 2),
        "amount": amount,
    }
    return named("line", st.fixed_dictionaries(line), 2)


def ends() -> st.SearchStrategy[list[Spec]]:
    end = {"end": st.sampled_from(["insolvent", "acquired"]), "per_month": hundredths(0, 0.4)}
    return named("end", st.fixed_dictionaries(end), 2)


def named(stem: str, member: st.SearchStrategy[Spec], most: int) -> st.SearchStrategy[list[Spec]]:
    """Up to so many members called stem-0, stem-1."""
    listed = st.lists(member, max_size=most)
    return listed.map(lambda found: [{"name": f"{stem}-{i}", **spec} for i, spec in enumerate(found)])


@st.composite
def openings(draw: st.DrawFn, creditors: Sequence[str]) -> Spec:
    """Cash, and open invoices of some creditors due within two months of the start."""
    opening: Spec = {"cash": draw(uncertain(0, 100_000)), "restricted_share": draw(st.sampled_from([0.0, 0.1]))}
    if creditors:
        invoice = {"creditor": st.sampled_from(list(creditors)), "amount": dollars(0, 20_000)}
        due = st.sampled_from([date(2022, 11, 30), date(2023, 11, 10), date(2023, 12, 20), date(2024, 3, 1)])
        opening["invoices"] = draw(st.lists(st.fixed_dictionaries({**invoice, "due": due}), max_size=3))
    return opening


@st.composite
def companies(draw: st.DrawFn, **fixed: Any) -> Spec:
    """A scenario as a table; ``fixed`` parts are not drawn."""
    parts = {
        "vendors": vendors(),
        "staff": staff(),
        "costs": costs(),
        "revenue": revenue(),
        "subscription": subscriptions(),
        "investors": investors(),
        "tranches": tranches(),
        "board": boards(),
        "lines": lines(),
        "ends": ends(),
        "terminal_states": st.sampled_from([[], [], ["payroll_missed"], ["zero_cash", "cash_flow_insolvent"]]),
        "minimum_head_count": st.integers(0, 3),
        "minimum_service": st.sampled_from([0.0, 0.5]),
        "service_grace_days": st.integers(0, 30),
        "feedback": st.fixed_dictionaries({}, optional=dict.fromkeys(LINKS, st.booleans())),
        "treasury": st.fixed_dictionaries(
            {"reserve_weeks": st.integers(0, 6), "stretch_days": st.fixed_dictionaries({"trade": st.integers(0, 30)})}
        ),
        "morale": st.just({"contagion": 0.3}),
        "confidence": st.fixed_dictionaries(
            {
                "arrears_weight": hundredths(0, 2),
                "runway_weight": shares(),
                "growth_weight": shares(),
                "outside_round_chance": shares(),
            }
        ),
    }
    spec: Spec = {"name": "random", "start": draw(st.sampled_from(STARTS)), "country": draw(st.sampled_from(COUNTRIES))}
    spec |= {name: fixed[name] if name in fixed else draw(part) for name, part in parts.items()}
    spec["key_people"] = [
        {"name": f"head of {group['name']}", "group": group["name"], "exit_per_month": 0.3, "product_loss": 0.2}
        for group in spec["staff"][:1]
    ]
    owed = [member["name"] for member in (*spec["vendors"], *spec["costs"])]
    spec["opening"] = draw(openings(owed))
    return {"horizon_days": draw(st.integers(20, 75)), **spec, **fixed}


@st.composite
def policies(draw: st.DrawFn, spec: Spec) -> list[Spec]:
    """Two policies that do something to a company."""
    on = spec["start"] + timedelta(days=draw(st.integers(1, 15)))
    steps: list[Spec] = [
        {"do": "stretch", "class": draw(st.sampled_from(PAY_CLASSES)), "on": on, "days": draw(st.integers(0, 40))},
        {"do": "set", "parameter": "opening.cash", "value": draw(dollars(0, 100_000))},
    ]
    if spec["vendors"]:
        steps.append({"do": "cut_compute", "vendor": "cloud-0", "on": on, "share": 0.4, "lag_days": 9})
    if spec["subscription"]:
        steps.append({"do": "launch_subscription", "on": on, "lag_days": 5, "cost": 700})
    if spec["opening"].get("invoices"):
        steps.append({"do": "set", "parameter": "opening.invoices.0.amount", "value": draw(st.sampled_from([0, 9000]))})
    insiders = [i["name"] for i in spec["investors"] if i["kind"] == "insider"]
    if insiders:
        steps.append({"do": "ask_insiders", "investor": insiders[0], "on": on})

    def key(step: Spec) -> tuple[str, Any]:
        return step["do"], step.get("parameter")

    chosen = [draw(st.lists(st.sampled_from(steps), max_size=3, unique_by=key)) for _ in range(2)]
    return [{"name": f"policy-{i}", "actions": actions} for i, actions in enumerate(chosen)]


Tables = tuple[pd.DataFrame, pd.DataFrame]


def tables(
    scenario: Scenario,
    policies: Sequence[Policy] = (Policy(name=BASELINE),),
    first: int = 0,
    stop: int = REPLICATIONS,
    chance_per_input: int = 1,
    beside: Sequence[Policy] = (),
) -> Tables:
    """Rows and weekly tracks of a block, with codes replaced by their labels; ``beside`` are all policies asked."""
    plan = BlockPlan(scenario, tuple(policies), first, stop, 1, chance_per_input, stop, tuple(beside))
    outcome = simulate(plan)
    rows = {name: decoded(values, outcome.labels.get(name)) for name, values in outcome.rows.items()}
    tracks = {name: decoded(values, outcome.labels.get(name)) for name, values in outcome.tracks.items()}
    return pd.DataFrame(rows), pd.DataFrame(tracks)


def decoded(values: np.ndarray, labels: list[str] | None) -> np.ndarray | pd.Series:
    """Codes as their labels, -1 as nothing; other values as they are."""
    return values if labels is None else pd.Series(np.array([*labels, ""], dtype=object)[values], dtype="str")


def with_policies(spec: Spec, steps: Sequence[Spec]) -> Experiment:
    """A question about a company."""
    return Experiment(name="random", scenario=spec, policies=list(steps))


def scenario_of(spec: Spec) -> Scenario:
    return Scenario.model_validate(spec)


def assert_same(one: Tables, other: Tables) -> None:
    """Two tables are equal to the last bit."""
    for left, right in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True), check_exact=True)


def part_of(tables_: Tables, where: Any) -> Tables:
    """The rows and tracks in which ``where(frame)`` holds."""
    rows, tracks = (frame[where(frame)].reset_index(drop=True) for frame in tables_)
    return rows, tracks
