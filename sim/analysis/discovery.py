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

from .intervals import Floats
from .resample import picks

PEEL = 0.05
LEAST_SUPPORT = 0.05
LEAST_GROUPS = 20
RESAMPLES = 20
LONGEST = 3
SURE = 0.001

Mask = npt.NDArray[np.bool_]
Limits = tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Box:
    """Limits (input, "above" or "below", value) of a box in input space and how good it is.

    `density`: share of hits inside. `base`: share of hits everywhere. `coverage`: share of all hits that are inside.
    `support`: share of the space. `stability`: in how many of the resamples each limit (input and side) came back.
    `density_outside_sample`: mean density of the resamples' boxes on groups that they had not seen.
    """

    limits: Limits
    density: float
    base: float
    coverage: float
    support: float
    stability: tuple[float, ...] = ()
    density_outside_sample: float = math.nan

    def inside(self, inputs: pd.DataFrame) -> Mask:
        """Which rows lie in the box."""
        return _inside(inputs, self.limits)


def discover(inputs: pd.DataFrame, hits: Floats, candidates: Sequence[str]) -> Box | None:
    """The best box for the share of hits in each group (aligned with the rows of `inputs`), limiting only `candidates`;
    None if no limit does better than chance. With its stability over bootstrap resamples."""
    own = inputs[list(candidates)].iloc[: len(hits)]
    box = find_box(own, hits)
    return None if box is None else _with_stability(box, own, hits)


def find_box(inputs: pd.DataFrame, hits: Floats) -> Box | None:
    """The best box, without its stability."""
    if len(hits) < LEAST_GROUPS or hits.std() == 0:
        return None
    boxes = [_box(limits, inputs, hits) for limits in _peelings(inputs, hits)]
    best = max(boxes, key=_accuracy, default=None)
    if best is None:
        return None
    best = _pruned(_refined(best, inputs, hits), inputs, hits)
    return _refined(best, inputs, hits) if best.limits else None


def _accuracy(box: Box) -> float:
    return box.support * (box.density - box.base)


def _box(limits: Limits, inputs: pd.DataFrame, hits: Floats) -> Box:
    inside = _inside(inputs, limits)
    density = float(hits[inside].mean()) if inside.any() else 0.0
    support, base = float(inside.mean()), float(hits.mean())
    return Box(limits, density, base, support * density / base, support)


def _inside(inputs: pd.DataFrame, limits: Limits) -> Mask:
    inside = np.ones(len(inputs), dtype=bool)
    for name, side, value in limits:
        values = inputs[name].to_numpy()
        inside &= values >= value if side == "above" else values <= value
    return inside


def _peelings(inputs: pd.DataFrame, hits: Floats) -> Iterator[Limits]:
    """Limits after each peel."""
    limits: dict[tuple[str, str], float] = {}
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    while len(hits) > LEAST_SUPPORT * len(inputs):
        kept = [slice_ for name, values in columns.items() for slice_ in _slices(name, values, len(inputs))]
        if not kept:
            return
        name, side, value, inside = max(kept, key=lambda slice_: float(hits[slice_[3]].mean()))
        limits[name, side] = value
        hits, columns = hits[inside], {key: values[inside] for key, values in columns.items()}
        yield tuple((name, side, value) for (name, side), value in limits.items())


def _slices(name: str, values: Floats, n: int) -> Iterator[tuple[str, str, float, Mask]]:
    """What stays when a thin slice is peeled off either side."""
    least = LEAST_SUPPORT * n
    for side, p in (("above", PEEL), ("below", 1 - PEEL)):
        edge = float(np.quantile(values, p, method="lower" if side == "above" else "higher"))
        inside = values >= edge if side == "above" else values <= edge
        if inside.all():
            others = np.sort(values[values != edge])
            if not len(others):
                continue
            edge = float(others[0] if side == "above" else others[-1])
            inside = values >= edge if side == "above" else values <= edge
        if inside.sum() >= least:
            yield name, side, edge, inside


def _refined(box: Box, inputs: pd.DataFrame, hits: Floats) -> Box:
    """The box with each limit moved, in turn, to where the accuracy is highest while the others stay."""
    limits = list(box.limits)
    for place, (name, side, _) in enumerate(limits):
        others = tuple(limits[:place] + limits[place + 1 :])
        inside = _inside(inputs, others)
        values, gains = inputs[name].to_numpy()[inside], hits[inside] - box.base
        order = np.argsort(values if side == "below" else -values, kind="stable")
        is_last_of_value = np.append(np.diff(values[order]) != 0, True)
        sums = np.where(is_last_of_value, gains[order].cumsum(), -np.inf)
        limits[place] = (name, side, float(values[order][int(sums.argmax())]))
    return _box(tuple(limits), inputs, hits)


def _pruned(box: Box, inputs: pd.DataFrame, hits: Floats) -> Box:
    """The box without limits that chance could explain, and with no more than a sentence holds."""
    while box.limits:
        without = [_box(tuple(one for one in box.limits if one != limit), inputs, hits) for limit in box.limits]
        least = max(without, key=_accuracy)
        is_needed = len(box.limits) <= LONGEST and _accuracy(least) < _accuracy(box)
        if is_needed and _by_chance(box, least, inputs, hits) < SURE:
            return box
        box = least
    return box


def _by_chance(box: Box, without: Box, inputs: pd.DataFrame, hits: Floats) -> float:
    """The chance of so high a density inside if the limit left out did nothing."""
    inside, wider = box.inside(inputs), without.inside(inputs)
    spread = float(hits[wider].std()) / math.sqrt(inside.sum())
    return float(ndtr(-(box.density - without.density) / spread)) if spread else 1.0


def _with_stability(box: Box, inputs: pd.DataFrame, hits: Floats) -> Box:
    found, densities = [], []
    for drawn in picks("box", RESAMPLES, len(hits)):
        again = find_box(inputs.iloc[drawn].reset_index(drop=True), hits[drawn])
        found.append({(name, side) for name, side, _ in again.limits} if again else set())
        unseen = np.setdiff1d(np.arange(len(hits)), drawn)
        if again is not None:
            inside = again.inside(inputs.iloc[unseen])
            densities += [float(hits[unseen][inside].mean())] if inside.any() else []
    stability = tuple(sum((name, side) in one for one in found) / RESAMPLES for name, side, _ in box.limits)
    outside = float(np.mean(densities)) if densities else math.nan
    return replace(box, stability=stability, density_outside_sample=outside)
