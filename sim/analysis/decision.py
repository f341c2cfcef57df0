"""Everything that a decision rests on, found from the outcomes of the policies and from the inputs that were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtri

from .choice import Selection, best_probabilities, pareto, restricted, select
from .compare import QUANTITIES, Outcomes, Paired, Weights, mean_of, paired_differences
from .discovery import Box, discover
from .information import Cell, Cells, Regrets, Turn, regrets_of, turns, value_of_information
from .intervals import LEVEL, Estimate, normal
from .sensitivity import chance_share, first_orders, tornado
from .weighing import Against, Stretch, WeightTurn, best_by_weight, crossing, weight_turns, weights_against, within

DRIVERS = 8
SENSITIVE = ("good", "days", "loss")


@dataclass(frozen=True)
class Rival:
    """The chosen policy against another: whether it is ahead in these replications, in which variants it is not shown
    to be, in which cells of the uncertain inputs the other one is ahead, and at which ends of the declared weights it
    is not shown to be ahead."""

    policy: str
    is_behind: bool
    variants_against: tuple[str, ...]
    turns: tuple[Turn, ...]
    weights_against: tuple[Against, ...]

    @property
    def is_beaten(self) -> bool:
        """Whether the chosen policy beats this one over the whole range of what is not known."""
        return self.is_behind and not (self.variants_against or self.turns or self.weights_against)


@dataclass(frozen=True)
class Decision:
    """What the replications say about a choice.

    `outcomes` are those of the main run, `inputs` its uncertain inputs (a row per group, of the first groups at least;
    what is said about inputs rests on these), `variants` the outcomes under other readings of the rules, by name.
    `baseline` is the policy that others are compared with, `together` the inputs that are correlated.
    """

    outcomes: Outcomes
    weights: Weights
    inputs: pd.DataFrame
    variants: Mapping[str, Outcomes]
    baseline: str
    together: Sequence[Sequence[str]] = ()
    level: float = LEVEL

    @cached_property
    def selection(self) -> Selection:
        """The choice and its guarantee."""
        return select(self.outcomes, self.weights, level=self.level)

    @cached_property
    def second(self) -> Selection | None:
        """The choice among the policies that the first selection rules out; None if it leaves fewer than two."""
        others = [name for name in self.outcomes.policies if name not in self.selection.kept]
        return select(restricted(self.outcomes, others), self.weights, level=self.level) if len(others) > 1 else None

    @cached_property
    def probability_best(self) -> dict[str, float]:
        """How often each policy is best when replications are drawn again."""
        return best_probabilities(self.outcomes)

    @cached_property
    def differences(self) -> dict[str, list[Paired]]:
        """Every other policy minus the baseline, by quantity."""
        return {name: paired_differences(self.outcomes, name, self.baseline, level=self.level) for name in QUANTITIES}

    @cached_property
    def sampled(self) -> Outcomes:
        """The outcomes of the replications whose inputs are here."""
        return self.outcomes.first(len(self.inputs) * self.outcomes.shared)

    @cached_property
    def cells(self) -> Cells:
        """The fifths of the uncertain inputs."""
        return Cells(self.inputs, len(self.sampled.groups["utility"]))

    @cached_property
    def leads(self) -> list[Paired]:
        """Every other policy minus the chosen one in utility, the nearest first."""
        found = paired_differences(self.outcomes, "utility", self.selection.chosen, level=self.level)
        return sorted(found, key=lambda row: -row.difference)

    @cached_property
    def rivals(self) -> list[Rival]:
        """The chosen policy against each of the others, the nearest first."""
        names = [row.policy for row in self.leads]
        found = turns(self.cells, self.sampled, self.selection.chosen, names, level=self.level)
        return [self._rival(row, found[row.policy]) for row in self.leads]

    def _rival(self, row: Paired, found: list[Turn]) -> Rival:
        ours, name = self.selection.chosen, row.policy
        against = tuple(
            variant
            for variant, outcomes in self.variants.items()
            if {ours, name} <= set(outcomes.policies) and not _is_ahead(outcomes, ours, name, self.level)
        )
        weighed = weights_against(self.outcomes, self.weights, ours, name, self.level)
        return Rival(name, row.high_all < 0, against, tuple(found), tuple(weighed))

    @cached_property
    def stretches(self) -> dict[str, list[Stretch]]:
        """The best policy by the value of each weight: of what a good end is worth from nothing on, of the others over
        their declared ranges."""
        found = {name: best_by_weight(self.outcomes, self.weights, name) for name in ("good_end", *self.weights.ranges)}
        return {
            name: own if name == "good_end" else within(own, self.weights.bounds(name)) for name, own in found.items()
        }

    @cached_property
    def weight_turns(self) -> list[WeightTurn]:
        """The weights on which the choice turns within their declared range."""
        return weight_turns(self.outcomes, self.weights, self.selection.chosen, self.level)

    @cached_property
    def front(self) -> dict[str, bool]:
        """Which policies nothing else betters in both good ends and creditor loss."""
        return pareto(self.outcomes)

    @cached_property
    def regrets(self) -> Regrets:
        """Regrets over the uncertain inputs."""
        return regrets_of(self.cells, self.sampled)

    def largest_regret(self, policy: str) -> tuple[Estimate, Cell]:
        """The largest regret of a policy over the fifths of the uncertain inputs with its interval, and where it is."""
        amount, cell = self.regrets.largest(policy)
        row, names = self.regrets.cells.index(cell), self.outcomes.policies
        groups = self.sampled.groups["utility"]
        lead = groups[:, [int(self.regrets.means[row].argmax())]] - groups[:, [names.index(policy)]]
        error = float(self.cells.errors(lead)[row, 0]) if cell.input else 0.0
        return normal(amount, error**2, self.level), cell

    @cached_property
    def information(self) -> pd.DataFrame:
        """What knowing each input before deciding is worth."""
        return value_of_information(self.inputs, self.sampled, level=self.level)

    @cached_property
    def switch(self) -> tuple[str, Estimate] | None:
        """The policy that is best next to the chosen one if a good end is worth more, and from which worth on; None if
        no worth is enough."""
        names = [one.policy for one in self.stretches["good_end"]]
        following = names[names.index(self.selection.chosen) + 1 :] if self.selection.chosen in names else []
        if not following:
            return None
        pair = (self.selection.chosen, following[0])
        return following[0], crossing(self.outcomes, self.weights, "good_end", *pair, self.level)

    @cached_property
    def runner_up(self) -> str:
        """The policy with the next highest mean utility; the chosen one if there is no other."""
        return self.rivals[0].policy if self.rivals else self.selection.chosen

    @cached_property
    def best_trading(self) -> str:
        """The policy with the highest chance of a good end."""
        return max(self.outcomes.policies, key=lambda name: self.outcomes.column("good", name).mean())

    @cached_property
    def discussed(self) -> list[str]:
        """The policies that the choice is between: the baseline, the chosen one, those that another value of the first
        weight on which it turns would choose, and the one with the highest chance of a good end."""
        sides = [one.policy for turn in self.weight_turns[:1] for one in turn.stretches]
        return list(dict.fromkeys([self.baseline, self.selection.chosen, *sides, self.best_trading]))

    @cached_property
    def indices(self) -> dict[str, pd.DataFrame]:
        """First-order indices of SENSITIVE quantities under the policy with the highest chance of a good end."""
        columns = {name: self.sampled.column(name, self.best_trading) for name in SENSITIVE}
        return first_orders(self.inputs, columns, shared=self.outcomes.shared, together=self.together)

    @cached_property
    def chance(self) -> dict[str, Estimate | None]:
        """The share of pure chance in each of SENSITIVE, under that policy."""
        columns = {name: self.sampled.column(name, self.best_trading) for name in SENSITIVE}
        return {name: chance_share(values, self.outcomes.shared, self.level) for name, values in columns.items()}

    @cached_property
    def swings(self) -> pd.DataFrame:
        """The tornado of the chance of a good end under that policy."""
        good = self.sampled.column("good", self.best_trading)
        return tornado(self.inputs, good, shared=self.outcomes.shared, level=self.level)

    @cached_property
    def leading(self) -> list[str]:
        """The inputs whose outer fifths differ beyond chance, largest swing first."""
        table = self.swings
        critical = float(ndtri(1 - (1 - self.level) / (2 * max(len(table), 1))))
        clear = table[table["swing"].abs() > critical * table["swing_error"]]
        return [str(name) for name in clear.index[:DRIVERS]]

    @cached_property
    def box(self) -> Box | None:
        """Where the rarer of good and insolvent ends is more frequent, under the policy with most good ends."""
        good = self.sampled.groups["good"][:, self.sampled.policies.index(self.best_trading)]
        hits = good if self.is_box_of_good else 1 - good
        return discover(self.inputs, np.asarray(hits), [str(name) for name in self.swings.index[:DRIVERS]])

    @property
    def is_box_of_good(self) -> bool:
        """Whether the box is one of good ends."""
        return bool(self.outcomes.column("good", self.best_trading).mean() < 0.5)


def _is_ahead(outcomes: Outcomes, ours: str, other: str, level: float) -> bool:
    groups, names = outcomes.groups["utility"], outcomes.policies
    return mean_of(groups[:, names.index(ours)] - groups[:, names.index(other)], level).low > 0
