"""The points of a design: what each sets, and how a request's points are numbered.

A point is identified by what it sets, never by its number: a directory keeps the numbers of the points it holds, and
new ones get the numbers after them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.amounts import read
from sim.scenario.design_points import (
    OVERRIDE,
    action_parameters,
    edited,
    inherited,
    row_settings,
    span,
    uncertain_inputs,
)
from sim.scenario.designs import SPREAD, Axis, Design
from sim.scenario.paths import parameters_of
from sim.scenario.quantity import Kind, Quantity
from sim.scenario.schema import Experiment, Scenario

Settings = dict[str, Any]
SMALLEST = 2.0**-53


@dataclass(frozen=True)
class Point:
    """What one point of a design sets: plain values by path. ``override`` names where some of them come from."""

    settings: Settings
    override: str = ""

    @property
    def key(self) -> str:
        """The identity of the point: what it sets, in one spelling."""
        return json.dumps(self.settings, sort_keys=True)


BASE = Point({})
"""The point that sets nothing: the only one of an experiment without a design."""


def points_of(experiment: Experiment) -> list[Point]:
    """The points that an experiment asks for, in the order of its design, each once."""
    if experiment.design is None:
        return [BASE]
    layout = _Layout(experiment, experiment.design)
    unique = {point.key: point for point in layout.points()}
    return list(unique.values())


def numbered(held: Sequence[Point], asked: Iterable[Point]) -> list[Point]:
    """The points of a directory that holds some, and of a request: a point's place in the list is its number."""
    unique = {point.key: point for point in held}
    for point in asked:
        unique.setdefault(point.key, point)
    return list(unique.values())


def family(experiment: Experiment) -> Any:
    """What designs must have in common for one to extend the other: all but the values and the number of points."""
    design = experiment.design
    if design is None:
        return None
    can_grow = design.kind != "latin_hypercube"
    stated = design.model_dump(mode="json", exclude={"rows", "file"} | ({"points"} if can_grow else set()))
    if design.kind in SPREAD:
        return stated
    return {"kind": design.kind, "axes": [axis["parameter"] for axis in stated["axes"]]}


class _Layout:
    """Lays the points of one design over the scenario of its experiment."""

    def __init__(self, experiment: Experiment, design: Design) -> None:
        self.design = design
        self.scenario = experiment.scenario
        self.kinds = kinds_of(experiment)
        self.overrides = {name: self._read(own) for name, own in inherited(experiment.overrides).items()}

    def points(self) -> Iterator[Point]:
        """Every point, in order."""
        if self.design.kind == "list":
            for row in self.design.rows:
                yield Point(self._read(row_settings(row, self.overrides)), str(row.get(OVERRIDE, "")))
        elif self.design.kind == "grid":
            for steps in product(*map(self._steps, self.design.axes)):
                yield _together(steps)
        elif self.design.kind == "one_at_a_time":
            yield BASE
            for axis in self.design.axes:
                yield from self._steps(axis)
        else:
            yield from self._spread()

    def _read(self, settings: Mapping[str, Any]) -> Settings:
        """The settings with numbers as the parameter's kind reads them: "$4M" is 4000000.0."""
        return {path: self._value(path, value) for path, value in settings.items()}

    def _value(self, path: str, value: Any) -> Any:
        kind = self.kinds.get(path)
        if isinstance(kind, Kind):
            return read(value, kind, Quantity).as_stated()
        return json.loads(json.dumps(value, default=str))

    def _steps(self, axis: Axis) -> list[Point]:
        if axis.parameter is None:
            return [Point(self.overrides[name], name) for name in axis.overrides]
        return [Point(self._read({axis.parameter: value})) for value in axis.values]

    def _spread(self) -> Iterator[Point]:
        axes = {axis.parameter: axis for axis in self.design.axes if axis.parameter is not None}
        if self.design.every_uncertain_input:
            axes |= {path: Axis(parameter=path) for path in uncertain_inputs(self.scenario) if path not in axes}
        uniform = _uniform(self.design, len(axes))
        columns = {
            path: self._spread_values(axis, path, u) for (path, axis), u in zip(axes.items(), uniform.T, strict=True)
        }
        for row in zip(*columns.values(), strict=True):
            yield Point(dict(zip(columns, row, strict=True)))

    def _spread_values(self, axis: Axis, path: str, u: NDArray[np.float64]) -> list[float]:
        kind, quantity = self.kinds[path], self.scenario.parameters().get(path)
        assert isinstance(kind, Kind)
        if quantity is not None and not quantity.is_fixed and axis.low is None:
            values = quantity.quantile(u)
        else:
            low, high = span(axis, quantity, kind) or (0.0, 0.0)
            values = low + (high - low) * u if axis.scale == "linear" else low * (high / low) ** u
        return [float(value) for value in (np.rint(values) if kind.is_whole else values)]


def kinds_of(experiment: Experiment) -> Mapping[str, Kind | str]:
    """The kind of every parameter that a point can set by its path; words for what is structural."""
    return parameters_of(experiment.scenario, Scenario) | action_parameters(experiment.policies)


def _together(points: Sequence[Point]) -> Point:
    settings = {path: value for point in points for path, value in point.settings.items()}
    return Point(settings, " ".join(point.override for point in points if point.override))


def _uniform(design: Design, n_axes: int) -> NDArray[np.float64]:
    """The design in the unit cube, (points, axes), never on its faces."""
    from scipy.stats import qmc

    samplers = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol, "halton": qmc.Halton}
    sampler = samplers[design.kind](d=n_axes, rng=design.seed)
    return np.clip(sampler.random(design.points), SMALLEST, 1 - SMALLEST)


class Points:
    """The numbered points of a request, ready for the engine.

    A value that the engine can hold per row is a *setting*; anything else (a start, a horizon, a law) makes another
    scenario, its *structure*: points of one structure can share a block.
    """

    def __init__(self, experiment: Experiment, points: Mapping[int, Point]) -> None:
        self.points = dict(points)
        self._experiment = experiment
        self._scenarios: dict[str, Scenario] = {}

    @cached_property
    def _kinds(self) -> Mapping[str, Kind | str]:
        return kinds_of(self._experiment)

    def settings(self, number: int) -> dict[str, Quantity]:
        """What a point sets row by row."""
        return {
            path: read(value, kind, Quantity)
            for path, value in self.points[number].settings.items()
            if isinstance(kind := self._kinds.get(path), Kind)
        }

    def structure(self, number: int) -> str:
        """The identity of the scenario of a point: equal for points that can share a block."""
        own = self.points[number].settings
        return json.dumps({path: own[path] for path in sorted(own) if not isinstance(self._kinds.get(path), Kind)})

    def scenario(self, number: int) -> Scenario:
        """The scenario of a point, before its settings."""
        structure = self.structure(number)
        if structure not in self._scenarios:
            self._scenarios[structure] = edited_scenario(self._experiment.scenario, json.loads(structure))
        return self._scenarios[structure]


def edited_scenario(scenario: Scenario, structure: Mapping[str, Any]) -> Scenario:
    """The scenario with these values by path. Raises pydantic's ValidationError for one that it cannot have."""
    if not structure:
        return scenario
    raw: Any = scenario.model_dump(mode="json", by_alias=True)
    for path, value in structure.items():
        raw = edited(raw, path, value)
    return Scenario.model_validate(raw)
