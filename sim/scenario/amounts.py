"""How numbers are read from a file: `60`, `4.0e6`, `"$4.0M"`, `"1.5%"`, annotated tables and distributions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import fields
from typing import Any, TypeVar

from sim.scenario.distributions import DISTRIBUTIONS, Distribution
from sim.scenario.problems import MISSING, Problem, did_you_mean, listed, one_of, refuse, unknown_key
from sim.scenario.quantity import Kind, Stated

S = TypeVar("S", bound=Stated)

NOTES = ("unit", "source", "note", "grade", "range")
GRADES = ("REPORTED", "DERIVED", "ASSUMPTION")
LARGEST = 1e15
MULTIPLES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}
MONEY = re.compile(r"(-?)\$?(-?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(k|m|bn|b)?", re.IGNORECASE)
PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*%")


def read(raw: object, kind: Kind, family: type[S]) -> S:
    """The number that `raw` states. Raises pydantic's ValidationError with all that is wrong with it."""
    if isinstance(raw, family) and (raw.kind == kind or kind.takes_any_unit):
        return raw
    if isinstance(raw, Stated):
        raw = raw.as_stated()
    problems: list[Problem] = []
    stated = _Reader(kind, problems).stated(raw)
    if problems:
        refuse(kind.name, problems)
    return family(kind=kind, **stated)


def number(raw: object, kind: Kind) -> float | None:
    """The number that a bare value states, None if it states none; its bounds are not looked at."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return float(raw) if abs(raw) <= LARGEST else None
    if not isinstance(raw, str):
        return None
    amount = _money(raw) if kind.is_money else None
    amount = _percent(raw) if amount is None and kind.may_be_percent else amount
    return None if amount is None or abs(amount) > LARGEST else amount


def fixed(raw: object, kind: Kind) -> float | None:
    """The one number that a raw value or table states, None if it states none or a distribution."""
    if isinstance(raw, Stated):
        return raw.value
    return number(raw.get("value") if isinstance(raw, Mapping) else raw, kind)


def how_to_write(kind: Kind) -> str:
    """The kind's numbers in words, with an example of how people may write them."""
    if kind.is_money:
        return f'{kind.expected()}, such as 4.0e6 or "$4.0M"'
    return f'{kind.expected()}, such as 0.015 or "1.5%"' if kind.may_be_percent else kind.expected()


def _money(text: str) -> float | None:
    match = MONEY.fullmatch(text.strip())
    if match is None or (match[1] and match[2]):
        return None
    digits = match[3].replace(",", "") + (match[4] or "")
    amount = round(float(digits) * MULTIPLES[(match[5] or "").lower()], 6)
    return -amount if match[1] or match[2] else amount


def _percent(text: str) -> float | None:
    match = PERCENT.fullmatch(text.strip())
    return float(f"{match[1]}e-2") if match else None


