"""Draws are functions of names, occurrence and replication, and have the distributions they claim."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import binom, kstest, poisson

from sim.kernel.block import Block
from sim.kernel.calendar import Timeline
from sim.kernel.counts import binomial_quantile, poisson_quantile
from sim.kernel.draws import Draw, Source, to_uniform
from sim.kernel.hazard import Hazard

FALSE_ALARMS = 1e-4
U = np.concatenate([(np.arange(2000) + 0.5) / 2000, [1e-9, 1e-6, 1 - 1e-6, 1 - 1e-9]])
NAMES = ("vendors", "cloud", "posture")


def block(first: int = 0, stop: int = 8, seed: int = 1, n_policies: int = 1) -> Block:
    return Block(Timeline(date(2023, 10, 31), 100), seed, first, stop, n_policies)


@pytest.mark.parametrize(
    ("first", "stop"), [(0, 5), (1, 9), (3, 4), (997, 1000), (4, 1000)], ids=lambda edge: f"{edge}"
)
def test_any_range_of_replications_is_that_slice_of_a_larger_one(first: int, stop: int) -> None:
    source = Source(seed=7)
    whole = source.words(NAMES, 0, 1000, occurrence=3, variate=2)
    assert np.array_equal(source.words(NAMES, first, stop, occurrence=3, variate=2), whole[first:stop])


def test_a_draw_does_not_depend_on_what_was_drawn_before() -> None:
    fresh, used = Source(seed=1), Source(seed=1)
    used.words(("something", "else"), 0, 11)
    assert np.array_equal(fresh.words(NAMES, 0, 9), used.words(NAMES, 0, 9))


def test_seed_names_occurrence_and_variate_each_give_other_words() -> None:
    streams = [
        Source(seed=seed).words(names, 0, 50, occurrence, variate)
        for seed, names, occurrence, variate in [
            (1, NAMES, 0, 0),
            (2, NAMES, 0, 0),
            (1, (*NAMES, "x"), 0, 0),
            (1, NAMES, 1, 0),
            (1, NAMES, 0, 1),
        ]
    ]
    assert len(np.unique(np.concatenate(streams))) == 5 * 50


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a", ""), ("", "a")),
        (("1:a",), ("a",)),
        (("a1:b",), ("a", "b")),
        (("staff",), ("staff", "")),
    ],
    ids=str,
)
def test_names_that_read_alike_when_joined_are_different_streams(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    source = Source(seed=1)
    assert not np.array_equal(source.key(one), source.key(other))


def test_keys_of_ten_thousand_names_are_unique_and_seeds_cannot_pass_for_names() -> None:
    source = Source(seed=1)
    keys = {source.key(("process", str(i), "decision")).tobytes() for i in range(10_000)}
    assert len(keys) == 10_000
    assert Source(seed=11).key(("x",)).tobytes() != Source(seed=1).key(("1x",)).tobytes()


def test_uniforms_never_reach_0_or_1() -> None:
    edges = to_uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0 < edges[0] < 1e-15
    assert 0 < 1 - edges[1] < 1e-15


def test_a_draw_is_the_same_for_a_replication_in_every_policy_and_block() -> None:
    two, late = Draw(block(0, 6, n_policies=2), *NAMES), Draw(block(4, 9), *NAMES)
    assert np.array_equal(two.uniform()[:6], two.uniform()[6:])
    assert np.array_equal(two.uniform()[4:6], late.uniform()[:2])


def test_occurrences_by_row_are_those_of_each_row_alone() -> None:
    draw, occurrence = Draw(block(0, 6), *NAMES), np.array([0, 2, 1, 0, 2, 5])
    alone = [draw.uniform(int(k))[row] for row, k in enumerate(occurrence)]
    assert draw.uniform(occurrence).tolist() == alone
    rows = np.array([1, 5])
    assert draw.uniform(occurrence[rows], rows=rows).tolist() == [alone[1], alone[5]]


def test_rows_that_decide_nothing_get_a_half() -> None:
    draw, where = Draw(block(0, 4), *NAMES), np.array([True, False, False, True])
    u = draw.uniform_where(where, np.zeros(4, dtype=np.int64))
    assert u[1:3].tolist() == [0.5, 0.5]
    assert u[[0, 3]].tolist() == draw.uniform()[[0, 3]].tolist()


@pytest.mark.parametrize(
    ("draw_all", "truth"),
    [
        (lambda draw: draw.uniform(), "uniform"),
        (lambda draw: draw.normal(), "norm"),
        (lambda draw: draw.exponential(), "expon"),
    ],
    ids=["uniform", "standard normal", "exponential of mean 1"],
)
def test_draws_follow_their_distribution(draw_all: object, truth: str) -> None:
    draws = draw_all(Draw(block(0, 20_000), *NAMES))  # type: ignore[operator]
    assert kstest(draws, truth).pvalue > FALSE_ALARMS


def test_noise_has_mean_one_and_no_noise_is_one() -> None:
    draw = Draw(block(0, 20_000), *NAMES)
    assert abs(draw.noise(0.2).mean() - 1) < 4 * 0.2 / np.sqrt(20_000)
    assert np.all(draw.noise(0.0) == 1)


def test_categories_come_in_their_proportions() -> None:
    n = 20_000
    shares = np.bincount(Draw(block(0, n), *NAMES).categorical([0.3, 0.5, 0.2])) / n
    assert np.abs(shares - [0.3, 0.5, 0.2]).max() < 4 * np.sqrt(0.25 / n)
    assert set(Draw(block(0, n), *NAMES).categorical([0.0, 1.0, 0.0])) == {1}


@pytest.mark.parametrize("mean", [0.0, 1e-6, 0.1, 1.0, 7.5, 29.9])
def test_poisson_counts_of_small_means_are_exact(mean: float) -> None:
    assert np.array_equal(poisson_quantile(U, mean), poisson.ppf(U, mean).astype(int))


@pytest.mark.parametrize("mean", [31.0, 60.0, 400.0, 1e4, 1e6])
def test_poisson_counts_of_large_means_are_within_one(mean: float) -> None:
    assert np.abs(poisson_quantile(U, mean) - poisson.ppf(U, mean)).max() <= 1


@pytest.mark.parametrize(
    ("n", "p"),
    [(0, 0.5), (1, 0.3), (12, 0.0), (12, 1.0), (50, 0.5), (50, 0.02), (50, 0.98), (5000, 0.004), (10**6, 1e-6)],
    ids=lambda number: f"{number:g}",
)
def test_binomial_counts_of_small_means_are_exact(n: int, p: float) -> None:
    assert np.array_equal(binomial_quantile(U, n, p), binom.ppf(U, n, p).astype(int))


@pytest.mark.parametrize(
    ("n", "p"), [(100, 0.5), (200, 0.8), (20_000, 0.01), (10**6, 0.3), (10**7, 0.999)], ids=lambda number: f"{number:g}"
)
def test_binomial_counts_of_large_means_are_within_one(n: int, p: float) -> None:
    counts = binomial_quantile(U, n, p)
    assert np.abs(counts - binom.ppf(U, n, p)).max() <= 1
    assert counts.min() >= 0
    assert counts.max() <= n


def test_counts_mix_small_and_large_means_in_one_call() -> None:
    means = np.array([0.0, 2.0, 500.0, 5.0])
    u = np.array([0.9, 0.9, 0.9, 0.9])
    assert poisson_quantile(u, means).tolist() == poisson.ppf(u, means).astype(int).tolist()
    chances = np.array([0.0, 0.5, 1.0, 0.001])
    assert binomial_quantile(u, 1000, chances).tolist() == binom.ppf(u, 1000, chances).astype(int).tolist()


def test_more_luck_never_gives_fewer() -> None:
    u = np.sort(np.random.default_rng(1).random(5000))
    for mean in (3.0, 100.0):
        assert np.all(np.diff(poisson_quantile(u, mean)) >= 0)
        assert np.all(np.diff(binomial_quantile(u, 1000, mean / 1000)) >= 0)


def hazard(n: int = 4) -> tuple[Hazard, np.ndarray]:
    own = block(0, n)
    draw = Draw(own, "key people", "head", "exit")
    return Hazard(own, draw), draw.exponential()


def test_a_hazard_fires_on_the_step_that_passes_its_threshold_whatever_the_step() -> None:
    for step in (0.01, 0.003):
        own, threshold = hazard()
        fired = np.full(4, -1.0)
        for k in range(1, int(threshold.max() / step) + 2):
            fires = own.fires(step, fired < 0)
            fired[fires] = k * step
        assert np.all((fired >= threshold - 1e-9) & (fired - step < threshold + 1e-9))


def test_a_hazard_stands_still_where_it_does_not_apply() -> None:
    own, threshold = hazard()
    applies = np.array([True, False, True, False])
    assert own.fires(threshold.max() + 1, applies).tolist() == applies.tolist()


def test_after_a_hazard_has_fired_the_next_occurrence_has_a_draw_of_its_own() -> None:
    own, first = hazard()
    own.fires(first + 1e-9, np.ones(4, dtype=bool))
    assert own.own.occurrence.tolist() == [1, 1, 1, 1]
    assert own.own.left.tolist() == own.draw.exponential(1).tolist()
    assert not np.any(own.own.left == first)


def test_a_probability_of_one_is_certain_at_once() -> None:
    own, _ = hazard()
    assert own.fires(np.inf, np.array([True, True, False, True])).tolist() == [True, True, False, True]
