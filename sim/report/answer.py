"""The answer in three sentences, made from numbers by rules: what the replications do not support is not said."""

from __future__ import annotations

from sim.analysis.choice import Selection
from sim.analysis.decision import Rival
from sim.analysis.information import Turn
from sim.analysis.weighing import Against, WeightTurn

from .case import Case
from .outlook import consequences, what_to_ask
from .wording import (
    WEIGHTS,
    declared,
    dollars,
    hundredths,
    joined,
    money,
    money_interval,
    number,
    plural,
    rounded_up,
    weighed,
    with_interval,
)


def answer(case: Case) -> list[str]:
    """Three sentences: what to choose and how sure that is; what it gives; what it depends on and what to ask."""
    return [choice(case), consequences(case), what_to_ask(case)]


def choice(case: Case) -> str:
    """What to choose, or why nothing is said about that."""
    decision = case.decision
    if len(decision.outcomes.policies) == 1:
        return f"Only {case.called(decision.selection.chosen)} was simulated: there is nothing to choose between."
    sentences = {"unclear": _unclear, "equal": _equal, "one": _one}
    return sentences[decision.selection.verdict](case)


def _unclear(case: Case) -> str:
    turns = joined([f"{WEIGHTS[turn.weight][2]} ({declared(turn.weight, case.decision.weights)})"
                    for turn in case.decision.weight_turns])  # fmt: skip
    besides = f"; whatever their number, the choice turns on {turns}" if turns else ""
    return f"No policy is recommended: {too_few(case, case.decision.selection)}{besides}."


def too_few(case: Case, selection: Selection) -> str:
    """Which policies the replications do not tell apart, and how many would."""
    rivals = [name for name in selection.kept if name != selection.chosen and name not in selection.equal]
    more = rounded_up(max(selection.replications_needed - case.n, 1))
    names = [case.called(name) for name in rivals[:3]] + ([f"{len(rivals) - 3} more"] if len(rivals) > 3 else [])
    return (
        f"{case.n:,} replications are too few to tell {case.called(selection.chosen)} from {joined(names)}; about"
        f" {more:,} more of each policy are needed"
    )


def _equal(case: Case) -> str:
    chosen = case.decision.selection
    names = joined([case.called(name) for name in (chosen.chosen, *chosen.equal)])
    if set(chosen.equal) <= set(chosen.identical):
        why = f"they gave the same outcome in each of {case.n:,} replications"
    else:
        tolerance = f"a chance of {case.decision.weights.tolerance:.0%} of a good end"
        why = f"what separates them is worth less than {tolerance} ({money(case.decision.weights.indifference)})"
    others = len(case.decision.outcomes.policies) - 1 - len(chosen.equal)
    worse = "the other policy is worse" if others == 1 else f"the other {others} policies are worse"
    rest = f"; {worse}" if others else ""
    turn = f"; but {_turning(case)}" if case.decision.weight_turns else ""
    return f"{names} are equal for this decision: {why}{rest}; choose between them by cost and consent{turn}."


def _one(case: Case) -> str:
    decision = case.decision
    chosen = decision.selection.chosen
    sure = hundredths(_never_certain(decision.probability_best[chosen]))
    if decision.weight_turns:
        return (
            f"T{_turning(case)[1:]}; at the declared weights {case.called(chosen)} is best (probability:"
            f" {sure}%){_reach(case)}{_close(case)}."
        )
    return (
        f"Choose {case.called(chosen)}: of the {len(decision.outcomes.policies)} policies it has the highest utility"
        f" under the declared weights (probability that it is best: {sure}%){_reach(case)}{_close(case)}{_worth(case)}."
    )


def _never_certain(share: float) -> float:
    return min(max(share, 0.0001), 0.9999)


def _turning(case: Case) -> str:
    """On which declared weight the choice turns, and what to choose on either side."""
    (first, *others), weights = case.decision.weight_turns, case.decision.weights
    also = joined([WEIGHTS[turn.weight][2] for turn in others])
    return (
        f"the choice turns on {WEIGHTS[first.weight][2]} ({declared(first.weight, weights)}): {_sides(case, first)}"
        f"{f'; it turns as well on {also}' if also else ''}"
    )


def _sides(case: Case, turn: WeightTurn) -> str:
    """What is best below, between and above the values at which the choice turns."""
    names = [case.called(one.policy) for one in turn.stretches]
    if not turn.at:
        return f"anywhere in that range choose {names[0]}"
    limits = [with_interval(turn.weight, value) for value in turn.at]
    middle = [f"from there to {limit} {name}" for limit, name in zip(limits[1:], names[1:-1], strict=True)]
    return joined([f"below {limits[0]} choose {names[0]}", *middle, f"above it {names[-1]}"])


