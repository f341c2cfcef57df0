"""The experiments that an experiment's variants mean: the same question under another reading of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.decision import Variant
from sim.scenario.errors import InputErrors
from sim.scenario.explain import explained
from sim.scenario.schema import Experiment

SCALED = ("value", "low", "mode", "high", "mean", "sd", "median", "values", "at_least", "at_most")


def variants_of(experiment: Experiment) -> dict[str, Experiment]:
    """The experiment under each of its variants, by name, with `variant_replications`, or fewer if it has fewer.

    Raises `InputErrors` for a factor that takes a parameter out of its bounds.
    """
    return {variant.name: _under(experiment, variant) for variant in experiment.variants}


def _under(experiment: Experiment, variant: Variant) -> Experiment:
    scenario = experiment.scenario.model_dump(mode="json", by_alias=True)
    for path, factor in variant.scale.items():
        *way, last = path.split(".")
        place = _place(scenario, way)
        place[_key(place, last)] = _scaled(place[_key(place, last)], factor)
    raw = {
        **dict(experiment),
        "scenario": scenario,
        "variants": (),
        "replications": min(experiment.replications, experiment.variant_replications),
        "tracked_replications": 0,
    }
    try:
        return Experiment.model_validate(raw)
    except ValidationError as error:
        raise InputErrors([said for _, said in explained(error, raw, f"variant {variant.name}")]) from None


def _place(node: Any, way: list[str]) -> Any:
    """The table or list at the end of the way; names may hold dots."""
    while way:
        taken = next(n for n in range(1, len(way) + 1) if _has(node, ".".join(way[:n])))
        node, way = node[_key(node, ".".join(way[:taken]))], way[taken:]
    return node


def _key(node: Any, name: str) -> Any:
    if isinstance(node, Mapping):
        return name
    return next(i for i, part in enumerate(node) if str(part.get("name", i)) == name)


def _has(node: Any, name: str) -> bool:
    if isinstance(node, Mapping):
        return name in node
    return any(str(part.get("name", i)) == name for i, part in enumerate(node))


def _scaled(stated: Any, factor: float) -> Any:
    if not isinstance(stated, Mapping):
        return stated * factor
    kept = {key: value for key, value in stated.items() if key != "range"}
    return {key: _times(value, factor) if key in SCALED else value for key, value in kept.items()}


def _times(value: Any, factor: float) -> Any:
    return [part * factor for part in value] if isinstance(value, list) else value * factor
