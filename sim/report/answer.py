"""The answer in three sentences, made from numbers by rules: what the replications do not support is not said."""

from __future__ import annotations

from sim.analysis.decision import Decision, Rival
from sim.analysis.information import Turn
from sim.analysis.intervals import Estimate

from .case import Case
from .wording import date_reached, day_month_year, hundredths, interval, joined, money, plural, points, rounded_up

MOSTLY = 0.8


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
    chosen = case.decision.selection
    rivals = [name for name in chosen.kept if name != chosen.chosen and name not in chosen.equal]
    more = rounded_up(max(chosen.replications_needed - case.n, 1))
    names = joined([case.called(name) for name in rivals[:3]] + ([f"{len(rivals) - 3} more"] if len(rivals) > 3 else []))
    return (
        f"No policy is recommended: {case.n:,} replications are too few to tell {case.called(chosen.chosen)} from"
        f" {names}; about {more:,} more of each policy are needed."
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
    rest = f"; the other {plural(others, 'policy')} {'is' if others == 1 else 'are'} worse" if others else ""
    return f"{names} are equal for this decision: {why}{rest}; choose between them by cost and consent."


def _one(case: Case) -> str:
    decision = case.decision
    chosen = decision.selection.chosen
    sure = hundredths(_never_certain(decision.probability_best[chosen]))
    k = len(decision.outcomes.policies)
    return (
        f"Choose {case.called(chosen)}: of the {k} policies it has the highest utility under the declared weights"
        f" (probability that it is best: {sure}%){_reach(case)}{_worth(case)}."
    )


def _never_certain(share: float) -> float:
    return min(max(share, 0.0001), 0.9999)


def _reach(case: Case) -> str:
    rivals = case.decision.rivals
    against = list(dict.fromkeys(variant for rival in rivals for variant in rival.variants_against))
    turning = [(rival, rival.turns[0]) for rival in rivals if rival.turns]
    if turning:
        rival, turn = turning[0]
        return f", but this turns on {where(case, turn)}: there {case.called(rival.policy)} is better"
    if against:
        names = joined([variant_words(case, name) for name in against], "or")
        others = joined([case.called(rival.policy) for rival in rivals if rival.variants_against])
        return f", but this does not hold if {names}: there it is not shown to beat {others}"
    return _held(case)


def _held(case: Case) -> str:
    held = [f"each of {plural(len(case.variants), 'rule variant')}"] if case.variants else []
    held += ["every fifth of the range of each uncertain input"] if len(case.decision.inputs.columns) else []
    return f", and it stays ahead in {joined(held)}" if held else ""


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
    unit = case.facts[path].unit if path in case.facts else ""
    if unit in ("share", "probability"):
        return f"{100 * value:.3g}%"
    if unit.startswith("USD"):
        return money(value) + unit.removeprefix("USD")
    return f"{100 * value:.3g}% per month" if unit == "per month" and value < 1 else f"{value:,.4g} {unit}".rstrip()


def _worth(case: Case) -> str:
    decision = case.decision
    if decision.switch is None:
        return ""
    other, worth = decision.switch
    declared = money(decision.weights.good_end)
    return (
        f"; a good end would have to be worth more than {money(worth.value)} ({money(worth.low)} to"
        f" {money(worth.high)}; declared: {declared}) for {case.called(other)} to be better"
    )


def consequences(case: Case) -> str:
    """What the leading policy gives, beside what the baseline gives."""
    decision = case.decision
    chosen, baseline = decision.selection.chosen, decision.baseline
    leads = "With it" if decision.selection.verdict == "one" else f"With {case.called(chosen)}"
    text = f"{leads} {_outlook(case, chosen)}"
    if chosen == baseline:
        return f"{text}."
    text += f"; with {case.called(baseline)} {_outlook(case, baseline)}"
    return f"{text}{_trade(case, chosen)}."


def _outlook(case: Case, policy: str) -> str:
    outcomes, lines = case.decision.outcomes, case.lines[policy]
    good = insolvent_complement(lines["share_insolvent"])
    loss = outcomes.mean("loss", policy)
    median = lines["insolvency_quantile_0.5"]
    date = date_reached(median.value, case.meta.start)
    when = "is more likely than not to avoid insolvency" if date == "not reached" else f"is insolvent by {date}"
    half = when if date == "not reached" else f"half of the time {when}"
    return (
        f"the chance of a good end by {day_month_year(case.meta.horizon)} is {hundredths(good.value)}%"
        f" ({interval(good)}%), creditors lose {money(loss.value)} on average and the company {half}"
    )


def insolvent_complement(share: Estimate) -> Estimate:
    """The probability of a good end."""
    return Estimate(1 - share.value, 1 - share.high, 1 - share.low)


def _trade(case: Case, chosen: str) -> str:
    decision, highest = case.decision, case.decision.best_trading
    gap = decision.outcomes.column("good", highest).mean() - decision.outcomes.column("good", chosen).mean()
    if chosen == highest or gap <= decision.weights.tolerance:
        return ""
    saved = decision.outcomes.mean("loss", highest).value - decision.outcomes.mean("loss", chosen).value
    return (
        f"; against {case.called(highest)}, which has most good ends, it gives up"
        f" {points(gap).lstrip('+')} points of that chance and spares creditors {money(saved)}"
    )


def what_to_ask(case: Case) -> str:
    """What the outcome depends on, how good the evidence for it is, and what to find out before deciding."""
    decision = case.decision
    return f"{_luck(decision)}{_asked(case)}"


def _luck(decision: Decision) -> str:
    chance = decision.chance["good"]
    if chance is None:
        return "How much of the outcome is pure chance is not known, because no replications share their inputs; "
    kind = "is mostly chance" if chance.value > MOSTLY else "depends on inputs that are uncertain"
    return f"Whether the end is good {kind} ({chance.value:.0%} of its variance is pure chance); "


def _asked(case: Case) -> str:
    decision = case.decision
    if not len(decision.inputs.columns):
        return "no input is uncertain, so ignorance is not in these numbers at all."
    information = decision.information
    if information["low"].iloc[0] > 0:
        name, value = str(information.index[0]), float(information["value"].iloc[0])
        return f"find out {case.input_words(name)} before deciding: knowing it is worth {money(value)}{_grade(case, name)}."
    if not decision.leading:
        return "no uncertain input moves it beyond chance, and knowing any one of them would not change the choice."
    name = decision.leading[0]
    swing = decision.swings.loc[name]
    low, high = sorted((float(swing["low"]), float(swing["high"])))
    return (
        f"of the inputs {case.input_words(name)} moves it most ({hundredths(low)}% to {hundredths(high)}% between its"
        f" outer fifths){_grade(case, name)}: ask about it tomorrow, though knowing any one input would not change the"
        " choice."
    )


def _grade(case: Case, name: str) -> str:
    grade = case.facts[name].grade if name in case.facts else ""
    return {"ASSUMPTION": " and rests on an assumption", "DERIVED": " and is derived, not reported"}.get(grade, "")


def verdict_on(case: Case, rival: Rival) -> str:
    """Whether the leading policy beats another, and if that is not said, why."""
    selection = case.decision.selection
    if rival.policy in selection.identical:
        return "the same in every replication"
    if rival.policy in selection.equal:
        return "equal for this decision"
    if rival.policy in selection.kept:
        return "not told apart: too few replications"
    if rival.turns:
        return f"turns on {where(case, rival.turns[0])}"
    if rival.variants_against:
        return f"not if {joined([variant_words(case, name) for name in rival.variants_against], 'or')}"
    return "beaten"
