"""A beats B is said only if it survives the range of what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.compare import Outcomes, Weights
from sim.analysis.decision import Decision
from tests.statistics.test_compare import outcomes_from, two_policies
from tests.statistics.test_sensitivity import turning
from tests.statistics.test_weighing import two

NO_INPUTS = pd.DataFrame(index=range(4000))


def decided(outcomes: Outcomes, inputs: pd.DataFrame = NO_INPUTS, **variants: Outcomes) -> Decision:
    return Decision(outcomes, Weights(), inputs, variants, "a")


def test_a_policy_that_is_ahead_everywhere_beats_the_other() -> None:
    decision = decided(two_policies(4000, 2e6), twice=two_policies(1000, 3e6, seed=9))
    (rival,) = decision.rivals
    assert (decision.selection.chosen, rival.policy, rival.is_beaten) == ("b", "a", True)


def test_a_variant_in_which_it_is_behind_takes_the_claim_back() -> None:
    (rival,) = decided(two_policies(4000, 2e6), half=two_policies(1000, -3e6, seed=9)).rivals
    assert (rival.is_behind, rival.variants_against, rival.is_beaten) == (True, ("half",), False)


def test_a_variant_too_thin_to_show_it_takes_the_claim_back_too() -> None:
    (rival,) = decided(two_policies(4000, 2e6), half=two_policies(10, 0.1e6, seed=9)).rivals
    assert rival.variants_against == ("half",)


def test_an_input_on_which_it_turns_takes_the_claim_back() -> None:
    inputs, outcomes = turning()
    (rival,) = decided(outcomes, inputs).rivals
    assert (rival.is_behind, rival.turns[0].cell.input, rival.is_beaten) == (True, "x", False)


def test_the_next_best_is_chosen_among_what_the_best_leaves() -> None:
    rng = np.random.default_rng(14)
    loss = rng.normal(30e6, 4e6, (2000, 1)) + np.array([0, 1e6, 5e6])
    decision = decided(outcomes_from(np.zeros((2000, 3)), loss))
    assert decision.selection.kept == ("a",)
    assert decision.second is not None
    assert decision.second.chosen == "b"


def test_a_weight_on_which_it_turns_takes_the_claim_back() -> None:
    weights = Weights(good_end=30e6, ranges={"good_end": (10e6, 250e6)})
    decision = Decision(two(2000), weights, NO_INPUTS, {}, "a")
    (rival,) = decision.rivals
    assert (decision.selection.chosen, rival.policy, rival.is_behind, rival.is_beaten) == ("a", "b", True, False)
    assert [turn.weight for turn in decision.weight_turns] == ["good_end"]


def test_an_input_on_which_it_may_turn_takes_the_claim_back_too() -> None:
    inputs, outcomes = turning(600)
    rival = decided(outcomes, inputs).rivals[0]
    assert [(turn.cell.fifth, turn.is_sure) for turn in rival.turns] == [(1, True), (2, False)]
    assert not rival.is_beaten


def test_the_largest_regret_has_an_interval_and_a_place() -> None:
    """Where x is in its lowest fifth b is behind a by 3 on average, in $M."""
    inputs, outcomes = turning()
    amount, cell = decided(outcomes, inputs).largest_regret("b")
    assert (cell.input, cell.fifth) == ("x", 1)
    assert amount.low < 3e6 < amount.high
    assert amount.high - amount.low < 1e6
