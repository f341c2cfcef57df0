"""The scenario as the processes see it: each uncertain number replaced by a number, or by one value per row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from sim.kernel.block import Block, Columns
from sim.kernel.draws import Source, to_uniform
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Policy, Scenario


class Parameters(Columns):
    """A part of the scenario with the same attribute names. Values that differ between rows are columns."""


class Inputs:
    """Draws the uncertain inputs of a block and lays the policies' settings over them."""

    def __init__(self, block: Block, policies: tuple[Policy, ...], chance_per_input: int) -> None:
        self._block = block
        self._chance_per_input = chance_per_input
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
        """The value of a quantity: a number, or (rows,) where it is uncertain or set by a policy."""
        value = self._sample(quantity, path)
        for policy, settings in enumerate(self._settings):
            if path in settings:
                where = self._block.policy == policy
                value = np.where(where, self._sample(settings[path], path), value)
        return _lone(value)

    def _sample(self, quantity: Quantity, path: str) -> Any:
        value: Any = quantity.value
        if value is None:
            value = self._per_group(quantity, path)
        return np.rint(value).astype(np.int64) if quantity.is_whole else value

    def _per_group(self, quantity: Quantity, path: str) -> Any:
        """One value per group of replications that share their inputs, spread over the rows."""
        block, size = self._block, self._chance_per_input
        first, stop = block.first // size, (block.stop - 1) // size + 1
        return group_values(block.source, quantity, path, first, stop)[block.replication // size - first]


def group_values(source: Source, quantity: Quantity, path: str, first: int, stop: int) -> NDArray[np.float64]:
    """The values of an uncertain input in groups ``first`` to ``stop - 1``.

    *Source*: one draw per input and group, whatever block or policy asks for it.
    """
    return quantity.quantile(to_uniform(source.words(("inputs", path), first, stop)))


def sampled_inputs(
    scenario: Scenario, policies: tuple[Policy, ...], seed: int, groups: int
) -> dict[str, NDArray[np.float64]]:
    """What each uncertain input is in the first groups of replications, by path: known without simulating.

    Inputs of a policy's actions are named `policies.<policy>.<position>.<key>`. *Source*: `group_values`.
    """
    source = Source(seed)
    own = {f"policies.{policy.name}.{i}": act for policy in policies for i, act in enumerate(policy.actions)}
    stated = scenario.parameters() | {
        f"{path}.{key}": value for path, act in own.items() for key, value in act if act.do != "set"
    }
    uncertain = {path: one for path, one in stated.items() if isinstance(one, Quantity) and not one.is_fixed}
    return {path: group_values(source, one, path, 0, groups) for path, one in uncertain.items()}


def _lone(value: Any) -> Any:
    """A plain number where all rows agree."""
    if np.ndim(value) == 0:
        return np.asarray(value).item()
    return value[0].item() if np.all(value == value[0]) else value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
