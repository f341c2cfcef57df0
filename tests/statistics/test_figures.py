"""The figures: all drawn, nothing cut or overlapping, equal bytes from equal tables, names shown as text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from sim.analysis.compare import Outcomes, Paired, paired_differences
from sim.analysis.fan import fan
from sim.analysis.incidence import cumulative_incidence
from sim.analysis.intervals import Estimate
from sim.analysis.summary import summarise
from sim.analysis.weeks import weeks_ahead
from sim.report.comparison import MOST_CURVES, ends_side_by_side, insolvency_side_by_side
from sim.report.decision_plots import filing_frontier, forest, pareto_picture
from sim.report.drawing import Picture, drawn
from sim.report.meta import FigureMeta
from sim.report.money_plots import cash_weeks, exposures, probability_plot, recovery_bars
from sim.report.placing import Cross, crosses
from sim.report.plots import _pictures, draw_all, fan_panel
from sim.report.style import WIDTH, house_style, page, spread, turning_points
from tests.statistics.made_up import CREDITORS, HORIZON, POLICIES, START, result_frame

LABELS = {policy: label for policy, (label, _) in POLICIES.items()}
KINDS = ("curves", "ends", "dates", "cash")
BASELINE = {"do-nothing": "Do nothing"}


def meta(policies: dict[str, str], horizon_days: int = HORIZON) -> FigureMeta:
    return FigureMeta("A made-up company", START, horizon_days, "3fa9c17e20b4", policies, chance_per_input=2)


def texts_of(figure: Figure) -> list[Text]:
    """The texts that are drawn: visible, not empty, and no label of a tick out of view."""
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    ticks = [(tick, sorted(axis.get_view_interval())) for axis in axes for tick in axis.majorTicks + axis.minorTicks]
    out_of_view = [tick.label1 for tick, (low, high) in ticks if not low <= tick.get_loc() <= high]
    found = figure.findobj(
        lambda artist: isinstance(artist, Text) and artist.get_visible() and artist not in out_of_view
    )
    return [text for text in found if text.get_text().strip()]


def test_every_policy_has_four_figures_and_two_compare_them(
    frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path
) -> None:
    two = {policy: LABELS[policy] for policy in ("do-nothing", "file-now")}
    paths = draw_all(frame, tracks, meta(two), tmp_path)
    names = {"policies-insolvency", "policies-ends"} | {f"{policy}-{kind}" for policy in two for kind in KINDS}
    assert {path.name for path in paths} == {f"{name}.{suffix}" for name in names for suffix in ("svg", "png")}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


def test_equal_tables_give_equal_bytes(frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path) -> None:
    first = draw_all(frame, tracks, meta(BASELINE), tmp_path / "first")
    second = draw_all(frame, tracks, meta(BASELINE), tmp_path / "second")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("horizon_days", [HORIZON, 365, 60])
def test_no_text_is_cut_or_lies_over_another(frame: pd.DataFrame, tracks: pd.DataFrame, horizon_days: int) -> None:
    seen = frame[frame["end_day"] <= horizon_days]
    short = tracks[tracks["day"] <= horizon_days]
    with house_style():
        assert_texts_are_free(_pictures(seen, short, meta(LABELS, horizon_days)))


def assert_texts_are_free(pictures: Iterable[Picture]) -> None:
    """No text is cut by the edge of its figure or lies over another one."""
    for name, _, ax in pictures:
        figure = ax.get_figure(root=True)
        assert figure.get_figwidth() == WIDTH
        figure.draw_without_rendering()
        boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts_of(figure)]
        for text, box in boxes:
            assert figure.bbox.padded(1).containsx(box.x0), f"{name}: {text!r} is cut at the left"
            assert figure.bbox.padded(1).containsx(box.x1), f"{name}: {text!r} is cut at the right"
            assert figure.bbox.padded(1).containsy(box.y0), f"{name}: {text!r} is cut at the foot"
            assert figure.bbox.padded(1).containsy(box.y1), f"{name}: {text!r} is cut at the top"
        for (text, box), (other, other_box) in itertools.combinations(boxes, 2):
            assert not box.padded(-2).overlaps(other_box.padded(-2)), f"{name}: {text!r} over {other!r}"


def test_drawing_changes_no_setting_of_matplotlib(frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path) -> None:
    mpl.get_backend()
    before = mpl.rcParams.copy()
    draw_all(frame, tracks, meta(BASELINE), tmp_path)
    assert mpl.rcParams == before


def test_names_in_other_scripts_with_signs_or_too_long_are_drawn_as_text(
    frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path
) -> None:
    label = "<b>$5 & 'more' to $6</b> \u516c\u53f8 " + "very long " * 30
    assert draw_all(frame, tracks, meta({"do-nothing": label}), tmp_path)


def test_a_world_without_insolvency_is_drawn(frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path) -> None:
    saved = frame.assign(end="survived", end_day=HORIZON, cause=pd.NA)
    assert draw_all(saved, tracks, meta(BASELINE), tmp_path)


def test_one_replication_is_drawn(frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path) -> None:
    assert draw_all(frame.head(1), tracks[tracks["replication"] == 0], meta(BASELINE), tmp_path)


def test_nothing_simulated_draws_nothing(frame: pd.DataFrame, tracks: pd.DataFrame, tmp_path: Path) -> None:
    assert draw_all(frame.head(0), tracks.head(0), meta(BASELINE), tmp_path) == []


def test_labels_are_spread_evenly_around_where_they_belong() -> None:
    assert spread([0.5, 0.5, 0.9], 0.1, 0, 1) == pytest.approx([0.45, 0.55, 0.9])
    assert spread([0.98, 0.99], 0.1, 0, 1) == pytest.approx([0.9, 1.0])


TWENTY = {f"policy-with-a-long-name-{k}": f"Number {k}, a policy with a label of some length" for k in range(20)}


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """500 replications of each of twenty policies, many of them alike."""
    kinds = list(POLICIES)
    tables = [result_frame(500, (kinds[k % 5],), seed=k).assign(policy=name) for k, name in enumerate(TWENTY)]
    return pd.concat(tables, ignore_index=True)


def pictures_of(many: pd.DataFrame, tracks: pd.DataFrame) -> Iterator[Picture]:
    """The figures that twenty policies crowd, and those of the baseline's money."""
    about, rng = meta(TWENTY), np.random.default_rng(5)
    incidence = cumulative_incidence(many, horizon_days=HORIZON, chance_per_input=2)
    yield "overlay", "", insolvency_side_by_side(incidence, about)
    values = {name: rng.normal(k % 5, 0.1, (500, 20)) for k, name in enumerate(("good", "loss"))}
    outcomes = Outcomes(tuple(TWENTY), values | {"loss": 1e6 * values["loss"]}, 2)
    found = {name: paired_differences(outcomes, name, next(iter(TWENTY))) for name in ("good", "loss")}
    yield "forest", "", forest(found, about, 500)
    yield "filing", "", filing_frontier(found["good"], found["loss"], about, 500)
    good = {name: Estimate(0.08 + k // 15 / 5, 0.07, 0.09) for k, name in enumerate(TWENTY)}
    loss = {name: Estimate(5e7 + k, 4.9e7, 5.1e7) for k, name in enumerate(TWENTY)}
    yield "pareto", "", pareto_picture(good, loss, dict.fromkeys(TWENTY, False), about, 500)
    classes = {"employees": good, "unsecured": {name: Estimate(0.9, 0.88, 0.92) for name in list(TWENTY)[1:]}}
    yield "recovery", "", recovery_bars(classes, about, 500)
    own = tracks[tracks["policy"] == "do-nothing"]
    weeks = {name: weeks_ahead(own, column) for name, column in (("Free", "cash"), ("Restricted", "restricted_cash"))}
    trading = dict.fromkeys(range(14), Estimate(1, 0.97, 1))
    yield "weeks", "", cash_weeks(weeks, trading, meta(LABELS), "do-nothing", 300)
    fans = {name: fan(own, f"overdue.{name}", horizon_days=HORIZON) for name in CREDITORS}
    yield "exposure", "", exposures(fans, meta(LABELS), "do-nothing")


def test_twenty_policies_crowd_no_text_and_fill_no_more_than_300_kilobytes(
    many: pd.DataFrame, tracks: pd.DataFrame
) -> None:
    with house_style():
        assert_texts_are_free(pictures_of(many, tracks))
    sizes = {figure.name: len(figure.svg) for figure in drawn(pictures_of(many, tracks))}
    assert {name: size for name, size in sizes.items() if size > 300_000} == {}


def test_of_twenty_curves_the_baseline_the_leading_and_the_least_are_named_and_14_are_counted(
    many: pd.DataFrame,
) -> None:
    incidence = cumulative_incidence(many, horizon_days=HORIZON)
    leading = "policy-with-a-long-name-10"
    with house_style():
        ax = insolvency_side_by_side(incidence, meta(TWENTY), [leading])
        named = {text.get_text().partition(",")[0].partition("\n")[0] for text in ax.texts}
    assert len(named) == MOST_CURVES + 1
    assert {"Number 0", "Number 10", "14 others"} <= named


def test_the_policy_that_is_insolvent_least_often_stands_at_the_top(frame: pd.DataFrame) -> None:
    summary = summarise(frame, days=[], horizon_days=HORIZON, start=START)
    with house_style():
        ax = ends_side_by_side(summary, meta(LABELS))
    heights = {text.get_text(): text.xy[1] for text in ax.texts if text.get_text() in LABELS}
    assert min(heights, key=lambda name: heights[name]) == "insider-bridge"
    assert max(heights, key=lambda name: heights[name]) == "file-now"


def test_a_curve_keeps_its_ends_and_every_move_that_can_be_seen() -> None:
    curve = np.concatenate([np.zeros(50), np.linspace(0, 1, 20), np.ones(30)])
    kept = turning_points(curve)
    assert (kept[0], kept[-1]) == (0, 99)
    assert len(kept) < 25
    assert np.abs(curve - curve[kept[np.searchsorted(kept, np.arange(100), side="right") - 1]]).max() < 0.005


def test_in_a_crowd_the_front_and_the_leading_are_named_and_the_rest_counted() -> None:
    good = {name: Estimate(0.08, 0.078, 0.082) for name in TWENTY} | {"alone": Estimate(0.4, 0.39, 0.41)}
    loss = {name: Estimate(5e7, 4.9e7, 5.1e7) for name in TWENTY} | {"alone": Estimate(2e7, 1.9e7, 2.1e7)}
    front, leading = {name: name == "alone" for name in good}, "policy-with-a-long-name-7"
    with house_style():
        ax = pareto_picture(good, loss, front, meta({**TWENTY, "alone": "Alone"}), 100, [leading])
    texts = [text.get_text() for text in ax.texts]
    said = [text.replace("\N{EN DASH}", "-") for text in texts if text.startswith("Alone")]
    assert said == ["Alone\n40.0% (39.0-41.0%)\n$20.0M ($19.0-21.0M)"]
    assert sum(text.startswith("Number 7,") for text in texts) == 1
    named = sum(text.startswith("Number") for text in texts)
    assert f"{20 - named} not named for want of room: the table of policies has all" in texts


@pytest.mark.parametrize("seed", range(5))
def test_no_hair_line_runs_through_the_mark_of_another(seed: int) -> None:
    places = np.random.default_rng(seed).normal(0, 1, (20, 2))
    marks = [Cross((x, x - 0.02, x + 0.02), (y, y - 0.02, y + 0.02), f"Mark number {k}", False, True)
             for k, (x, y) in enumerate(places)]  # fmt: skip
    with house_style():
        (ax,) = page(meta(BASELINE), "", "", "")
        ax.set(xlim=(-4, 4), ylim=(-4, 4))
        unnamed = crosses(ax, marks)
    names = [text for text in ax.texts if isinstance(text, Annotation)]
    assert len(names) == 20 - unnamed > 12
    assert any(name.arrow_patch for name in names)
    centres = ax.transData.transform(places)
    for name in [name for name in names if name.arrow_patch]:
        start = ax.transData.transform(name.xy)
        line = start + np.linspace(0, 1, 200)[:, None] * np.array(name.xyann) * 200 / 72
        others = centres[np.abs(centres - start).max(axis=1) > 8 * 200 / 72]
        nearest = np.hypot(*(line[:, None, :] - others[None]).transpose(2, 0, 1)).min()
        assert nearest > 2.7 * 200 / 72, name.get_text()


def test_a_smooth_curve_is_said_to_miss_only_beyond_chance() -> None:
    rng = np.random.default_rng(3)
    smooth, lumpy = rng.lognormal(4, 0.5, 2000), rng.choice([30.0, 90.0, 91.0], 2000)
    with house_style():
        titles = [
            probability_plot(np.ceil(days), meta(BASELINE), "do-nothing").get_figure(root=True).texts[0].get_text()
            for days in (smooth, lumpy)
        ]
    assert titles == ["Smooth curves and the dates of insolvency", "A smooth curve misses the dates of insolvency"]


def test_an_axis_that_few_high_paths_would_rule_ends_above_the_middle_half_and_says_so() -> None:
    frame = pd.DataFrame({0.05: 1e6, 0.25: 1e6, 0.5: 2e6, 0.75: 4e6, 0.95: [4e6, 50e6, 5e6]}, index=[0, 7, 14])
    with house_style():
        (ax,) = page(meta(BASELINE), "", "", "")
        fan_panel(ax, frame, meta(BASELINE), "", most_tail=1.5)
    assert ax.get_ylim() == (0, 6)
    assert "95%: up to $50.0M" in [text.get_text() for text in ax.texts]


def test_triggers_of_a_ladder_are_joined_in_its_order() -> None:
    def rows(quantity: str, scale: float) -> list[Paired]:
        sizes = {"eight": 1.0, "one": 3.0, "four": 2.0}
        return [Paired(name, "first", quantity, *[scale * size] * 5, 0, 0, 0, 0) for name, size in sizes.items()]

    with house_style():
        names = ["first", "eight", "four", "one"]
        about = meta({name: name for name in names})
        ax = filing_frontier(rows("good", 0.1), rows("loss", 1e6), about, 100, [["one", "four", "eight"]])
    joined = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 3]
    assert joined == [[3, 2, 1]]


def test_the_frontier_fills_what_no_other_trigger_betters() -> None:
    def row(policy: str, quantity: str, size: float) -> Paired:
        return Paired(policy, "at-once", quantity, size, size, size, size, size, 0, 0, 0, 0)

    gained = [row("wait", "good", 0.05), row("wait-dearly", "good", 0.04), row("wait-long", "good", 0.08)]
    added = [row("wait", "loss", 1e6), row("wait-dearly", "loss", 2e6), row("wait-long", "loss", 9e6)]
    with house_style():
        ax = filing_frontier(gained, added, meta({"at-once": "At once"}), 100)
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"}
    assert [faces[dollars] == "white" for dollars in (1, 2, 9)] == [False, True, False]
