"""What the board can do about compute: grants, capacity, what it owes its vendors, and what it sells on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sim.scenario import kinds as k
from sim.scenario.problems import Location, Problem
from sim.scenario.scenario_checks import dangling
from sim.scenario.table import Many, Name, default, members, names, part, required
from sim.scenario.timing import Timed


class EndGrants(Timed):
    """Projects outside the company lose the compute they were given, and no new ones are taken on."""

    do: Literal["end_grants"] = default("end_grants", "the action")
    grant: Name | None = default(None, "the grant that ends; absent = all")
    share: k.Share = default(1, "share of the running projects that ends")


class SurrenderCapacity(Timed):
    """Capacity and commitment go back to a vendor, which forgives part of what it is owed for it."""

    do: Literal["surrender_capacity"] = default("surrender_capacity", "the action")
    vendor: Name = required("vendor that takes capacity back")
    share: k.Share = required("share of usage and commitment that goes back")
    arrears_released: k.Share = default(0, "share of what is overdue to it that the vendor forgives")
    service_loss: k.Share = default(0, "share of the service it carries that is lost")


class MoveVendor(Timed):
    """Usage moves from one vendor to another, at the other's price on the market of the day."""

    do: Literal["move_vendor"] = default("move_vendor", "the action")
    vendor: Name = required("vendor whose usage falls")
    to: Name = required("vendor whose usage rises")
    share: k.Share = required("share of usage, commitment and service that moves")
    price_ratio: k.Factor = default(1, "the other vendor's price over the present one, at the start")


class AskPlan(Timed):
    """What is overdue to a vendor is paid in monthly instalments, and new bills on time."""

    do: Literal["ask_plan"] = default("ask_plan", "the action")
    vendor: Name = required("vendor asked")
    months: k.Count = default(6, "instalments, one a month")
    down_payment: k.Share = default(0, "share that is paid at once")


class Standstill(Timed):
    """Vendors undertake not to act for a time; a missed payroll ends it."""

    do: Literal["standstill"] = default("standstill", "the action")
    vendors: Many[Name] = default((), "vendors that agree; none named = all creditors together")
    days: k.Days = default(90, "days until it lapses")


class Compromise(Timed):
    """A vendor settles what is overdue for less; what is neither cash, credits nor equity is released."""

    do: Literal["compromise"] = default("compromise", "the action")
    vendor: Name = required("vendor that settles")
    cash_share: k.Share = default(0, "share paid at once; without that cash nothing happens")
    credits_share: k.Share = default(0, "share turned into spend committed for the coming year")
    equity_share: k.Share = default(0, "share turned into shares of the company")


class Prepay(Timed):
    """The company offers a vendor to pay ahead: a month's bill as a deposit, and each bill within a week."""

    do: Literal["prepay"] = default("prepay", "the action")
    vendor: Name = required("vendor paid ahead")


class Resell(Timed):
    """Capacity is offered to others."""

    do: Literal["resell", "sublease"] = default("resell", "the action")
    offer: Name = required("the resale offer")
    ask_consent: bool = default(True, "whether the vendor is asked; if not, its discovery is a breach")


class Novate(Timed):
    """Somebody takes over obligations towards a vendor."""

    do: Literal["novate"] = default("novate", "the action")
    vendor: Name = required("vendor to whom they are owed")
    share: k.Share = required("share of usage and commitment taken over")
    arrears_share: k.Share = default(0, "share of what is overdue that is taken over")
    service_loss: k.Share = default(0, "share of the service it carries that is lost")
    proceeds: k.Money = default(0, "what the other side pays for the capacity")


COMPUTE_ACTIONS = (
    EndGrants | SurrenderCapacity | MoveVendor | AskPlan | Standstill | Compromise | Prepay | Resell | Novate
)


def compute_problems(place: Location, action: Any, scenario: Any) -> Iterator[Problem]:
    """References of an action about compute to what is not there."""
    do = part(action, "do")
    if do == "move_vendor":
        yield from dangling((*place, "to"), part(action, "to"), names(scenario, "vendors"), "a vendor")
    if do == "standstill":
        for position, vendor in enumerate(members(action, "vendors")):
            yield from dangling((*place, "vendors", position), vendor, names(scenario, "vendors"), "a vendor")
    if do == "end_grants":
        yield from dangling((*place, "grant"), part(action, "grant"), names(scenario, "grants"), "a grant")
    if do in ("resell", "sublease"):
        yield from dangling((*place, "offer"), part(action, "offer"), names(scenario, "resale"), "a resale offer")
    if do == "compromise":
        yield from _shares(place, action)


def _shares(place: Location, action: Any) -> Iterator[Problem]:
    stated = [part(action, f"{name}_share", default=0) for name in ("cash", "credits", "equity")]
    numbers = [part(share, "value", default=share) for share in stated]
    if all(isinstance(number, int | float) for number in numbers) and sum(numbers) > 1 + 1e-9:
        yield Problem((*place, "cash_share"), numbers, "shares of cash, credits and equity that add up to at most 1")
