"""Writes docs/parameters.md: every parameter with unit, bounds and default, and what the reference cases say of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.scenario.policies import Policy
from sim.scenario.quantity import Kind, Law, Stated
from sim.scenario.schema import Experiment, Scenario
from sim.scenario.table import Table
from sim.scenario.timing import Timed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/parameters.md"
CASES = ("stability_2023_10", "stability_2022_10")
INTRODUCTION = """# Parameters

Every parameter of a scenario, of a policy and of an experiment: its meaning, unit, bounds and default; then what each
reference case says of it, with range, source and grade (`docs/sources.md` resolves the ids).
This page is written by `make parameters`; a test holds it against the program and the shipped files.

A *number* may be a distribution instead, which is sampled once per group of replications. A *law* is drawn afresh at
each occurrence. Anything else is structural: the same in all replications. *required* has no default; a table that is
absent switches its mechanism off."""
HEAD = "| key | meaning | sort | unit | bounds | default |\n|---|---|---|---|---|---|"
NOTES = {"distribution", "unit", "source", "note", "grade", "range"}


def unwrapped(annotation: Any) -> tuple[Any, Kind | None]:
    """An annotation without its metadata, and the kind of number among them."""
    kind = None
    while get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        kind = kind or next((note for note in notes if isinstance(note, Kind)), None)
    return annotation, kind


def branches(annotation: Any) -> Iterator[tuple[Any, Kind | None]]:
    """What a field may hold: tables, numbers, plain types; members of lists and unions one by one."""
    inner, kind = unwrapped(annotation)
    if get_origin(inner) is tuple:
        yield from branches(get_args(inner)[0])
    elif get_origin(inner) in (Union, UnionType):
        for choice in get_args(inner):
            if choice is not type(None):
                found, own = unwrapped(choice)
                yield from branches(choice) if own is None else [(found, own)]
    else:
        yield inner, kind


def tables(annotation: Any) -> list[type[Table]]:
    """The tables among what a field may hold."""
    return [inner for inner, _ in branches(annotation) if isinstance(inner, type) and issubclass(inner, Table)]


def whole(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def said(raw: Any) -> str:
    """A default or a value as a file would write it."""
    if isinstance(raw, Stated):
        raw = raw.as_stated()
    if isinstance(raw, dict) and "distribution" in raw:
        given = [f"{key} {said(value)}" for key, value in raw.items() if key not in NOTES]
        return f"{raw['distribution']}: {', '.join(given)}"
    if isinstance(raw, dict) and "value" in raw:
        return said(raw["value"])
    if isinstance(raw, bool) or raw is None:
        return {True: "true", False: "false", None: "absent"}[raw]
    if isinstance(raw, float):
        return f"{raw:,.10g}"
    if isinstance(raw, list | tuple):
        return ", ".join(map(said, raw)) or "none"
    return str(raw)


def kind_of(annotation: Any) -> tuple[str, str, str]:
    """Which sort of parameter it is, its unit and its bounds."""
    numbers = [(inner, kind) for inner, kind in branches(annotation) if kind]
    if not numbers:
        return "structural", "", ""
    inner, kind = numbers[0]
    assert kind is not None
    low, high = (f"{bound:g}" if abs(bound) != float("inf") else "" for bound in (kind.low, kind.high))
    bounds = f"{low} to {high}" if low and high else f"{'at least' if kind.low_included else 'more than'} {low}"
    return "law" if inner is Law else "number", kind.unit, bounds if low or high else "any"


def row(key: str, field: FieldInfo) -> str:
    """A key's line."""
    sort, unit, bounds = kind_of(whole(field))
    given = "required" if field.is_required() else said(field.default)
    return f"| `{key}` | {field.description} | {sort} | {unit} | {bounds} | {given} |"


def section(table: type[Table], path: str, without: type[Table] = Table) -> Iterator[str]:
    """A table's keys, those of ``without`` left out, then the tables inside it."""
    inside: list[str] = []
    lines = []
    for name, field in table.model_fields.items():
        inherited = without.model_fields.get(name)
        if inherited is not None and inherited.default == field.default:
            continue
        key = field.alias or name
        is_list = get_origin(unwrapped(field.annotation)[0]) is tuple
        for member in tables(whole(field)):
            base = Timed if issubclass(member, Timed) else Table
            inside += section(member, f"{path}{key}{'[]' if is_list else ''}.", base)
        if not tables(whole(field)) or kind_of(whole(field))[1]:
            lines.append(row(key, field))
    if lines:
        title = path.rstrip(".") or table.__name__.lower()
        about = (table.__doc__ or "").strip().splitlines()[0]
        yield from (f"\n## `{title}`: {table.__name__}\n", f"{about}\n", HEAD, *lines)
    yield from inside


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The annotated numbers of a file by path, members of lists by their names."""
    if isinstance(node, dict) and {"value", "distribution"} & set(node) and "do" not in node:
        yield path, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for order, child in enumerate(node):
            label = child.get("name", order) if isinstance(child, dict) else order
            yield from leaves(child, f"{path}.{label}")


def case(name: str) -> Iterator[str]:
    """What a shipped scenario says of each number."""
    path = ROOT / f"experiments/scenarios/{name}.toml"
    if not path.exists():
        return
    yield f"\n## In `{name}`\n"
    yield "| parameter | value | unit | range | source | grade |\n|---|---|---|---|---|---|"
    for where, node in leaves(tomllib.loads(path.read_text(encoding="utf-8"))):
        cells = [said(node.get(key, "")) for key in ("unit", "range", "source", "grade")]
        yield f"| `{where}` | {said(node)} | {' | '.join(cells)} |"


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, "\n# A scenario", *section(Scenario, "")]
    timing = "\n# A policy\n\nWhat every action but `set` can say besides its own keys stands under `Timed`."
    parts += [timing, *section(Timed, "policies[].actions[]."), *section(Policy, "policies[].")]
    parts += ["\n# An experiment\n", HEAD]
    parts += [row(name, field) for name, field in Experiment.model_fields.items() if not tables(whole(field))]
    parts += ["\n# The reference cases"]
    for name in CASES:
        parts += case(name)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
