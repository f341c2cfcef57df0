"""Designs: which points a file asks for, what a point means, and how a set of points grows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiment.design import Point, points_of
from sim.experiment.job import answer
from sim.experiment.paired import differences
from sim.experiment.progress import no_progress
from sim.experiment.result import Result
from sim.scenario.figures import figure
from sim.scenario.loading import load
from sim.scenario.schema import Experiment
from sim.scenario.schema_world import Feedback
from tests.conventions.shared import ROOT
from tests.worlds import line, world

CASH = "opening.cash"
RENT = "costs.rent.monthly"
OVERRIDES = [
    {"name": "poor", "set": {CASH: 20_000}},
    {"name": "poor-and-late", "inherits": "poor", "set": {"horizon_days": 60, RENT: "$3k"}},
]


def asked(**parts: Any) -> Experiment:
    """A small question: rent and random bills, with and without more cash."""
    bills = line("bills", "out", "week", {"distribution": "exponential", "mean": 5000}, day="Friday")
    rent = {
        "name": "rent",
        "class": "critical",
        "monthly": 2000,
        "invoice_day": 1,
        "net_days": {"value": 7, "range": [0, 30]},
    }
    scenario = world(cash=60_000, lines=[bills], costs=[rent], horizon_days=90, terminal_states=["zero_cash"])
    rich = {"name": "rich", "actions": [{"do": "set", "parameter": CASH, "value": 90_000}]}
    return Experiment.model_validate(
        {"name": "small", "scenario": scenario, "policies": [rich], "replications": 60, **parts}
    )


def settings(design: dict[str, Any], **parts: Any) -> list[dict[str, Any]]:
    """What each point of a design sets."""
    return [point.settings for point in points_of(asked(design=design, **parts))]


def rows_of(result: Any, point: int, policy: str = "do-nothing") -> pd.DataFrame:
    """The rows of one policy at one point, as if it were the only one."""
    frame = result.frame
    return frame[(frame["point"] == point) & (frame["policy"] == policy)].drop(columns=["point"]).reset_index(drop=True)


def grid(*axes: tuple[str, list[Any]]) -> dict[str, Any]:
    """A full grid."""
    return {"kind": "grid", "axes": [{"parameter": path, "values": values} for path, values in axes]}


def test_a_grid_of_2_by_3_values_is_6_points_the_last_axis_fastest() -> None:
    found = settings(grid((CASH, ["$10k", "$20k"]), (RENT, [1, 2, 3])))
    assert found == [{CASH: cash, RENT: rent} for cash in (10_000, 20_000) for rent in (1, 2, 3)]


def test_one_at_a_time_starts_from_the_scenario_and_changes_one_value() -> None:
    axes = grid((CASH, [1, 2]), (RENT, [3]))["axes"]
    assert settings({"kind": "one_at_a_time", "axes": axes}) == [{}, {CASH: 1}, {CASH: 2}, {RENT: 3}]


def test_an_override_inherits_and_a_row_prevails_over_its_override() -> None:
    rows = [{"override": "poor-and-late"}, {"override": "poor-and-late", CASH: 30_000}]
    found = settings({"kind": "list", "rows": rows}, overrides=OVERRIDES)
    assert found == [{CASH: cash, "horizon_days": 60, RENT: 3000} for cash in (20_000, 30_000)]


def test_the_points_of_a_list_come_from_a_csv_file_whose_empty_cells_set_nothing(small_world: Path) -> None:
    small_world.with_name("points.csv").write_text(f"{CASH}\n90000\n$80k\n", encoding="utf-8")
    text = small_world.read_text(encoding="utf-8") + '\n[design]\nkind = "list"\nfile = "points.csv"\n'
    small_world.write_text(text, encoding="utf-8")
    assert [point.settings for point in points_of(load(small_world))] == [{CASH: 90_000}, {CASH: 80_000}]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "halton"])
def test_64_spread_points_fill_the_range_evenly_and_whole_numbers_stay_whole(kind: str) -> None:
    axes = [{"parameter": CASH, "low": 1000, "high": 2000}, {"parameter": "costs.rent.net_days"}]
    found = pd.DataFrame(settings({"kind": kind, "points": 64, "axes": axes}))
    assert len(found) == 64
    quarters = np.histogram(found[CASH], bins=4, range=(1000, 2000))[0]
    assert quarters.min() >= 15
    assert set(found["costs.rent.net_days"]) <= set(range(31))


def test_every_uncertain_input_is_spread_over_its_own_distribution() -> None:
    scenario = world(cash={"distribution": "uniform", "low": 10, "high": 30}, horizon_days=5)
    experiment = Experiment.model_validate(
        {"name": "x", "scenario": scenario, "design": {"kind": "sobol", "points": 32, "every_uncertain_input": True}}
    )
    found = [point.settings[CASH] for point in points_of(experiment)]
    assert 19 < float(np.median(found)) < 21
    assert min(found) > 10
    assert max(found) < 30


def test_a_point_is_the_scenario_with_its_values_and_shares_its_draws() -> None:
    swept = sim.simulate(asked(design=grid((CASH, [20_000, 60_000]))))
    alone = sim.simulate(asked())
    pd.testing.assert_frame_equal(rows_of(swept, 1), rows_of(alone, 0))
    assert (rows_of(swept, 0)["end_day"] <= rows_of(swept, 1)["end_day"]).all()


def test_what_a_policy_sets_prevails_over_the_point() -> None:
    swept = sim.simulate(asked(design=grid((CASH, [20_000, 60_000]))))
    pd.testing.assert_frame_equal(rows_of(swept, 0, "rich"), rows_of(swept, 1, "rich"))


def test_a_point_sets_a_number_of_an_action() -> None:
    stretch = {"name": "stretch", "actions": [{"do": "stretch", "class": "trade", "on": "2021-11-05", "days": 10}]}
    found = settings(grid(("policies.stretch.0.days", [5, 6])), policies=[stretch])
    assert found == [{"policies.stretch.0.days": 5}, {"policies.stretch.0.days": 6}]


def test_points_of_other_horizons_and_starts_are_simulated_in_blocks_of_their_own() -> None:
    design = {"kind": "list", "rows": [{"horizon_days": 60}, {}, {"start": "2021-09-30", "horizon_days": 30}]}
    swept = sim.simulate(asked(design=design))
    assert [rows_of(swept, point)["end_day"].max() for point in range(3)] == [60, 90, 30]
    assert rows_of(swept, 2)["end_date"].min() >= pd.Timestamp(date(2021, 9, 30))
    survivors = swept.summary().query("policy == 'do-nothing' and quantity == 'share_survived'")["estimate"]
    assert survivors.iloc[0] >= survivors.iloc[1]


def test_an_override_can_change_a_distribution() -> None:
    wide = {"name": "wide", "set": {CASH: {"distribution": "uniform", "low": 1000, "high": 100_000}}}
    swept = sim.simulate(asked(overrides=[wide], design={"kind": "list", "rows": [{"override": "wide"}, {}]}))
    assert rows_of(swept, 0)["lowest_cash"].nunique() > 10
    assert rows_of(swept, 0, "rich").equals(rows_of(swept, 1, "rich"))


def stored(directory: Path, design: dict[str, Any], replications: int = 60) -> Result:
    """The result of a design in a directory."""
    experiment = asked(design=design, replications=replications)
    return answer(experiment, directory, progress=no_progress).result


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (grid((CASH, [20_000, 60_000])), grid((CASH, [10_000, 20_000, 60_000]))),
        ({"kind": "list", "rows": [{CASH: 20_000}]}, {"kind": "list", "rows": [{CASH: 20_000}, {RENT: 5}]}),
        *(
            tuple({"kind": kind, "points": n, "axes": [{"parameter": CASH, "low": 1, "high": 9e4}]} for n in (4, 16))
            for kind in ("sobol", "halton")
        ),
    ],
    ids=["grid", "list", "sobol", "halton"],
)
def test_a_design_that_grows_keeps_its_points_and_their_rows(
    small: dict[str, Any], large: dict[str, Any], tmp_path: Path
) -> None:
    before = stored(tmp_path / "result", small)
    rows, n = before.frame, len(before.points)
    after = stored(tmp_path / "result", large, replications=80)
    assert len(after.points) > n
    pd.testing.assert_frame_equal(after.points.loc[: n - 1, before.points.columns], before.points, check_dtype=False)
    kept = after.frame[(after.frame["point"] < n) & (after.frame["replication"] < 60)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, rows)


def test_a_latin_hypercube_that_grows_is_refused_with_the_reason(tmp_path: Path) -> None:
    axes = [{"parameter": CASH, "low": 1, "high": 9e4}]
    stored(tmp_path / "result", {"kind": "latin_hypercube", "points": 4, "axes": axes})
    with pytest.raises(Exception, match="all its points move with their number"):
        stored(tmp_path / "result", {"kind": "latin_hypercube", "points": 8, "axes": axes})


def test_a_point_is_known_by_what_it_sets() -> None:
    assert Point({"a": 1.0, "b": 2}).key == Point({"b": 2, "a": 1.0}, "other").key


def one_at_a_time(tmp_path: Path, **parts: Any) -> Result:
    """The stored rows of more and of less cash, one at a time."""
    design = {"kind": "one_at_a_time", "axes": [{"parameter": CASH, "values": [20_000, 90_000]}]}
    return answer(asked(design=design, **parts), tmp_path / "result", progress=no_progress).result


@pytest.mark.parametrize("shared", [1, 2])
@pytest.mark.parametrize("event", ["P(zero_cash by day 60)", "P(insolvent)", "P(any_end by day 80)"])
def test_a_difference_from_the_scenario_is_the_mean_over_replications_in_step(
    event: str, shared: int, tmp_path: Path
) -> None:
    result = one_at_a_time(tmp_path, chance_per_input=shared)
    headline = figure(event, result.experiment.scenario.start)
    found = differences(result, headline, 0).set_index(["policy", "point"])
    shares = result.figure(headline).set_index(["policy", "point"])["estimate"]
    assert len(found) == 4
    for policy, point in found.index:
        difference, low, high, n = found.loc[(policy, point)]
        assert difference == pytest.approx(shares[policy, point] - shares[policy, 0])
        assert low < difference < high
        assert n == 60


def test_a_date_is_the_same_date_at_a_point_that_starts_earlier(tmp_path: Path) -> None:
    start = asked().scenario.start
    design = {"kind": "one_at_a_time", "axes": [{"parameter": "start", "values": [start - timedelta(20)]}]}
    result = answer(asked(design=design), tmp_path / "result", progress=no_progress).result
    by_date = figure(f"P(zero_cash by {start + timedelta(60)})", start)
    shares = result.figure(by_date).query("policy == 'do-nothing'")["estimate"].tolist()
    days = [(rows_of(result, point)["zero_cash_day"] <= day).fillna(False).mean() for point, day in ((0, 60), (1, 80))]
    assert shares == pytest.approx(days)
    found = differences(result, by_date, 0).query("policy == 'do-nothing'")["difference"]
    assert found.tolist() == pytest.approx([days[1] - days[0]])


def test_the_interval_of_a_difference_is_that_of_pairs_with_half_a_pair_of_each_kind_added(tmp_path: Path) -> None:
    result = one_at_a_time(tmp_path)
    hits = [(rows_of(result, point)["zero_cash_day"] <= 60).fillna(False).to_numpy(dtype=int) for point in (0, 1)]
    pairs = np.concatenate([hits[1] - hits[0], [0, 0]])
    variance = (np.square(pairs).sum() + 1) / 62 - pairs.mean() ** 2
    half = 1.959964 * np.sqrt(variance / 62)
    headline = figure("P(zero_cash by day 60)", asked().scenario.start)
    found = differences(result, headline, 0).iloc[0]
    assert (found["policy"], found["point"]) == ("do-nothing", 1)
    assert found["high"] - found["difference"] == pytest.approx(half)
    result.experiment = result.experiment.model_copy(update={"replications": 80})
    wide = differences(result, headline, 0).iloc[0]
    assert (wide["low"], wide["high"]) == pytest.approx((found["low"] * 0.75 - 0.25, found["high"] * 0.75 + 0.25))


def test_the_shipped_experiment_on_feedback_switches_off_every_link() -> None:
    asked = points_of(load(ROOT / "experiments/feedback_links.toml"))
    assert [point.settings for point in asked] == [{}, *({f"feedback.{name}": False} for name in Feedback.model_fields)]


def test_the_shipped_experiment_on_priors_has_two_ends_of_each_of_17() -> None:
    names = [point.override[:3] for point in points_of(load(ROOT / "experiments/one_at_a_time.toml"))]
    assert names == ["", *(f"P{number:02}" for number in range(1, 18) for _ in range(2))]
