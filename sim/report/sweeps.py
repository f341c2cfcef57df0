"""Figures of a sweep: the headline probability over two parameters, or along each of several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import GREY, INK, FigureMeta, house_style, page, pale_lines, percent_axis
from .wording import hundredths, replications

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MOST_FIGURES = 8
FEWEST_FOR_CONTOURS = 3


def draw_sweep(
    shares: pd.DataFrame, points: pd.DataFrame, meta: FigureMeta, directory: Path, *, headline: str
) -> list[Path]:
    """Draw a heat map with contours for each policy of a grid of two numbers, else one panel along each parameter.

    `shares` has policy, point, estimate, low, high and n of the probability that `headline` names. Writes SVG and PNG
    into `directory`, which is made if needed; equal tables give equal bytes. Returns the paths.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    with house_style():
        for name, ax in sweep_figures(shares, points, meta, headline):
            figure = cast(Figure, ax.get_figure(root=True))
            for suffix, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
                paths.append(directory / f"{name}.{suffix}")
                figure.savefig(paths[-1], metadata=metadata)
    return paths


def sweep_figures(
    shares: pd.DataFrame, points: pd.DataFrame, meta: FigureMeta, headline: str
) -> Iterator[tuple[str, Axes]]:
    """Each figure of a sweep with its name."""
    shares = shares.merge(points, on="point")
    numbers = [name for name in points.columns[2:] if pd.api.types.is_numeric_dtype(points[name])]
    varied = [name for name in numbers if points[name].min() < points[name].max()]
    for policy in meta.policies:
        table = shares[shares["policy"] == policy]
        notes = f"{replications(shares['n'])} at each of {len(points):,} points."
        if len(table) and len(varied) == 2 and _is_grid(points, varied):
            yield f"{policy}-map", heat_map(table, varied[0], varied[1], meta, policy, headline, notes)
        else:
            for number, parameter in enumerate(varied[:MOST_FIGURES], start=1):
                yield f"{policy}-along-{number}", along(table, parameter, meta, policy, headline, notes)


def _is_grid(points: pd.DataFrame, varied: list[str]) -> bool:
    counts = [points[name].nunique() for name in varied]
    return min(counts) > 1 and len(points) == np.prod(counts) == len(points[varied].drop_duplicates())


def heat_map(
    table: pd.DataFrame, across: str, up: str, meta: FigureMeta, policy: str, headline: str, notes: str
) -> Axes:
    """The headline probability over two parameters of a grid, with contours of equal probability."""
    grid = table.pivot_table(index=up, columns=across, values="estimate")
    half = float(((table["high"] - table["low"]) / 2).max())
    notes = f"{notes} {meta.level:.0%} intervals are at most {hundredths(half)} points wide either way."
    title = headline
    (ax,) = page(meta, title, f"Policy: {meta.policies[policy] or policy}", notes, panels=(3.4,), left=0.85, right=0.75)
    x, y, z = grid.columns.to_numpy(dtype=float), grid.index.to_numpy(dtype=float), grid.to_numpy(dtype=float)
    mesh = ax.pcolormesh(x, y, z, cmap="cividis_r", vmin=0, vmax=1, shading="nearest", rasterized=True)
    shown = [level for level in LEVELS if z.min() < level < z.max()]
    if shown and min(z.shape) >= FEWEST_FOR_CONTOURS:
        lines = ax.contour(x, y, z, levels=shown, colors="white", linewidths=1.6)
        ax.contour(x, y, z, levels=shown, colors=INK, linewidths=0.8)
        for label in ax.clabel(lines, fmt=lambda level: f"{level:.0%}", fontsize=7.5, colors=INK):
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85})
    _units(ax, x, y)
    ax.set_xlabel(across)
    ax.set_ylabel(up)
    figure = cast(Figure, ax.get_figure(root=True))
    box = ax.get_position()
    bar = figure.colorbar(mesh, cax=figure.add_axes((box.x1 + 0.02, box.y0, 0.02, box.height)))
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    bar.outline.set_visible(False)
    return ax


def _units(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    for axis, values in ((ax.xaxis, x), (ax.yaxis, y)):
        is_millions = np.abs(values).max() >= 1e6
        axis.set_major_formatter(_millions if is_millions else "{x:g}")


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
    ax.set_xlabel(parameter)
    ax.set_ylabel(headline)
    return ax
