"""On which declared weight the choice turns: where lines cross, what chance allows to say, and what is not shown."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.compare import Outcomes, Weights
from sim.analysis.weighing import (
    best_by_weight,
    crossing,
    lead_over_weights,
    weight_turns,
    weights_against,
    within,
)
from tests.statistics.test_compare import outcomes_from


def rounded(stretches: list) -> list[tuple[str, float, float]]:
    return [(one.policy, round(one.low, 6), round(one.high, 6)) for one in stretches]


def three() -> Outcomes:
    """a: no good end, creditors lose $10M; b: half good ends, $30M; c: 60% good ends, $40M."""
    return outcomes_from(np.tile([0.0, 0.5, 0.6], (2, 1)), np.tile([10e6, 30e6, 40e6], (2, 1)))


def test_the_best_policy_by_worth_of_a_good_end_changes_where_the_lines_cross() -> None:
    found = rounded(best_by_weight(three(), Weights(), "good_end"))
    assert found == [("a", 0, 40e6), ("b", 40e6, 100e6), ("c", 100e6, np.inf)]


def test_the_best_policy_by_weight_of_creditors_loss_goes_the_other_way() -> None:
    found = rounded(best_by_weight(three(), Weights(), "creditor_loss"))
    assert found == [("c", 0, 0.5), ("b", 0.5, 1.25), ("a", 1.25, np.inf)]


def test_stretches_are_cut_to_the_declared_range() -> None:
    found = within(best_by_weight(three(), Weights(), "good_end"), (50e6, 90e6))
    assert rounded(found) == [("b", 50e6, 90e6)]


def two(n: int, seed: int = 21, gain: float = 0.2) -> Outcomes:
    """b has 20 points more good ends and costs creditors $10M more: they tie where a good end is worth $50M."""
    rng = np.random.default_rng(seed)
    u = rng.random(n)
    good = np.column_stack([u < 0.2, u < 0.2 + gain]).astype(float)
    return outcomes_from(good, rng.normal([20e6, 30e6], 5e6, (n, 2)), weights=DECLARED)


DECLARED = Weights(good_end=30e6, ranges={"good_end": (10e6, 250e6), "job_kept": (0, 60e3)})


def test_a_choice_that_turns_within_the_declared_range_says_at_which_worth() -> None:
    (turn,) = weight_turns(two(2000), DECLARED, "a")
    assert turn.weight == "good_end"
    assert [one.policy for one in turn.stretches] == ["a", "b"]
    assert (turn.stretches[0].low, turn.stretches[1].high) == (10e6, 250e6)
    assert turn.at[0].low < 50e6 < turn.at[0].high
    assert turn.at[0].value == pytest.approx(50e6, rel=0.1)
    assert turn.share_of("a") == pytest.approx(40 / 240, abs=0.03)


def test_a_choice_that_turns_outside_the_declared_range_does_not_turn() -> None:
    narrow = Weights(good_end=30e6, ranges={"good_end": (10e6, 40e6)})
    assert weight_turns(two(2000), narrow, "a") == []
    assert list(weights_against(two(2000), narrow, "a", "b")) == []


def test_a_range_that_leaves_out_the_declared_value_is_widened_to_it() -> None:
    assert Weights(good_end=30e6, ranges={"good_end": (40e6, 50e6)}).bounds("good_end") == (30e6, 50e6)


def test_chance_alone_turns_no_choice() -> None:
    """500 repeats of two policies that are equal on average: at most 5% turns, by 4 standard errors."""
    rng, found = np.random.default_rng(22), 0
    for _ in range(500):
        good, loss = (rng.random((200, 2)) < 0.3).astype(float), rng.normal(30e6, 5e6, (200, 2))
        outcomes = outcomes_from(good, loss, weights=DECLARED)
        best = "ab"[int(outcomes.values["utility"].mean(axis=0).argmax())]
        found += bool(weight_turns(outcomes, DECLARED, best))
    assert found / 500 <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 500)


def test_a_policy_that_is_ahead_at_one_end_only_has_the_other_end_against_it() -> None:
    (one,) = weights_against(two(2000), DECLARED, "a", "b")
    assert (one.weight, one.end, one.is_upper) == ("good_end", 250e6, True)
    assert one.at is not None
    assert one.at.low < 50e6 < one.at.high


def test_an_end_at_which_chance_hides_the_order_counts_against_it_without_a_crossing() -> None:
    level = Weights(good_end=30e6, ranges={"good_end": (10e6, 49.9e6)})
    (one,) = weights_against(two(60, seed=25), level, "a", "b")
    assert (one.end, one.at) == (49.9e6, None)


def test_the_lead_over_the_weights_is_that_at_the_ends_of_their_ranges() -> None:
    low, high = lead_over_weights(two(50_000), DECLARED, "a", "b")
    assert (low, high) == (pytest.approx(-40e6, rel=0.03), pytest.approx(8e6, rel=0.03))


def test_the_worth_at_which_two_policies_tie_is_covered_by_its_interval() -> None:
    """2,000 repeats; within 4 standard errors and 1% of 95%."""
    covered = 0
    for seed in range(2000):
        worth = crossing(two(400, seed), DECLARED, "good_end", "a", "b")
        covered += worth.low <= 50e6 <= worth.high
    assert covered / 2000 == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000) + 0.01)
