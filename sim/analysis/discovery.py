"""Where in the space of uncertain inputs something happens more often: boxes by the patient rule induction method.

From the whole space, thin slices are peeled off, each the one whose removal raises the share of hits most; then each
limit is moved to its best place, and limits that do not help are dropped. How far to peel maximises the weighted
relative accuracy: support x (density - base rate).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from .compare import mean_of
from .intervals import Floats
from .resample import picks

PEEL = 0.05
LEAST_SUPPORT = 0.05
LEAST_GROUPS = 20
RESAMPLES = 20
LONGEST = 3
SURE = 0.001

Mask = npt.NDArray[np.bool_]
Columns = dict[str, Floats]
Limits = tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Box:
    """Limits (input, "above" or "below", value) of a box in input space and how good it is.

    `density`: share of hits inside. `base`: share of hits everywhere. `coverage`: share of all hits that are inside.
    `support`: share of the space. `low` and `high`: the normal interval of the density, of this box as if it had been
    given, not searched for. `stability`: in how many of the resamples each limit (input and side) came back.
    `density_outside_sample`: mean density of the resamples' boxes on groups that they had not seen.
    """

    limits: Limits
    density: float
    base: float
    coverage: float
    support: float
    low: float = math.nan
    high: float = math.nan
    stability: tuple[float, ...] = ()
    density_outside_sample: float = math.nan


def discover(inputs: pd.DataFrame, hits: Floats, candidates: Sequence[str]) -> Box | None:
    """The best box for the share of hits in each group (aligned with the rows of `inputs`), limiting only `candidates`;
    None if no limit does better than chance. With its stability over bootstrap resamples."""
    own = {name: inputs[name].to_numpy()[: len(hits)] for name in candidates}
    box = find_box(own, hits)
    return None if box is None else _with_stability(box, own, hits)


def find_box(inputs: Columns, hits: Floats) -> Box | None:
    """The best box, without its stability."""
    if not inputs or len(hits) < LEAST_GROUPS or hits.std() == 0:
        return None
    best = max(_peelings(inputs, hits), key=_accuracy, default=None)
    if best is None:
        return None
    best = _pruned(_refined(best, inputs, hits), inputs, hits)
    return _refined(best, inputs, hits) if best.limits else None


def _accuracy(box: Box) -> float:
    return box.support * (box.density - box.base)


def _box(limits: Limits, inputs: Columns, hits: Floats) -> Box:
    inside = _inside(inputs, limits)
    return _measured(limits, hits[inside], hits)


def _measured(limits: Limits, inside: Floats, hits: Floats) -> Box:
    density = float(inside.mean()) if len(inside) else 0.0
    support, base = len(inside) / len(hits), float(hits.mean())
    return Box(limits, density, base, support * density / base, support)


def _inside(inputs: Columns, limits: Limits) -> Mask:
    inside = np.ones(len(next(iter(inputs.values()))), dtype=bool)
    for name, side, value in limits:
        values = inputs[name]
        inside &= values >= value if side == "above" else values <= value
    return inside


def _peelings(inputs: Columns, hits: Floats) -> Iterator[Box]:
    """The box after each peel."""
    limits: dict[tuple[str, str], float] = {}
    names, values = list(inputs), np.stack(list(inputs.values()))
    order = np.argsort(values, axis=1, kind="stable")
    is_in = np.ones(len(hits), dtype=bool)
    while is_in.sum() > LEAST_SUPPORT * len(hits):
        slices = list(_slices(np.take_along_axis(values, order, axis=1), hits[order], LEAST_SUPPORT * len(hits)))
        if not slices:
            return
        _, place, side, value = max(slices, key=lambda slice_: slice_[0])
        limits[names[place], side] = value
        is_in &= values[place] >= value if side == "above" else values[place] <= value
        order = order[is_in[order]].reshape(len(names), -1)
        yield _measured(tuple((name, side, value) for (name, side), value in limits.items()), hits[is_in], hits)


def _slices(values: Floats, hits: Floats, least: float) -> Iterator[tuple[float, int, str, float]]:
    """What stays when a thin slice is peeled off either side of each input, its values (inputs, groups) in order with
    their hits: the share of hits that stay, the input, the side and the limit."""
    n = values.shape[1]
    sums = np.concatenate([np.zeros((len(values), 1)), hits.cumsum(axis=1)], axis=1)
    for place, (own, total) in enumerate(zip(values, sums, strict=True)):
        low, high = own[math.floor(PEEL * (n - 1))], own[math.ceil((1 - PEEL) * (n - 1))]
        start = int(np.searchsorted(own, low, side="left")) or int(np.searchsorted(own, low, side="right"))
        if least <= n - start and start < n:
            yield float(total[-1] - total[start]) / (n - start), place, "above", float(own[start])
        stop = int(np.searchsorted(own, high, side="right"))
        stop = stop if stop < n else int(np.searchsorted(own, high, side="left"))
        if least <= stop and stop > 0:
            yield float(total[stop]) / stop, place, "below", float(own[stop - 1])


def _refined(box: Box, inputs: Columns, hits: Floats) -> Box:
    """The box with each limit moved, in turn, to where the accuracy is highest while the others stay."""
    limits = list(box.limits)
    for place, (name, side, _) in enumerate(limits):
        others = tuple(limits[:place] + limits[place + 1 :])
        inside = _inside(inputs, others)
        values, gains = inputs[name][inside], hits[inside] - box.base
        order = np.argsort(values if side == "below" else -values, kind="stable")
        is_last_of_value = np.append(np.diff(values[order]) != 0, True)
        sums = np.where(is_last_of_value, gains[order].cumsum(), -np.inf)
        limits[place] = (name, side, float(values[order][int(sums.argmax())]))
    return _box(tuple(limits), inputs, hits)


def _pruned(box: Box, inputs: Columns, hits: Floats) -> Box:
    """The box without limits that chance could explain, and with no more than a sentence holds."""
    while box.limits:
        without = [_box(tuple(one for one in box.limits if one != limit), inputs, hits) for limit in box.limits]
        least = max(without, key=_accuracy)
        is_needed = len(box.limits) <= LONGEST and _accuracy(least) < _accuracy(box)
        if is_needed and _by_chance(box, least, inputs, hits) < SURE:
            return box
        box = least
    return box


def _by_chance(box: Box, without: Box, inputs: Columns, hits: Floats) -> float:
    """The chance of so high a density inside if the limit left out did nothing."""
    inside, wider = _inside(inputs, box.limits), _inside(inputs, without.limits)
    spread = float(hits[wider].std()) / math.sqrt(inside.sum())
    return float(ndtr(-(box.density - without.density) / spread)) if spread else 1.0


def _with_stability(box: Box, inputs: Columns, hits: Floats) -> Box:
    found, densities = [], []
    for drawn in picks("box", RESAMPLES, len(hits)):
        again = find_box({name: values[drawn] for name, values in inputs.items()}, hits[drawn])
        found.append({(name, side) for name, side, _ in again.limits} if again else set())
        if again is not None:
            unseen = np.bincount(drawn, minlength=len(hits)) == 0
            inside = unseen & _inside(inputs, again.limits)
            densities += [float(hits[inside].mean())] if inside.any() else []
    stability = tuple(sum((name, side) in one for one in found) / RESAMPLES for name, side, _ in box.limits)
    outside = float(np.mean(densities)) if densities else math.nan
    _, low, high = mean_of(hits[_inside(inputs, box.limits)])
    return replace(box, low=max(low, 0), high=min(high, 1), stability=stability, density_outside_sample=outside)
