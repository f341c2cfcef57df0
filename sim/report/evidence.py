"""What the memo rests on: assumptions by grade, limits, and where the rows come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .case import Case, InputFact
from .document import Block, Bullets, Grid, Paragraph
from .wording import day_month_year, dollars, joined, plural

GRADES = ("REPORTED", "DERIVED", "ASSUMPTION", "")
GRADE_WORDS = {
    "REPORTED": "reported",
    "DERIVED": "derived from reports",
    "ASSUMPTION": "assumption",
    "": "not graded",
}


def assumptions(case: Case) -> list[Block]:
    """The inputs by grade, what the answer leans on first."""
    counts = Counter(fact.grade for fact in case.inputs)
    said = [
        f"{counts[grade]} {'assumed' if grade == 'ASSUMPTION' else GRADE_WORDS[grade]}"
        for grade in GRADES
        if counts[grade]
    ]
    shared = case.decision.outcomes.shared
    drew = "each replication" if shared == 1 else f"each group of {shared} replications"
    uncertain = sum(fact.is_uncertain for fact in case.inputs)
    head = (
        f"Of {plural(len(case.inputs), 'number')} in the scenario, {joined(said)}. {uncertain} of them are"
        f" distributions: {drew} drew its own value. The others are held at one value, and their"
        " ignorance is not in the intervals."
    )
    leading = [case.facts[name] for name in case.decision.swings.index[:8] if name in case.facts]
    blocks: list[Block] = [Paragraph(head)]
    if leading:
        blocks.append(
            _listed(leading, "The uncertain inputs that move the chance of a good end most, largest swing first.")
        )
    return blocks


def uncertain_inputs(case: Case) -> list[Block]:
    """Every input that is a distribution."""
    uncertain = [fact for fact in case.inputs if fact.is_uncertain]
    return [_listed(uncertain, "Ids name entries of docs/sources.md.", is_small=True)] if uncertain else []


def all_inputs(case: Case) -> list[Block]:
    """Every number of the scenario, weakest evidence first."""
    ordered = sorted(case.inputs, key=lambda fact: (-GRADES.index(fact.grade), not fact.is_uncertain))
    return [_listed(ordered, "Ids name entries of docs/sources.md.", is_small=True)]


def _listed(facts: Sequence[InputFact], note: str, *, is_small: bool = False) -> Grid:
    header = ["Input", "Value", "Could be", "Evidence", "Note"]
    rows = [
        [fact.words, fact.value, fact.other, f"{GRADE_WORDS[fact.grade]} {fact.source}".strip(), fact.note]
        for fact in facts
    ]
    kept = [k for k in range(len(header)) if any(row[k] for row in rows)]
    widths = (2.7, 3.3, 1.5, 1.4, 2.5)
    return Grid(
        [header[k] for k in kept], [[row[k] for k in kept] for row in rows], note, [widths[k] for k in kept],
        is_small=is_small,
    )  # fmt: skip


def limits(case: Case) -> list[Block]:
    """What this memo cannot say."""
    decision = case.decision
    variants = (
        f"{plural(len(case.variants), 'rule variant')} were tried" if case.variants else "no rule variant was tried"
    )
    chance = (
        "" if decision.outcomes.shared > 1 else " No replications share their inputs, so pure chance is not told apart."
    )
    has_deficiency = "creditor_deficiency" in case.frame
    loss = (
        (
            "What creditors lose is what an insolvent end, a licence or a sale leaves unpaid of all that is then"
            " claimed, what is overdue beyond the cash at the horizon, and what they released before."
        )
        if has_deficiency
        else (
            "What creditors lose is all that is owed to them and to staff at an insolvent end: what the estate would"
            " pay out is not taken off, nor what they would claim for broken contracts added. What creditors concede in"
            " a rescue is not counted."
        )
    )
    return [
        Bullets(
            [
                (
                    "Later is not better by itself: policies are ranked by good ends, creditors' loss, new money lost"
                    " and jobs, never by the date alone."
                ),
                (
                    f"The ranking is one of declared weights: a good end {dollars(decision.weights.good_end)}, a"
                    f" dollar of creditors' loss {decision.weights.creditor_loss:g}, a dollar of new money lost"
                    f" {decision.weights.new_money_lost:g}, a job kept {dollars(decision.weights.job_kept)}. Other"
                    " weights can give another answer; the section on what would change the answer says where."
                ),
                (
                    "Intervals hold the chance of simulation only. Ignorance is in the"
                    f" {plural(len(decision.inputs.columns), 'uncertain input')} and in the rules; {variants}.{chance}"
                ),
                loss,
                "A replication that still trades at the horizon counts as a good end.",
                (
                    f"The inputs should hold only what was known on {day_month_year(case.meta.start)}; nothing here"
                    " checks that."
                ),
            ]
        )
    ]


def provenance(case: Case) -> list[Block]:
    """Where each number comes from."""
    rows = [
        ["Good end", "replications/*.parquet", "share of rows whose end is not insolvent"],
        ["Creditors' loss", "replications/*.parquet",
         "creditor_deficiency, or else final_owed + final_wages_owed of insolvent rows"],
        ["New money lost", "replications/*.parquet",
         "raised of rows that are insolvent, or licensed out or acquired with recovery.unsecured below 1; 0 in others"],
        ["Jobs kept", "replications/*.parquet", "head_count of rows that are not insolvent; 0 in others"],
        ["Dates and probabilities", "summary.csv", "cumulative incidence, as insolvent_by_day_30"],
        ["Differences", "replications/*.parquet", "row by row, policies matched by replication"],
        ["Story", "journal of a replication", "simulated again from its seed; the row is in replications"],
    ]  # fmt: skip
    return [
        Grid(["What", "Is"], [list(pair) for pair in case.provenance], "", (1, 4)),
        Grid(["Number", "From", "Rule"], rows, "", (1.2, 1.4, 4)),
    ]
