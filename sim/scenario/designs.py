"""Designs: which other values of the scenario's parameters a question is asked for.

A *point* of a design is a set of values; every policy is simulated at every point. What a point does not set stays as
the scenario says, and what a policy sets prevails over the point.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.table import Many, Name, Table, Text, default, required

SPREAD = ("latin_hypercube", "sobol", "halton")
"""Designs that spread points over a space; the others list them."""

Value = bool | int | float | str
Settings = dict[str, Any]
"""Values by path, as a file states them."""


class Override(Table):
    """Named values: what another table of this kind says, and what this one says in addition or instead."""

    name: Name = required("name of these values")
    label: Text = default("", "one line for tables")
    inherits: Name | None = default(None, "another override whose values hold where this one has none")
    set: Annotated[Settings, Field(min_length=1)] = required("values by the path of their parameter")


class Axis(Table):
    """One direction of a design: a parameter and its values, or a choice of overrides."""

    parameter: Name | None = default(None, "path of a parameter of the scenario or of a policy's action")
    overrides: Many[Name] = default((), "overrides to choose from, instead of a parameter")
    values: Many[Any] = default((), "values of the parameter (one_at_a_time, grid)")
    low: Value | None = default(None, "lowest value (latin_hypercube, sobol, halton); else the scenario's range")
    high: Value | None = default(None, "highest value")
    scale: Literal["linear", "log"] = default("linear", "how values are spread between low and high")


class Design(Table):
    """The points of an experiment.

    Extending a grid, a list, a Sobol or a Halton design keeps the points that were there. A Latin hypercube cannot be
    extended: all its points move with their number.
    """

    kind: Literal["one_at_a_time", "grid", "list", "latin_hypercube", "sobol", "halton"] = required(
        "how points are laid"
    )
    axes: Many[Axis] = default((), "what varies (all kinds but list)")
    rows: Many[Settings] = default((), "the points of a list: values by path; the key override names one")
    file: Name | None = default(None, "CSV file with the points of a list, a column for each path, instead of rows")
    points: Annotated[int, Field(ge=1, le=2**20)] | None = default(None, "how many points are spread")
    every_uncertain_input: bool = default(False, "an axis for each distribution of the scenario, and over it")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = default(1, "seed of where points are spread")
