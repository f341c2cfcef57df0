"""What can be wrong with a design: paths that lead nowhere, values out of bounds, keys that another kind has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.amounts import read
from sim.scenario.design_points import OVERRIDE, edited, flattened, span
from sim.scenario.designs import SPREAD
from sim.scenario.paths import Parameter, settable
from sim.scenario.problems import MISSING, Location, Problem, did_you_mean
from sim.scenario.quantity import Kind, Quantity
from sim.scenario.scenario_checks import dangling, twice
from sim.scenario.table import Table, members, names, part


class Checks:
    """The checks of one experiment's overrides and design against its parameters.

    ``scenario`` is None where the scenario itself is wrong: structural values are then not tried. ``refit`` reads a
    raw scenario together with the policies and raises pydantic's ValidationError.
    """

    def __init__(
        self, raw: Any, parameters: Mapping[str, Parameter], scenario: Table | None, refit: Callable[[Any], object]
    ) -> None:
        self.raw = raw
        self.parameters = parameters
        self.scenario = scenario
        self.refit = refit
        self.override_names = names(raw, "overrides")
        self._tried: dict[tuple[str, str], str] = {}

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong."""
        yield from twice(self.raw, "overrides")
        for position, override in enumerate(members(self.raw, "overrides")):
            yield from self._override(("overrides", position), override)
        if part(self.raw, "design") is not None:
            yield from self._design(("design",), part(self.raw, "design"))

    def _override(self, place: Location, override: Any) -> Iterator[Problem]:
        parent = part(override, "inherits")
        yield from dangling((*place, "inherits"), parent, self.override_names, "an override")
        if self._is_circle(override):
            yield Problem((*place, "inherits"), parent, "an override that does not inherit from this one")
        settings = part(override, "set")
        if isinstance(settings, Mapping):
            yield from self._settings((*place, "set"), settings)

    def _is_circle(self, override: Any) -> bool:
        by_name = {part(one, "name"): one for one in members(self.raw, "overrides")}
        seen, name = [part(override, "name")], part(override, "inherits")
        while name in by_name and name not in seen:
            seen.append(name)
            name = part(by_name[name], "inherits")
        return name is not None and name == seen[0]

    def _settings(self, place: Location, settings: Mapping[str, Any]) -> Iterator[Problem]:
        for path, value in flattened(settings).items():
            yield from self._value((*place, path), path, value)

    def _value(self, place: Location, path: str, value: Any) -> Iterator[Problem]:
        kind = self.parameters.get(path)
        if kind is None:
            expected = "the path of a parameter, such as treasury.stretch_days.vendors"
            yield Problem(place, path, expected, did_you_mean(path, self.parameters))
        elif isinstance(kind, Kind):
            yield from _number_problems(place, value, kind)
        elif self.scenario is not None and (expected := self._structural(path, value)):
            yield Problem(place, value, expected)

    def _structural(self, path: str, value: Any) -> str:
        """What a scenario with this value would need instead, nothing if it is good."""
        key = (path, repr(value))
        if key not in self._tried:
            self._tried[key] = self._refitted(path, value)
        return self._tried[key]

    def _refitted(self, path: str, value: Any) -> str:
        assert self.scenario is not None
        try:
            self.refit(edited(self.scenario.model_dump(mode="json", by_alias=True), path, value))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            expected, place = str(first.get("ctx", {}).get("expected", first["msg"])), first["loc"][:1]
            return expected if place in ((), ("scenario",)) else f"a value that fits {place[0]}: {expected}"
        return ""

    def _design(self, place: Location, design: Any) -> Iterator[Problem]:
        kind, axes = part(design, "kind"), members(design, "axes")
        if kind == "list":
            yield from self._list(place, design)
        elif isinstance(kind, str):
            yield from _missing_axes(place, design, axes)
        if kind in SPREAD:
            yield from _points_problems(place, kind, part(design, "points"))
        for position, axis in enumerate(axes):
            yield from self._axis((*place, "axes", position), axis, kind)
        yield from _axes_twice(place, axes)

    def _list(self, place: Location, design: Any) -> Iterator[Problem]:
        rows = members(design, "rows")
        if not rows and not part(design, "file"):
            yield Problem((*place, "rows"), MISSING, "at least one point: rows, or a file")
        for position, row in enumerate(rows):
            if isinstance(row, Mapping):
                own = {path: value for path, value in row.items() if path != OVERRIDE}
                named = row.get(OVERRIDE)
                yield from dangling((*place, "rows", position, OVERRIDE), named, self.override_names, "an override")
                yield from self._settings((*place, "rows", position), own)

    def _axis(self, place: Location, axis: Any, kind: Any) -> Iterator[Problem]:
        path, chosen = part(axis, "parameter"), members(axis, "overrides")
        if (path is None) == (not chosen):
            yield Problem((*place, "parameter"), path or MISSING, "either a parameter or overrides")
        for position, name in enumerate(chosen):
            yield from dangling((*place, "overrides", position), name, self.override_names, "an override")
        if isinstance(path, str) and kind in SPREAD:
            yield from self._spread_axis(place, axis, path)
        elif isinstance(path, str):
            yield from self._listed_axis(place, axis, path)
        elif chosen and kind in SPREAD:
            yield Problem((*place, "overrides"), chosen, "a parameter: overrides cannot be spread")

    def _listed_axis(self, place: Location, axis: Any, path: str) -> Iterator[Problem]:
        values = members(axis, "values")
        if not values:
            yield Problem((*place, "values"), part(axis, "values", default=MISSING), "at least one value")
        if path not in self.parameters:
            yield from self._value((*place, "parameter"), path, None)
            return
        for position, value in enumerate(values):
            yield from self._value((*place, "values", position), path, value)

    def _spread_axis(self, place: Location, axis: Any, path: str) -> Iterator[Problem]:
        kind = self.parameters.get(path)
        if not isinstance(kind, Kind):
            hint = did_you_mean(path, settable(dict(self.parameters)))
            yield Problem((*place, "parameter"), path, "the path of a number that can differ between points", hint)
            return
        for key in ("low", "high"):
            if (bound := part(axis, key)) is not None:
                yield from _number_problems((*place, key), bound, kind)
        yield from self._span_problems(place, axis, path, kind)

    def _span_problems(self, place: Location, axis: Any, path: str, kind: Kind) -> Iterator[Problem]:
        quantity = self.scenario.parameters().get(path) if self.scenario is not None else None  # type: ignore[attr-defined]
        if isinstance(quantity, Quantity) and not quantity.is_fixed and part(axis, "low") is None:
            return
        ends = span(axis, quantity, kind)
        if ends is None and self.scenario is not None:
            yield Problem((*place, "low"), MISSING, "low and high: the scenario states no range for this parameter")
        elif ends is not None and not ends[0] < ends[1]:
            yield Problem((*place, "low"), ends[0], f"less than high, {ends[1]:g}")
        elif ends is not None and part(axis, "scale") == "log" and ends[0] <= 0:
            yield Problem((*place, "low"), ends[0], "more than 0, which a logarithm needs")


