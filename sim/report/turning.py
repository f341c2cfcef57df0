"""What would change the answer: the worth of a good end, the inputs, the rules, and plain luck."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.analysis.compare import Outcomes, mean_of
from sim.analysis.discovery import Box
from sim.analysis.information import range_over_inputs
from sim.analysis.intervals import Estimate, Floats, share_of
from sim.analysis.sensitivity import TOGETHER
from sim.analysis.weighing import lead_over_weights

from .answer import quantity, variant_words, where
from .case import Case
from .document import Block, Bullets, Grid, Paragraph
from .wording import WEIGHTS, declared, hundredths, joined, money, money_interval, percent, weight_interval

SHOWN_DRIVERS = 8


def turning(case: Case) -> list[Block]:
    """The worth of a good end, the rules and the inputs on which the choice turns."""
    decision = case.decision
    blocks: list[Block] = [
        Paragraph("What outcomes are worth decides first. Each line varies one weight; the others stay as declared."),
        _by_weight(case),
    ]
    if len(decision.outcomes.policies) > 1:
        blocks.append(ranges(case))
    items = [*_turns(case), *_information(case), *_box(case)]
    return [*blocks, Bullets(items)] if items else blocks


def _by_weight(case: Case) -> Grid:
    """The best policy by the value of each weight."""
    weights, rows = case.decision.weights, []
    for name, stretches in case.decision.stretches.items():
        subject, verb, _ = WEIGHTS[name]
        said = [f"{subject} {verb}\n{declared(name, weights)}", *[""] * (len(stretches) - 1)]
        for words, one in zip(said, stretches, strict=True):
            rows.append([words, weight_interval(name, one.low, one.high), case.meta.policies[one.policy] or one.policy])
    return Grid(["If", "this much", "the best policy is"], rows, "", (2, 1.3, 3))


def ranges(case: Case) -> Grid:
    """What is not known, side by side: chance of simulation, uncertain inputs, rules; and what stays true over each."""
    decision = case.decision
    chosen, rival = decision.selection.chosen, decision.runner_up
    rows = [_range_row("Chance of simulation (interval)", decision.outcomes, chosen, rival)]
    good, lead = (
        _own_and_lead(decision.sampled, quantity, chosen, rival)[k] for quantity, k in (("good", 0), ("utility", 1))
    )
    spread = [range_over_inputs(decision.cells, values) for values in (good, lead)]
    if len(decision.inputs.columns):
        (low, high), (least, most) = spread
        good_ends = f"{hundredths(low)}%" if low == high else f"{hundredths(low)} to {hundredths(high)}%"
        cells = [good_ends, money_interval(least, most)]
        label = f"Uncertain inputs (means over the fifths of each, n = {decision.sampled.n:,})"
        rows.append([label, *cells])
    if decision.weights.ranges:
        lead_by_weight = lead_over_weights(decision.outcomes, decision.weights, chosen, rival)
        rows.append(["Declared weights (each over its range)", "the same", money_interval(*lead_by_weight)])
    for name, outcomes in decision.variants.items():
        label = case.variants.get(name) or name
        rows.append(_range_row(f"{label} (n = {outcomes.n:,})", outcomes, chosen, rival))
    called = f"Utility ahead of\n{case.called(rival)}"
    note = f"{case.called(chosen)}. Variants: {case.meta.level:.0%} intervals."
    return Grid(["What is not known", "Good end", called], rows, note, (3, 1.4, 2.4), (1, 2))


def _own_and_lead(outcomes: Outcomes, quantity: str, chosen: str, rival: str) -> tuple[Floats, Floats]:
    groups, names = outcomes.groups[quantity], outcomes.policies
    own = groups[:, names.index(chosen)]
    return own, own - groups[:, names.index(rival)]


def _range_row(label: str, outcomes: Outcomes, chosen: str, rival: str) -> list[str]:
    good = share_of(outcomes.column("good", chosen) > 0, outcomes.shared)
    lead = mean_of(_own_and_lead(outcomes, "utility", chosen, rival)[1])
    chance = f"{hundredths(good.low)} to {hundredths(good.high)}%"
    return [label, chance, money_interval(lead.low, lead.high)]


def _turns(case: Case) -> Iterator[str]:
    decision = case.decision
    for name, outcomes in decision.variants.items():
        means = {policy: outcomes.mean("utility", policy).value for policy in outcomes.policies}
        best = max(means, key=lambda policy: means[policy])
        if best != decision.selection.chosen:
            yield f"If {variant_words(case, name)}, {case.called(best)} has the highest utility instead."
    for rival in decision.rivals:
        for turn in rival.turns[:2]:
            verb = "is better" if turn.is_sure else "seems better, though chance is not ruled out,"
            yield f"{case.called(rival.policy)} {verb} on {where(case, turn)}."
    if not any(rival.turns for rival in decision.rivals) and len(decision.inputs.columns):
        yield "No uncertain input turns the choice round in any fifth of its range, beyond chance."


def _information(case: Case) -> Iterator[str]:
    table = case.decision.information
    worth = table[table["low"] > 0]
    for name, row in worth.iloc[:3].iterrows():
        yield (
            f"Knowing {case.input_words(str(name))} before deciding is worth {money(row['value'])}"
            f" ({money_interval(row['low'], row['high'])})."
        )
    if len(table) and worth.empty:
        yield (
            f"Knowing any one of the {len(table)} uncertain inputs before deciding is worth nothing: it would not"
            " change the choice."
        )


def _box(case: Case) -> Iterator[str]:
    decision = case.decision
    if not len(decision.inputs.columns):
        return
    kind = "Good ends" if decision.is_box_of_good else "Insolvent ends"
    policy = case.called(decision.best_trading)
    if decision.box is None:
        yield (
            f"{kind} under {policy} gather in no part of the inputs' range: no box of limits does better than chance."
        )
    else:
        yield f"{kind} under {policy} are more frequent {box_in_words(case, decision.box)}"


def box_in_words(case: Case, box: Box) -> str:
    """A box as a sentence, with how good and how stable it is."""
    limits = [f"{case.input_words(name)} is {side} {quantity(case, name, value)}" for name, side, value in box.limits]
    again = joined([f"{share:.0%}" for share in box.stability])
    density = percent(Estimate(box.density, box.low, box.high))
    return (
        f"when {joined(limits)}: {density} instead of {hundredths(box.base)}%"
        f" ({hundredths(box.density_outside_sample)}% outside the sample), in {box.support:.0%} of the range, with"
        f" {box.coverage:.0%} of them all. The limits come back in {again} of resamples."
    )


def drivers(case: Case) -> list[Block]:
    """Shares of variance: inputs, chance, and the rest."""
    decision = case.decision
    indices, chance = decision.indices, decision.chance
    if not len(decision.inputs.columns):
        return []
    order = pd.DataFrame({quantity: table["index"] for quantity, table in indices.items()}).sum(axis=1)
    names = [str(name) for name in order.sort_values(ascending=False, kind="stable").index[:SHOWN_DRIVERS]]
    rows = [
        [
            joined([case.input_words(one) for one in name.split(TOGETHER)]),
            *(_index(own.loc[name]) for own in indices.values()),
        ]
        for name in names
    ]
    rows.append(
        [
            "pure chance",
            *(
                "not known" if one is None else f"{one.value:.0%}\n{one.low:.0%} to {one.high:.0%}"
                for one in chance.values()
            ),
        ]
    )
    note = (
        f"{case.called(decision.best_trading)}, n = {decision.sampled.n:,}. First-order indices: the share of the"
        " variance that would go if this input were known, estimated from the run's own draws. Pure chance: what"
        " differs between replications that share all their inputs. What is missing to 100% are inputs acting together."
        f"{' Inputs that are drawn correlated share one line.' if decision.together else ''}"
    )
    return [
        Grid(
            ["Share of the variance of", "a good end", "the date it ends", "creditors' loss"],
            rows,
            note,
            (3, 1, 1, 1),
            (1, 2, 3),
            [len(rows) - 1],
        )
    ]


def _index(row: object) -> str:
    value, low, high = (float(row[name]) for name in ("index", "low", "high"))  # type: ignore[index]
    return f"{value:.1%}\n{low:.1%} to {high:.1%}"
