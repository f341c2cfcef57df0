"""Which uncertain inputs decide an outcome, from the inputs that an ordinary run drew.

Tables of inputs have one row per group of replications that share them; outcomes are arrays over replications, in
order. First-order indices only: total-order ones need a design made for them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import ndtri

from .compare import mean_of
from .intervals import LEVEL, Estimate, Floats, Ints, normal
from .resample import grouped, how_often

Mask = npt.NDArray[np.bool_]

MOST_PARTS = 64
RESAMPLES = 200
FIFTHS = 5


def parts_of(values: Floats, most: int) -> Ints:
    """Number of the part that each value lies in: equally large parts from low to high, one for each value if the
    values are few."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, most + 1)[1:], method="higher"))
    return np.searchsorted(edges[:-1], values, side="left")


def first_order(inputs: pd.DataFrame, outcome: Floats, *, shared: int = 1, level: float = LEVEL) -> pd.DataFrame:
    """The share of the outcome's variance that goes when one input becomes known, largest first.

    Index input; columns index, low, high (normal interval from the bootstrap of groups; within [0, 1]). Variance
    between equally large parts of the input's range, less what chance alone would put there.
    """
    return first_orders(inputs, {"": outcome}, shared=shared, level=level)[""]


def first_orders(
    inputs: pd.DataFrame, outcomes: Mapping[str, Floats], *, shared: int = 1, level: float = LEVEL
) -> dict[str, pd.DataFrame]:
    """`first_order` of several outcomes of the same replications."""
    means = {name: grouped(outcome, shared) for name, outcome in outcomes.items()}
    groups = len(next(iter(means.values())))
    parting = _Parting(inputs.iloc[:groups], int(np.clip(2 * groups ** (1 / 3), 4, MOST_PARTS)))
    half = float(ndtri((1 + level) / 2))
    return {name: _ranked(parting, own, float(outcomes[name].var()), half) for name, own in means.items()}


class _Parting:
    """The groups in equally large parts of each input, and how many of each part every resample draws.

    `drawn` has a column for all groups once each, then one for each resample; `parts` a row for each part of each
    input, all inputs beneath each other; `first` the row at which an input begins.
    """

    def __init__(self, inputs: pd.DataFrame, most: int) -> None:
        self.names, groups = list(inputs.columns), len(inputs)
        found = [parts_of(inputs[name].to_numpy(), most) for name in self.names]
        self.sizes = np.array([int(parts.max(initial=0)) + 1 for parts in found], dtype=np.int64)
        self.first = np.concatenate([[0], self.sizes.cumsum()])[:-1].astype(np.int64)
        rows = np.concatenate([parts + start for parts, start in zip(found, self.first, strict=True)] or [self.first])
        members = np.tile(np.arange(groups), len(found))
        self.parts = csr_array(
            (np.ones(len(rows)), (rows, members)), shape=(int(self.sizes.sum()), groups), dtype=np.float64
        )
        self.drawn = np.column_stack([np.ones(groups), how_often("index", RESAMPLES, groups).T])
        self.seen = np.maximum(self.parts @ self.drawn, 1)

    def indices(self, means: Floats, variance: float) -> Floats:
        """The index of each input, (inputs, 1 + resamples)."""
        groups, centred = len(means), means - means.mean()
        total = self.parts @ (centred[:, None] * self.drawn)
        explained = np.add.reduceat(total**2 / self.seen, self.first, axis=0)
        between = explained - np.add.reduceat(total, self.first, axis=0) ** 2 / groups
        within = ((centred**2) @ self.drawn - explained) / np.maximum(groups - self.sizes, 1)[:, None]
        return np.asarray((between - (self.sizes - 1)[:, None] * within) / (groups * variance))


def _ranked(parting: _Parting, means: Floats, variance: float, half: float) -> pd.DataFrame:
    indices = np.zeros((len(parting.names), 1 + RESAMPLES))
    if variance > 0 and parting.names:
        indices = np.where(parting.sizes[:, None] > 1, parting.indices(means, variance), 0.0)
    table = pd.DataFrame({"index": indices[:, 0]}, index=pd.Index(parting.names, name="input"))
    error = half * indices[:, 1:].std(axis=1)
    table = table.assign(low=(table["index"] - error).clip(0, 1), high=(table["index"] + error).clip(0, 1))
    return table.assign(index=table["index"].clip(0, 1)).sort_values("index", ascending=False, kind="stable")


def chance_share(outcome: Floats, shared: int, level: float = LEVEL) -> Estimate | None:
    """The share of the outcome's variance that is pure chance, from replications that share their inputs; None if none
    do, when it cannot be told."""
    groups = len(outcome) // shared
    if shared < 2 or groups < 2 or outcome.var() == 0:
        return None
    pairs = outcome[: groups * shared].reshape(groups, shared)
    within, centred = pairs.var(axis=1, ddof=1), ((pairs - pairs.mean()) ** 2).mean(axis=1)
    share = within.mean() / centred.mean()
    residual = mean_of((within - share * centred) / centred.mean(), level)
    return Estimate(*np.clip([share, share + residual.low, share + residual.high], 0, 1).tolist())


def tornado(inputs: pd.DataFrame, outcome: Floats, *, shared: int = 1, level: float = LEVEL) -> pd.DataFrame:
    """The outcome's mean in the lowest and in the highest fifth of each input, largest swing first.

    Index input; columns below, above (what bounds the two fifths), low, low_from, low_to, high, high_from, high_to
    (means with intervals), swing, swing_error (the standard error of a swing of nothing).
    """
    means = grouped(outcome, shared)
    rows = {}
    for name in inputs:
        values = inputs[name].to_numpy()[: len(means)]
        bounds = np.quantile(values, [1 / FIFTHS, 1 - 1 / FIFTHS])
        sides = [values <= bounds[0], values >= bounds[1]]
        bottom, top = (
            _end(means, values, side, bound, level) for side, bound in zip(sides, bounds.tolist(), strict=True)
        )
        error = float(means.std() * np.sqrt(sum(1 / side.sum() for side in sides)))
        rows[name] = (*bounds, *bottom, *top, top.value - bottom.value, error)
    names = ["below", "above", "low", "low_from", "low_to", "high", "high_from", "high_to", "swing", "swing_error"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("input")
    return table.sort_values("swing", key=abs, ascending=False, kind="stable")


def _end(means: Floats, values: Floats, is_inside: Mask, bound: float, level: float) -> Estimate:
    """The mean on one side of a bound that is itself estimated: where the outcome at the bound differs from that mean,
    the bound's own chance widens the interval."""
    inside = means[is_inside]
    nearest = np.argpartition(np.abs(values - bound), min(len(inside) // 2, len(values) - 1))[: len(inside) // 2 + 1]
    step = float(means[nearest].mean() - inside.mean())
    spread = float(inside.var()) + (1 - len(inside) / len(means)) * step**2
    return normal(float(inside.mean()), spread / len(inside), level)
