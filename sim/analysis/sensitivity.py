"""Which uncertain inputs decide an outcome, from the inputs that an ordinary run drew.

Tables of inputs have one row per group of replications that share them; outcomes are arrays over replications, in
order. First-order indices only: total-order ones need a design made for them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from .compare import mean_of
from .intervals import LEVEL, Estimate, Floats, Ints
from .resample import grouped, picks

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
    means, variance = grouped(outcome, shared), float(outcome.var())
    own = inputs.iloc[: len(means)]
    most = int(np.clip(2 * len(means) ** (1 / 3), 4, MOST_PARTS))
    weights = np.stack([np.bincount(p, minlength=len(means)) for p in picks("index", RESAMPLES, len(means))])
    rows = [_index(parts_of(own[name].to_numpy(), most), means, weights, variance) for name in own]
    table = pd.DataFrame(rows, index=pd.Index(own.columns, name="input"), columns=["index", "error"])
    half = float(ndtri((1 + level) / 2)) * table.pop("error")
    table = table.assign(low=(table["index"] - half).clip(0, 1), high=(table["index"] + half).clip(0, 1))
    return table.assign(index=table["index"].clip(0, 1)).sort_values("index", ascending=False, kind="stable")


def _index(parts: Ints, means: Floats, weights: Ints, variance: float) -> tuple[float, float]:
    """The index and its standard error."""
    if variance == 0 or parts.max(initial=0) == 0:
        return 0.0, 0.0
    order = np.argsort(parts, kind="stable")
    starts = np.flatnonzero(np.diff(parts[order], prepend=-1))
    drawn = np.vstack([np.ones(len(means), dtype=np.int64), weights])[:, order]
    centred = (means - means.mean())[order]
    n, total, square = (
        np.add.reduceat(drawn * x, starts, axis=1) for x in (np.ones_like(centred), centred, centred**2)
    )
    seen = np.maximum(n, 1)
    between = (total**2 / seen).sum(axis=1) - total.sum(axis=1) ** 2 / len(means)
    within = (square - total**2 / seen).sum(axis=1) / max(len(means) - len(starts), 1)
    indices = (between - (len(starts) - 1) * within) / (len(means) * variance)
    return float(indices[0]), float(indices[1:].std())


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
        bottom, top = (mean_of(means[side], level) for side in sides)
        error = float(means.std() * np.sqrt(sum(1 / side.sum() for side in sides)))
        rows[name] = (*bounds, *bottom, *top, top.value - bottom.value, error)
    names = ["below", "above", "low", "low_from", "low_to", "high", "high_from", "high_to", "swing", "swing_error"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("input")
    return table.sort_values("swing", key=abs, ascending=False, kind="stable")
