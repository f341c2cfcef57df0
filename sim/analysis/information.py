"""What knowing an input before deciding would be worth, and what a choice costs where an input turns out badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import stdtrit

from .compare import Outcomes, mean_of
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
    n_parts = int(parts.max(initial=0)) + 1
    cells = folds * n_parts + parts
    members = csr_array((np.ones(len(parts)), (cells, np.arange(len(parts)))), shape=(FOLDS * n_parts, len(parts)))
    sums = (members @ groups).reshape(FOLDS, n_parts, -1)
    sizes = np.bincount(cells, minlength=FOLDS * n_parts).reshape(FOLDS, n_parts)
    known, n_known = sums.sum(axis=0) - sums, sizes.sum(axis=0) - sizes
    overall = known.sum(axis=1).argmax(axis=1)
    choice = np.where(n_known > 0, known.argmax(axis=2), overall[:, None])
    here = np.arange(len(groups))
    return np.asarray(groups[here, choice[folds, parts]] - groups[here, overall[folds]])


@dataclass(frozen=True)
class Cell:
    """A fifth of an input's range (1 is the lowest), what bounds it, and its number of groups."""

    input: str
    fifth: int
    low: float
    high: float
    n: int


class Cells:
    """The fifths of every uncertain input, and which groups lie in each."""

    def __init__(self, inputs: pd.DataFrame, groups: int) -> None:
        rows = [np.empty(0, dtype=np.int64)]
        self.cells: list[Cell] = []
        for name in inputs:
            values = inputs[name].to_numpy()[:groups]
            parts, ordered = parts_of(values, FIFTHS), np.sort(values)
            rows.append(parts + len(self.cells))
            stops = np.bincount(parts).cumsum()
            for part, (start, stop) in enumerate(pairwise([0, *stops.tolist()])):
                low, high = float(ordered[start]), float(ordered[stop - 1])
                self.cells.append(Cell(str(name), part + 1, low, high, stop - start))
        self.n = np.array([cell.n for cell in self.cells], dtype=np.float64)[:, None]
        row, member = np.concatenate(rows), np.tile(np.arange(groups), len(inputs.columns))
        self._members = csr_array((np.ones(len(row)), (row, member)), shape=(len(self.cells), groups))

    def means(self, groups: Floats) -> Floats:
        """Mean of each column of (groups, columns) in each cell."""
        return np.asarray(self._members @ groups / self.n)

    def errors(self, groups: Floats) -> Floats:
        """The standard error of each of these means."""
        centred = groups - groups.mean(axis=0)
        variance = self.means(centred**2) - self.means(centred) ** 2
        return np.asarray(np.sqrt(np.maximum(variance, 0) / np.maximum(self.n - 1, 1)))


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


def regrets_of(cells: Cells, outcomes: Outcomes) -> Regrets:
    """Regrets over the fifths of each uncertain input; over all replications if nothing is uncertain."""
    groups = outcomes.groups["utility"]
    if not cells.cells:
        everything = Cell("", 1, np.nan, np.nan, len(groups))
        return Regrets((everything,), outcomes.policies, groups.mean(axis=0, keepdims=True))
    return Regrets(tuple(cells.cells), outcomes.policies, cells.means(groups))


def range_over_inputs(cells: Cells, groups: Floats) -> tuple[float, float]:
    """Lowest and highest mean of a quantity over the fifths of each uncertain input; NaN if nothing is uncertain."""
    means = cells.means(groups[:, None])
    return (float(means.min()), float(means.max())) if len(means) else (np.nan, np.nan)


@dataclass(frozen=True)
class Turn:
    """A cell in which a policy that is better on the whole is worse: beyond the chance of this cell alone, and if
    `is_sure` beyond that of all cells looked at."""

    cell: Cell
    difference: float
    is_sure: bool


def turns(
    cells: Cells, outcomes: Outcomes, better: str, others: Sequence[str], *, level: float = LEVEL
) -> dict[str, list[Turn]]:
    """Where the lead of a policy in mean utility over each of the others turns round: cells in which the other one is
    ahead, with one-sided intervals; what holds for all cells at once first, then the deepest."""
    groups, names = outcomes.groups["utility"], outcomes.policies
    leads = groups[:, [names.index(better)]] - groups[:, [names.index(name) for name in others]]
    means, errors = cells.means(leads), cells.errors(leads)
    alone, at_once = (
        stdtrit(np.maximum(cells.n - 1, 1), 1 - (1 - level) / comparisons) for comparisons in (1, max(len(cells.n), 1))
    )
    is_turn, is_sure = ((cells.n > 1) & (means + critical * errors < 0) for critical in (alone, at_once))
    return {
        name: sorted(
            (Turn(cells.cells[row], float(means[row, k]), bool(is_sure[row, k])) for row in is_turn[:, k].nonzero()[0]),
            key=lambda turn: (not turn.is_sure, turn.difference),
        )
        for k, name in enumerate(others)
    }
