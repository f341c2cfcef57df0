"""Where the tables of a result are: in memory, or in files whose checksums are compared before they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from sim.experiment.cells import Sheet
from sim.experiment.store import Parts, column_names, part_path, read_parts, refuse_damaged


class Tables(Protocol):
    """Where the tables of a result are."""

    def read(self, kind: str, sheet: Sheet, columns: Sequence[str] | None = None) -> pa.Table | None:
        """A sheet's ``replications``, ``counts`` or ``tracks``; None if there are none."""

    def names(self, kind: str, sheet: Sheet) -> list[str]:
        """The columns of that table; none if there is none."""


class MemoryTables:
    """Tables of sheets in memory, by path."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables

    def read(self, kind: str, sheet: Sheet, columns: Sequence[str] | None = None) -> pa.Table | None:
        """One table."""
        table = self._tables.get(part_path(kind, sheet))
        return table if table is None or columns is None else table.select(list(columns))

    def names(self, kind: str, sheet: Sheet) -> list[str]:
        """Its columns."""
        table = self._tables.get(part_path(kind, sheet))
        return [] if table is None else list(table.column_names)


class StoredTables:
    """Tables of sheets in a result directory; only what is asked for is read, and each file is checked once.

    Raises `DamagedError` for a file that is not what was written.
    """

    def __init__(self, directory: Path, parts: Parts) -> None:
        self._directory, self._parts = directory, parts
        self._sound: set[str] = set()

    def read(self, kind: str, sheet: Sheet, columns: Sequence[str] | None = None) -> pa.Table | None:
        """One file."""
        path = self._checked(kind, sheet)
        return read_parts(self._directory, [path], columns) if path else None

    def names(self, kind: str, sheet: Sheet) -> list[str]:
        """Its columns."""
        path = self._checked(kind, sheet)
        return column_names(self._directory, path) if path else []

    def _checked(self, kind: str, sheet: Sheet) -> str | None:
        """The path of a file that is sound; None if there is none."""
        path = part_path(kind, sheet)
        if path not in self._parts:
            return None
        if path not in self._sound:
            refuse_damaged(self._directory, [self._parts[path]])
            self._sound.add(path)
        return path
