"""SQL over a stored result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.store import read_manifest

if TYPE_CHECKING:
    import duckdb

VIEWS = {
    "rows": "replications/*.parquet",
    "counts": "counts/*.parquet",
    "tracks": "tracks/*.parquet",
    "points": "points.parquet",
}


def connected(directory: Path) -> duckdb.DuckDBPyConnection:
    """A database whose views ``rows``, ``counts``, ``tracks`` and ``points`` read the files of a result.

    Raises `OtherQuestionError` if the directory holds none.
    """
    import duckdb

    read_manifest(directory)
    database = duckdb.connect()
    for view, pattern in VIEWS.items():
        if any(directory.glob(pattern)):
            database.read_parquet(str(directory.resolve() / pattern), union_by_name=True).create_view(view)
    return database


def select(directory: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows that a query gives. Raises ValueError with what is wrong with it."""
    import duckdb

    with connected(directory) as database:
        try:
            relation = database.sql(query)
            return list(relation.columns), relation.fetchall()
        except duckdb.Error as error:
            raise ValueError(str(error)) from error
