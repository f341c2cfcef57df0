"""The decision memo: from what was found to a document that a board can decide on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from . import evidence, readers
from .answer import answer
from .case import Case
from .choice_tables import changes_table, outcome_table, rivals_table, sureness
from .document import Block, Bullets, Document, Figure, Paragraph, Section
from .filing import when_to_file
from .readers import is_long
from .turning import drivers, turning
from .turning_points import story
from .wording import day_month_year, dollars, joined, percent, plural

ORDER = "The table of policies and a page for each reader come first; what stands after them backs these pages."


def memo(case: Case, figures: Sequence[Figure]) -> Document:
    """The whole memo, with those of the figures that it shows. Equal cases give equal documents.

    First the answer, the policies and a page for each reader; what backs them follows.
    """
    baseline, best = case.decision.baseline, case.decision.best_trading

    meta = case.meta
    subtitle = (
        f"Decision memo. As of {day_month_year(meta.start)}. Horizon {day_month_year(meta.horizon)}. {case.n_all:,}"
        f" replications of each of {plural(len(case.decision.outcomes.policies), 'policy')}{_first(case)}."
        f" {meta.level:.0%} intervals."
    )
    pareto = shown("policies-pareto")
    alone = [f"{policy}-{kind}" for policy in case.drawn_alone for kind in ("curves", "dates", "cash")]
    sections = [
        Section("The question", [Paragraph(question(case))]),
        Section("The answer", [Paragraph(sentence, "answer") for sentence in answer(case)]),
        Section("How sure this is", [Bullets(sureness(case)), Paragraph(ORDER, "small")]),
        Section("The policies", [outcome_table(case)]),
        Section("For the board", [*(pareto if is_long(case) else []), *readers.board(case),
                                  *shown(f"{baseline}-weeks")], own_page=True),
        Section("For a lender", readers.lender(case), own_page=True),
        Section("For an investor", [*readers.investor(case), *shown(f"{best}-ends")], own_page=True),
        Section("For a vendor's credit manager", [*readers.vendor(case), *shown(f"{baseline}-exposure")],
                own_page=True),
        Section("What would change the answer", [*turning(case), *shown(f"{best}-tornado"), *drivers(case)],
                own_page=True),
        Section("The leading policy against the others", [rivals_table(case)]),
        Section("What each policy changes", [changes_table(case), *shown("policies-forest"),
                                            *([] if is_long(case) else pareto)]),
        Section("When to file", when_to_file(case)),
        Section("A typical insolvent replication", story(case)),
        Section("How and when it ends", [*ending(case), *shown("policies-insolvency", *alone, f"{baseline}-paper")]),
        Section("Every policy, for each reader", [*shown("policies-ends"), *readers.every_policy(case),
                                                  *shown("policies-recovery")]),
        Section("Assumptions by evidence", evidence.assumptions(case)),
        Section("Limits", evidence.limits(case)),
        Section("Where the numbers come from", evidence.provenance(case)),
        Section("Every uncertain input", evidence.uncertain_inputs(case)),
        Section("Every number of the scenario", evidence.all_inputs(case), is_folded=True),
    ]  # fmt: skip
    foot = (
        f"{case.title}. As of {meta.start}. n = {case.n:,} replications of each policy. Fingerprint {meta.fingerprint}."
    )
    drawn = {figure.name: figure for figure in figures}
    complete = [_filled(section, drawn) for section in sections]
    return Document(case.title, subtitle, foot, [section for section in complete if section.blocks])


def _first(case: Case) -> str:
    return "" if case.n == case.n_all else f" (means and differences: the first {case.n:,})"


def ending(case: Case) -> list[Block]:
    """How often the policies that the choice is between end insolvent, and why some of them are not drawn alone."""
    when = day_month_year(case.meta.horizon)
    shares = [f"{percent(case.lines[name]['share_insolvent'])} under {case.called(name)}" for name in case.drawn_alone]
    counted = [f"By {when} the company is insolvent in {joined(shares)}."] if shares else []
    undrawn = [
        f"{case.called(name)} is not drawn alone, for its curves would say nothing: {said}."
        for name, said in case.over_at_once.items()
    ]
    return [Paragraph(" ".join([*counted, *undrawn]))]


def shown(*names: str) -> list[Block]:
    """Places for figures, by name."""
    return [Figure(name, "", "") for name in names]


def _filled(section: Section, drawn: Mapping[str, Figure]) -> Section:
    """The section with what was drawn in its places; a place for what was not is dropped."""
    placed = [drawn.get(block.name) if isinstance(block, Figure) else block for block in section.blocks]
    return replace(section, blocks=[block for block in placed if block is not None])


def question(case: Case) -> str:
    """What is asked, and what counts as good."""
    policies = case.decision.outcomes.policies
    names = f": {joined([case.called(name) for name in policies], 'or')}"
    asked = f", of the {len(policies)} in the table of policies" if is_long(case) else names
    when = day_month_year(case.meta.start)
    weights = case.decision.weights
    return (
        f"{case.company}: which policy should be chosen on {when}{asked}? A good end is to be recapitalised,"
        " acquired, licensed out, wound down with all paid, or still trading at the horizon; the opposite is an"
        f" insolvent end. Policies are ranked by one declared utility: a good end counts {dollars(weights.good_end)},"
        f" each dollar that creditors lose {weights.creditor_loss:g}, each dollar of new money lost"
        f" {weights.new_money_lost:g}, each job kept {dollars(weights.job_kept)}. A later date is not better by"
        " itself."
    )
