"""Finding the value of one parameter at which a probability meets a bound.

The probability is simulated at values spread over the range, then closer and closer around where the curve and the two
bounds of its interval meet the bound. All values share their draws, so the curve is smooth and falls or rises as the
model does, although each of its points is uncertain. The values are points of a list design in a result directory:
asking again, more closely or for another bound continues what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.design import edited_scenario, kinds_of
from sim.scenario.figures import Condition
from sim.scenario.paths import DRAWN_AFRESH, STRUCTURAL, Parameter
from sim.scenario.problems import did_you_mean
from sim.scenario.quantity import Kind

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Experiment

Floats = NDArray[np.float64]
SPREAD = 9
ROUNDS = 6
ENOUGH = 1 / 500
"""A crossing is known well enough when its bracket is this share of the range: far less than its interval."""


@dataclass(frozen=True)
class Search:
    """The parameter to find, the range to look in, the policy, and what must hold."""

    path: str
    low: float
    high: float
    policy: str
    condition: Condition
    is_whole: bool = False


@dataclass(frozen=True)
class Solution:
    """Where the condition is met: the value and its interval (NaN where it is not met within the range).

    ``curve`` has a row per value: value, estimate, low, high, n.
    """

    search: Search
    value: float
    low: float
    high: float
    is_met_above: bool
    curve: pd.DataFrame


def search_of(
    experiment: Experiment, path: str, condition: Condition, policy: str, between: tuple[float, float] | None
) -> Search:
    """The search for a parameter, between its bounds if none are given. Raises ValueError with what is expected."""
    kind = _kind(kinds_of(experiment), path)
    low, high = between or _range(experiment, path)
    if not low < high:
        raise ValueError(f"--between: found {low:g} {high:g}, expected two numbers, the lower first")
    for bound in (low, high):
        if fault := _fault(experiment, path, kind, bound):
            raise ValueError(f"--between: found {bound:g}, expected {fault}")
    return Search(path, low, high, policy, condition, isinstance(kind, Kind) and kind.is_whole)


def _kind(kinds: Mapping[str, Parameter], path: str) -> Parameter:
    """The kind of a number that can be solved for: one of the scenario's, or what is drawn afresh at each occurrence.

    Raises ValueError with what is expected instead.
    """
    kind = kinds.get(path)
    if isinstance(kind, Kind) or kind == DRAWN_AFRESH:
        return kind
    what = f"{path!r}, which is {kind}" if kind else repr(path)
    hint = did_you_mean(path, [name for name, one in kinds.items() if one != STRUCTURAL]) or "such as opening.cash"
    raise ValueError(f"--for: found {what}, expected the path of a number of the scenario; {hint}")


def _fault(experiment: Experiment, path: str, kind: Parameter, value: float) -> str:
    """What is expected instead of a value, nothing if it is good; one that is drawn afresh is tried in the scenario."""
    from pydantic import ValidationError

    if isinstance(kind, Kind):
        return kind.expected() if kind.fault(value) else ""
    try:
        edited_scenario(experiment.scenario, {path: value})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return str(first.get("ctx", {}).get("expected", first["msg"]))
    return ""


def _range(experiment: Experiment, path: str) -> tuple[float, float]:
    quantity = experiment.scenario.parameters().get(path)
    if quantity is not None and not quantity.is_fixed:
        return quantity.bounds()
    if quantity is not None and quantity.range is not None:
        return quantity.range
    raise ValueError(f"--between: found nothing, expected two numbers: the scenario states no range for {path}")


def solve(search: Search, evaluate: Callable[[Sequence[float]], pd.DataFrame]) -> Solution:
    """Search with the figure that ``evaluate`` gives for values: value, estimate, low, high, n, one row each."""
    values = set(_rounded(search, np.linspace(search.low, search.high, SPREAD)))
    curve = evaluate(sorted(values))
    for _ in range(ROUNDS):
        new = set(_rounded(search, _between(search, curve))) - values
        if not new:
            break
        values |= new
        curve = evaluate(sorted(values))
    return _read(search, curve)


def _rounded(search: Search, values: Iterable[float]) -> list[float]:
    digits = 6 - int(np.ceil(np.log10(max(search.high - search.low, 1e-300))))
    return [float(round(value)) if search.is_whole else round(float(value), digits) for value in values]


def _between(search: Search, curve: pd.DataFrame) -> list[float]:
    """Values that halve, more than once, each bracket in which a curve meets the bound."""
    values = curve["value"].to_numpy(dtype=float)
    found: list[float] = []
    for shares in _monotone(curve):
        for left in np.flatnonzero(np.diff(np.sign(shares - search.condition.bound)) != 0):
            if values[left + 1] - values[left] > ENOUGH * (search.high - search.low):
                found += np.linspace(values[left], values[left + 1], 5)[1:-1].tolist()
    return found


def _monotone(curve: pd.DataFrame) -> list[Floats]:
    """Estimate, low and high as the nearest curves that only rise or only fall, whichever fits."""
    from scipy.optimize import isotonic_regression

    estimates = curve["estimate"].to_numpy(dtype=float)
    fits = {rises: isotonic_regression(estimates, increasing=rises).x for rises in (True, False)}
    rises = bool(np.square(fits[True] - estimates).sum() <= np.square(fits[False] - estimates).sum())
    columns = (curve[name].to_numpy(dtype=float) for name in ("estimate", "low", "high"))
    return [np.asarray(isotonic_regression(column, increasing=rises).x) for column in columns]


def _read(search: Search, curve: pd.DataFrame) -> Solution:
    values, bound = curve["value"].to_numpy(dtype=float), search.condition.bound
    shares = _monotone(curve)
    falls = bool(shares[0][-1] < shares[0][0])
    crossings = [_crossing(values, column, bound) for column in shares]
    ends = crossings[1:] if falls else crossings[:0:-1]
    return Solution(search, crossings[0], ends[0], ends[1], falls == search.condition.is_at_most, curve)


def _crossing(values: Floats, shares: Floats, bound: float) -> float:
    """Where a monotone curve meets the bound, between its points in a straight line; NaN if it does not."""
    if shares[0] > shares[-1]:
        values, shares = values[::-1], shares[::-1]
    if not shares[0] <= bound <= shares[-1]:
        return float("nan")
    right = int(np.searchsorted(shares, bound))
    if right == 0 or shares[right] == bound:
        return float(values[right])
    step = (bound - shares[right - 1]) / (shares[right] - shares[right - 1])
    return float(values[right - 1] + step * (values[right] - values[right - 1]))


def swept(experiment: Experiment, path: str, values: Sequence[float]) -> Experiment:
    """The experiment at these values of a parameter."""
    from sim.scenario.schema import Experiment as Question

    rows = [{path: value} for value in values]
    raw: dict[str, Any] = {**dict(experiment), "design": {"kind": "list", "rows": rows}, "tracked_replications": 0}
    return Question.model_validate(raw)


def curve_of(result: Any, search: Search) -> pd.DataFrame:
    """The curve of a search in the result of its points, of which a search of another range may have left some."""
    from sim.analysis.intervals import LEVEL

    table = result.figure(search.condition.figure, level=LEVEL)
    points = result.points
    points = points[points[search.path].between(search.low, search.high)]
    table = table[table["policy"] == search.policy].merge(points[["point", search.path]], on="point")
    return table.rename(columns={search.path: "value"})[["value", "estimate", "low", "high", "n"]].sort_values(
        "value", ignore_index=True
    )
