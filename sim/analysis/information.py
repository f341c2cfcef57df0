"""What knowing an input before deciding would be worth, and what a choice costs where an input turns out badly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from .compare import Outcomes, mean_of, standard_error
from .intervals import LEVEL, Floats, Ints
from .sensitivity import FIFTHS, parts_of

FOLDS = 5
PARTS = 10


def value_of_information(
    inputs: pd.DataFrame, outcomes: Outcomes, quantity: str = "utility", level: float = LEVEL
) -> pd.DataFrame:
    """How much higher the mean of `quantity` would be if one input were known before deciding, largest first.

    Index input; columns value, low, high. Choices are made on four fifths of the groups and scored on the last fifth,
    each in turn: an input that decides nothing scores zero or a little less, never more by luck alone.
    """
    groups = outcomes.groups[quantity]
    folds = np.arange(len(groups)) % FOLDS
    rows = {}
    for name in inputs:
        parts = parts_of(inputs[name].to_numpy()[: len(groups)], PARTS)
        rows[name] = mean_of(_gains(parts, groups, folds), level)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"]).rename_axis("input")
    return table.sort_values("value", ascending=False, kind="stable")


def _gains(parts: Ints, groups: Floats, folds: Ints) -> Floats:
    """What each group gains by the choice that suits its part, chosen without that group's fold."""
    gains = np.zeros(len(groups))
    for fold in range(FOLDS):
        known, scored = folds != fold, np.flatnonzero(folds == fold)
        overall = int(groups[known].mean(axis=0).argmax())
        choice = np.full(int(parts.max()) + 1, overall)
        for part in np.unique(parts[known]):
            choice[part] = groups[known & (parts == part)].mean(axis=0).argmax()
        gains[scored] = groups[scored, choice[parts[scored]]] - groups[scored, overall]
    return gains


@dataclass(frozen=True)
class Cell:
    """A fifth of an input's range (1 is the lowest), what bounds it, and its number of groups."""

    input: str
    fifth: int
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Regrets:
    """Mean regret in utility of each policy in each cell: how far it is behind the best policy of that cell."""

    cells: tuple[Cell, ...]
    policies: tuple[str, ...]
    means: Floats

    @property
    def regrets(self) -> Floats:
        """Shape (cells, policies)."""
        return np.asarray(self.means.max(axis=1, keepdims=True) - self.means)

    def largest(self, policy: str) -> tuple[float, Cell]:
        """The largest regret of a policy, and where."""
        own = self.regrets[:, self.policies.index(policy)]
        return float(own.max()), self.cells[int(own.argmax())]

    @property
    def minimax(self) -> str:
        """The policy whose largest regret is smallest."""
        return self.policies[int(self.regrets.max(axis=0).argmin())]


def regrets_of(inputs: pd.DataFrame, outcomes: Outcomes) -> Regrets:
    """Regrets over the fifths of each uncertain input; over all replications if nothing is uncertain."""
    groups = outcomes.groups["utility"]
    found = [(cell, members) for cell, members in _cells(inputs, len(groups))]
    found = found or [(Cell("", 1, np.nan, np.nan, len(groups)), np.ones(len(groups), dtype=bool))]
    means = np.stack([groups[members].mean(axis=0) for _, members in found])
    return Regrets(tuple(cell for cell, _ in found), outcomes.policies, means)


def _cells(inputs: pd.DataFrame, groups: int) -> list[tuple[Cell, Floats]]:
    found = []
    for name in inputs:
        values = inputs[name].to_numpy()[:groups]
        parts = parts_of(values, FIFTHS)
        for part in np.unique(parts):
            own = parts == part
            found.append((Cell(str(name), int(part) + 1, values[own].min(), values[own].max(), int(own.sum())), own))
    return found


def range_over_inputs(inputs: pd.DataFrame, groups: Floats) -> tuple[float, float]:
    """Lowest and highest mean of a quantity over the fifths of each uncertain input; NaN if nothing is uncertain."""
    means = [float(groups[own].mean()) for _, own in _cells(inputs, len(groups))]
    return (min(means), max(means)) if means else (np.nan, np.nan)


@dataclass(frozen=True)
class Turn:
    """A cell in which a policy that is better on the whole is worse: beyond the chance of this cell alone, and if
    `is_sure` beyond that of all cells looked at."""

    cell: Cell
    difference: float
    is_sure: bool


def turns(inputs: pd.DataFrame, outcomes: Outcomes, better: str, worse: str, *, level: float = LEVEL) -> list[Turn]:
    """Where a difference in mean utility turns round: cells in which `worse` is ahead of `better`, with one-sided
    intervals; what holds for all cells at once first, then the deepest."""
    groups = outcomes.groups["utility"]
    difference = groups[:, outcomes.policies.index(better)] - groups[:, outcomes.policies.index(worse)]
    cells = _cells(inputs, len(difference))
    alone, at_once = (float(ndtri(1 - (1 - level) / n)) for n in (1, max(len(cells), 1)))
    found = [
        Turn(cell, float(difference[own].mean()), _is_below(difference[own], at_once))
        for cell, own in cells
        if _is_below(difference[own], alone)
    ]
    return sorted(found, key=lambda turn: (not turn.is_sure, turn.difference))


def _is_below(values: Floats, critical: float) -> bool:
    return len(values) > 1 and bool(values.mean() + critical * standard_error(values) < 0)
