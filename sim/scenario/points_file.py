"""The points of a list design in a CSV file: a line for each point, a column for each path."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario.errors import InputError, shown
from sim.scenario.problems import Location

ROWS = ("design", "rows")


@dataclass(frozen=True)
class PointsFile:
    """What a CSV file states: its columns, and the cells of each line that is not blank by the line's number."""

    path: Path
    columns: Sequence[str]
    lines: Mapping[int, Sequence[str]]

    @classmethod
    def read(cls, path: Path) -> PointsFile:
        """Raises OSError, UnicodeDecodeError or csv.Error."""
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            columns = next(reader, [])
            numbered = ((reader.line_num, cells) for cells in reader)
            return cls(path, columns, {line: cells for line, cells in numbered if cells})

    def rows(self) -> list[dict[str, Any]]:
        """The points as the rows of a design; an empty cell sets nothing."""
        stated = (zip(self.columns, cells, strict=False) for cells in self.lines.values())
        return [{path: _number(cell) for path, cell in row if cell} for row in stated]

    def faults(self) -> Iterator[InputError]:
        """What no row can tell: a column that is there twice, and cells without a column."""
        for place, path in enumerate(self.columns):
            if path in self.columns[:place]:
                yield InputError(str(self.path), self._place(1, path, place), shown(path), "each column once")
        for line, cells in self.lines.items():
            if len(cells) > len(self.columns):
                expected = f"at most {len(self.columns)}, one for each column"
                yield InputError(str(self.path), f"line {line}", f"{len(cells)} cells", expected)

    def moved(self, location: Location, error: InputError) -> InputError:
        """An error of a row with its line and column here; what is wrong with the path itself stands in line 1."""
        if location[:2] != ROWS:
            return error
        if len(location) == len(ROWS):
            return InputError(str(self.path), "", "no points", "a line for each point after the line of paths")
        line, path = list(self.lines)[int(location[2])], str(location[3])
        line = 1 if error.found == shown(path) else line
        return InputError(str(self.path), self._place(line, path), error.found, error.expected, error.hint)

    def _place(self, line: int, path: str, column: int | None = None) -> str:
        number = self.columns.index(path) if column is None else column
        return f"line {line}, column {number + 1} ({path})"


def _number(cell: str) -> Any:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
