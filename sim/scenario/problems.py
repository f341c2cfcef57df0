"""What is wrong with an input: where it stands, what was found, what is expected. All of it is reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

MISSING = object()
"""Found where a key is absent."""
UNKNOWN = object()
"""Found where a key stands that the table does not have."""
Location = tuple[int | str, ...]


class Problem(NamedTuple):
    """What is wrong at `location` (keys and list positions from the table at hand); `found` may be `MISSING`."""

    location: Location
    found: Any
    expected: str
    hint: str = ""


def did_you_mean(word: object, candidates: Iterable[str]) -> str:
    """A question naming the candidate that `word` resembles, or nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = get_close_matches(str(word).casefold(), by_folded, n=1, cutoff=0.6)
    return f'did you mean "{by_folded[close[0]]}"?' if close else ""


def listed(names: Iterable[object]) -> str:
    """The names in quotes, separated by commas."""
    return ", ".join(f'"{name}"' for name in names)


def one_of(names: Iterable[object]) -> str:
    """What to expect where one of the names must stand."""
    names = list(dict.fromkeys(names))
    if not names:
        return "nothing: there is none to name here"
    return listed(names) if len(names) == 1 else f"one of {listed(names)}"


def unknown_key(key: str, keys: Iterable[str]) -> Problem:
    """The problem of a key that a table does not have."""
    keys = list(keys)
    hint = did_you_mean(key, keys)
    return Problem((key,), UNKNOWN, "a key of this table" if hint else one_of(keys), hint)


def missing_key(key: str, meaning: str | None) -> Problem:
    """The problem of a key that a table must have."""
    return Problem((key,), MISSING, f"this key: {meaning}")


def refuse(title: str, problems: Iterable[Problem], others: Iterable[ErrorDetails] = ()) -> NoReturn:
    """Raise one pydantic `ValidationError` that holds all the problems, and the errors that pydantic found itself."""
    raise ValidationError.from_exception_data(title, [*map(_kept, others), *map(_stated, problems)])


def _stated(problem: Problem) -> InitErrorDetails:
    context = {"expected": problem.expected, "hint": problem.hint}
    kind = PydanticCustomError("problem", "expected {expected}", context)
    return InitErrorDetails(type=kind, loc=problem.location, input=problem.found)


def _kept(error: ErrorDetails) -> InitErrorDetails:
    context = error.get("ctx", {})
    is_ours = error["type"] == "problem"
    kind = PydanticCustomError("problem", "expected {expected}", context) if is_ours else error["type"]
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context)
