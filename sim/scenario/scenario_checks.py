"""What can be wrong between the parts of a scenario: names twice, references that lead nowhere, shares above one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sim.scenario.amounts import fixed
from sim.scenario.kinds import SHARE
from sim.scenario.problems import MISSING, Location, Problem, did_you_mean, one_of
from sim.scenario.table import members, names, part

NAMED_LISTS = (
    *("vendors", "revenue", "staff", "key_people", "costs", "investors", "tranches", "sales", "lines", "ends"),
    *("grants", "resale", "cases", "rent"),
)


def scenario_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Every contradiction between the parts of a raw scenario."""
    yield from _horizon(raw)
    for key in NAMED_LISTS:
        yield from twice(raw, key)
    yield from _creditors_apart(raw)
    yield from _references(raw)
    yield from _service_shares(raw)
    yield from _billing_days(raw)
    yield from _countries(raw)


def twice(raw: Any, key: str) -> Iterator[Problem]:
    """Members of a list that bear an earlier member's name."""
    seen: set[str] = set()
    for position, member in enumerate(members(raw, key)):
        name = part(member, "name")
        if isinstance(name, str) and name in seen:
            yield Problem((key, position, "name"), name, f"a name that no other of the {key} has")
        seen.add(str(name))


def dangling(location: Location, name: Any, existing: list[str], what: str) -> Iterator[Problem]:
    """A reference that names nothing."""
    if isinstance(name, str) and name not in existing:
        expected = f"the name of {what}: {one_of(existing)}" if existing else f"the name of {what}, and there is none"
        yield Problem(location, name, expected, did_you_mean(name, existing))


def tax_creditors(raw: Any) -> list[str]:
    """Who collects what is withheld from salaries, each once."""
    return list(dict.fromkeys(names(raw, "staff", key="tax_creditor")))


def _horizon(raw: Any) -> Iterator[Problem]:
    stated = [key for key in ("horizon_months", "horizon_days") if part(raw, key) is not None]
    if not stated:
        yield Problem(("horizon_months",), MISSING, "a number of months, or horizon_days")
    if len(stated) == 2:
        yield Problem(("horizon_days",), part(raw, "horizon_days"), "either horizon_months or horizon_days")


def _creditors_apart(raw: Any) -> Iterator[Problem]:
    owner: dict[str, str] = dict.fromkeys(names(raw, "vendors"), "vendors")
    listed = (("costs", "name"), ("lines", "name"), ("staff", "tax_creditor"), ("rent", "name"))
    for key, called in listed:
        for position, member in enumerate(members(raw, key)):
            name = part(member, called)
            if isinstance(name, str) and owner.setdefault(name, key) != key:
                expected = f"a creditor's name that is not already among the {owner[name]}"
                yield Problem((key, position, called), name, expected)


def _references(raw: Any) -> Iterator[Problem]:
    creditors = names(raw, "vendors") + names(raw, "costs") + tax_creditors(raw)
    creditors += names(raw, "rent") + names(raw, "cases", key="creditor")
    for position, invoice in enumerate(members(raw, "opening", "invoices")):
        location = ("opening", "invoices", position, "creditor")
        yield from dangling(location, part(invoice, "creditor"), creditors, "a vendor, cost or tax creditor")
    for key in ("grants", "resale"):
        for position, member in enumerate(members(raw, key)):
            yield from dangling((key, position, "vendor"), part(member, "vendor"), names(raw, "vendors"), "a vendor")
    for position, investor in enumerate(members(raw, "investors")):
        for key in ("vendor", "credits_at"):
            yield from dangling(("investors", position, key), part(investor, key), names(raw, "vendors"), "a vendor")
    groups = names(raw, "staff")
    for position, person in enumerate(members(raw, "key_people")):
        yield from dangling(("key_people", position, "group"), part(person, "group"), groups, "a staff group")


def _service_shares(raw: Any) -> Iterator[Problem]:
    shares = [fixed(part(vendor, "service_share"), SHARE) for vendor in members(raw, "vendors")]
    total = sum(share for share in shares if share is not None)
    if all(share is not None and share <= 1 for share in shares) and total > 1 + 1e-9:
        yield Problem(("vendors",), shares, f"a service_share of at most 1 for all vendors together (it is {total:g})")


def _billing_days(raw: Any) -> Iterator[Problem]:
    days = members(raw, "subscription", "billing_days")
    if len(set(map(str, days))) < len(days):
        yield Problem(("subscription", "billing_days"), days, "each day once")


@cache
def _known_countries() -> frozenset[str]:
    from holidays import list_supported_countries

    return frozenset(list_supported_countries(include_aliases=False))


def _countries(raw: Any) -> Iterator[Problem]:
    places: list[tuple[Location, Any]] = [(("country",), part(raw, "country"))]
    for position, group in enumerate(members(raw, "staff")):
        places.append((("staff", position, "country"), part(group, "country")))
    known = _known_countries()
    for location, country in places:
        if isinstance(country, str) and len(country) == 2 and country.isupper() and country not in known:
            hint = 'the United Kingdom is "GB"' if country == "UK" else ""
            yield Problem(location, country, "a country whose public holidays are known, by its two letters", hint)
