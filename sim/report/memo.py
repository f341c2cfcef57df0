"""The decision memo: from what was found to a document that a board can decide on."""

from __future__ import annotations

from . import evidence, readers
from .answer import answer
from .case import Case
from .choice_tables import changes_table, outcome_table, rivals_table, sureness
from .document import Block, Bullets, Document, Paragraph, Section
from .memo_figures import figures
from .turning import drivers, turning
from .turning_points import story
from .wording import day_month_year, dollars, joined, plural


def memo(case: Case) -> Document:
    """The whole memo. Equal cases give equal documents."""
    drawn = figures(case)

    def shown(*names: str) -> list[Block]:
        return [drawn[name] for name in names if name in drawn]

    meta = case.meta
    subtitle = (
        f"Decision memo. As of {day_month_year(meta.start)}. Horizon {day_month_year(meta.horizon)}. {case.n:,}"
        f" replications of each of {plural(len(case.decision.outcomes.policies), 'policy')}. {meta.level:.0%}"
        " intervals."
    )
    sections = [
        Section("The question", [Paragraph(question(case))]),
        Section("The answer", [Paragraph(sentence, "answer") for sentence in answer(case)]),
        Section("The policies", [outcome_table(case), *shown("memo-ends")]),
        Section("How sure this is", [Bullets(sureness(case)), rivals_table(case)]),
        Section("What each policy changes", [changes_table(case), *shown("memo-forest", "memo-pareto")]),
        Section("When it happens", shown("memo-insolvency", "memo-curves", "memo-dates", "memo-paper")),
        Section("What would change the answer", [*turning(case), *shown("memo-tornado"), *drivers(case)]),
        Section("A typical insolvent replication", story(case)),
        Section("For the board", readers.board(case), own_page=True),
        Section("For a lender", [*readers.lender(case), *shown("memo-recovery", "memo-cash")], own_page=True),
        Section("For an investor", [*readers.investor(case), *shown("memo-causes")], own_page=True),
        Section("For a vendor's credit manager", [*readers.vendor(case), *shown("memo-overdue")], own_page=True),
        Section("Assumptions by evidence", evidence.assumptions(case), own_page=True),
        Section("Limits", evidence.limits(case)),
        Section("Where the numbers come from", evidence.provenance(case)),
        Section("Every number of the scenario", evidence.all_inputs(case), own_page=True),
    ]
    foot = (
        f"{case.title}. As of {meta.start}. n = {case.n:,} replications of each policy. Fingerprint {meta.fingerprint}."
    )
    return Document(case.title, subtitle, foot, sections)


def question(case: Case) -> str:
    """What is asked, and what counts as good."""
    names = joined([case.called(name) for name in case.decision.outcomes.policies], "or")
    when = day_month_year(case.meta.start)
    weights = case.decision.weights
    return (
        f"{case.company}: which policy should be chosen on {when}: {names}? A good end is to be recapitalised,"
        " acquired, licensed out, wound down with all paid, or still trading at the horizon; the opposite is an"
        f" insolvent end. Policies are ranked by one declared utility: a good end counts {dollars(weights.good_end)},"
        f" each dollar that creditors lose {weights.creditor_loss:g}, each dollar of new money lost"
        f" {weights.new_money_lost:g}, each job kept {dollars(weights.job_kept)}. A later date is not better by"
        " itself."
    )
