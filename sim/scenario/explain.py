"""From pydantic's errors to errors that people can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.errors import InputError, shown
from sim.scenario.policies import KEBAB
from sim.scenario.problems import MISSING, Location, did_you_mean, one_of
from sim.scenario.schema import SLUG
from sim.scenario.schema_world import CAUSE
from sim.scenario.table import COUNTRY_CODE, part

PATTERNS = {
    KEBAB: 'lower-case letters and digits joined by single hyphens, such as "cut-compute"',
    SLUG: 'letters, digits, "-" and "_" only, such as "my_company"',
    COUNTRY_CODE: 'two capital letters, such as "GB"',
    CAUSE: 'lower-case letters, digits and "_" only, such as "court_order"',
}
TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "date_type": "a date, such as 2023-10-31",
    "date_from_datetime_parsing": "a date, such as 2023-10-31",
    "tuple_type": "a list",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
}
BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "too_short": "at least {min_length} in the list",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
}


def explained(error: ValidationError, raw: Mapping[str, Any], file: str) -> Iterator[tuple[Location, InputError]]:
    """Every error with its place in the raw file; of several that say one thing, the first."""
    placed = [(_in_file(_with_tag(fault), raw), fault) for fault in error.errors(include_url=False)]
    ours = {location for location, fault in placed if fault["type"] == "problem"}
    seen: set[Location] = set()
    for location, fault in placed:
        if fault["type"] == "problem" or location not in ours | seen:
            yield location, InputError(file, key_path(location, raw), *_said(fault))
        seen.add(location)


def key_path(location: Location, raw: Any) -> str:
    """The place as files write it, with the names of the list members on the way: `vendors[1].net_days ("cloud-b")`."""
    path, called = "", []
    for depth, key in enumerate(location, start=1):
        path += f"[{key}]" if isinstance(key, int) else f".{key}"
        name = part(raw, *location[:depth], "name") if isinstance(key, int) else None
        called += [shown(name)] if isinstance(name, str) else []
    return path.lstrip(".") + (f" ({', '.join(called)})" if called else "")


def _with_tag(fault: ErrorDetails) -> Location:
    """The place of the error; if it is which member of a union is meant, the key that should say so."""
    is_about_tag = fault["type"] in ("union_tag_invalid", "union_tag_not_found")
    return (*fault["loc"], fault["ctx"]["discriminator"].strip("'")) if is_about_tag else fault["loc"]


def _in_file(location: Location, raw: Any) -> Location:
    """The place without the steps that only pydantic takes: the chosen member of a union."""
    kept: list[int | str] = []
    for key in location:
        here = part(raw, *kept)
        is_tag = isinstance(here, Mapping) and key not in here and key in (here.get("kind"), here.get("do"))
        is_inside_value = here is not None and not isinstance(here, Mapping | list | tuple)
        if not (is_tag or is_inside_value or " " in str(key)):
            kept.append(key)
    return tuple(kept)


def _said(fault: ErrorDetails) -> tuple[str, str, str]:
    """Found, expected and hint."""
    kind, found, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "problem":
        return shown(found), context["expected"], context["hint"]
    if kind in ("literal_error", "union_tag_invalid", "union_tag_not_found"):
        return _choice(kind, found, context)
    if kind == "string_pattern_mismatch":
        return shown(found), PATTERNS.get(context["pattern"], "other text"), ""
    expected = TYPES.get(kind) or BOUNDS.get(kind, fault["msg"]).format(**context)
    return shown(found), expected, _structural(found)


def _choice(kind: str, found: Any, context: dict[str, Any]) -> tuple[str, str, str]:
    if kind != "literal_error":
        found = part(found, context["discriminator"].strip("'"), default=MISSING)
    stated = context.get("expected") or context.get("expected_tags", "")
    names = re.findall(r"'([^']*)'", stated)
    expected = one_of(names) if names else stated or "this key: it says which kind of table this is"
    return shown(found), expected, _structural(found) or did_you_mean(found, names)


def _structural(found: Any) -> str:
    if isinstance(found, Mapping) and "distribution" in found:
        return "this is structural: the same in all replications, never a distribution"
    return "state this one bare" if isinstance(found, Mapping) and "value" in found else ""
