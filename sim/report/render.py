"""A document as one self-contained HTML page, as PDF, and as Markdown. Equal documents give equal bytes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from .document import Block, Bullets, Document, Figure, Grid, Paragraph

FORMATS = ("html", "pdf", "md")
MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
LINE_MARKS = re.compile(r"^(\s*)(\d*)([.)+-](?=\s)|[=-](?=[=-]*\s*$))", re.MULTILINE)


def render(document: Document, form: str) -> bytes:
    """The document as "html", "pdf" or "md"."""
    renderers: dict[str, Callable[[Document], bytes]] = {"html": to_html, "pdf": to_pdf, "md": to_markdown}
    return renderers[form](document)


def _template(name: str) -> str:
    return files("sim.report").joinpath("templates", name).read_text(encoding="utf-8")


def to_html(document: Document) -> bytes:
    """One page that needs nothing from elsewhere: style and figures are inside, there is no script."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data_uri"] = _data_uri
    return environment.from_string(_template("memo.html")).render(document=document).encode()


def _data_uri(figure: Figure) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg.encode()).decode()


def to_pdf(document: Document) -> bytes:
    """Pages of A4 with text that can be selected and searched."""
    import matplotlib as mpl
    import typst

    stated = {"document": json.dumps(asdict(document), default=list)}
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[Path(mpl.get_data_path()) / "fonts/ttf"])
    pages = typst.compile(
        _template("memo.typ").encode(),
        font_paths=fonts,
        format="pdf",
        sys_inputs=stated,
        timestamp=0,
    )
    assert isinstance(pages, bytes)
    return pages


def to_markdown(document: Document) -> bytes:
    """Markdown whose figures are those of the folder `plots` beside it."""
    lines = [f"# {_plain(document.title)}", "", _plain(document.subtitle), ""]
    for section in document.sections:
        lines += [f"## {_plain(section.title)}", ""]
        for block in section.blocks:
            lines += [*_markdown(block), ""]
    return "\n".join([*lines, _plain(document.foot), ""]).encode()


def _markdown(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        text = _plain(block.text)
        return [f"**{text}**" if block.tone == "answer" else text]
    if isinstance(block, Bullets):
        return [f"- {_plain(item)}" for item in block.items]
    if isinstance(block, Figure):
        return [f"![{_plain(block.alt)}](plots/{block.name}.svg)"]
    return _markdown_table(block)


def _markdown_table(grid: Grid) -> list[str]:
    def row(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def cell(text: str) -> str:
        return _plain(text).replace("\n", "<br>")

    rule = ["---:" if column in grid.right else "---" for column in range(len(grid.header))]
    table = [row([cell(text) for text in cells]) for cells in (grid.header, *grid.rows)]
    return [table[0], row(rule), *table[1:], *(["", _plain(grid.note)] if grid.note else [])]


def _plain(text: str) -> str:
    """The text with everything escaped that Markdown would take for a mark."""
    return LINE_MARKS.sub(r"\1\2\\\3", MARKS.sub(r"\\\1", text))
