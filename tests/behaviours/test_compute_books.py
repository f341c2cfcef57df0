"""With every mechanism of compute at once: the books balance, and a replication is the same in any block."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import sim
from sim.company.forbearance import DEPOSITS
from sim.company.model import assemble
from sim.company.plan import BlockPlan
from sim.company.state import Company
from sim.scenario.schema import Experiment
from tests.worlds import Spec

INDEX: Spec = {"volatility_per_year": 0.3, "half_life_months": 9, "loading": 0.5}
GLUTS: Spec = {**INDEX, "glut_probability_per_year": 0.5}
VENDOR: Spec = {
    "monthly_usage": 1e6,
    "service_share": 0.5,
    "inference_share": 0.4,
    "market_share": 0.3,
    "scarcity_weight": 0.5,
    "rescue_factor": 0.8,
    "held_net_days": 15,
    "prepayment_probability": 0.5,
    "recall_at": 0.8,
    "recall_share": 0.3,
    "commitment": {"per_year": 11e6, "year_ends": "2024-05-31", "used_before": 4e6},
}
OFFER: Spec = {"vendor": "first", "capacity_share": 0.5, "price_ratio": 1.2, "ramp_months": 3, "start_days": 20}
SCENARIO: Spec = {
    "name": "everything",
    "start": "2023-10-31",
    "horizon_months": 18,
    "terminal_states": ["payroll_missed"],
    "opening": {"cash": 4e6, "invoices": [{"creditor": "first", "amount": 3e6, "due": "2023-10-01"}]},
    "treasury": {"reserve_weeks": 1, "stretch_days": {"vendors": 30}},
    "vendors": [{**VENDOR, "name": "first"}, {**VENDOR, "name": "second"}],
    "market": {
        "demand": INDEX,
        "climate": INDEX,
        "gpu_price": {**INDEX, "glut_probability_per_year": 0.5},
        "fx": INDEX,
    },
    "grants": [{"name": "grants", "vendor": "first", "monthly": 1e5, "arrivals_per_month": 0.5, "months": 6}],
    "resale": [
        {**OFFER, "name": "service", "launch": "2023-11-02", "discovery_per_month": 0.5},
        {**OFFER, "name": "sublease", "price": "fixed", "deal_probability": 0.6},
    ],
    "revenue": [{"name": "api", "monthly": 1.5e6, "volatility": 0.5}],
    "staff": [{"name": "team", "head_count": 10, "monthly_cost": 1e4, "country": "GB", "currency": "GBP"}],
}


def act(do: str, on: str, **more: Any) -> Spec:
    return {"do": do, "on": on, **more}


POLICIES: list[Spec] = [
    {
        "name": "bargain",
        "actions": [
            act("end_grants", "2023-12-01", share=0.5),
            act("ask_plan", "2023-11-15", vendor="first", months=5, down_payment=0.1, consent_probability=0.7),
            act("standstill", "2024-01-15", days=45),
            act("surrender_capacity", "2024-03-01", vendor="second", share=0.2, arrears_released=0.3),
            act("sublease", "2023-11-10", offer="sublease"),
        ],
    },
    {
        "name": "settle",
        "actions": [
            act("prepay", "2023-11-20", vendor="second"),
            act("compromise", "2024-02-01", vendor="first", cash_share=0.2, credits_share=0.2, equity_share=0.3),
            act("move_vendor", "2024-04-01", vendor="first", to="second", share=0.3, price_ratio=0.9),
            act("novate", "2024-06-03", vendor="second", share=0.4, arrears_share=0.5, proceeds=1e5),
            act("resell", "2023-11-10", offer="sublease", ask_consent=False),
        ],
    },
]


def experiment(*policies: Spec) -> Experiment:
    return Experiment.model_validate({"name": "everything", "scenario": SCENARIO, "policies": list(policies)})


@pytest.fixture(scope="module")
def company() -> Company:
    question = experiment(*POLICIES)
    found, own = assemble(BlockPlan(question.scenario, question.policies, 0, 100, 1))
    found.block.run(own.keep)
    return found


def test_debits_equal_credits_and_cash_is_never_negative(company: Company) -> None:
    balances = vars(company.ledger.balances)
    assert (sum(balances.values()) == 0).all()
    assert (company.ledger.cash >= 0).all()
    for asset in (DEPOSITS, "receivable: service", "receivable: sublease"):
        assert (balances[asset] >= 0).all(), asset


def test_every_creditor_is_owed_its_open_invoices_of_which_no_more_is_overdue(company: Company) -> None:
    for name, creditor in company.payables.creditors.items():
        own = creditor.own
        live, invoices = company.trading, sum(own.pending.values(), start=own.due - own.paid)
        assert (invoices == creditor.owed)[live].all(), name
        assert ((creditor.overdue >= 0) & (creditor.overdue <= creditor.owed)).all(), name
    overdue = sum((each.overdue for each in company.payables.creditors.values()), start=company.block.full(0))
    assert (overdue == company.payables.overdue).all()


def test_a_replication_is_the_same_in_a_larger_block_and_beside_other_policies() -> None:
    many, few = (sim.simulate(experiment(*POLICIES), replications=n).frame for n in (300, 60))
    alone = sim.simulate(experiment(POLICIES[1]), replications=60).frame
    assert {"insolvent", "survived"} <= set(many.end)
    for policy in ("do-nothing", "bargain", "settle"):
        first = many[many.policy == policy].head(60).reset_index(drop=True)
        pd.testing.assert_frame_equal(first, few[few.policy == policy].reset_index(drop=True))
    lone = alone[alone.policy == "settle"].reset_index(drop=True)
    settled = few[few.policy == "settle"].reset_index(drop=True)
    pd.testing.assert_frame_equal(lone, settled[lone.columns])
