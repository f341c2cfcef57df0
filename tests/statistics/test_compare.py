"""Paired differences, the choice among policies and its guarantee (V13)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from sim.analysis.choice import best_probabilities, pareto, select
from sim.analysis.compare import Outcomes, Weights, holm, mcnemar_exact, outcomes_of, paired_differences, utility
from tests.statistics.made_up import result_frame


def outcomes_from(good: np.ndarray, loss: np.ndarray, shared: int = 1, weights: Weights | None = None) -> Outcomes:
    """Outcomes of policies a, b, ... with nothing but a good end and a loss to tell them apart."""
    values = {"good": good, "loss": loss, "money_lost": 0 * loss, "people": 0 * loss, "days": 100 * good}
    values["utility"] = utility(values, weights or Weights())
    return Outcomes(tuple("abcdefgh"[: good.shape[1]]), values, shared)


def ruin_pairs() -> Outcomes:
    """1,000 pairs: 40 ruined only in a, 20 only in b."""
    good = np.ones((1000, 2))
    good[:40, 0], good[40:60, 1], good[60:100] = 0, 0, 0
    return outcomes_from(good, 1 - good)


def test_v13_difference_standard_error_interval_and_exact_mcnemar() -> None:
    (row,) = paired_differences(ruin_pairs(), "good", "a")
    assert row.difference == pytest.approx(0.02, abs=1e-12)
    assert (row.high - row.low) / (2 * 1.959963985) == pytest.approx(0.0077201, abs=5e-8)
    assert (row.low, row.high) == pytest.approx((0.0048686, 0.0351314), abs=5e-7)
    assert row.p == pytest.approx(0.01348929, abs=5e-9)
    assert (row.up, row.down) == (40, 20)


@pytest.mark.parametrize(("one", "other"), [(40, 20), (3, 0), (0, 0), (7, 7), (150, 180)])
def test_exact_mcnemar_is_that_of_statsmodels_and_scipy(one: int, other: int) -> None:
    oracle = mcnemar([[5, one], [other, 5]], exact=True).pvalue if one + other else 1.0
    assert mcnemar_exact(one, other) == pytest.approx(min(oracle, 1.0), rel=1e-9)
    if one + other:
        assert mcnemar_exact(one, other) == pytest.approx(binomtest(one, one + other).pvalue, rel=1e-9)


def test_holm_is_that_of_statsmodels() -> None:
    ps = [0.03, 0.001, 0.2, 0.012, 0.012]
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1].tolist())


def test_pairs_that_share_inputs_widen_the_interval_as_their_correlation_says() -> None:
    rng = np.random.default_rng(1)
    by_group = rng.normal(size=(4000, 2))
    loss = np.repeat(by_group, 2, axis=0)
    alone, in_groups = (paired_differences(outcomes_from(loss, loss, k), "loss", "a")[0] for k in (1, 2))
    assert (in_groups.high - in_groups.low) / (alone.high - alone.low) == pytest.approx(np.sqrt(2), rel=1e-6)


def test_simultaneous_intervals_hold_all_differences_in_95_of_100_runs() -> None:
    """2,000 repeats, false alarm rate about 1 in 15,000 (4 standard errors)."""
    rng, held = np.random.default_rng(2), 0
    for _ in range(2000):
        common = rng.normal(size=(60, 1))
        loss = common + rng.normal(size=(60, 5)) * [1, 1, 2, 3, 1]
        rows = paired_differences(outcomes_from(loss, loss), "loss", "a")
        held += all(row.low_all <= 0 <= row.high_all for row in rows)
    assert held / 2000 == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000) + 0.01)


def test_the_kept_policies_hold_the_best_one_in_95_of_100_runs() -> None:
    """2,000 repeats with the best one close to three others and correlated with them."""
    rng, held = np.random.default_rng(3), 0
    means = np.array([0.0, -0.02, -0.1, -0.3])
    for _ in range(2000):
        draws = means + rng.normal(size=(80, 1)) + 0.5 * rng.normal(size=(80, 4))
        held += "a" in select(outcomes_from(0 * draws, -draws), Weights()).kept
    assert held / 2000 >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 2000)


def two_policies(n: int, gain: float, seed: int = 4) -> Outcomes:
    """Two policies in n replications; b's creditor loss is lower by `gain` on average, with much common luck."""
    rng = np.random.default_rng(seed)
    common = rng.normal(30e6, 10e6, n)
    loss = np.column_stack([common, common - gain + rng.normal(0, 4e6, n)])
    return outcomes_from(np.zeros((n, 2)), loss)