def _reach(case: Case) -> str:
    rivals = case.decision.rivals
    against = list(dict.fromkeys(variant for rival in rivals for variant in rival.variants_against))
    turning = [(rival, rival.turns[0]) for rival in rivals if rival.turns]
    if turning:
        rival, turn = max(turning, key=lambda one: one[1].is_sure)
        verbs = ("turns", "is") if turn.is_sure else ("may turn", "seems")
        if case.decision.weight_turns:
            return f", but this {verbs[0]} on {case.input_words(turn.cell.input)} as well"
        return f", but this {verbs[0]} on {where(case, turn)}: there {case.called(rival.policy)} {verbs[1]} better"
    if against:
        names = joined([variant_words(case, name) for name in against], "or")
        others = joined([case.called(rival.policy) for rival in rivals if rival.variants_against])
        return f", but this does not hold if {names}: there it is not shown to beat {others}"
    return _held(case)


def _held(case: Case) -> str:
    """Over what it stays ahead, and at which declared weight that cannot be said."""
    held = [f"in {plural(len(case.variants), 'variant')} of the rules"] if case.variants else []
    held += ["over the range of every uncertain input"] if len(case.decision.inputs.columns) else []
    weights, open_ends = case.decision.weights, [one for rival in case.decision.rivals for one in rival.weights_against]
    held += ["over the declared range of every weight"] if weights.ranges and not open_ends else []
    said = f", and it stays ahead {joined(held)}" if held else ""
    if case.decision.weight_turns or not open_ends:
        return said
    names = [case.called(rival.policy) for rival in case.decision.rivals if open_ends[0] in rival.weights_against]
    return f"{said}, but it is not shown to beat {_few(names)} if {weight_end(open_ends[0])}"


def _few(names: list[str]) -> str:
    return joined(names[:3] + ([f"{len(names) - 3} more"] if len(names) > 3 else []))


def weight_end(one: Against) -> str:
    """An end of a weight's range in a sentence: "a good end is worth $250M"."""
    subject, verb, _ = WEIGHTS[one.weight]
    return f"{subject} {verb} {weighed(one.weight, one.end)}"


def variant_words(case: Case, name: str) -> str:
    """A rule variant in a sentence."""
    label = case.variants.get(name) or name
    return label[:1].lower() + label[1:]


def where(case: Case, turn: Turn) -> str:
    """A cell of an input in words: "board: filing (lowest fifth: 4.1% to 9.8%)"."""
    fifths = {1: "lowest", 2: "second lowest", 3: "middle", 4: "second highest", 5: "highest"}
    cell = turn.cell
    bounds = f"{quantity(case, cell.input, cell.low)} to {quantity(case, cell.input, cell.high)}"
    return f"{case.input_words(cell.input)} (in its {fifths[cell.fifth]} fifth, {bounds})"


def quantity(case: Case, path: str, value: float) -> str:
    """A value of an input with its unit."""
    return number(value, case.facts[path].unit if path in case.facts else "")


def _close(case: Case) -> str:
    decision = case.decision
    if not decision.selection.close:
        return ""
    names = joined([case.called(name) for name in decision.selection.close])
    most = f"a {decision.weights.tolerance:.0%} chance of a good end ({money(decision.weights.indifference)})"
    return f", but what puts it before {names} is worth less than {most}"


def _worth(case: Case) -> str:
    decision = case.decision
    if decision.switch is None or "good_end" in decision.weights.ranges:
        return ""
    other, worth = decision.switch
    return (
        f"; only if a good end is worth more than {money(worth.value)} ({money_interval(worth.low, worth.high)};"
        f" declared: {dollars(decision.weights.good_end)}) is {case.called(other)} better"
    )


def verdict_on(case: Case, rival: Rival) -> str:
    """Whether the leading policy beats another, and if that is not said, why."""
    selection = case.decision.selection
    if rival.policy in selection.identical:
        return "the same in every replication"
    if rival.policy in selection.equal:
        return "equal for this decision"
    if rival.policy in selection.kept:
        return "not told apart: too few replications"
    limits = [f"{'turns' if turn.is_sure else 'may turn'} on {where(case, turn)}" for turn in rival.turns[:1]]
    if rival.variants_against:
        limits.append(f"not if {joined([variant_words(case, name) for name in rival.variants_against], 'or')}")
    limits += [_on_weight(one) for one in rival.weights_against]
    beaten = "beaten, by less than decides" if rival.policy in selection.close else "beaten"
    return "; ".join(limits) or beaten


def _on_weight(one: Against) -> str:
    """At which declared weight a policy is not shown to be ahead."""
    if one.at is None:
        return f"not shown if {weight_end(one)}"
    subject, verb, _ = WEIGHTS[one.weight]
    side = "more" if one.is_upper else "less"
    return f"not if {subject} {verb} {side} than {with_interval(one.weight, one.at)}"
