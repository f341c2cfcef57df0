"""A document as data, before anybody decides how it looks: sections of paragraphs, lists, tables and figures.

Texts are plain: whatever a name holds, HTML, Typst or Markdown show it as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `tone` is how loud: the answer, plain text, or small print."""

    text: str
    tone: Literal["answer", "plain", "small"] = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Grid:
    """A table: a header, rows of cells (a line break in a cell is one in the table), and a line beneath.

    `widths` are relative; columns whose number is in `right` are set flush right; `is_small` for long lists; the rows
    whose number is in `strong` stand out.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    widths: Sequence[float] = ()
    right: Sequence[int] = ()
    strong: Sequence[int] = ()
    is_small: bool = False
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class Figure:
    """A drawing: its file's name, what it shows in words, and the SVG itself."""

    name: str
    alt: str
    svg: str
    kind: Literal["figure"] = "figure"


Block = Paragraph | Bullets | Grid | Figure


@dataclass(frozen=True)
class Section:
    """A headed part of the document, on a page of its own if it says so. What is folded is for looking up: HTML shows
    it when asked, PDF says where it is."""

    title: str
    blocks: Sequence[Block]
    own_page: bool = False
    is_folded: bool = False


@dataclass(frozen=True)
class Document:
    """A title, the line under it, the line at the foot of each page, and sections."""

    title: str
    subtitle: str
    foot: str
    sections: Sequence[Section] = field(default_factory=tuple)

    def figures(self) -> list[Figure]:
        """Every figure, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Figure)]
