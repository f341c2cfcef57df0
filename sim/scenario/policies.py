"""Policies: what we control. Each is a named list of actions on the baseline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.scenario import kinds as k
from sim.scenario.actions_capital import CAPITAL_ACTIONS
from sim.scenario.actions_compute import COMPUTE_ACTIONS
from sim.scenario.actions_law import LAW_ACTIONS
from sim.scenario.schema_company import PayClass
from sim.scenario.table import Many, Name, Table, Text, default, required
from sim.scenario.timing import Timed

BASELINE = "do-nothing"
"""The policy that changes nothing: always present, always first."""

KEBAB = "^[a-z0-9]+(-[a-z0-9]+)*$"
KebabName = Annotated[str, Field(pattern=KEBAB, max_length=60)]


class Set(Table):
    """From the start, a parameter of the scenario has another value."""

    do: Literal["set"] = default("set", "the action")
    parameter: Name = required("path of the parameter, such as treasury.stretch_days.vendors")
    value: k.AnyNumber = required("its value under this policy")


class CutCompute(Timed):
    """A share of a vendor's usage is given back: the fee comes with the decision, the saving after the lag."""

    do: Literal["cut_compute"] = default("cut_compute", "the action")
    vendor: Name = required("vendor whose usage is cut")
    share: k.Share = required("share of usage given back")
    fee_months: k.Months = default(0, "fee, in months of the usage given back")


class LaunchSubscription(Timed):
    """The subscription is launched on another day."""

    do: Literal["launch_subscription"] = default("launch_subscription", "the action")


class AskInsiders(Timed):
    """An insider is asked for a bridge at once."""

    do: Literal["ask_insiders"] = default("ask_insiders", "the action")
    investor: Name = required("insider to ask")
    success_probability: k.Probability | None = default(None, "chance of a yes, if not the insider's own")


class Stretch(Timed):
    """A class of creditors is paid later, until it is undone."""

    do: Literal["stretch"] = default("stretch", "the action")
    class_: PayClass = required("class of creditors", alias="class")
    days: k.Days = required("days after the due date")


class File(Timed):
    """The directors file."""

    do: Literal["file"] = default("file", "the action")


OWN = Set | CutCompute | LaunchSubscription | AskInsiders | Stretch | File
Action = Annotated[OWN | COMPUTE_ACTIONS | CAPITAL_ACTIONS | LAW_ACTIONS, Field(discriminator="do")]


class Policy(Table):
    """What the board could do: a named list of actions."""

    name: KebabName = required("name in lower case with hyphens")
    label: Text = default("", "one line for tables")
    actions: Many[Action] = default((), "actions; all of them happen")


def with_baseline(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """The policies with the baseline first, whether it was stated or not."""
    stated = tuple(policy for policy in policies if policy.name == BASELINE)
    others = tuple(policy for policy in policies if policy.name != BASELINE)
    return (stated[:1] or (Policy(name=BASELINE, label="Do nothing"),)) + others


Policies = Annotated[Many[Policy], AfterValidator(with_baseline)]
