"""Figures of sweeps: a map where a grid has two axes, panels along each number else; nothing outside the directory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.report.meta import FigureMeta
from sim.report.sweeps import draw_sweep, sweep_figures, tornadoes
from sim.report.wording import TO

META = FigureMeta("Made up", date(2024, 1, 1), 365, "0123456789abcdef", {"do-nothing": "Do nothing"})
HEADLINE = "P(insolvent by 2024-06-30)"


def points(columns: dict[str, list[float]], overrides: list[str | None]) -> pd.DataFrame:
    """A table of points."""
    n = len(overrides)
    return pd.DataFrame({"point": range(n), "override": pd.Series(overrides, dtype="string"), **columns})


def shares(n: int) -> pd.DataFrame:
    """A probability that rises from point to point."""
    estimate = np.linspace(0.2, 0.8, n)
    bounds = {"low": estimate - 0.02, "high": estimate + 0.02}
    return pd.DataFrame({"policy": "do-nothing", "point": range(n), "estimate": estimate, **bounds, "n": 400})


def names(table: pd.DataFrame, directory: Path) -> set[str]:
    """The figures that a design with these points gives."""
    paths = draw_sweep(shares(len(table)), table, META, directory, headline=HEADLINE)
    assert all(path.stat().st_size > 1000 for path in paths)
    return {path.stem for path in paths}


def test_a_grid_of_4_by_5_values_is_a_map(tmp_path: Path) -> None:
    x, y = zip(*product([1e6, 2e6, 3e6, 4e6], [1.0, 2.0, 3.0, 4.0, 5.0]), strict=True)
    table = points({"usage": list(x), "growth": list(y)}, [None] * 20)
    assert names(table, tmp_path) == {"do-nothing-map"}


def test_an_axis_names_the_unit_of_its_parameter() -> None:
    table = points({"usage": [1e6, 1e6, 2e6, 2e6], "growth": [1.0, 2.0, 1.0, 2.0]}, [None] * 4)
    meta = replace(META, units={"usage": "USD per month"})
    (_, _, ax), *_ = sweep_figures(shares(4), table, meta, HEADLINE)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("usage, USD per month", "growth")


def test_a_grid_too_coarse_for_contours_states_each_probability_at_its_values() -> None:
    x, y = zip(*product([0.6e6, 1.2e6, 2.4e6], [40e3, 80e3]), strict=True)
    ((_, _, ax),) = sweep_figures(shares(6), points({"cash": list(x), "usage": list(y)}, [None] * 6), META, HEADLINE)
    assert sorted(text.get_text() for text in ax.texts) == [f"{share}.0%" for share in (20, 32, 44, 56, 68, 80)]
    labels = [[tick.get_text() for tick in axis.get_ticklabels()] for axis in (ax.xaxis, ax.yaxis)]
    assert labels == [["0.6M", "1.2M", "2.4M"], ["40,000", "80,000"]]


def test_overrides_by_a_number_are_a_map_whatever_else_the_overrides_set(tmp_path: Path) -> None:
    kind, y = zip(*product(["patient", "strict"], [1.0, 2.0, 3.0]), strict=True)
    odds = [0.0 if name == "patient" else 1.0 for name in kind]
    assert names(points({"odds": odds, "bridge": list(y)}, list(kind)), tmp_path) == {"do-nothing-map"}


def test_spread_points_have_a_figure_along_each_number(tmp_path: Path) -> None:
    columns = {name: np.random.default_rng(1).permutation(64).astype(float).tolist() for name in ("a", "b", "c")}
    assert names(points(columns, [None] * 64), tmp_path) == {f"do-nothing-along-{k}" for k in (1, 2, 3)}


def swings(found: list[float]) -> pd.DataFrame:
    """How far each point after the first, which is the scenario, is from it: 0.02 either way."""
    table = pd.DataFrame({"policy": "do-nothing", "point": range(1, len(found) + 1), "difference": found, "n": 400})
    return table.assign(low=table["difference"] - 0.02, high=table["difference"] + 0.02)


def tornado_of(found: list[float], table: pd.DataFrame) -> tuple[list[str], list[tuple[float, bool]], str]:
    """The labels of a tornado from the top, its dots (where, and whether they are filled), and its small print."""
    ((name, _, ax),) = tornadoes(shares(len(table)), swings(found), table, META, HEADLINE)
    assert name == "do-nothing-tornado"
    dots = [line for line in ax.get_lines() if line.get_marker() == "o"]
    told = [(round(float(dot.get_xdata()[0]), 1), dot.get_markerfacecolor() != "white") for dot in dots]
    print_ = " ".join(text.get_text() for text in ax.get_figure(root=True).texts)
    return [text.get_text() for text in ax.texts], told, " ".join(print_.split())


def test_one_at_a_time_is_a_tornado_the_largest_swing_first_with_both_ends_of_an_input_in_one_bar() -> None:
    overrides = [None, "pay: low", "pay: high", "a war", None, None, None]
    nan = float("nan")
    table = points({"cash": [nan] * 4 + [9e4, 3e4, 5e4], "set": [nan, 1.0, 2.0, 3.0, nan, nan, nan]}, overrides)
    labels, dots, small_print = tornado_of([0.05, -0.01, 0.3, -0.2, 0.1, -0.6], table)
    assert labels == ["a war", "cash", "30,000 / 90,000", "pay", "low / high"]
    assert dots == [(30.0, True), (10.0, True), (-20.0, True), (5.0, True), (-1.0, False)]
    assert f"In the scenario: 20.0% (18.0{TO}22.0%). Policy: Do nothing" in small_print
    assert "n = 400 replications of each point" in small_print


def test_a_tornado_of_26_switches_shows_the_20_that_move_most_and_says_so() -> None:
    n = 26
    columns = {f"link_{k}": [None] + [False if k == j else None for j in range(n)] for k in range(n)}
    table = points(columns, [None] * (n + 1))  # type: ignore[arg-type]
    labels, dots, small_print = tornado_of([k / 100 for k in range(n)], table)
    assert labels == [f"link_{k} = false" for k in range(25, 5, -1)]
    assert len(dots) == 20
    assert "The 20 that move it most of 26." in small_print
    assert "pale" not in small_print


def test_one_at_a_time_draws_tornadoes_instead_of_panels_along_each_number(tmp_path: Path) -> None:
    table = points({"cash": [float("nan"), 1.0, 2.0]}, [None] * 3)
    paths = draw_sweep(shares(3), table, META, tmp_path, headline=HEADLINE, differences=swings([0.1, -0.1]))
    assert {path.name for path in paths} == {"do-nothing-tornado.svg", "do-nothing-tornado.png"}


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_equal_tables_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    table = points({"usage": [1.0, 1.0, 2.0, 2.0], "growth": [1.0, 2.0, 1.0, 2.0]}, [None] * 4)
    for folder in ("first", "second"):
        names(table, tmp_path / folder)
    first, second = (tmp_path / folder / f"do-nothing-map.{suffix}" for folder in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
