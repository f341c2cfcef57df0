"""When an action of a policy happens: on its day, on a condition, after another one, with consent, at a cost."""

from __future__ import annotations

from datetime import date

import pytest

from tests.worlds import Spec, frame_of, line, proportion_z, world, z_limit

START = date(2023, 10, 31)
POORER = [line("rent", "out", "month_end", 10_000)]


def filed(actions: list[Spec]) -> int | None:
    """The day on which a company of $25,000 that pays $10,000 a month files under a policy, if it does in a year."""
    company = world(START, cash=25_000, lines=POORER, horizon_months=12, country="GB")
    frame = frame_of(company, policies=[{"name": "plan", "actions": actions}])
    (row,) = frame[frame.policy == "plan"].itertuples()
    return int(row.end_day) if row.end == "insolvent" else None


def day(year: int, month: int, day_of_month: int) -> int:
    return (date(year, month, day_of_month) - START).days


def test_a_dated_action_happens_on_its_day() -> None:
    assert filed([{"do": "file", "on": "2023-12-06"}]) == day(2023, 12, 6)


def test_a_lag_puts_the_effect_off() -> None:
    assert filed([{"do": "file", "on": "2023-12-06", "lag_days": 12}]) == day(2023, 12, 18)


def test_a_condition_is_looked_at_on_business_days() -> None:
    """$25,000 less $10,000 on 30 November (a Thursday) is below $16,000; it is seen on Friday."""
    assert filed([{"do": "file", "when": {"cash_below": 16_000}}]) == day(2023, 12, 1)


def test_a_condition_with_a_day_waits_for_both() -> None:
    assert filed([{"do": "file", "on": "2024-01-15", "when": {"cash_below": 16_000}}]) == day(2024, 1, 15)


def test_all_conditions_of_one_when_must_hold_at_once() -> None:
    """$10,000 falls due on 31 January 2024 with $5,000 left: the rest is overdue from then on."""
    both = {"cash_below": 16_000, "overdue_above": 4_000}
    assert filed([{"do": "file", "when": both}]) == day(2024, 2, 1)


def test_until_closes_the_door() -> None:
    assert filed([{"do": "file", "until": "2023-12-01", "when": {"cash_below": 16_000}}]) is None


def test_an_action_after_another_waits_for_its_effect() -> None:
    stretch = {"do": "stretch", "class": "trade", "days": 10, "on": "2023-11-06", "lag_days": 4}
    late = {"do": "file", "after": "stretch", "after_days": 5}
    assert filed([stretch, late]) == day(2023, 11, 15)


def test_an_action_after_one_that_was_refused_never_happens() -> None:
    stretch = {"do": "stretch", "class": "trade", "days": 1, "on": "2023-11-06"}
    refused = {"name": "ask", "consent_probability": 0, **stretch}
    assert filed([refused, {"do": "file", "after": "ask"}]) is None


@pytest.mark.parametrize(("chance", "low", "high"), [(0.0, 0, 0), (0.4, 0.33, 0.47), (1.0, 1, 1)])
def test_an_action_needs_its_consent(chance: float, low: float, high: float) -> None:
    policy = {"name": "plan", "actions": [{"do": "file", "on": "2023-11-06", "consent_probability": chance}]}
    frame = frame_of(world(START, horizon_months=1), replications=1000, policies=[policy])
    assert low <= (frame[frame.policy == "plan"].end == "insolvent").mean() <= high


def test_directors_who_see_16000_gone_on_1_december_file_12_days_later_for_70_dollars_where_four_in_ten_agree() -> None:
    """A condition, a lag, a cost and a consent at once; two-sided at a false-alarm rate of 1 in 10,000."""
    n = 1000
    files = {"do": "file", "when": {"cash_below": 16_000}, "lag_days": 12, "cost": 70, "consent_probability": 0.4}
    company = world(START, cash=25_000, lines=POORER, horizon_days=60, country="GB")
    frame = frame_of(company, n, policies=[{"name": "plan", "actions": [files]}])
    plan = frame[frame.policy == "plan"]
    filed = plan[plan.end == "insolvent"]
    assert abs(proportion_z(len(filed) / n, 0.4, n)) < z_limit(1e-4)
    assert set(filed.end_day) == {day(2023, 12, 13)}
    assert set(filed.final_owed) == {70}
    assert set(plan[plan.end == "survived"].final_owed) == {0}


def test_the_cost_of_an_action_is_invoiced_and_paid_thirty_days_later() -> None:
    stretch = {"do": "stretch", "class": "trade", "days": 0, "on": "2023-11-01", "cost": 70}
    policies = [{"name": "plan", "actions": [stretch]}]
    frame = frame_of(world(START, cash=100, horizon_months=3), policies=policies)
    assert list(frame.final_cash) == [100, 30]


def test_what_lasts_is_undone_on_its_day() -> None:
    """Trade paid 90 days late until 1 December: November's bill, due on the 2nd, is paid on Friday 1 December."""
    costs = [{"name": "bureau", "class": "trade", "monthly": 50, "invoice_day": 2, "net_days": 0}]
    stretch = {"do": "stretch", "class": "trade", "days": 90, "on": "2023-11-01"}
    policies = [
        {"name": "lasting", "actions": [stretch]},
        {"name": "undone", "actions": [{**stretch, "until": "2023-12-01"}]},
    ]
    frame = frame_of(world(START, cash=100, horizon_days=31, costs=costs, country="GB"), policies=policies)
    assert dict(zip(frame.policy, frame.final_cash, strict=True)) == {"do-nothing": 50, "lasting": 100, "undone": 50}


def test_a_policy_without_effect_is_the_baseline() -> None:
    policy = {"name": "plan", "actions": [{"do": "file", "when": {"cash_below": 0}}]}
    frame = frame_of(world(START, cash=25_000, lines=POORER, horizon_months=12), replications=50, policies=[policy])
    plan, nothing = (frame[frame.policy == name].drop(columns="policy") for name in ("plan", "do-nothing"))
    assert plan.reset_index(drop=True).equals(nothing.reset_index(drop=True))
