"""Names beside the marks of a figure, where there is room: none over another, over a mark or over its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from sim.analysis.intervals import Floats

from .style import DPI, GREY, INK

AWAY, HALF_MARK, MARGIN, HAIR_PIECES = 6.5, 4.0, 0.9, 24
NEAR = (
    *((AWAY, 0, "left", "center"), (-AWAY, 0, "right", "center"), (0, AWAY, "center", "bottom")),
    *((0, -AWAY, "center", "top"), (AWAY, AWAY, "left", "bottom"), (-AWAY, AWAY, "right", "bottom")),
    *((AWAY, -AWAY, "left", "top"), (-AWAY, -AWAY, "right", "top")),
)
"""Where a name may stand, best first: points to the right and up, and how it is set."""
ENDS = {"center": 0.5, "left": 0, "right": 1, "top": 1, "bottom": 0}
SIDES: dict[int, tuple[str, ...]] = {-1: ("right", "center"), 0: ("center", "left", "right"), 1: ("left", "center")}
FAR = sorted(
    (
        (float(across), float(up), side, "top" if up < 0 else "bottom")
        for across in range(-60, 61, 10)
        for up in (*range(-86, -13, 12), *range(14, 87, 12))
        for side in SIDES[int(np.sign(across))]
    ),
    key=lambda place: math.hypot(*place[:2]),
)
"""Where a name that must be said may stand as well, nearest first, joined by a hair line."""

Span = tuple[float, float, float]
Place = tuple[float, float, str, str]


class Cross(NamedTuple):
    """A mark with an interval either way, and what it is called."""

    x: Span
    y: Span
    name: str
    is_filled: bool
    must_be_named: bool = False


def crosses(ax: Axes, marks: Sequence[Cross]) -> int:
    """Draw some crosses and name them, the first ones first; how many found no room for their names."""
    for one in marks:
        _draw(ax, one)
    taken = [box for one in marks for box in _boxes(ax, one)]
    return sum(not _is_named(ax, one, taken) for one in marks)


def _draw(ax: Axes, one: Cross) -> None:
    colour, face = (INK, INK) if one.is_filled else (GREY, "white")
    (x, left, right), (y, low, high) = one.x, one.y
    ax.plot([left, right], [y, y], color=colour, linewidth=0.9)
    ax.plot([x, x], [low, high], color=colour, linewidth=0.9)
    ax.plot([x], [y], "o", color=colour, markersize=5.5, markerfacecolor=face, clip_on=False, zorder=3)


def _boxes(ax: Axes, one: Cross) -> Iterator[Bbox]:
    """What a mark and its two intervals cover, in pixels."""
    (x, left, right), (y, low, high) = one.x, one.y
    yield Bbox(ax.transData.transform([(x, y), (x, y)])).padded(HALF_MARK * DPI / 72)
    for corners in ([(left, y), (right, y)], [(x, low), (x, high)]):
        yield Bbox(ax.transData.transform(corners)).padded(DPI / 72)


def _is_named(ax: Axes, one: Cross, taken: list[Bbox]) -> bool:
    """Name a mark where nothing else stands, and take that place; whether there was one."""
    own = next(_boxes(ax, one))
    away = [box.padded(-MARGIN * DPI / 72) for box in taken if not box.overlaps(own)]
    size = _size(_label(ax, one, NEAR[0], False))
    for place in (*NEAR, *(FAR if one.must_be_named else ())):
        box, line = _text_box(own, size, place), _line(own, place) if _is_far(place) else []
        if _is_within(ax, box) and not _hits([box], taken) and not _hits(line, away):
            _label(ax, one, place, bool(line))
            taken += [box, *line]
            return True
    return False


def _label(ax: Axes, one: Cross, place: Place, is_far: bool) -> Annotation:
    across, up, side, height = place
    colour = INK if one.is_filled else GREY
    hair = {"arrowstyle": "-", "linewidth": 0.5, "color": GREY, "relpos": (ENDS[side], ENDS[height]), "shrinkA": 0}
    label = ax.annotate(
        one.name, (one.x[0], one.y[0]), (across, up), textcoords="offset points", ha=side, va=height, size=7,
        color=colour, linespacing=1.1, arrowprops=hair if is_far else None,
    )  # fmt: skip
    label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.4})
    return label


def _size(label: Annotation) -> Floats:
    """Width and height of the text of a label, which is taken away again."""
    renderer = cast(FigureCanvasAgg, cast(Figure, label.get_figure(root=True)).canvas).get_renderer()
    label.update_positions(renderer)
    box = Text.get_window_extent(label, renderer)
    label.remove()
    return np.array([box.width, box.height])


def _text_box(own: Bbox, size: Floats, place: Place) -> Bbox:
    """What a name covers, with a margin."""
    across, up, side, height = place
    corner = (own.p0 + own.p1) / 2 + np.array([across, up]) * DPI / 72 - size * [ENDS[side], ENDS[height]]
    return Bbox([corner, corner + size]).padded(MARGIN * DPI / 72)


def _line(own: Bbox, place: Place) -> list[Bbox]:
    """What a hair line from a mark to its name covers."""
    middle, away = (own.p0 + own.p1) / 2, np.array(place[:2]) * DPI / 72
    return [Bbox([at, at]).padded(1) for at in middle + np.linspace(0, 1, HAIR_PIECES)[:, None] * away]


def _hits(boxes: Sequence[Bbox], others: Sequence[Bbox]) -> bool:
    return any(box.overlaps(other) for box in boxes for other in others)


def _is_far(place: Place) -> bool:
    return max(abs(place[0]), abs(place[1])) > AWAY


def _is_within(ax: Axes, box: Bbox) -> bool:
    return bool(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 and ax.bbox.y0 <= box.y0 and box.y1 <= ax.bbox.y1)
