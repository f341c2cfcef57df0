"""Figures of a sweep: the headline probability over two parameters, or along each of several."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.intervals import Estimate, Floats

from .drawing import Picture, drawn, write
from .meta import FigureMeta
from .one_at_a_time import tornado
from .style import GREY, INK, page, pale_lines, percent_axis
from .wording import hundredths, replications

STEPS = (0.01, 0.02, 0.05, 0.1)
MOST_CONTOURS = 7
MOST_FIGURES = 8
FEWEST_FOR_CONTOURS = 3
FEWEST_FOR_SCALE = 6
MOST_IN_A_ROW = 12


def draw_sweep(
    shares: pd.DataFrame,
    points: pd.DataFrame,
    meta: FigureMeta,
    directory: Path,
    *,
    headline: str,
    differences: pd.DataFrame | None = None,
) -> list[Path]:
    """Draw a heat map with contours for each policy of a grid of two axes, a tornado for a one-at-a-time design, else
    one panel along each number.

    `shares` has policy, point, estimate, low, high and n of the probability that `headline` names, `differences` (of a
    one-at-a-time design) policy, point, difference, low, high and n. Writes SVG and PNG into `directory`, which is made
    if needed; equal tables give equal bytes. Returns the paths.
    """
    pictures = sweep_figures(shares, points, meta, headline)
    if differences is not None:
        pictures = tornadoes(shares, differences, points, meta, headline)
    return write(drawn(pictures), directory)


def tornadoes(
    shares: pd.DataFrame, differences: pd.DataFrame, points: pd.DataFrame, meta: FigureMeta, headline: str
) -> Iterator[Picture]:
    """A tornado for each policy."""
    base = shares[~shares["point"].isin(differences["point"])].set_index("policy")
    for policy, own in differences.groupby("policy", sort=False):
        scenario = Estimate(*base.loc[policy, ["estimate", "low", "high"]])
        alt = f"{headline} with each input changed alone, minus the scenario, under {policy}"
        yield f"{policy}-tornado", alt, tornado(own, scenario, points, meta, str(policy), headline)


def sweep_figures(
    shares: pd.DataFrame, points: pd.DataFrame, meta: FigureMeta, headline: str
) -> Iterator[Picture]:
    """Each figure of a sweep."""
    shares = shares.merge(points, on="point")
    varied = varied_in(points)
    for policy in meta.policies:
        table = shares[shares["policy"] == policy]
        notes = f"{replications(shares['n'])} at each of {len(points):,} points."
        if len(table) and len(varied) == 2 and _is_grid(points, varied):
            alt = f"{headline} over {varied[0]} and {varied[1]} under {policy}"
            yield f"{policy}-map", alt, heat_map(table, varied[0], varied[1], meta, policy, headline, notes)
        else:
            for number, parameter in enumerate([name for name in varied if name != "override"][:MOST_FIGURES], 1):
                alt = f"{headline} along {parameter} under {policy}"
                yield f"{policy}-along-{number}", alt, along(table, parameter, meta, policy, headline, notes)


def varied_in(points: pd.DataFrame) -> list[str]:
    """The numbers that vary between points; those that only follow from the override are named by it."""
    by_override = points.fillna({"override": ""}).groupby("override", sort=False)
    numbers = [name for name in points.columns[2:] if pd.api.types.is_numeric_dtype(points[name])]
    varied = [name for name in numbers if (by_override[name].max() > by_override[name].min()).any()]
    return varied + (["override"] if len(by_override) > 1 else [])


def _is_grid(points: pd.DataFrame, varied: list[str]) -> bool:
    counts = [points[name].nunique() for name in varied]
    return min(counts) > 1 and len(points) == np.prod(counts) == len(points[varied].drop_duplicates())


def heat_map(
    table: pd.DataFrame, across: str, up: str, meta: FigureMeta, policy: str, headline: str, notes: str
) -> Axes:
    """The headline probability over two parameters of a grid, with contours of equal probability."""
    names = list(dict.fromkeys(table[up])) if up == "override" else []
    table = table.assign(**{up: table[up].map(names.index)}) if names else table
    grid = table.pivot_table(index=up, columns=across, values="estimate")
    half = float(((table["high"] - table["low"]) / 2).max())
    notes = f"{notes} {meta.level:.0%} intervals are at most {hundredths(half)} points wide either way."
    title = headline
    (ax,) = page(meta, title, f"Policy: {meta.policies[policy] or policy}", notes, panels=(3.4,), left=0.85, right=0.75)
    x, y, z = grid.columns.to_numpy(dtype=float), grid.index.to_numpy(dtype=float), grid.to_numpy(dtype=float)
    low, high = np.floor(z.min() * 20) / 20, np.ceil(z.max() * 20) / 20
    mesh = ax.pcolormesh(x, y, z, cmap="cividis_r", vmin=low, vmax=high, shading="nearest", rasterized=True)
    has_contours = not names and min(z.shape) >= FEWEST_FOR_CONTOURS
    if has_contours and z.max() > z.min():
        _contours(ax, x, y, z)
    elif not has_contours and max(z.shape) <= MOST_IN_A_ROW:
        _shares_in_cells(ax, x, y, z)
    _units(ax, x, y)
    for axis, values in ((ax.xaxis, x), (ax.yaxis, y)):
        if len(values) < FEWEST_FOR_SCALE:
            axis.set_ticks(values.tolist())
    ax.set_xlabel(_named(across, meta))
    ax.set_ylabel("" if names else _named(up, meta))
    if names:
        ax.set_yticks(y, [textwrap.fill(name, 12) for name in names], fontsize=7)
    figure = cast(Figure, ax.get_figure(root=True))
    box = ax.get_position()
    bar = figure.colorbar(mesh, cax=figure.add_axes((box.x1 + 0.02, box.y0, 0.02, box.height)))
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    bar.outline.set_visible(False)
    return ax


def _named(parameter: str, meta: FigureMeta) -> str:
    unit = meta.units.get(parameter, "")
    return f"{parameter}, {unit}" if unit else parameter


def _contours(ax: Axes, x: Floats, y: Floats, z: Floats) -> None:
    step = next((step for step in STEPS if np.ptp(z) / step <= MOST_CONTOURS), STEPS[-1])
    levels = np.arange(np.ceil(z.min() / step) * step, z.max(), step)
    lines = ax.contour(x, y, z, levels=levels, colors="white", linewidths=1.6)
    ax.contour(x, y, z, levels=levels, colors=INK, linewidths=0.8)
    for label in ax.clabel(lines, fmt=lambda level: f"{level:.0%}", fontsize=7.5, colors=INK):
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85})


def _shares_in_cells(ax: Axes, x: Floats, y: Floats, z: Floats) -> None:
    for (row, column), share in np.ndenumerate(z):
        text = ax.text(
            float(x[column]), float(y[row]), f"{hundredths(share)}%", ha="center", va="center", size=7.5, color=INK
        )
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8})


def _units(ax: Axes, x: Floats, y: Floats) -> None:
    for axis, values in ((ax.xaxis, x), (ax.yaxis, y)):
        is_millions = np.abs(values).max() >= 1e6
        axis.set_major_formatter(_millions if is_millions else "{x:,g}")


def _millions(value: float, _place: object = None) -> str:
    return f"{value / 1e6:g}M"


def along(table: pd.DataFrame, parameter: str, meta: FigureMeta, policy: str, headline: str, notes: str) -> Axes:
    """The headline probability against one parameter: each point with its interval, and a running mean."""
    ordered = table.dropna(subset=[parameter]).sort_values(parameter)
    title = f"{headline} along {parameter}"
    notes = f"{notes} Each dot is a point of the design; other parameters differ too. Line: mean of an eighth of them."
    (ax,) = page(meta, title, f"Policy: {meta.policies[policy] or policy}", notes, right=0.3)
    x, share = ordered[parameter].to_numpy(dtype=float), ordered["estimate"].to_numpy(dtype=float)
    ax.vlines(x, ordered["low"], ordered["high"], color=GREY, linewidth=0.4, alpha=0.5)
    ax.plot(x, share, ".", color=GREY, markersize=3)
    window = max(1, len(x) // 8)
    mean = pd.Series(share).rolling(window, center=True, min_periods=max(1, window // 2)).mean()
    ax.plot(x, mean, color=INK, linewidth=1.6)
    percent_axis(ax)
    pale_lines(ax)
    _units(ax, x, share)
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
    ax.set_xlabel(_named(parameter, meta))
    ax.set_ylabel(headline)
    return ax