def test_a_clear_difference_selects_one_and_bounds_what_may_be_lost() -> None:
    chosen = select(two_policies(2000, 2e6), Weights())
    assert (chosen.verdict, chosen.chosen, chosen.kept) == ("one", "b", ("b",))
    assert chosen.at_most_lost == 0
    assert best_probabilities(two_policies(2000, 2e6))["b"] > 0.999


def test_a_thin_run_does_not_choose_and_the_replications_it_asks_for_do() -> None:
    thin = select(two_policies(100, 0.9e6), Weights())
    assert thin.verdict == "unclear"
    asked = thin.replications_needed
    assert asked > 100
    told = [select(two_policies(asked, 0.9e6, seed), Weights()).verdict != "unclear" for seed in range(200)]
    assert np.mean(told) > 0.65


def test_a_difference_that_is_sure_but_smaller_than_what_decides_is_called_close() -> None:
    chosen = select(two_policies(40_000, 0.2e6), Weights())
    assert (chosen.verdict, chosen.close) == ("one", ("a",))


def test_a_few_replications_without_a_difference_do_not_show_that_there_is_none() -> None:
    one = two_policies(40, 0).column("loss", "a")[:, None]
    chosen = select(outcomes_from(np.zeros((40, 2)), np.hstack([one, one])), Weights())
    assert chosen.verdict == "unclear"
    assert 250 <= chosen.replications_needed <= 500


def test_two_identical_policies_are_equal_and_share_the_chance_of_being_best() -> None:
    one = two_policies(500, 0).column("loss", "a")[:, None]
    same = outcomes_from(np.zeros((500, 2)), np.hstack([one, one]))
    chosen = select(same, Weights())
    assert (chosen.verdict, chosen.identical) == ("equal", ("b",))
    assert best_probabilities(same) == {"a": 0.5, "b": 0.5}


def test_a_policy_that_is_worse_in_both_is_not_on_the_pareto_front() -> None:
    good, loss = np.tile([0.1, 0.5, 0.4], (2, 1)), np.tile([10.0, 30.0, 30.0], (2, 1))
    assert pareto(outcomes_from(good, loss)) == {"a": True, "b": True, "c": False}


def test_the_interval_of_a_risk_difference_covers_the_truth_though_pairs_share_inputs() -> None:
    """2,000 repeats of 200 groups of two pairs; within 4 standard errors and 1% of 95%."""
    rng, covered = np.random.default_rng(12), 0
    for _ in range(2000):
        risk = np.repeat(rng.uniform(0.2, 0.8, 200), 2)
        u = rng.random(400)
        good = np.column_stack([u < risk, u < np.minimum(risk + 0.1, 1)]).astype(float)
        (row,) = paired_differences(outcomes_from(good, 1 - good, 2), "good", "a")
        covered += row.low <= 0.1 <= row.high
    assert covered / 2000 == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000) + 0.01)


def test_what_the_estate_leaves_unpaid_counts_as_the_loss_where_the_result_knows_it() -> None:
    frame = result_frame(40, ("do-nothing", "file-now"))
    plain = outcomes_of(frame, Weights())
    known = outcomes_of(frame.assign(creditor_deficiency=np.where(frame["end"] == "insolvent", 7.0, np.nan)), Weights())
    insolvent = plain.values["good"] == 0
    assert np.unique(known.values["loss"][insolvent]).tolist() == [7.0]
    assert not known.values["loss"][~insolvent].any()
    owed = frame["final_owed"] + frame["final_wages_owed"]
    assert plain.values["loss"].sum() == pytest.approx(owed[frame["end"] == "insolvent"].sum())


def test_only_replications_that_every_policy_has_are_compared() -> None:
    frame = result_frame(40, ("do-nothing", "file-now"))
    kept = frame[(frame["policy"] == "do-nothing") | (frame["replication"] >= 10)].reset_index(drop=True)
    outcomes = outcomes_of(kept, Weights())
    assert outcomes.n == 30
    later = frame[(frame["policy"] == "do-nothing") & (frame["replication"] >= 10)]
    assert outcomes.column("days", "do-nothing").tolist() == later["end_day"].tolist()


def test_20_million_of_new_money_are_lost_at_a_sale_that_pays_creditors_in_part_and_not_at_one_that_pays_them() -> None:
    """What creditors released years before a sale that pays all the rest is their loss, and no loss of new money."""
    frame = result_frame(4).assign(end="acquired", raised=20e6, creditor_deficiency=3e6)
    paid, short = (outcomes_of(frame.assign(**{"recovery.unsecured": share}), Weights()) for share in (1.0, 0.8))
    assert (paid.values["loss"].mean(), paid.values["money_lost"].mean()) == (3e6, 0)
    assert short.values["money_lost"].mean() == 20e6
