"""What can be wrong between policies and the scenario that they act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from sim.scenario.actions_capital import capital_problems
from sim.scenario.actions_compute import compute_problems
from sim.scenario.actions_law import law_problems
from sim.scenario.amounts import read
from sim.scenario.paths import Parameter, settable
from sim.scenario.policies import BASELINE, Policy, Set
from sim.scenario.problems import Location, Problem, did_you_mean
from sim.scenario.quantity import Kind, Quantity
from sim.scenario.scenario_checks import dangling, twice
from sim.scenario.table import as_date, members, names, part

REFERENCES = {"vendor": ("vendors", "a vendor")}
"""Keys of an action that name a member of one of the scenario's lists."""


def with_values(policy: Any, parameters: dict[str, Parameter]) -> Any:
    """The policy with each value that it sets read as its parameter is; what cannot be read is left as it is."""
    if isinstance(policy, Policy):
        policy = {"name": policy.name, "label": policy.label, "actions": policy.actions}
    if not isinstance(policy, Mapping) or not isinstance(policy.get("actions", ()), list | tuple):
        return policy
    return {**policy, "actions": [_with_value(action, parameters) for action in members(policy, "actions")]}


def policy_problems(raw: Any) -> Iterator[Problem]:
    """Every contradiction between the policies of a raw experiment."""
    yield from twice(raw, "policies")
    for position, policy in enumerate(members(raw, "policies")):
        if part(policy, "name") == BASELINE and members(policy, "actions"):
            location = ("policies", position, "name")
            yield Problem(location, BASELINE, "another name: this one is reserved for the policy without actions")
        yield from _set_twice(("policies", position, "actions"), members(policy, "actions"))
        yield from _after_what(("policies", position, "actions"), members(policy, "actions"))


def action_problems(raw: Any, scenario: Any, parameters: dict[str, Parameter]) -> Iterator[Problem]:
    """Every contradiction between the actions of a raw experiment and its scenario."""
    for position, policy in enumerate(members(raw, "policies")):
        for order, action in enumerate(members(policy, "actions")):
            yield from _against_scenario(("policies", position, "actions", order), action, scenario, parameters)


def _against_scenario(
    place: Location, action: Any, scenario: Any, parameters: dict[str, Parameter]
) -> Iterator[Problem]:
    do = part(action, "do")
    if not isinstance(do, str):
        return
    for key, (listed, what) in REFERENCES.items():
        yield from dangling((*place, key), part(action, key), names(scenario, listed), what)
    if do == "ask_insiders":
        insiders = [one for one in members(scenario, "investors") if part(one, "kind") == "insider"]
        yield from dangling((*place, "investor"), part(action, "investor"), names(insiders), "an insider")
    if do == "launch_subscription" and part(scenario, "subscription") is None:
        yield Problem((*place, "do"), do, "another action: the scenario has no subscription to launch")
    if do == "set":
        yield from _set_problems(place, action, parameters)
    yield from capital_problems(place, action, scenario)
    yield from compute_problems(place, action, scenario)
    yield from law_problems(place, action, scenario)
    for key in ("on", "until"):
        yield from _too_early((*place, key), part(action, key), part(scenario, "start"))


def _too_early(location: Location, on: Any, start: Any) -> Iterator[Problem]:
    on, start = as_date(on), as_date(start)
    if type(on) is date and type(start) is date and on <= start:
        yield Problem(location, on, f"a day after the start of the scenario, {start}")


def _set_problems(place: Location, action: Any, parameters: dict[str, Parameter]) -> Iterator[Problem]:
    path = part(action, "parameter")
    if not isinstance(path, str):
        return
    parameter = parameters.get(path)
    if isinstance(parameter, Kind):
        yield from _value_problems((*place, "value"), part(action, "value"), parameter)
        return
    paths = settable(parameters)
    expected = "the path of an uncertain input of the scenario"
    expected += f"; this one is {parameter}" if parameter else ", such as treasury.stretch_days.vendors"
    yield Problem((*place, "parameter"), path, expected, "" if parameter else did_you_mean(path, paths))


def _value_problems(place: Location, raw: Any, kind: Kind) -> Iterator[Problem]:
    try:
        if raw is not None:
            read(raw, kind, Quantity)
    except ValidationError as error:
        for fault in error.errors():
            yield Problem((*place, *fault["loc"]), fault["input"], fault["ctx"]["expected"], fault["ctx"]["hint"])


def _set_twice(place: Location, actions: list[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for order, action in enumerate(actions):
        path = part(action, "parameter")
        if isinstance(path, str) and path in seen:
            yield Problem((*place, order, "parameter"), path, "a parameter that this policy does not already set")
        seen.add(str(path))


def _after_what(place: Location, actions: list[Any]) -> Iterator[Problem]:
    for order, action in enumerate(actions):
        others = [part(other, "name", default=part(other, "do")) for other in actions if other is not action]
        earlier = [name for name in others if isinstance(name, str) and name != "set"]
        yield from dangling((*place, order, "after"), part(action, "after"), earlier, "another action of this policy")


def _with_value(action: Any, parameters: dict[str, Parameter]) -> Any:
    if part(action, "do") != "set" or part(action, "value") is None:
        return action
    path, value = part(action, "parameter"), part(action, "value")
    kind = parameters.get(path) if isinstance(path, str) else None
    try:
        bound = read(value, kind, Quantity) if isinstance(kind, Kind) else value
    except ValidationError:
        bound = 0.0
    if isinstance(action, Set):
        return action.model_copy(update={"value": bound})
    return {**action, "value": bound}
