"""Actions of a policy on capital and control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario import kinds as k
from sim.scenario.problems import Location, Problem
from sim.scenario.scenario_checks import dangling
from sim.scenario.table import Many, Name, default, members, names, part, required
from sim.scenario.timing import Timed

InvestorNames = Annotated[Many[Name], Field(min_length=1)]


class Disclose(Timed):
    """Outside investors are told about arrears and runway."""

    do: Literal["disclose"] = default("disclose", "the action")


class RaiseRound(Timed):
    """An outside investor is approached at once."""

    do: Literal["raise_round"] = default("raise_round", "the action")
    investor: Name = required("outside investor to approach")


class BigAsk(Timed):
    """Several strategic investors are asked at once for cash and capacity."""

    do: Literal["big_ask"] = default("big_ask", "the action")
    investors: InvestorNames = required("outside investors to approach")


class CeoExit(Timed):
    """The chief executive goes."""

    do: Literal["ceo_exit"] = default("ceo_exit", "the action")


class Sell(Timed):
    """The company is offered to buyers."""

    do: Literal["sell"] = default("sell", "the action")


class AcceleratedSale(Timed):
    """The company is offered to a few buyers, fast."""

    do: Literal["accelerated_sale"] = default("accelerated_sale", "the action")


class LicenceAndHire(Timed):
    """A licence of the technology and the hire of the team are offered."""

    do: Literal["licence_and_hire"] = default("licence_and_hire", "the action")


class Reprice(Timed):
    """The subscription has another price for charges from now on."""

    do: Literal["reprice"] = default("reprice", "the action")
    price: k.Price = required("new price a month")


class OfferAnnual(Timed):
    """Subscribers who join are offered a year in advance at a discount."""

    do: Literal["offer_annual"] = default("offer_annual", "the action")
    discount: k.Share = required("discount on twelve monthly prices")
    take_up: k.Share = required("share of those who join that takes it")


CAPITAL_ACTIONS = (
    Disclose | RaiseRound | BigAsk | CeoExit | Sell | AcceleratedSale | LicenceAndHire | Reprice | OfferAnnual
)

NEEDS = {
    "disclose": "disclosure",
    "ceo_exit": "leadership",
    "reprice": "subscription",
    "offer_annual": "subscription",
}
"""Tables of the scenario without which an action has nothing to act on."""


def capital_problems(place: Location, action: Any, scenario: Any) -> Iterator[Problem]:
    """What is wrong between an action on capital and control and the scenario."""
    do = part(action, "do")
    outside = names([one for one in members(scenario, "investors") if part(one, "kind") == "outside"])
    if do == "raise_round":
        yield from dangling((*place, "investor"), part(action, "investor"), outside, "an outside investor")
    if do == "big_ask":
        for position, name in enumerate(members(action, "investors")):
            yield from dangling((*place, "investors", position), name, outside, "an outside investor")
    if do in NEEDS and part(scenario, NEEDS[do]) is None:
        yield Problem((*place, "do"), do, f"another action: the scenario has no table {NEEDS[do]}")
    if do in ("sell", "accelerated_sale", "licence_and_hire"):
        way = "sale" if do == "sell" else do
        yield from dangling((*place, "do"), way, names(scenario, "sales"), "a way to sell among sales")
