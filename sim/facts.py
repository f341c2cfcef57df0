"""Policies and inputs in words: what a policy costs, who must consent, and how good the evidence of a number is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.scenario.policies import Policy
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario, quantities

if TYPE_CHECKING:
    from sim.report.case import InputFact, PolicyFact

CONSENTS = {
    **dict.fromkeys(("cut_compute", "surrender_capacity", "ask_plan", "compromise", "novate"), "vendor"),
    **dict.fromkeys(("ask_insiders", "raise_round"), "investor"),
}
"""By action, the key that names who must consent if the action does not say it in words."""
CONSENTS_IN_WORDS = {
    "file": "the directors alone",
    "standstill": "those who stand still",
    "big_ask": "those who are asked",
    "time_to_pay": "the tax office",
    **dict.fromkeys(("sell", "accelerated_sale", "licence_and_hire"), "a buyer"),
}
COSTS = {
    ("", "cost"): "{}",
    ("settle_case", "amount"): "{}",
    ("", "monthly"): "{} a month",
    ("", "fee_months"): "a fee of {} of what is given back",
    ("", "severance_weeks"): "{} of pay to each who goes",
    ("", "months_of_pay"): "{} of pay to each who stays",
}
"""What an action costs, by the action (any, if none is named) and the key."""
ANNOTATIONS = ("unit", "source", "note", "grade", "range")


def policy_fact(policy: Policy) -> PolicyFact:
    """What a policy costs and who must consent, from its actions."""
    from sim.report.case import PolicyFact

    costs = list(dict.fromkeys(cost for action in policy.actions for cost in _costs(action, len(policy.actions) > 1)))
    consents = list(dict.fromkeys(who for action in policy.actions for who in _consents(action)))
    only_files = bool(policy.actions) and all(action.do == "file" for action in policy.actions)
    cost, consent = "; ".join(costs) or "none", ", ".join(consents) or "nobody"
    return PolicyFact(policy.name, policy.label, cost, consent, only_files, *_trigger(policy))


def _trigger(policy: Policy) -> tuple[tuple[str, ...], float]:
    """The conditions of a policy's only action and the value of the one that is a number, or its date; else nothing."""
    if len(policy.actions) != 1:
        return (), math.nan
    (action,) = policy.actions
    when, on = getattr(action, "when", None), getattr(action, "on", None)
    if when is None:
        return (("on",), float(on.toordinal())) if on else ((), math.nan)
    stated = {name: getattr(when, name) for name in type(when).model_fields if getattr(when, name) is not None}
    numbers = [one.mean() for one in stated.values() if not isinstance(one, bool)]
    return tuple(stated), numbers[0] if len(numbers) == 1 else math.nan


def _costs(action: Any, is_one_of_several: bool) -> Iterator[str]:
    for (do, key), said in COSTS.items():
        one = getattr(action, key, None)
        if do in ("", action.do) and one is not None and one.mean() > 0:
            whose = f" ({action.do.replace('_', ' ')})" if is_one_of_several and key == "cost" else ""
            yield said.format(_size(one, "week" if "week" in key else "month")) + whose


def _size(one: Quantity, noun: str) -> str:
    from sim.report.wording import money

    size = one.mean()
    return money(size) if one.unit.startswith("USD") else f"{size:g} {noun}{'s' * (size != 1)}"


def _consents(action: Any) -> Iterator[str]:
    stated = getattr(action, "consent_of", "")
    if stated:
        yield stated
    elif action.do in CONSENTS:
        yield str(getattr(action, CONSENTS[action.do]))
    elif getattr(action, "ask_consent", False):
        yield "the vendor of the capacity"
    elif action.do in CONSENTS_IN_WORDS:
        yield CONSENTS_IN_WORDS[action.do]


def input_facts(scenario: Scenario, policies: Sequence[Policy], point: Mapping[str, Quantity]) -> Iterator[InputFact]:
    """Every number of the scenario and of its policies, as stated or as a point sets it."""
    for path, one in scenario.parameters().items():
        yield _input_fact(path, _input_words(path, scenario), point.get(path, one))
    for policy in policies:
        for i, action in enumerate(policy.actions):
            for key, one in quantities(action).items():
                path = f"policies.{policy.name}.{i}.{key}"
                yield _input_fact(path, f"{policy.name}: {_spaced(key)}", point.get(path, one))


def _input_words(path: str, scenario: Scenario) -> str:
    """A path as people read it: "treasury: reserve weeks", "audio lead: exit per month"."""
    head, _, rest = path.partition(".")
    members = getattr(scenario, head, None)
    if isinstance(members, tuple):
        name = max((str(one.name) for one in members if rest.startswith(f"{one.name}.")), key=len, default="")
        return f"{name.replace('_', ' ')}: {_spaced(rest.removeprefix(name))}"
    return f"{_spaced(head)}: {_spaced(rest)}" if rest else _spaced(head)


def _spaced(path: str) -> str:
    return path.strip(".").replace(".", " ").replace("_", " ")


def _input_fact(path: str, words: str, one: Quantity) -> InputFact:
    from sim.report.case import InputFact
    from sim.report.wording import number

    other = " to ".join(number(value, one.unit) for value in one.range) if one.range else ""
    return InputFact(
        path, words, _value(one), one.unit, one.grade or "", one.source or "", other, one.note or "", not one.is_fixed
    )


def _value(one: Quantity) -> str:
    from sim.report.wording import number

    stated = one.as_stated()
    if not isinstance(stated, Mapping) or "distribution" not in stated:
        return number(one.mean(), one.unit)
    parts = {key: value for key, value in stated.items() if key not in ("distribution", *ANNOTATIONS)}
    said = ", ".join(
        f"{key} {number(value, one.unit)}" for key, value in parts.items() if isinstance(value, int | float)
    )
    return f"{stated['distribution']}: {said}" if said else str(stated["distribution"])
