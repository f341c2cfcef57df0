"""When to file: what the policies that do nothing but file gain and cost against the one that files first."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from sim.analysis.compare import Paired, paired_differences

from .case import Case
from .document import Block, Figure, Paragraph
from .wording import money, money_interval, points

FEWEST_TRIGGERS = 3


class Frontier(NamedTuple):
    """Good ends gained and creditors' loss added by each trigger, and the triggers that differ in one threshold."""

    gained: list[Paired]
    added: list[Paired]
    ladders: list[list[str]]


def frontier(case: Case) -> Frontier | None:
    """The policies that do nothing but file, and the baseline, against the one that ends first; None if they are
    few."""
    outcomes, baseline = case.decision.outcomes, case.decision.baseline
    filing = [fact.name for fact in case.policies if fact.only_files and fact.name != baseline]
    if len(filing) < FEWEST_TRIGGERS:
        return None
    first = min(filing, key=lambda name: outcomes.mean("days", name).value)
    others = [name for name in (baseline, *filing) if name != first]
    gained, added = (
        paired_differences(outcomes, name, first, level=case.meta.level, others=others) for name in ("good", "loss")
    )
    return Frontier(gained, added, _ladders(case, filing))


def _ladders(case: Case, filing: list[str]) -> list[list[str]]:
    """Policies that file on the same conditions but for one threshold, in its order."""
    facts = [fact for fact in case.policies if fact.name in filing and not math.isnan(fact.threshold)]
    by_conditions = sorted(facts, key=lambda fact: (fact.conditions, fact.threshold))
    groups = itertools.groupby(by_conditions, key=lambda fact: fact.conditions)
    return [[fact.name for fact in group] for _, group in groups]


def when_to_file(case: Case) -> list[Block]:
    """What the trigger that gains most costs, and the picture of all of them; nothing if there are few."""
    found = frontier(case)
    if found is None:
        return []
    most = max(found.gained, key=lambda row: row.difference)
    cost = next(row for row in found.added if row.policy == most.policy)
    if most.low_all <= 0:
        said = f"No trigger gains good ends beyond chance against {case.called(most.against)}, which files first."
    else:
        said = (
            f"Against {case.called(most.against)}, which files first, {case.called(most.policy)} gains most:"
            f" {points(most.difference)} points of good ends ({points(most.low_all)} to {points(most.high_all)})."
            f" {_added(cost)}."
        )
    return [Paragraph(said), Figure("policies-filing", "", "")]


def _added(cost: Paired) -> str:
    if cost.low_all <= 0 <= cost.high_all:
        return "What it adds to creditors' loss is not told from nothing"
    verb, size = ("more", 1) if cost.difference > 0 else ("less", -1)
    low, high = sorted((size * cost.low_all, size * cost.high_all))
    return f"Creditors lose {money(size * cost.difference)} ({money_interval(low, high)}) {verb} on average"
