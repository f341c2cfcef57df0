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
from sim.report.sweeps import draw_sweep, sweep_figures

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


def test_overrides_by_a_number_are_a_map_whatever_else_the_overrides_set(tmp_path: Path) -> None:
    kind, y = zip(*product(["patient", "strict"], [1.0, 2.0, 3.0]), strict=True)
    odds = [0.0 if name == "patient" else 1.0 for name in kind]
    assert names(points({"odds": odds, "bridge": list(y)}, list(kind)), tmp_path) == {"do-nothing-map"}


def test_spread_points_have_a_figure_along_each_number(tmp_path: Path) -> None:
    columns = {name: np.random.default_rng(1).permutation(64).astype(float).tolist() for name in ("a", "b", "c")}
    assert names(points(columns, [None] * 64), tmp_path) == {f"do-nothing-along-{k}" for k in (1, 2, 3)}


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_equal_tables_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    table = points({"usage": [1.0, 1.0, 2.0, 2.0], "growth": [1.0, 2.0, 1.0, 2.0]}, [None] * 4)
    for folder in ("first", "second"):
        names(table, tmp_path / folder)
    first, second = (tmp_path / folder / f"do-nothing-map.{suffix}" for folder in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
