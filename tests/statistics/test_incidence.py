"""Cumulative incidence: closed forms, an independent implementation, and the corners (ties, day 0, absent causes)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sksurv.nonparametric import cumulative_incidence_competing_risks
from statsmodels.duration.survfunc import CumIncidenceRight

from sim.analysis.incidence import NEVER, Incidence, cumulative_incidence, event_days, events_of, incidences
from tests.statistics.made_up import HORIZON, POLICIES

MONTH = 1000  # days, so fine that whole days hardly matter
RATES = {"directors_filed": 0.02, "ceased": 0.05, "court_order": 0.01}


def small_frame(ends: list[str], end_days: list[int], causes: list[str | None]) -> pd.DataFrame:
    frame = pd.DataFrame({"policy": "do-nothing", "replication": range(len(ends)), "end": ends, "end_day": end_days})
    return frame.assign(cause=pd.array(causes, dtype="string"), zero_cash_day=pd.NA, payroll_missed_day=pd.NA)


def competing_exponentials(n: int, months: int) -> pd.DataFrame:
    latent = np.random.default_rng(90).exponential(1 / np.array(list(RATES.values())), (n, len(RATES)))
    days, first = np.ceil(latent.min(axis=1) * MONTH).astype(int), latent.argmin(axis=1)
    ended = days <= months * MONTH
    causes = np.where(ended, np.array(list(RATES), dtype=object)[first], None)
    ends, end_days = np.where(ended, "insolvent", "survived"), np.minimum(days, months * MONTH)
    return small_frame(list(ends), list(end_days), list(causes))


@pytest.mark.parametrize(
    ("cause", "truth"), [("directors_filed", 0.15427678), ("ceased", 0.38569195), ("court_order", 0.07713839)]
)
def test_three_competing_exponential_ends_have_their_closed_form_at_month_12(cause: str, truth: float) -> None:
    """40,000 replications, 4 standard errors: a false alarm in 16,000 for each cause."""
    frame = competing_exponentials(40_000, 12)
    found = incidences(frame, f"insolvent.{cause}", horizon_days=12 * MONTH)["do-nothing"]
    assert found.probability(12 * MONTH).value == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / 40_000))


def test_the_mean_until_month_36_counts_the_survivors_too() -> None:
    """Exponential, mean 24 months: 18.64 months restricted to 36, not the 13.66 of the insolvent alone."""
    days = np.ceil(np.random.default_rng(36).exponential(24 * MONTH, 40_000)).astype(np.int64)
    found = Incidence.of_days(days, 36 * MONTH)
    share, mean = found.probability(36 * MONTH), found.restricted_mean()
    assert share.value == pytest.approx(0.77686984, abs=4 * np.sqrt(0.777 * 0.223 / 40_000))
    assert mean.value / MONTH == pytest.approx(18.644876, abs=4 * 12.3 / np.sqrt(40_000))
    assert mean.high - mean.low == pytest.approx(2 * 1.96 * np.minimum(days, 36 * MONTH).std() / 200, rel=1e-3)


def test_incidence_agrees_with_scikit_survival_on_every_day(frame: pd.DataFrame) -> None:
    rows = frame[frame["policy"] == "do-nothing"]
    codes = rows["end"].map({"survived": 0, "insolvent": 1, "recapitalised": 2, "acquired": 3}).to_numpy()
    days, theirs = cumulative_incidence_competing_risks(codes, rows["end_day"].to_numpy(dtype=float))
    for code, end in enumerate(["insolvent", "recapitalised", "acquired"], start=1):
        ours = incidences(rows, end, horizon_days=HORIZON)["do-nothing"].shares
        np.testing.assert_allclose(ours[days.astype(int)], theirs[code], atol=1e-12)


CORNERS = {
    "ties": ([3, 3, 3, 5, 5, 9, 9, 9, 10, 10], [1, 2, 1, 2, 2, 1, 3, 3, 0, 0]),
    "ends on day 0": ([0, 0, 0, 1, 1, 4, 4, 10, 10, 10], [1, 2, 3, 1, 1, 2, 3, 0, 0, 0]),
    "a cause that never occurs": ([1, 2, 2, 6, 7, 7, 7, 10, 10, 10], [1, 1, 3, 3, 1, 3, 1, 0, 0, 0]),
    "nobody is left": ([0, 0, 2, 2, 8, 8], [1, 2, 3, 1, 2, 3]),
}


@pytest.mark.parametrize(("days", "codes"), CORNERS.values(), ids=CORNERS)
def test_incidence_agrees_with_statsmodels_and_scikit_survival_in_the_corners(
    days: list[int], codes: list[int]
) -> None:
    found = {code: Incidence.of_days(np.where(np.array(codes) == code, days, NEVER), 10).shares for code in (1, 2, 3)}
    present, numbered = np.unique([0, *codes], return_inverse=True)
    times, theirs = cumulative_incidence_competing_risks(numbered[1:], np.array(days, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        others = CumIncidenceRight(np.array(days, dtype=float), np.array(codes))
    for code, shares in found.items():
        own = theirs[present.tolist().index(code)] if code in present else np.zeros(len(times))
        np.testing.assert_allclose(shares[times.astype(int)], own, atol=1e-12)
        np.testing.assert_allclose(shares[others.times.astype(int)], others.cinc[code - 1], atol=1e-12)
    assert (2 in codes) == (found[2].max() > 0)


def test_ends_on_day_0_and_on_one_day_are_counted_on_their_day() -> None:
    frame = small_frame(
        ["insolvent", "insolvent", "acquired", "survived"], [0, 5, 5, 10], ["ceased", "directors_filed", None, None]
    )
    table = cumulative_incidence(frame, horizon_days=10).set_index(["event", "day"])["estimate"]
    assert table["insolvent"].loc[[0, 4, 5, 10]].tolist() == [0.25, 0.25, 0.5, 0.5]
    assert table["any_end"].loc[[0, 4, 5, 10]].tolist() == [0.25, 0.25, 0.75, 0.75]
    assert table["insolvent.ceased"].loc[10] == 0.25
    assert table["zero_cash"].max() == 0


def test_causes_that_never_happened_are_absent_and_all_others_listed_once() -> None:
    frame = small_frame(["survived", "wound_down", "insolvent"], [9, 3, 2], [None, None, "ceased"])
    assert events_of(frame) == ["insolvent.ceased", "wound_down"]


def test_the_ends_add_up_to_any_end_under_each_policy(frame: pd.DataFrame) -> None:
    table = cumulative_incidence(frame, horizon_days=HORIZON)
    parts = table[table["event"].isin(events_of(frame))].groupby(["policy", "day"])["estimate"].sum()
    whole = table[table["event"] == "any_end"].set_index(["policy", "day"])["estimate"]
    pd.testing.assert_series_equal(parts.sort_index(), whole.sort_index())


def test_bands_and_intervals_hold_the_estimate_and_stay_within_0_and_1(frame: pd.DataFrame) -> None:
    table = cumulative_incidence(frame, horizon_days=HORIZON, chance_per_input=2)
    order = table[["band_low", "low", "estimate", "high", "band_high"]]
    assert (order["low"] <= order["estimate"]).all()
    assert (order["estimate"] <= order["high"]).all()
    assert order["band_low"].min() == 0
    assert order["band_high"].max() == 1
    assert list(table["policy"].unique()) == list(POLICIES)


def test_a_quantile_that_too_few_reach_is_not_reached() -> None:
    found = Incidence.of_days(np.array([3, 7] + [NEVER] * 8), 30)
    assert found.quantile(0.2).value == 7
    assert np.isnan(found.quantile(0.5).value)
    assert np.isnan(found.quantile(0.2).high)


def test_a_median_just_reached_has_an_interval_that_is_open_to_the_right() -> None:
    found = Incidence.of_days(np.array([*range(1, 52), *[NEVER] * 49]), 60)
    assert found.quantile(0.5)[:2] == (50, 40)
    assert np.isnan(found.quantile(0.5).high)


def test_events_after_the_horizon_did_not_happen() -> None:
    assert Incidence.of_days(np.array([5, 11]), 10).shares[-1] == 0.5


def test_pairs_that_share_their_inputs_widen_the_interval_by_root_two() -> None:
    days = np.random.default_rng(2).integers(0, 100, 5_000)
    once, paired = Incidence.of_days(days, 99), Incidence.of_days(np.repeat(days, 2), 99, chance_per_input=2)
    assert paired.probability(50) == pytest.approx(once.probability(50), rel=1e-3)
    assert paired.quantile(0.5) == once.quantile(0.5)
    np.testing.assert_allclose(paired.band(), once.band())


def test_a_last_replication_without_its_pair_is_counted() -> None:
    found = Incidence.of_days(np.array([1, 1, 2, 2, 9]), 10, chance_per_input=2)
    assert found.counts[-1] == 5
    assert found.effective.min() >= 2


def test_a_state_that_did_not_happen_has_no_day(frame: pd.DataFrame) -> None:
    missed = event_days(frame, "payroll_missed")
    assert (missed == NEVER).sum() == frame["payroll_missed_day"].isna().sum() > 0
