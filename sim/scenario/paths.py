"""Which parameters a scenario has, read from a raw scenario that may be wrong elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from sim.scenario.quantity import Kind, Law, Quantity
from sim.scenario.table import Table, part

Parameter = Kind | str
"""The kind of an uncertain input, or why a path is none."""

Found = tuple[str, Parameter, Any]
"""A path, what it is, and what the raw table states there."""

STRUCTURAL = "structural: the same in all policies and replications"
DRAWN_AFRESH = "drawn afresh at each occurrence: not an uncertain input"


def parameters_of(raw: Any, schema: type[Table]) -> dict[str, Parameter]:
    """By path: the kind of each number of the raw table that a policy can set, and why it cannot set the others."""
    return {path: parameter for path, parameter, _ in _table(schema, raw, ())}


def uncertain_in(raw: Any, schema: type[Table]) -> list[str]:
    """The paths of the raw table's uncertain inputs that hold a distribution."""
    found = _table(schema, raw, ())
    return [path for path, parameter, stated in found if isinstance(parameter, Kind) and _is_distribution(stated)]


def _is_distribution(stated: Any) -> bool:
    return not stated.is_fixed if isinstance(stated, Quantity) else part(stated, "distribution") is not None


def settable(parameters: dict[str, Parameter]) -> list[str]:
    """The paths that a policy can set."""
    return [path for path, parameter in parameters.items() if isinstance(parameter, Kind)]


def _table(schema: type[Table], raw: Any, path: tuple[str, ...]) -> Iterator[Found]:
    for name, field in schema.model_fields.items():
        key = field.alias or name
        stated = part(raw, key, default=part(raw, name))
        annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        yield from _field(annotation, stated, (*path, key))


def _field(annotation: Any, raw: Any, path: tuple[str, ...]) -> Iterator[Found]:
    """The parameters of a field: of a table, of a list's members, or the number that it is."""
    inner, kind = _unwrapped(annotation)
    if get_origin(inner) is tuple:
        yield from _members(get_args(inner)[0], raw, path)
    elif isinstance(inner, type) and issubclass(inner, Table):
        yield from _table(inner, raw, path)
    elif get_origin(inner) is Union or type(inner).__name__ == "UnionType":
        yield from _field(_chosen(get_args(inner), raw), raw, path)
    elif inner is not type(None):
        what = kind if inner is Quantity and kind else DRAWN_AFRESH if inner is Law else STRUCTURAL
        yield ".".join(path), what, raw


def _members(annotation: Any, raw: Any, path: tuple[str, ...]) -> Iterator[Found]:
    for position, member in enumerate(raw if isinstance(raw, list | tuple) else ()):
        yield from _field(annotation, member, (*path, str(part(member, "name", default=position))))


def _unwrapped(annotation: Any) -> tuple[Any, Kind | None]:
    """The annotation without its metadata, and the kind found among them."""
    if get_origin(annotation) is not Annotated:
        return annotation, None
    inner, *metadata = get_args(annotation)
    return inner, next((note for note in metadata if isinstance(note, Kind)), None)


def _chosen(choices: tuple[Any, ...], raw: Any) -> Any:
    """The member of a union that `raw` means: by its `kind`, by its keys, absent if it is absent."""
    if raw is None and type(None) in choices:
        return type(None)
    tables = {choice: _unwrapped(choice)[0] for choice in choices if choice is not type(None)}
    return max(tables, key=lambda choice: _likeness(tables[choice], raw))


def _likeness(table: Any, raw: Any) -> int:
    if not (isinstance(table, type) and issubclass(table, Table)):
        return 0
    if isinstance(raw, Table):
        return len(table.model_fields) if isinstance(raw, table) else -1
    return sum(part(raw, key) is not None for key in table.file_keys()) + 100 * _has_kind(table, raw)


def _has_kind(table: type[Table], raw: Any) -> bool:
    field = table.model_fields.get("kind")
    return field is not None and part(raw, "kind") in get_args(field.annotation)
