"""The figures: all drawn, nothing cut or overlapping, equal bytes from equal tables, names shown as text."""

from __future__ import annotations

import itertools
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.report.plots import _figures, draw_all
from sim.report.style import WIDTH, FigureMeta, house_style, spread
from tests.statistics.made_up import HORIZON, POLICIES, START

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
        for name, ax in _figures(seen, short, meta(LABELS, horizon_days)):
            figure = ax.get_figure(root=True)
            assert figure.get_figwidth() == WIDTH
            figure.draw_without_rendering()
            boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
            for text, box in boxes:
                assert figure.bbox.padded(1).containsx(box.x0), f"{name}: {text!r} is cut at the left"
                assert figure.bbox.padded(1).containsx(box.x1), f"{name}: {text!r} is cut at the right"
                assert figure.bbox.padded(1).containsy(box.y0), f"{name}: {text!r} is cut at the foot"
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
