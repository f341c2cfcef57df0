"""The scenario as the processes see it: each uncertain number replaced by a number, or by one value per row.

What the scenario says holds unless the row's design point sets it, and that unless the row's policy sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy.special import ndtr, ndtri

from sim.company.plan import Settings
from sim.kernel.block import Block, Columns
from sim.kernel.draws import Source, to_uniform
from sim.scenario.correlations import Correlation, matrix_of
from sim.scenario.distribution import OPEN_INTERVAL
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Policy, Scenario, quantities


class Parameters(Columns):
    """A part of the scenario with the same attribute names. Values that differ between rows are columns."""


class Inputs:
    """Draws the uncertain inputs of a block and lays the settings of design points, then of policies, over them."""

    def __init__(
        self,
        block: Block,
        policies: tuple[Policy, ...],
        chance_per_input: int,
        correlations: tuple[Correlation, ...] = (),
        points: Sequence[Settings] = ({},),
    ) -> None:
        self._block = block
        self._points = points
        self._chance_per_input = chance_per_input
        self._sampler = Sampler(block.source, correlations)
        self._settings = [
            {action.parameter: action.value for action in policy.actions if action.do == "set"} for policy in policies
        ]

    def resolve(self, model: BaseModel, path: str = "") -> Parameters:
        """The parameters of a part of the scenario; ``path`` names it in settings and draws."""
        own = Parameters(**{name: self._value(value, _join(path, name)) for name, value in model})
        self._block.keep(own)
        return own

    def _value(self, value: Any, path: str) -> Any:
        if isinstance(value, Quantity):
            return self.number(value, path)
        if isinstance(value, BaseModel):
            return self.resolve(value, path)
        if isinstance(value, (tuple, list)) and value and isinstance(value[0], BaseModel):
            return tuple(self.resolve(part, _join(path, getattr(part, "name", str(i)))) for i, part in enumerate(value))
        return value

    def number(self, quantity: Quantity, path: str) -> Any:
        """The value of a quantity: a number, or (rows,) where it is uncertain or set by a point or a policy."""
        value = self._at_points(quantity, path)
        for policy, settings in enumerate(self._settings):
            if path in settings:
                where = self._block.policy == policy
                value = np.where(where, self._sample(settings[path], path), value)
        return _lone(value)

    def _at_points(self, quantity: Quantity, path: str) -> Any:
        """The value that the scenario or the design point states, before any policy."""
        value, point = self._sample(quantity, path), self._block.point
        settings = {number: own[path] for number, own in enumerate(self._points) if path in own}
        fixed = np.full(len(self._points), np.nan)
        for number, setting in settings.items():
            if setting.value is None:
                value = np.where(point == number, self._sample(setting, path), value)
            else:
                fixed[number] = setting.value
        if settings:
            value = np.where(np.isnan(fixed)[point], value, fixed[point])
        return np.rint(value).astype(np.int64) if quantity.is_whole and settings else value

    def _sample(self, quantity: Quantity, path: str) -> Any:
        """The number that a quantity is, or one value per group of replications that share it, spread over the rows."""
        if quantity.value is not None:
            return np.rint(quantity.value).astype(np.int64) if quantity.is_whole else quantity.value
        block, size = self._block, self._chance_per_input
        first, stop = block.first // size, (block.stop - 1) // size + 1
        return self._sampler.values(quantity, path, first, stop)[block.replication // size - first]


class Sampler:
    """What each uncertain input is in each group of replications that share their inputs, known without simulating."""

    def __init__(self, source: Source, correlations: Sequence[Correlation] = ()) -> None:
        self._source = source
        pairs = {(c.between[0], c.between[1]): c.value for c in correlations}
        self._correlated, matrix = matrix_of(pairs)
        self._mix = np.linalg.cholesky(matrix) if pairs else matrix

    def values(self, quantity: Quantity, path: str, first: int, stop: int) -> NDArray[Any]:
        """The values of an uncertain input in groups ``first`` to ``stop - 1``.

        *Source*: one draw per input and group, whatever block, point or policy asks for it.
        """
        values = quantity.quantile(self._uniform(path, first, stop))
        return np.rint(values).astype(np.int64) if quantity.is_whole else values

    def _uniform(self, path: str, first: int, stop: int) -> Any:
        """The uniforms of an input: its own, or those of a Gaussian copula where it is correlated with others."""

        def own(name: str) -> Any:
            return to_uniform(self._source.words(("inputs", name), first, stop))

        if path not in self._correlated:
            return own(path)
        weights = self._mix[self._correlated.index(path)]
        mixed = sum(w * ndtri(own(name)) for name, w in zip(self._correlated, weights, strict=True) if w != 0)
        return np.clip(ndtr(mixed), *OPEN_INTERVAL)


def sampled_inputs(
    scenario: Scenario, policies: tuple[Policy, ...], seed: int, groups: int, point: Settings | None = None
) -> dict[str, NDArray[Any]]:
    """What each uncertain input is in the first groups of replications at a design point, by path.

    Inputs of a policy's actions are named `policies.<policy>.<position>.<key>`, with the key `value` for what a policy
    sets in place of the scenario and of the point. *Source*: `Sampler`.
    """
    sampler = Sampler(Source(seed), scenario.correlations)
    stated = {path: (path, quantity) for path, quantity in {**scenario.parameters(), **(point or {})}.items()}
    for policy in policies:
        for i, action in enumerate(policy.actions):
            own = f"policies.{policy.name}.{i}"
            for key, quantity in quantities(action).items():
                path = f"{own}.{key}"
                drawn_as = action.parameter if action.do == "set" else path
                stated[path] = drawn_as, (point or {}).get(path, quantity)
    uncertain = {path: one for path, one in stated.items() if not one[1].is_fixed}
    return {path: sampler.values(one, drawn_as, 0, groups) for path, (drawn_as, one) in uncertain.items()}


def at(value: Any, rows: Any) -> Any:
    """A parameter in some rows: a number as it is, a column cut to them. *Source*: the scenario."""
    return value[rows] if np.ndim(value) else value


class Rows:
    """A part of the scenario in some rows: numbers as they are, columns cut to the rows."""

    def __init__(self, terms: Any, rows: Any) -> None:
        self._terms = terms
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return at(getattr(self._terms, name), self._rows)


def _lone(value: Any) -> Any:
    """A plain number where all rows agree."""
    if np.ndim(value) == 0:
        return np.asarray(value).item()
    return value[0].item() if np.all(value == value[0]) else value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
