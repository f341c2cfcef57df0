"""Rank correlation between uncertain inputs: Spearman in files, Gaussian inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.scenario.paths import Parameter
from sim.scenario.problems import Location, Problem, did_you_mean
from sim.scenario.quantity import Kind
from sim.scenario.table import Many, Name, Table, Text, default, members, part, required

Matrix = NDArray[np.float64]

SMALLEST = 1e-8
"""A matrix whose smallest eigenvalue is below this is no correlation matrix that can be drawn from."""
KEPT = 0.005
"""The smallest eigenvalue of the valid matrix that is shown instead: its figures may be rounded to three decimals."""

Rank = Annotated[float, Field(ge=-1, le=1)]


class Correlation(Table):
    """How two uncertain inputs go together: Spearman's rank correlation."""

    between: Annotated[Many[Name], Field(min_length=2, max_length=2)] = required("paths of two uncertain inputs")
    value: Rank = required("Spearman's rank correlation, -1 to 1")
    unit: Literal["rank correlation"] = default("rank correlation", "its unit")
    source: Text | None = default(None, "entry of the sources")
    note: Text | None = default(None, "what to know about it")
    grade: Literal["REPORTED", "DERIVED", "ASSUMPTION"] | None = default(None, "how good the evidence is")
    range: Annotated[Many[Rank], Field(min_length=2, max_length=2)] | None = default(None, "what else it could be")


def gaussian(spearman: Any) -> Any:
    """The correlation of two normals whose rank correlation is ``spearman``: 2 sin(pi r / 6)."""
    return 2 * np.sin(np.pi * np.asarray(spearman) / 6)


def spearman(gaussian: Any) -> Any:
    """The rank correlation of two normals: 6 / pi asin(rho / 2)."""
    return 6 / np.pi * np.arcsin(np.asarray(gaussian) / 2)


def matrix_of(pairs: Mapping[tuple[str, str], float]) -> tuple[list[str], Matrix]:
    """The paths in order of their names, and the Gaussian correlation matrix; pairs that are not stated have none."""
    paths = sorted({path for pair in pairs for path in pair})
    matrix = np.eye(len(paths))
    for (one, other), rank in pairs.items():
        i, j = paths.index(one), paths.index(other)
        matrix[i, j] = matrix[j, i] = gaussian(rank)
    return paths, matrix


def is_valid(matrix: Matrix) -> bool:
    """Whether a symmetric matrix with ones on its diagonal is positive definite."""
    return bool(np.linalg.eigvalsh(matrix)[0] > SMALLEST)


def nearest(matrix: Matrix) -> Matrix:
    """The nearest valid correlation matrix: Higham's alternating projections with Dykstra's correction (2002)."""
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(1000):
        corrected = found - correction
        values, vectors = np.linalg.eigh(corrected)
        projected = (vectors * np.maximum(values, KEPT)) @ vectors.T
        correction = projected - corrected
        before, found = found, projected.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < 1e-10:
            break
    return found


def stated_pairs(raw: Any) -> dict[tuple[str, str], float]:
    """The pairs that raw correlations state, as far as they can be read."""
    pairs = {}
    for correlation in members(raw, "correlations"):
        between, value = members(correlation, "between"), part(correlation, "value")
        is_pair = len(between) == 2 and all(isinstance(path, str) for path in between)
        if is_pair and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1:
            pairs[(between[0], between[1])] = float(value)
    return pairs


def correlation_problems(raw: Any, parameters: Mapping[str, Parameter], uncertain: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the correlations of a raw scenario; ``uncertain`` are the paths that hold a distribution."""
    seen: set[frozenset[str]] = set()
    for position, correlation in enumerate(members(raw, "correlations")):
        place: Location = ("correlations", position, "between")
        between = [path for path in members(correlation, "between") if isinstance(path, str)]
        for which, path in enumerate(between):
            yield from _path_problems((*place, which), path, parameters, uncertain)
        if len(between) == 2 and (frozenset(between) in seen or between[0] == between[1]):
            yield Problem(place, between, "two inputs that no other correlation pairs")
        seen.add(frozenset(between))
    yield from _matrix_problems(stated_pairs(raw))


def _path_problems(
    place: Location, path: str, parameters: Mapping[str, Parameter], uncertain: Sequence[str]
) -> Iterator[Problem]:
    kind = parameters.get(path)
    if isinstance(kind, Kind) and path not in uncertain:
        yield Problem(place, path, "the path of an input with a distribution; this one is a number")
    elif not isinstance(kind, Kind):
        expected = "the path of an input with a distribution" + (f"; this one is {kind}" if kind else "")
        yield Problem(place, path, expected, "" if kind else did_you_mean(path, uncertain))


def _matrix_problems(pairs: dict[tuple[str, str], float]) -> Iterator[Problem]:
    if any(one == other for one, other in pairs):
        return
    paths, matrix = matrix_of(pairs)
    if not paths or is_valid(matrix):
        return
    valid = spearman(nearest(matrix))
    shown = [
        f"{one} with {other} {valid[i, j]:.3f}"
        for i, one in enumerate(paths)
        for j, other in enumerate(paths)
        if i < j and (abs(valid[i, j]) >= 0.0005 or {(one, other), (other, one)} & set(pairs))
    ]
    found = [f"{one} with {other} {rank:g}" for (one, other), rank in pairs.items()]
    expected = "correlations that can hold together; the nearest that do: " + ", ".join(shown)
    yield Problem(("correlations",), found, expected)
