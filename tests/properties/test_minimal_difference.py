"""Two worlds that differ in one thing differ in what follows from it, and in nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.policies import BASELINE
from tests.properties.scenarios import (
    LINKS,
    Spec,
    Tables,
    assert_same,
    companies,
    part_of,
    scenario_of,
    tables,
    with_policies,
)

START = date(2023, 10, 31)


@settings(max_examples=25)
@given(companies())
def test_a_policy_that_sets_every_parameter_to_its_own_value_is_the_baseline(spec: Spec) -> None:
    stated = {path: quantity.as_stated() for path, quantity in scenario_of(spec).parameters().items()}
    same = [{"do": "set", "parameter": path, "value": value} for path, value in stated.items()]
    question = with_policies(spec, [{"name": "no-op", "actions": same}])
    found = tables(question.scenario, question.policies)
    one, other = (nameless(part_of(found, lambda f, name=name: f.policy == name)) for name in (BASELINE, "no-op"))
    assert_same(one, other)
    assert_same(one, nameless(tables(question.scenario)))


def nameless(found: Tables) -> Any:
    return [frame.drop(columns="policy") for frame in found]


def without(found: Tables, name: str) -> Any:
    """The tables without the columns of one creditor."""
    return [table.drop(columns=[column for column in table if column.endswith(f".{name}")]) for table in found]


IDLE = {
    "a vendor that serves and charges nothing": (
        "vendors",
        {"name": "aa", "monthly_usage": 0, "service_share": 0, "review_weekday": "Monday"},
    ),
    "a cost of nothing": ("costs", {"name": "aa", "class": "critical", "monthly": 0}),
    "an investor nobody meets": ("investors", {"name": "aa", "kind": "outside", "meetings_per_month": 0, "amount": 0}),
    "an insider nobody asks": ("investors", {"name": "aa", "kind": "insider", "ask_below_weeks": 0, "amount": 0}),
    "a revenue line without revenue": ("revenue", {"name": "aa", "monthly": 0}),
    "a line of nothing": ("lines", {"name": "aa", "direction": "out", "every": "day", "amount": 0}),
    "an end that never comes": ("ends", {"name": "aa", "end": "insolvent", "per_month": 0}),
    "a group of nobody": ("staff", {"name": "aa", "head_count": 0, "monthly_cost": 9000, "country": "FR"}),
}


@pytest.mark.parametrize(("part", "member"), IDLE.values(), ids=IDLE)
@pytest.mark.parametrize("place", [0, 9], ids=["first", "last"])
@settings(max_examples=3)
@given(data=st.data())
def test_adding_changes_nothing_else(part: str, member: Spec, place: int, data: st.DataObject) -> None:
    fixed = {"minimum_head_count": 0} if part == "staff" else {}
    spec = data.draw(companies(**fixed))
    members = [*spec[part]]
    members.insert(place, member)
    assert_same(tables(scenario_of(spec)), without(tables(scenario_of({**spec, part: members})), "aa"))


FULL_HOUSE: Spec = {
    "name": "full",
    "start": START,
    "country": "GB",
    "horizon_days": 240,
    "opening": {"cash": 60_000, "invoices": [{"creditor": "cloud", "amount": 30_000, "due": START}]},
    "vendors": [{"name": "cloud", "monthly_usage": 20_000, "service_share": 1, "net_days": 10}],
    "staff": [{"name": "team", "head_count": 30, "monthly_cost": 1000, "country": "GB", "attrition_per_month": 0.1}],
    "key_people": [{"name": "head", "group": "team", "exit_per_month": 0.3, "product_loss": 0.2}],
    "revenue": [{"name": "api", "monthly": 25_000}],
    "subscription": {"launch": START, "trials_per_month": 3000, "opening_subscribers": 300},
    "confidence": {"arrears_weight": 0.5, "runway_weight": 0.5, "growth_weight": 0.5},
    "morale": {"contagion": 0.5},
}
LEAD = {"name": "lead", "kind": "outside", "amount": 5e4, "decision_days": 9, "recapitalises": False, "max_closings": 5}
N = 40


def switched(link: str, **parts: Any) -> tuple[Tables, Tables]:
    """The full house with every link, and with one switched off."""
    spec = {**FULL_HOUSE, **parts}
    on, off = (scenario_of({**spec, "feedback": {link: is_on}}) for is_on in (True, False))
    return tables(on, stop=N), tables(off, stop=N)


OF_CONFIDENCE = ("arrears_to_confidence", "runway_to_confidence", "revenue_to_confidence", "capacity_to_confidence",
                 "exits_to_confidence", "missed_pay_to_confidence")  # fmt: skip


@pytest.mark.parametrize("link", OF_CONFIDENCE)
def test_where_nobody_invests_a_link_to_confidence_moves_confidence_alone(link: str) -> None:
    on, off = switched(link)
    for left, right in zip(on, off, strict=True):
        assert (left.confidence != right.confidence).any()
        columns = [name for name in left if name != "confidence"]
        pd.testing.assert_frame_equal(left[columns], right[columns], check_exact=True)


ACTS_FROM = {
    "arrears_to_capacity": "service_suspended_day",
    "capacity_to_revenue": "service_suspended_day",
    "capacity_to_confidence": "service_suspended_day",
    "missed_pay_to_confidence": "payroll_missed_day",
    "missed_pay_to_exits": "payroll_missed_day",
}


@pytest.mark.parametrize("link", ACTS_FROM)
def test_a_link_changes_nothing_before_the_day_on_which_it_first_acts(link: str) -> None:
    on, off = switched(link, investors=[LEAD])
    first = on[0].set_index("replication")[ACTS_FROM[link]]
    before = [tracks[(tracks.day < tracks.replication.map(first)).to_numpy()] for _, tracks in (on, off)]
    pd.testing.assert_frame_equal(*(tracks.reset_index(drop=True) for tracks in before), check_exact=True)
    assert not on[1].equals(off[1]), "and then it does change something"


EXITS = ("exits_to_product", "contagion")


@pytest.mark.parametrize("link", EXITS)
def test_a_link_of_senior_exits_changes_nothing_where_nobody_senior_leaves(link: str) -> None:
    on, off = switched(link, investors=[LEAD])
    nobody = set(on[0].replication[(on[0].senior_exits == 0)]) & set(off[0].replication[(off[0].senior_exits == 0)])
    assert 0 < len(nobody) < N
    assert_same(*(part_of(found, lambda frame: frame.replication.isin(nobody)) for found in (on, off)))
    assert not on[0].equals(off[0])


def test_contagion_that_is_off_leaves_the_exits_of_a_lone_key_person_where_they_were() -> None:
    on, off = switched("contagion", opening={"cash": 1e9})
    assert on[0].senior_exits.tolist() == off[0].senior_exits.tolist()
    assert (on[0].head_count <= off[0].head_count).all()
    assert (on[0].head_count < off[0].head_count).any()


@pytest.mark.parametrize("link", ["cuts_to_exits", "confidence_to_rounds"])
def test_a_link_without_its_cause_changes_nothing(link: str) -> None:
    """Do-nothing cuts nothing, and where nobody invests confidence moves nothing."""
    assert_same(*switched(link))


def test_each_link_is_tested() -> None:
    without_cause = {"cuts_to_exits", "confidence_to_rounds"}
    assert {*ACTS_FROM, *EXITS, *OF_CONFIDENCE, *without_cause} == set(LINKS)


RICH: Spec = {
    **FULL_HOUSE,
    "opening": {"cash": 1e9, "invoices": FULL_HOUSE["opening"]["invoices"]},
    "confidence": {"arrears_weight": 0.5},
}
MONEY = ["lowest_cash", "final_cash", "revenue"]


def test_one_more_customer_changes_one_customer_and_what_he_pays() -> None:
    more = {**RICH["subscription"], "opening_subscribers": 301}
    free = {"fee_share": 0, "fee_fixed": 0, "refund_share": 0}
    one, other = (
        tables(scenario_of({**RICH, "subscription": {**subscription, **free}}), stop=N)[0]
        for subscription in (RICH["subscription"], more)
    )
    moved = {"subscribers", "lowest_cash_day", *MONEY}
    columns = [name for name in one if name not in moved]
    pd.testing.assert_frame_equal(one[columns], other[columns], check_exact=True)
    assert set(other.subscribers - one.subscribers) <= {0, 1}
    charges = (other.revenue - one.revenue) / 20
    assert charges.round(9).isin(range(9)).all(), "at most once a month, in whole prices"
    assert np.allclose(other.final_cash - one.final_cash, 20 * charges)


def test_one_more_invoice_that_can_be_paid_costs_its_amount_and_nothing_else() -> None:
    extra = {"creditor": "cloud", "amount": 777, "due": date(2023, 11, 20)}
    opening = {"cash": 1e9, "invoices": [*RICH["opening"]["invoices"], extra]}
    one, other = (tables(scenario_of({**RICH, "opening": held}), stop=N) for held in (RICH["opening"], opening))
    moved = {"lowest_cash", "lowest_cash_day", "final_cash", "cash", "owed", "overdue", "peak_overdue"}
    moved |= {"peak_overdue.cloud", "overdue.cloud", "confidence"}
    for left, right in zip(one, other, strict=True):
        columns = [name for name in left if name not in moved]
        pd.testing.assert_frame_equal(left[columns], right[columns], check_exact=True)
    assert np.allclose(one[0].final_cash - other[0].final_cash, 777)
