"""How an experiment is judged: what outcomes are worth, and under which other rules a difference must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from sim.scenario import kinds as k
from sim.scenario.paths import Parameter, settable
from sim.scenario.policies import KebabName
from sim.scenario.problems import Problem, did_you_mean
from sim.scenario.quantity import Kind
from sim.scenario.table import Name, Table, Text, default, members, part, required

Times = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=False)]


class Weights(Table):
    """The utility that ranks policies. Numbers here change no replication, only how the replications are read."""

    good_end: k.Money = default(50e6, "worth of a good end, on top of what creditors get")
    creditor_loss: k.Factor = default(1, "weight of a dollar that creditors and staff lose")
    new_money_lost: k.Factor = default(1, "weight of a dollar of new money that an insolvent end swallows")
    job_kept: k.Money = default(20e3, "worth of a job that a good end keeps")
    tolerance: k.Probability = default(0.01, "chance of a good end that decides nothing")


class Variant(Table):
    """Another reading of the rules: some inputs of the scenario times a factor, for all policies alike."""

    name: KebabName = required("name in lower case with hyphens")
    label: Text = default("", "one line for tables")
    scale: dict[Name, Times] = required("factor by path of the parameter")


def variant_problems(raw: Any, parameters: dict[str, Parameter]) -> Iterator[Problem]:
    """Paths of the variants of a raw experiment that are no uncertain input of its scenario."""
    for position, variant in enumerate(members(raw, "variants")):
        scale = part(variant, "scale")
        for path in scale if isinstance(scale, Mapping) else ():
            if not isinstance(parameters.get(path), Kind):
                place = ("variants", position, "scale", str(path))
                hint = did_you_mean(path, settable(parameters))
                yield Problem(place, path, "the path of an uncertain input of the scenario", hint)
