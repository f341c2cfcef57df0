"""What a design sets: overrides with what they inherit, and the values of its rows and axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.amounts import fixed
from sim.scenario.paths import Parameter, parameters_of
from sim.scenario.policies import Policy
from sim.scenario.quantity import Kind, Quantity
from sim.scenario.table import Table, members, part

OVERRIDE = "override"
"""The key of a list's row that names an override."""


def action_parameters(policies: Any) -> dict[str, Parameter]:
    """The numbers of the policies' actions, as ``policies.<policy>.<position of the action>.<key>``."""
    found: dict[str, Parameter] = {}
    for policy in policies if isinstance(policies, list | tuple) else ():
        for position, action in enumerate(members(policy, "actions")):
            if isinstance(policy, Policy) and action.do != "set":
                prefix = f"policies.{policy.name}.{position}"
                found |= {f"{prefix}.{path}": kind for path, kind in parameters_of(action, type(action)).items()}
    return {path: kind for path, kind in found.items() if isinstance(kind, Kind)}


def inherited(overrides: Any) -> dict[str, dict[str, Any]]:
    """The values of each override by its name, with those it inherits; a circle of inheritance ends where it closes."""
    stated = {str(part(one, "name")): one for one in overrides if isinstance(part(one, "set"), Mapping)}
    return {name: _with_parents(name, stated, ()) for name in stated}


def _with_parents(name: str, stated: Mapping[str, Any], children: tuple[str, ...]) -> dict[str, Any]:
    own, parent = flattened(part(stated[name], "set")), part(stated[name], "inherits")
    if parent not in stated or parent in (*children, name):
        return own
    return _with_parents(parent, stated, (*children, name)) | own


def flattened(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Values by path, whether the file writes `"a.b" = 1` or `a.b = 1`."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        is_nested = isinstance(value, Mapping) and not {"value", "distribution"} & set(value)
        flat |= flattened(value, f"{prefix}{key}.") if is_nested else {f"{prefix}{key}": value}
    return flat


def row_settings(row: Mapping[str, Any], overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values of one row of a list: those of its override, and its own."""
    own = flattened({path: value for path, value in row.items() if path != OVERRIDE})
    return {**overrides.get(str(row.get(OVERRIDE)), {}), **own}


def stated(raw: Any, path: str) -> Any:
    """What a raw scenario states at a path; KeyError if the path leads nowhere."""
    children = _children(raw)
    if path in children:
        return raw[children[path]]
    for name, key in children.items():
        if path.startswith(f"{name}."):
            return stated(raw[key], path[len(name) + 1 :])
    raise KeyError(path)


def edited(raw: Any, path: str, value: Any) -> Any:
    """A raw scenario in which the value at a path is another one; KeyError if the path leads nowhere."""
    children = _children(raw)
    if path in children:
        return _replaced(raw, children[path], value)
    for name, key in children.items():
        if path.startswith(f"{name}."):
            return _replaced(raw, key, edited(raw[key], path[len(name) + 1 :], value))
    raise KeyError(path)


def _children(raw: Any) -> dict[str, Any]:
    if isinstance(raw, Mapping):
        return {key: key for key in raw}
    if isinstance(raw, list | tuple):
        return {str(part(member, "name", default=position)): position for position, member in enumerate(raw)}
    return {}


def _replaced(raw: Any, key: Any, value: Any) -> Any:
    if isinstance(raw, Mapping):
        return {**raw, key: value}
    return [value if position == key else member for position, member in enumerate(raw)]


def span(axis: Any, quantity: Any, kind: Kind) -> tuple[float, float] | None:
    """Lowest and highest value of an axis: its own, or else the range that the scenario states; None if neither."""
    low, high = (fixed(part(axis, key), kind) for key in ("low", "high"))
    if low is not None and high is not None:
        return low, high
    return quantity.range if isinstance(quantity, Quantity) else None


def uncertain_inputs(scenario: Table) -> Iterator[str]:
    """The paths of a scenario's distributions."""
    parameters: Mapping[str, Quantity] = scenario.parameters()  # type: ignore[attr-defined]
    return (path for path, quantity in parameters.items() if not quantity.is_fixed)
