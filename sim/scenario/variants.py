"""The experiments that an experiment's variants mean: the same question under another reading of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.decision import Variant
from sim.scenario.design_points import edited, stated
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
        scenario = edited(scenario, path, _scaled(stated(scenario, path), factor))
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


def _scaled(number: Any, factor: float) -> Any:
    if not isinstance(number, Mapping):
        return number * factor
    kept = {key: value for key, value in number.items() if key != "range"}
    return {key: _times(value, factor) if key in SCALED else value for key, value in kept.items()}


def _times(value: Any, factor: float) -> Any:
    return [part * factor for part in value] if isinstance(value, list) else value * factor
