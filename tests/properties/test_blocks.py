"""How replications are cut into blocks, and in which order processes are made, changes nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.company import model
from sim.kernel import block as kernel_block
from sim.kernel.calendar import NEVER
from tests.properties.scenarios import (
    REPLICATIONS,
    Spec,
    Tables,
    assert_same,
    companies,
    part_of,
    policies,
    scenario_of,
    tables,
    with_policies,
)

ANY = st.data()


@settings(max_examples=30)
@given(companies(), st.integers(0, 7), st.integers(1, 3), st.integers(1, 3))
def test_any_range_of_replications_alone_is_that_slice_of_a_larger_run(
    spec: Spec, first: int, size: int, chance_per_input: int
) -> None:
    scenario = scenario_of(spec)
    whole = tables(scenario, stop=10, chance_per_input=chance_per_input)
    alone = tables(scenario, first=first, stop=first + size, chance_per_input=chance_per_input)
    assert_same(part_of(whole, lambda frame: frame.replication.between(first, first + size - 1)), alone)


@settings(max_examples=25)
@given(ANY)
def test_policies_together_are_each_policy_alone(data: st.DataObject) -> None:
    spec = data.draw(companies())
    question = with_policies(spec, data.draw(policies(spec)))
    together = tables(question.scenario, data.draw(st.permutations(question.policies)), beside=question.policies)
    for policy in question.policies:
        alone = tables(question.scenario, [policy], beside=question.policies)
        assert_same(part_of(together, lambda frame, name=policy.name: frame.policy == name), alone)


def test_a_policy_without_the_oldest_opening_invoice_is_the_same_alone_and_beside_the_baseline() -> None:
    owed = [{"creditor": "cloud", "amount": 500, "due": due} for due in (date(2023, 9, 1), date(2023, 10, 25))]
    cloud = {"name": "cloud", "monthly_usage": 1000, "service_share": 0.5}
    start: Spec = {"name": "paid", "start": date(2023, 10, 31), "horizon_days": 60}
    paid = {"do": "set", "parameter": "opening.invoices.0.amount", "value": 0}
    spec = {**start, "opening": {"cash": 0, "invoices": owed}, "vendors": [cloud]}
    question = with_policies(spec, [{"name": "paid", "actions": [paid]}])
    together = tables(question.scenario, question.policies)
    assert_same(
        part_of(together, lambda frame: frame.policy == "paid"), tables(question.scenario, question.policies[1:])
    )


@settings(max_examples=25)
@given(ANY)
def test_narrowing_changes_nothing(data: st.DataObject) -> None:
    spec = data.draw(companies())
    question = with_policies(spec, data.draw(policies(spec)))
    found = []
    for share in (1.0, 0.0):
        with patch.object(kernel_block, "WORTH_NARROWING", share):
            found.append(tables(question.scenario, question.policies))
    assert_same(*found)


def test_the_last_replication_of_a_block_to_end_reports_the_peaks_of_its_last_day() -> None:
    rent = {"name": "rent", "direction": "out", "every": "day", "amount": 10}
    sale = {"name": "sale", "end": "acquired", "per_month": 3}
    start: Spec = {"name": "last", "start": date(2023, 10, 31), "horizon_days": 90, "opening": {"cash": 0}}
    scenario = scenario_of({**start, "lines": [rent], "ends": [sale]})
    whole = tables(scenario, stop=6)
    assert (whole[0].peak_overdue == 10 * whole[0].end_day).all()
    for k in range(6):
        alone = tables(scenario, first=k, stop=k + 1)
        assert_same(part_of(whole, lambda frame, k=k: frame.replication == k), alone)


def test_a_company_that_is_stopped_on_day_0_is_reported() -> None:
    invoice = {"creditor": "rent", "amount": 5, "due": date(2023, 10, 1)}
    rent = {"name": "rent", "class": "trade", "monthly": 0}
    opening = {"cash": 1, "invoices": [invoice]}
    start: Spec = {"name": "stopped", "start": date(2023, 10, 31), "horizon_days": 9, "opening": opening}
    rows, _ = tables(scenario_of({**start, "costs": [rent], "terminal_states": ["cash_flow_insolvent"]}), stop=2)
    assert rows[["end", "end_day", "peak_overdue", "lowest_cash"]].to_numpy().tolist() == [["insolvent", 0, 5, 1]] * 2


class Shuffled(kernel_block.Block):
    """A block whose processes were created in another order."""

    def run(self, leaving: Callable[..., None]) -> None:
        names = random.Random(7).sample(list(self._processes), len(self._processes))
        self._processes = {name: self._processes[name] for name in names}
        super().run(leaving)


@settings(max_examples=15)
@given(companies())
def test_the_order_in_which_processes_are_created_changes_nothing(spec: Spec) -> None:
    scenario = scenario_of(spec)
    with patch.object(model, "Block", Shuffled):
        shuffled = tables(scenario)
    assert_same(tables(scenario), shuffled)


@settings(max_examples=25)
@given(companies())
def test_a_horizon_twice_as_long_leaves_everything_before_the_old_one_unchanged(spec: Spec) -> None:
    days = spec["horizon_days"]
    short, long = (tables(scenario_of({**spec, "horizon_days": horizon})) for horizon in (days, 2 * days))
    assert_same((until(short, days), short[1]), (until(long, days), long[1][long[1].day <= days]))


def until(found: Tables, last: int) -> Any:
    """Which ends and states had come by a day."""
    rows = found[0]
    ended = (rows.end != "survived") & (rows.end_day <= last)
    states = [name for name in rows if name.endswith("_day") and name != "lowest_cash_day"]
    days = rows[states].where(rows[states] <= last, NEVER)
    return days.assign(end=rows.end.where(ended, "survived"), end_day=rows.end_day.where(ended, last))


@settings(max_examples=15)
@given(companies())
def test_running_twice_gives_one_answer_and_leaves_the_question_as_it_was(spec: Spec) -> None:
    scenario = scenario_of(spec)
    before = scenario.model_dump()
    assert_same(tables(scenario), tables(scenario))
    assert scenario.model_dump() == before


@pytest.mark.slow
@settings(max_examples=300)
@given(ANY)
def test_blocks_of_many_random_companies(data: st.DataObject) -> None:
    spec = data.draw(companies())
    question = with_policies(spec, data.draw(policies(spec)))
    with patch.object(kernel_block, "WORTH_NARROWING", 1.0):
        whole = tables(question.scenario, question.policies, stop=2 * REPLICATIONS)
    with patch.object(kernel_block, "WORTH_NARROWING", 0.0), patch.object(model, "Block", Shuffled):
        late = tables(question.scenario, question.policies[::-1], first=REPLICATIONS, stop=2 * REPLICATIONS)
    for policy in question.policies:
        mine = part_of(late, lambda frame, name=policy.name: frame.policy == name)
        assert_same(
            part_of(whole, lambda f, name=policy.name: (f.policy == name) & (f.replication >= REPLICATIONS)), mine
        )
