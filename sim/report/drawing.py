"""Figures drawn once, as SVG, and written beside their pictures as PNG. Equal figures give equal bytes."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import typst
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from .document import Figure
from .style import house_style

Picture = tuple[str, str, Axes]
"""The name of a figure, what it shows in words, and one of its axes."""

DOTS_PER_INCH = 200
COORDINATES = re.compile(r'(?<= [dxy]=")[-\d][^"]*|(?<= d=")M[^"]*')
LONG = re.compile(r"(\d+\.\d\d)\d+")
SHEETS = """
#set page(width: auto, height: auto, margin: 0pt)
#for one in json(bytes(sys.inputs.svgs)) { page(image(bytes(one), format: "svg")) }
"""


def drawn(pictures: Iterable[Picture]) -> list[Figure]:
    """Each picture as SVG."""
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        return [Figure(name, alt, _svg(ax)) for name, alt, ax in pictures]


def _svg(ax: Axes) -> str:
    stream = io.StringIO()
    cast(Drawing, ax.get_figure(root=True)).savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return COORDINATES.sub(lambda found: LONG.sub(r"\1", found[0]), stream.getvalue())


def write(figures: Sequence[Figure], directory: Path) -> list[Path]:
    """Write each figure as SVG and as PNG into `directory`, which is made if needed; the paths written."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for figure, picture in zip(figures, _pngs(figures), strict=True):
        for suffix, content in (("svg", figure.svg.encode()), ("png", picture)):
            paths.append(directory / f"{figure.name}.{suffix}")
            paths[-1].write_bytes(content)
    return paths


def _pngs(figures: Sequence[Figure]) -> list[bytes]:
    if not figures:
        return []
    stated = {"svgs": json.dumps([figure.svg for figure in figures])}
    sheets: object = typst.compile(SHEETS.encode(), format="png", ppi=DOTS_PER_INCH, sys_inputs=stated)
    return sheets if isinstance(sheets, list) else [cast(bytes, sheets)]
