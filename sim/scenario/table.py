"""What every table of a file has in common: it is frozen, knows its keys, and reports all its problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from sim.scenario.problems import Problem, missing_key, refuse, unknown_key

T = TypeVar("T")

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list of the file, of any length."""


def as_date(raw: object) -> object:
    """The date that an ISO text states; anything else as it is."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        return raw


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31)), BeforeValidator(as_date)]
COUNTRY_CODE = "^[A-Z]{2}$"
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=1000)]
CountryCode = Annotated[str, Field(pattern=COUNTRY_CODE)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def required(description: str, alias: str | None = None) -> Any:
    """A field that every file must state."""
    return Field(description=description, alias=alias)


def default(value: Any, description: str, alias: str | None = None) -> Any:
    """A field with a value for files that do not state it, written as a file would."""
    return Field(value, description=description, alias=alias)


class Table(BaseModel):
    """One table of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True, populate_by_name=True)

    @classmethod
    def prepared(cls, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """The raw table as it is to be read; a subclass may complete it."""
        return raw

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:  # noqa: ARG003
        """What is wrong between several keys of a raw table, whose parts may be wrong themselves."""
        return iter(())

    @classmethod
    def file_keys(cls) -> list[str]:
        """The keys of the table as files write them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @model_validator(mode="wrap")
    @classmethod
    def _with_every_problem(cls, raw: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(raw, Mapping):
            return handler(raw)
        problems, others = list(cls.problems(raw)), []
        try:
            table = handler(cls.prepared(raw))
        except ValidationError as error:
            others = error.errors(include_url=False)
        problems += [problem for other in others for problem in cls._about_a_key(other)]
        if problems or others:
            refuse(cls.__name__, problems, [other for other in others if not [*cls._about_a_key(other)]])
        return table

    @classmethod
    def _about_a_key(cls, error: ErrorDetails) -> Iterator[Problem]:
        """The error in our words if it is a key of this very table that is unknown or missing."""
        key = str(error["loc"][-1])
        if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
            yield unknown_key(key, cls.file_keys())
        if error["type"] == "missing" and len(error["loc"]) == 1:
            meanings = {field.alias or name: field.description for name, field in cls.model_fields.items()}
            yield missing_key(key, meanings[key])


def part(raw: Any, *path: str | int, default: Any = None) -> Any:
    """What stands at a path of a raw file or of its tables, `default` if nothing does."""
    for key in path:
        if isinstance(raw, Table):
            raw = getattr(raw, str(key), None)
        elif isinstance(raw, Mapping):
            raw = raw.get(str(key))
        elif isinstance(raw, list | tuple) and isinstance(key, int) and key < len(raw):
            raw = raw[key]
        else:
            raw = None
    return default if raw is None else raw


def members(raw: Any, *path: str | int) -> list[Any]:
    """The members of the list at a path, none if there is no list."""
    found = part(raw, *path)
    return list(found) if isinstance(found, list | tuple) else []


def names(raw: Any, *path: str | int, key: str = "name") -> list[str]:
    """What the members of the list at a path are called."""
    called = [part(member, key) for member in members(raw, *path)]
    return [name for name in called if isinstance(name, str)]
