"""The decision memo: from what was found to a document that a board can decide on."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from sim.analysis.discovery import Box
from sim.analysis.incidence import cumulative_incidence

from . import evidence, readers
from .answer import answer, insolvent_complement, quantity, variant_words, verdict_on
from .case import Case
from .comparison import ends_side_by_side, insolvency_side_by_side
from .decision_plots import change_in_words, forest, pareto_picture, tornado_picture
from .document import Block, Bullets, Document, Figure, Grid, Paragraph, Section
from .plots import insolvency_dates, three_curves
from .style import house_style
from .turning_points import story
from .wording import (
    date_reached,
    day_month_year,
    hundredths,
    interval,
    joined,
    money,
    money_interval,
    plural,
    rounded_up,
)

SHOWN_DRIVERS = 8


def memo(case: Case) -> Document:
    """The whole memo. Equal cases give equal documents."""
    drawn = {name: _drawn(name, alt, ax) for name, alt, ax in _pictures(case)}

    def figures(*names: str) -> list[Block]:
        return [drawn[name] for name in names if name in drawn]

    meta = case.meta
    subtitle = (
        f"As of {day_month_year(meta.start)}. Horizon {day_month_year(meta.horizon)}. {case.n:,} replications of each of"
        f" {plural(len(case.decision.outcomes.policies), 'policy')}. {meta.level:.0%} intervals."
    )
    sections = [
        Section("The question", [Paragraph(question(case))]),
        Section("The answer", [Paragraph(sentence, "answer") for sentence in answer(case)]),
        Section("The policies", [outcome_table(case), *figures("memo-ends")]),
        Section("How sure this is", [Bullets(sureness(case)), rivals_table(case)]),
        Section("What each policy changes", [changes_table(case), *figures("memo-forest", "memo-pareto")]),
        Section("When it happens", figures("memo-insolvency", "memo-curves", "memo-dates")),
        Section("What would change the answer", [*turning(case), *figures("memo-tornado"), *drivers(case)]),
        Section("A typical insolvent replication", story(case)),
        Section("For the board", readers.board(case), own_page=True),
        Section("For a lender", readers.lender(case), own_page=True),
        Section("For an investor", readers.investor(case), own_page=True),
        Section("For a vendor's credit manager", readers.vendor(case), own_page=True),
        Section("Assumptions by evidence", evidence.assumptions(case), own_page=True),
        Section("Limits", evidence.limits(case)),
        Section("Where the numbers come from", evidence.provenance(case)),
        Section("Every number of the scenario", evidence.all_inputs(case), own_page=True),
    ]
    foot = f"{case.title}. As of {meta.start}. n = {case.n:,} replications of each policy. Fingerprint {meta.fingerprint}."
    return Document(f"{case.title}: decision memo", subtitle, foot, sections)


def question(case: Case) -> str:
    """What is asked, and what counts as good."""
    names = joined([case.called(name) for name in case.decision.outcomes.policies], "or")
    weights = case.decision.weights
    return (
        f"{case.company}, {day_month_year(case.meta.start)}: which of {names}? A good end is to be recapitalised,"
        " acquired, licensed out, wound down with all paid, or still trading at the horizon; the opposite is an insolvent"
        " end. Policies are ranked by one declared utility: a good end counts"
        f" {evidence.dollars(weights.good_end)}, each dollar that creditors lose {weights.creditor_loss:g}, each dollar of"
        f" new money lost {weights.new_money_lost:g}, each job kept {evidence.dollars(weights.job_kept)}. A later date is"
        " not better by itself."
    )


def outcome_table(case: Case) -> Grid:
    """Every policy with what it gives, intervals beneath; best utility first."""
    decision = case.decision
    outcomes = decision.outcomes
    ranked = sorted(outcomes.policies, key=lambda name: -outcomes.mean("utility", name).value)
    rows = []
    for name in ranked:
        good, lines = insolvent_complement(case.lines[name]["share_insolvent"]), case.lines[name]
        loss, lost, utility = (outcomes.mean(one, name) for one in ("loss", "money_lost", "utility"))
        median = lines["insolvency_quantile_0.5"]
        dates = [date_reached(day, case.meta.start) for day in median]
        when = dates[0] if dates[1] == dates[2] else f"{dates[0]}\n{dates[1]} to {dates[2]}"
        rows.append([
            case.meta.policies[name] or name, f"{hundredths(good.value)}%\n{interval(good)}",
            f"{money(loss.value)}\n{money_interval(loss)}", f"{money(lost.value)}\n{money_interval(lost)}",
            when, f"{money(utility.value)}\n{money_interval(utility)}", _chance(decision.probability_best[name]),
        ])  # fmt: skip
    header = ["Policy", "Good end", "Creditors lose", "New money lost", "Insolvent in half of\nthe replications by",
              "Utility", "Best"]  # fmt: skip
    note = (
        f"n = {case.n:,} replications of each policy; second lines: {case.meta.level:.0%} intervals. Means over all"
        " replications, not over the insolvent alone. Best: how often the policy has the highest mean utility when the"
        " replications are drawn again."
    )
    return Grid(header, rows, note, (2.5, 1.1, 1.5, 1.5, 1.6, 1.7, 0.8), range(1, 7), [0] if _is_one(case) else [])


def _is_one(case: Case) -> bool:
    return case.decision.selection.verdict == "one"


def _chance(share: float) -> str:
    return "<0.1%" if share < 0.001 else ">99.9%" if share > 0.999 else f"{100 * share:.1f}%"


def sureness(case: Case) -> list[str]:
    """The choice by several rules, and what it is worth at most to be wrong."""
    decision = case.decision
    selection, regrets = decision.selection, decision.regrets
    kept = joined([case.called(name) for name in selection.kept])
    rules = {"expected": selection.chosen, "minimax": regrets.minimax}
    agree = len(set(rules.values())) == 1
    items = [
        f"With {selection.level:.0%} probability the best of the {plural(len(decision.outcomes.policies), 'policy')} is"
        f" {'' if len(selection.kept) == 1 else 'among '}{kept} (screening of all pairs under common random numbers).",
        f"Choosing {case.called(selection.chosen)} gives up at most {money(selection.at_most_lost)} of utility against"
        f" the best, with the same probability.",
    ]
    amount, cell = regrets.largest(regrets.minimax)
    if cell.input:
        items.append(
            f"Highest expected utility: {case.called(rules['expected'])}. Smallest largest regret over the fifths of every"
            f" uncertain input: {'the same' if agree else case.called(regrets.minimax)} (at most {money(amount)})."
        )
    if selection.verdict == "unclear":
        items.append(
            f"About {rounded_up(selection.replications_needed):,} replications of each policy would tell the leading"
            " policies apart, or show that they are equal for this decision, with a chance of 80%."
        )
    return items


def rivals_table(case: Case) -> Grid:
    """The leading policy against each of the others, and what may be said of it."""
    rows, decision = [], case.decision
    from sim.analysis.compare import paired_differences

    found = {row.policy: row for row in paired_differences(decision.outcomes, "utility", decision.selection.chosen)}
    for rival in decision.rivals:
        row = found[rival.policy]
        amount = f"{money(-row.difference)}\n{money(-row.high_all)} to {money(-row.low_all)}"
        rows.append([case.meta.policies[rival.policy] or rival.policy, amount, _p(row.p_all), verdict_on(case, rival)])
    leading = case.meta.policies[decision.selection.chosen] or decision.selection.chosen
    header = [f"\N{LEFT DOUBLE QUOTATION MARK}{leading}\N{RIGHT DOUBLE QUOTATION MARK} against", "Utility ahead by", "p", "Verdict"]
    tried = joined([variant_words(case, name) for name in case.variants], "or")
    variants = f" and in each variant of the rules (if {tried})" if tried else "; no variant of the rules was tried"
    note = (
        "Paired by replication; intervals hold for all rows at once, p corrected for their number (Holm). A policy is"
        f" called beaten only if it is behind here, in every fifth of each uncertain input beyond chance{variants}."
    )
    return Grid(header, rows, note, (2.6, 1.5, 0.7, 3), (1, 2))


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def changes_table(case: Case) -> Grid:
    """Every policy against the baseline, with its cost and who must consent."""
    decision, facts = case.decision, {fact.name: fact for fact in case.policies}
    found = {quantity: {row.policy: row for row in decision.differences[quantity]} for quantity in ("good", "loss", "days")}
    rows = []
    for name in decision.outcomes.policies:
        if name != decision.baseline:
            good, loss, days = (found[quantity][name] for quantity in ("good", "loss", "days"))
            trading = f"{days.difference:+,.0f} days\n{days.low_all:+,.0f} to {days.high_all:+,.0f}".replace("-", "\N{MINUS SIGN}")
            rows.append([
                case.meta.policies[name] or name, change_in_words(good), change_in_words(loss), trading,
                facts[name].cost, facts[name].consent,
            ])  # fmt: skip
    header = [f"Against {case.called(decision.baseline)}", "Good end", "Creditors lose", "Trades on for", "Cost stated",
              "Consent of"]  # fmt: skip
    note = (
        f"Paired by replication; second lines: {case.meta.level:.0%} intervals that hold for the whole column. Trading on"
        " is the mean over all replications, up to the horizon: longer is not better by itself."
    )
    return Grid(header, rows, note, (2.4, 1.3, 1.5, 1.3, 1.5, 1.5), (1, 2, 3))


def turning(case: Case) -> list[Block]:
    """The worth of a good end, the rules and the inputs on which the choice turns."""
    decision = case.decision
    blocks: list[Block] = [Paragraph("What a good end is worth decides first; the other weights stay as declared.")]
    rows = [
        [
            f"{money(one.low)} to {money(one.high)}" if one.high < 1e15 else f"more than {money(one.low)}",
            case.meta.policies[one.policy] or one.policy,
        ]
        for one in decision.stretches
    ]
    blocks.append(Grid(["If a good end is worth", "the best policy is"], rows, "", (1.3, 3)))
    items = [*_turns(case), *_information(case), *_box(case)]
    return [*blocks, Bullets(items)] if items else blocks


def _turns(case: Case) -> Iterator[str]:
    decision = case.decision
    for name, outcomes in decision.variants.items():
        means = {policy: outcomes.mean("utility", policy).value for policy in outcomes.policies}
        best = max(means, key=lambda policy: means[policy])
        good = outcomes.mean("good", best).value
        label = variant_words(case, name)
        same = "still" if best == decision.selection.chosen else "instead"
        yield (
            f"If {label} (n = {outcomes.n:,}): the highest utility is {same} that of {case.called(best)}, with a good end in"
            f" {hundredths(good)}%."
        )
    if not any(rival.turns for rival in decision.rivals) and len(decision.inputs.columns):
        yield "No uncertain input turns the choice round in any fifth of its range, beyond chance."


def _information(case: Case) -> Iterator[str]:
    table = case.decision.information
    worth = table[table["low"] > 0]
    for name, row in worth.iloc[:3].iterrows():
        yield (
            f"Knowing {case.input_words(str(name))} before deciding is worth {money(row['value'])}"
            f" ({money(row['low'])} to {money(row['high'])})."
        )
    if len(table) and worth.empty:
        yield f"Knowing any one of the {len(table)} uncertain inputs before deciding is worth nothing: it would not change the choice."


def _box(case: Case) -> Iterator[str]:
    decision = case.decision
    if not len(decision.inputs.columns):
        return
    kind = "Good ends" if decision.is_box_of_good else "Insolvent ends"
    policy = case.called(decision.best_trading)
    if decision.box is None:
        yield f"{kind} under {policy} gather in no part of the inputs' range: no box of limits does better than chance."
    else:
        yield f"{kind} under {policy} are more frequent {box_in_words(case, decision.box)}"


def box_in_words(case: Case, box: Box) -> str:
    """A box as a sentence, with how good and how stable it is."""
    limits = [f"{case.input_words(name)} is {side} {quantity(case, name, value)}" for name, side, value in box.limits]
    again = joined([f"{share:.0%}" for share in box.stability])
    return (
        f"when {joined(limits)}: {box.density:.1%} instead of {box.base:.1%} ({box.density_outside_sample:.1%} outside"
        f" the sample), in {box.support:.0%} of the range, with {box.coverage:.0%} of them all. The limits come back in"
        f" {again} of resamples."
    )


def drivers(case: Case) -> list[Block]:
    """Shares of variance: inputs, chance, and the rest."""
    decision = case.decision
    indices, chance = decision.indices, decision.chance
    if not len(decision.inputs.columns):
        return []
    order = sum(table["index"].reindex(indices["good"].index) for table in indices.values())
    names = [str(name) for name in order.sort_values(ascending=False, kind="stable").index[:SHOWN_DRIVERS]]
    rows = [[case.input_words(name), *(_index(table.loc[name]) for table in indices.values())] for name in names]
    rows.append(["pure chance", *("not known" if one is None else f"{one.value:.0%}\n{one.low:.0%} to {one.high:.0%}" for one in chance.values())])  # noqa: E501
    note = (
        f"{case.called(decision.best_trading)}. First-order indices: the share of the variance that would go if this input"
        " were known, estimated from the run's own draws. Pure chance: what differs between replications that share all"
        " their inputs. What is missing to 100% are inputs acting together."
    )
    return [Grid(["Share of the variance of", "a good end", "the date it ends", "creditors' loss"], rows, note, (3, 1, 1, 1), (1, 2, 3), [len(rows) - 1])]  # noqa: E501


def _index(row: object) -> str:
    value, low, high = (float(row[name]) for name in ("index", "low", "high"))  # type: ignore[index]
    return f"{value:.1%}\n{low:.1%} to {high:.1%}"


def _pictures(case: Case) -> Iterator[tuple[str, str, Axes]]:
    """Name, words and axes of each figure."""
    decision, meta, n = case.decision, case.meta, case.n
    chosen, baseline = decision.selection.chosen, decision.baseline
    incidence = cumulative_incidence(
        case.frame, horizon_days=meta.horizon_days, level=meta.level, chance_per_input=meta.chance_per_input
    )
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield "memo-ends", "Bars: how each policy has ended by the horizon", ends_side_by_side(case.summary, meta)
        if len(decision.outcomes.policies) > 1:
            good = {name: insolvent_complement(case.lines[name]["share_insolvent"]) for name in decision.outcomes.policies}
            loss = {name: decision.outcomes.mean("loss", name) for name in decision.outcomes.policies}
            alt = "Differences of each policy from the baseline with simultaneous intervals"
            yield "memo-forest", alt, forest(decision.differences, meta, n)
            yield "memo-pareto", "Good ends against creditors' loss", pareto_picture(good, loss, decision.front, meta, n)
        alt = "Cumulative incidence of insolvency by date under each policy"
        yield "memo-insolvency", alt, insolvency_side_by_side(incidence, meta)
        alt = f"Out of cash, payroll missed and insolvent by date under {baseline}"
        yield "memo-curves", alt, three_curves(incidence, meta, baseline)
        alt = f"Histogram of the insolvency date under {decision.best_trading}"
        yield "memo-dates", alt, insolvency_dates(incidence, case.summary, meta, decision.best_trading)
        if len(decision.swings):
            policy = decision.best_trading
            yield "memo-tornado", "Swing of the chance of a good end by input", tornado_picture(
                decision.swings.iloc[:SHOWN_DRIVERS], meta, policy=policy, n=n,
                mean=float(decision.outcomes.column("good", policy).mean()), words=case.input_words,
                value=lambda path, number: quantity(case, path, number),
            )  # fmt: skip
    assert chosen


def _drawn(name: str, alt: str, ax: Axes) -> Figure:
    figure, stream = cast(Drawing, ax.get_figure(root=True)), io.StringIO()
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return Figure(name, alt, stream.getvalue())
