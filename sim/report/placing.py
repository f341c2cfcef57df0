"""Names beside the marks of a figure, where there is room: none over another, over a mark or over its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from .style import DPI, GREY, INK

AWAY, HALF_MARK = 6.5, 4.0
NEAR = (
    *((AWAY, 0, "left", "center"), (-AWAY, 0, "right", "center"), (0, AWAY, "center", "bottom")),
    *((0, -AWAY, "center", "top"), (AWAY, AWAY, "left", "bottom"), (-AWAY, AWAY, "right", "bottom")),
    *((AWAY, -AWAY, "left", "top"), (-AWAY, -AWAY, "right", "top")),
)
"""Where a name may stand, best first: points to the right and up, and how it is set."""
FAR = tuple(
    (0, sign * far, side, height)
    for far in range(16, 112, 12)
    for sign, height in ((-1, "top"), (1, "bottom"))
    for side in ("center", "left", "right")
)
"""Where a name that must be said may stand as well: straight below or above, joined by a hair line."""
ENDS = {"center": 0.5, "left": 0, "right": 1, "top": 1, "bottom": 0}

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
    away = [box for box in taken if not box.overlaps(own)]
    for place in (*NEAR, *(FAR if one.must_be_named else ())):
        is_far = max(map(abs, place[:2])) > AWAY
        label = _label(ax, one, place, is_far)
        box = _extent(label)
        is_free = _is_within(ax, box) and not _hits(box, taken)
        if is_free and not (is_far and _hits(_line(own, box), away)):
            taken += [box, _line(own, box)] if is_far else [box]
            return True
        label.remove()
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


def _line(own: Bbox, box: Bbox) -> Bbox:
    """What a hair line from a mark straight up or down to its name covers."""
    x, y = (own.x0 + own.x1) / 2, (own.y0 + own.y1) / 2
    near = box.y1 if box.y1 < y else box.y0
    return Bbox.from_extents(x - 1, min(y, near), x + 1, max(y, near))


def _extent(label: Annotation) -> Bbox:
    """What the text of a label covers with a margin, without its hair line."""
    renderer = cast(FigureCanvasAgg, cast(Figure, label.get_figure(root=True)).canvas).get_renderer()
    label.update_positions(renderer)
    return Text.get_window_extent(label, renderer).padded(0.8 * DPI / 72)


def _hits(box: Bbox, others: Sequence[Bbox]) -> bool:
    return any(box.overlaps(other) for other in others)


def _is_within(ax: Axes, box: Bbox) -> bool:
    return bool(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 and ax.bbox.y0 <= box.y0 and box.y1 <= ax.bbox.y1)
