"""Which uncertain inputs decide an outcome, from the inputs that an ordinary run drew.

Tables of inputs have one row per group of replications that share them; outcomes are arrays over replications, in
order. First-order indices only: total-order ones need a design made for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import ndtri

from .compare import mean_of
from .intervals import LEVEL, Estimate, Floats, Ints, normal
from .resample import grouped, how_often

Mask = npt.NDArray[np.bool_]

TOGETHER = " & "
NEIGHBOURS = 5
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
    inputs: pd.DataFrame,
    outcomes: Mapping[str, Floats],
    *,
    shared: int = 1,
    level: float = LEVEL,
    together: Sequence[Sequence[str]] = (),
) -> dict[str, pd.DataFrame]:
    """`first_order` of several outcomes of the same replications.

    Inputs that are drawn `together`, correlated, have one index for all of them, named by their names with TOGETHER
    between: what one of them explains, the others explain too.
    """
    means = {name: grouped(outcome, shared) for name, outcome in outcomes.items()}
    groups, half = len(next(iter(means.values()))), float(ndtri((1 + level) / 2))
    known = [[name for name in names if name in inputs] for names in together]
    together = [names for names in known if len(names) > 1]
    own, bound = inputs.iloc[:groups], [name for names in together for name in names]
    parting = _Parting(own.drop(columns=bound), int(np.clip(2 * groups ** (1 / 3), 4, MOST_PARTS)))
    near = {TOGETHER.join(names): _neighbours(own[list(names)].to_numpy()) for names in together}
    found = {}
    for name, values in means.items():
        variance = float(outcomes[name].var())
        joint = {names: _joint(values, places, variance) for names, places in near.items()}
        found[name] = _ranked({**parting.estimates(values, variance), **joint}, half)
    return found


def _neighbours(values: Floats) -> Ints:
    """The NEIGHBOURS groups nearest to each group in the ranks of its inputs."""
    from scipy.spatial import cKDTree

    ranks = values.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / len(values)
    return np.asarray(cKDTree(ranks).query(ranks, k=min(NEIGHBOURS + 1, len(ranks)))[1][:, 1:])


def _joint(means: Floats, neighbours: Ints, variance: float) -> tuple[float, float]:
    """The share of the variance that goes when all inputs become known, and its standard error: what neighbouring
    groups have in common. Groups are neighbours of each other, so that each counts twice."""
    if variance == 0 or neighbours.size == 0:
        return 0.0, 0.0
    centred = means - means.mean()
    shared = centred * centred[neighbours].mean(axis=1)
    return float(shared.mean() / variance), float(np.sqrt(2 * shared.var() / len(means)) / variance)


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

    def estimates(self, means: Floats, variance: float) -> dict[str, tuple[float, float]]:
        """The index of each input and its standard error."""
        if variance == 0 or not self.names:
            return dict.fromkeys(self.names, (0.0, 0.0))
        indices = np.where(self.sizes[:, None] > 1, self._indices(means, variance), 0.0)
        errors = indices[:, 1:].std(axis=1)
        return dict(zip(self.names, zip(indices[:, 0].tolist(), errors.tolist(), strict=True), strict=True))

    def _indices(self, means: Floats, variance: float) -> Floats:
        """The index of each input, (inputs, 1 + resamples)."""
        groups, centred = len(means), means - means.mean()
        total = self.parts @ (centred[:, None] * self.drawn)
        explained = np.add.reduceat(total**2 / self.seen, self.first, axis=0)
        between = explained - np.add.reduceat(total, self.first, axis=0) ** 2 / groups
        within = ((centred**2) @ self.drawn - explained) / np.maximum(groups - self.sizes, 1)[:, None]
        return np.asarray((between - (self.sizes - 1)[:, None] * within) / (groups * variance))


def _ranked(estimates: Mapping[str, tuple[float, float]], half: float) -> pd.DataFrame:
    """The table of indices from each input's index and standard error."""
    found = np.array(list(estimates.values())).reshape(-1, 2)
    index, error = found[:, 0], half * found[:, 1]
    columns = {"index": index.clip(0, 1), "low": (index - error).clip(0, 1), "high": (index + error).clip(0, 1)}
    table = pd.DataFrame(columns, index=pd.Index(list(estimates), name="input"))
    return table.sort_values("index", ascending=False, kind="stable")


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
