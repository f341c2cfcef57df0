"""SQL over a stored result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.store import known_parts, refuse_damaged

if TYPE_CHECKING:
    import duckdb

VIEWS = {"rows": "replications/", "counts": "counts/", "tracks": "tracks/", "points": "points.parquet"}


def connected(directory: Path, query: str) -> duckdb.DuckDBPyConnection:
    """A database with those of the views ``rows``, ``counts``, ``tracks`` and ``points`` of a result that a query
    names, with all of them if it names none; the files that they read are held against their checksums.

    Raises `OtherQuestionError` if the directory holds no result, `DamagedError` if a file is not what was written.
    """
    import duckdb

    parts = known_parts(directory)
    database = duckdb.connect()
    for view in [view for view in VIEWS if re.search(rf"\b{view}\b", query, re.IGNORECASE)] or VIEWS:
        own = [part for path, part in sorted(parts.items()) if path.startswith(VIEWS[view])]
        refuse_damaged(directory, own)
        if own:
            files = [str(directory.resolve() / part.path) for part in own]
            database.read_parquet(files, union_by_name=True).create_view(view)
    return database


def select(directory: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows that a query gives. Raises ValueError with what is wrong with it."""
    import duckdb

    with connected(directory, query) as database:
        try:
            relation = database.sql(query)
            return list(relation.columns), relation.fetchall()
        except duckdb.Error as error:
            raise ValueError(str(error)) from error