class _Reader:
    """Reads one number of a kind and collects what is wrong with it."""

    def __init__(self, kind: Kind, problems: list[Problem]) -> None:
        self.kind = kind
        self.problems = problems

    def stated(self, raw: object) -> dict[str, Any]:
        """The fields of the `Stated` number."""
        if not isinstance(raw, Mapping):
            return {"value": self.checked((), raw), "unit": self.kind.unit}
        notes = dict(self.notes(raw))
        if "distribution" in raw:
            return {**notes, "distribution": self.distribution(raw)}
        self.known(raw, ("value", *NOTES))
        if "value" not in raw:
            self.problem(("value",), MISSING, how_to_write(self.kind), "or a distribution")
            return notes
        value = self.checked(("value",), raw["value"])
        self.inside_range(value, notes.get("range"))
        return {**notes, "value": value}

    def problem(self, location: tuple[int | str, ...], found: object, expected: str, hint: str = "") -> None:
        """Collect one problem."""
        self.problems.append(Problem(location, found, expected, hint))

    def known(self, raw: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        """Collect keys that are not among `keys`."""
        for key in raw:
            if key not in keys:
                self.problems.append(unknown_key(key, keys))

    def checked(self, location: tuple[int | str, ...], raw: object) -> float | None:
        """The number, inside the kind's bounds."""
        value = number(raw, self.kind)
        fault = how_to_write(self.kind) if value is None else self.kind.fault(value)
        if fault:
            self.problem(location, raw, fault)
        return value

    def notes(self, raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The annotations: unit, source, note, grade, range."""
        yield "unit", self.unit(raw)
        for key in ("source", "note", "grade"):
            if key in raw and not isinstance(raw[key], str):
                self.problem((key,), raw[key], "text")
            yield key, raw.get(key)
        if raw.get("grade") not in (None, *GRADES):
            self.problem(("grade",), raw["grade"], one_of(GRADES), did_you_mean(raw["grade"], GRADES))
        if "range" in raw:
            yield "range", self.range(raw["range"])

    def unit(self, raw: Mapping[str, Any]) -> str:
        """The field's unit; another one is a problem."""
        units = (self.kind.unit, *self.kind.other_units)
        unit = raw.get("unit", self.kind.unit)
        if self.kind.takes_any_unit and isinstance(unit, str):
            return unit
        if not isinstance(unit, str) or unit.replace("/", " per ").strip() not in units:
            self.problem(("unit",), unit, f'the unit "{self.kind.unit}"', did_you_mean(unit, units[:1]))
        return self.kind.unit

    def range(self, raw: object) -> tuple[float, float] | None:
        """Low and high of what the number could also be."""
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            self.problem(("range",), raw, "two numbers, [low, high]")
            return None
        low, high = (self.checked(("range", position), bound) for position, bound in enumerate(raw))
        if low is None or high is None:
            return None
        if low > high:
            self.problem(("range",), raw, "the lower number first")
        return low, high

    def inside_range(self, value: float | None, bounds: tuple[float, float] | None) -> None:
        """Collect a value outside its own range."""
        if value is not None and bounds is not None and bounds[0] <= bounds[1] and not bounds[0] <= value <= bounds[1]:
            self.problem(("range",), list(bounds), f"a range that holds the value {value:g}")

    def distribution(self, raw: Mapping[str, Any]) -> Distribution | None:
        """The distribution that a table states."""
        family = DISTRIBUTIONS.get(str(raw["distribution"]))
        if family is None:
            hint = did_you_mean(raw["distribution"], DISTRIBUTIONS)
            self.problem(("distribution",), raw["distribution"], one_of(DISTRIBUTIONS), hint)
            return None
        parameters = self.parameters(raw, family)
        if parameters is None:
            return None
        return self.well_formed(raw, family, parameters)

    def parameters(self, raw: Mapping[str, Any], family: type[Distribution]) -> dict[str, Any] | None:
        """The distribution's parameters by key, None if one is missing or is no number."""
        required = [key.name for key in fields(family) if key.default is NO_DEFAULT]
        keys = [*required, *(key.name for key in fields(family) if key.default is not NO_DEFAULT)]
        before = len(self.problems)
        self.known(raw, ("distribution", *keys, *NOTES))
        for key in required:
            if key not in raw:
                self.problem((key,), MISSING, f'a number: "{family.name}" needs {listed(required)}')
        parameters = {key: self.parameter(key, raw[key]) for key in keys if key in raw}
        return parameters if len(self.problems) == before else None

    def parameter(self, key: str, raw: object) -> Any:
        """A number, or numbers where the key is plural."""
        if key not in ("values", "probabilities"):
            return self.plain((key,), raw)
        if not isinstance(raw, list | tuple):
            self.problem((key,), raw, "a list of numbers")
            return ()
        return tuple(self.plain((key, position), item) for position, item in enumerate(raw))

    def plain(self, location: tuple[int | str, ...], raw: object) -> float | None:
        """A number whose bounds are the distribution's matter."""
        value = number(raw, self.kind)
        if value is None:
            self.problem(location, raw, "a number")
        return value

    def well_formed(
        self, raw: Mapping[str, Any], family: type[Distribution], parameters: dict[str, Any]
    ) -> Distribution | None:
        """The distribution, unless its parameters contradict each other or its values leave the kind's bounds."""
        unchecked = object.__new__(family)
        for key in fields(family):
            object.__setattr__(unchecked, key.name, parameters.get(key.name, key.default))
        faults = list(unchecked.faults())
        for key_name, expected in faults:
            self.problem((key_name,), raw.get(key_name, MISSING), expected)
        if faults:
            return None
        self.inside_bounds(raw, unchecked)
        return unchecked

    def inside_bounds(self, raw: Mapping[str, Any], distribution: Distribution) -> None:
        """Collect a distribution that can leave the kind's bounds."""
        low, high = distribution.bounds()
        beyond = low < self.kind.low or high > self.kind.high
        if beyond or (low == high and self.kind.fault(low)):
            reach = f"as low as {low:g}" if low < self.kind.low else f"as high as {high:g}"
            expected = f"{self.kind.expected()}, but this can be {reach}"
            self.problem((), raw, expected, "truncate it with at_least and at_most")