def _number_problems(place: Location, raw: Any, kind: Kind) -> Iterator[Problem]:
    try:
        read(raw, kind, Quantity)
    except ValidationError as error:
        for fault in error.errors():
            yield Problem((*place, *fault["loc"]), fault["input"], fault["ctx"]["expected"], fault["ctx"]["hint"])


def _missing_axes(place: Location, design: Any, axes: list[Any]) -> Iterator[Problem]:
    is_spread = part(design, "kind") in SPREAD
    if not axes and not (is_spread and part(design, "every_uncertain_input") is True):
        yield Problem((*place, "axes"), MISSING, "at least one axis")
    if not is_spread and part(design, "points") is not None:
        yield Problem(
            (*place, "points"), part(design, "points"), "no such key: this kind has as many as its values make"
        )


def _points_problems(place: Location, kind: str, points: Any) -> Iterator[Problem]:
    if points is None:
        yield Problem((*place, "points"), MISSING, "this key: how many points are spread")
    elif kind == "sobol" and isinstance(points, int) and points & (points - 1):
        yield Problem((*place, "points"), points, "a power of two: only then is a Sobol design balanced")


def _axes_twice(place: Location, axes: list[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, axis in enumerate(axes):
        path = part(axis, "parameter")
        if isinstance(path, str) and path in seen:
            yield Problem((*place, "axes", position, "parameter"), path, "a parameter that no other axis has")
        seen.add(str(path))
