"""SQL over a stored result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.files import DamagedError
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

    Raises `OtherQuestionError` if the directory holds none and `DamagedError` for a file that cannot be read.
    """
    import duckdb

    read_manifest(directory)
    database = duckdb.connect()
    for view, pattern in VIEWS.items():
        if any(directory.glob(pattern)):
            with _damage_said():
                database.read_parquet(str(directory.resolve() / pattern), union_by_name=True).create_view(view)
    return database


@contextmanager
def _damage_said() -> Iterator[None]:
    import duckdb

    try:
        yield
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise DamagedError(str(error).splitlines()[0]) from error


def select(directory: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows that a query gives. Raises ValueError with what is wrong with it."""
    import duckdb

    with connected(directory) as database:
        try:
            with _damage_said():
                relation = database.sql(query)
                return list(relation.columns), relation.fetchall()
        except duckdb.Error as error:
            raise ValueError(str(error)) from error
