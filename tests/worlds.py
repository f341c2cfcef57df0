"""Small worlds in the scenario language, driven through the public interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

import sim
from sim.company.model import assemble
from sim.company.plan import BlockPlan
from sim.company.state import Company
from sim.scenario.schema import Experiment, Scenario

Spec = dict[str, Any]

CHARITY = 1e9
"""Dollars that no small world can spend."""


def world(start: date = date(2021, 10, 31), cash: float = CHARITY, **parts: Any) -> Scenario:
    """A scenario with nothing in it but cash and these parts."""
    return Scenario.model_validate({"name": "small", "start": start, "opening": {"cash": cash}, **parts})


def line(name: str, direction: str, every: str, amount: Any, **more: Any) -> Spec:
    """A generic line of cash; ``paid_as`` is its class."""
    if "paid_as" in more:
        more["class"] = more.pop("paid_as")
    return {"name": name, "direction": direction, "every": every, "amount": amount, **more}


def frame_of(scenario: Scenario, replications: int = 1, seed: int = 1, policies: Sequence[Spec] = ()) -> pd.DataFrame:
    """One row per policy and replication."""
    return result_of(scenario, replications, seed, policies, tracked=0).frame


def result_of(
    scenario: Scenario, replications: int = 1, seed: int = 1, policies: Sequence[Spec] = (), tracked: int = 2000
) -> sim.Result:
    """The result of a world under do-nothing and these policies, with weekly tracks of the first replications."""
    experiment = Experiment(name="small", scenario=scenario, policies=policies, tracked_replications=tracked)
    return sim.simulate(experiment, replications=replications, seed=seed)


def share_by(days: pd.Series, day: int) -> float:
    """Share of replications in which something happened by a day."""
    return float((days <= day).fillna(False).mean())


def z_limit(false_alarm_rate: float, tests: int = 1) -> float:
    """The two-sided threshold at which ``tests`` z-tests together raise a false alarm at this rate (Bonferroni)."""
    return float(norm.isf(false_alarm_rate / tests / 2))


def proportion_z(share: float, truth: float, n: int) -> float:
    """How many standard errors an observed share is from the true one."""
    return float((share - truth) / np.sqrt(truth * (1 - truth) / n))


def company_of(scenario: Scenario, replications: int = 1, actions: Sequence[Spec] = (), run: bool = True) -> Company:
    """The company of a whole block under a policy with these actions: on the horizon, or at the start."""
    policies = [{"name": "act", "actions": list(actions)}] if actions else []
    experiment = Experiment.model_validate({"name": "x", "scenario": scenario, "policies": policies})
    company, own = assemble(BlockPlan(scenario, (experiment.policies[-1],), 0, replications, 1))
    if run:
        company.block.run(own.keep)
    return company
