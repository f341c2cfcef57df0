"""The answer in three sentences, made from numbers by rules: what the replications do not support is not said."""

from __future__ import annotations

from sim.analysis.choice import Selection
from sim.analysis.decision import Decision, Rival
from sim.analysis.information import Turn
from sim.analysis.intervals import Estimate

from .case import Case
from .wording import (
    date_reached,
    day_month_year,
    dollars,
    hundredths,
    interval,
    joined,
    money,
    money_interval,
    number,
    plural,
    rounded_up,
)

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
    return f"No policy is recommended: {too_few(case, case.decision.selection)}."


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
    return f"{names} are equal for this decision: {why}{rest}; choose between them by cost and consent."


def _one(case: Case) -> str:
    decision = case.decision
    chosen = decision.selection.chosen
    sure = hundredths(_never_certain(decision.probability_best[chosen]))
    return (
        f"Choose {case.called(chosen)}: of the {len(decision.outcomes.policies)} policies it has the highest utility"
        f" under the declared weights (probability that it is best: {sure}%){_reach(case)}{_close(case)}{_worth(case)}."
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
    held = [f"in {plural(len(case.variants), 'variant')} of the rules"] if case.variants else []
    held += ["over the range of every uncertain input"] if len(case.decision.inputs.columns) else []
    return f", and it stays ahead {joined(held)}" if held else ""


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
    if decision.switch is None:
        return ""
    other, worth = decision.switch
    return (
        f"; only if a good end is worth more than {money(worth.value)} ({money_interval(worth.low, worth.high)};"
        f" declared: {dollars(decision.weights.good_end)}) is {case.called(other)} better"
    )


def consequences(case: Case) -> str:
    """What the leading policy gives, against what the baseline gives."""
    decision = case.decision
    chosen, baseline = decision.selection.chosen, decision.baseline
    good, loss, when = _outlook(case, chosen)
    horizon = day_month_year(case.meta.horizon)
    leads = (
        f"{case.called(chosen)}, which leads so far,"
        if decision.selection.verdict == "unclear"
        else case.called(chosen)
    )
    if chosen == baseline:
        return (
            f"With {leads} the chance of a good end by {horizon} is {good}, creditors lose {loss} on"
            f" average and {when}."
        )
    base_good, base_loss, base_when = _outlook(case, baseline)
    return (
        f"With {leads} the chance of a good end by {horizon} is {good}, creditors lose {loss} on average"
        f" and {when}; with {case.called(baseline)} it is {base_good}, they lose {base_loss} and {base_when}."
    )


def _outlook(case: Case, policy: str) -> tuple[str, str, str]:
    """The chance of a good end, the creditors' loss, and by when half of the replications are insolvent."""
    lines = case.lines[policy]
    good = insolvent_complement(lines["share_insolvent"])
    date = date_reached(lines["insolvency_quantile_0.5"].value, case.meta.start)
    not_half = "insolvency is less likely than not"
    when = not_half if date == "not reached" else f"half of the replications are insolvent by {date}"
    return (
        f"{hundredths(good.value)}% ({interval(good)}%)",
        money(case.decision.outcomes.mean("loss", policy).value),
        when,
    )


def insolvent_complement(share: Estimate) -> Estimate:
    """The probability of a good end."""
    return Estimate(1 - share.value, 1 - share.high, 1 - share.low)


def what_to_ask(case: Case) -> str:
    """What the outcome depends on, how good the evidence for it is, and what to find out before deciding."""
    return f"Good ends, {_where_most(case)}{_luck(case.decision)}, and {_evidence(case)}: {_asked(case)}."


def _where_most(case: Case) -> str:
    decision = case.decision
    is_only = len(decision.outcomes.policies) == 1
    return "" if is_only else f"most frequent under {case.called(decision.best_trading)}, "


def _luck(decision: Decision) -> str:
    chance = decision.chance["good"]
    if chance is None:
        return "depend on luck to an extent that is not known, because no replications share their inputs"
    kind = "are mostly luck" if chance.value > MOSTLY else "depend on what is uncertain as well as on luck"
    return f"{kind} ({chance.value:.0%} of the variance is pure chance)"


def _evidence(case: Case) -> str:
    assumed = sum(fact.grade in ("ASSUMPTION", "") for fact in case.inputs)
    share = f"all {assumed:,}" if assumed == len(case.inputs) else f"{assumed:,} of the {len(case.inputs):,}"
    return f"{share} numbers behind them are assumptions"


def _asked(case: Case) -> str:
    """What to find out tomorrow: the input whose knowledge is worth most, or else what the choice hangs on."""
    decision = case.decision
    if not len(decision.inputs.columns):
        return "none of them is a distribution, so ignorance is not in these intervals at all"
    information = decision.information
    if decision.selection.verdict == "one" and information["low"].iloc[0] > 0:
        name, value = str(information.index[0]), float(information["value"].to_numpy()[0])
        return f"ask about {_named(case, name)} tomorrow, for knowing it before deciding is worth {money(value)}"
    settle = "settle what a good end is worth" if decision.switch is not None else ""
    tested = _leading(case)
    todo = joined([part for part in (settle, tested) if part])
    return f"tomorrow {todo}" if todo else "no single one of the uncertain inputs moves their chance beyond luck"


def _leading(case: Case) -> str:
    decision = case.decision
    if not decision.leading:
        return ""
    name = decision.leading[0]
    low, high = sorted(decision.swings.loc[[name], ["low", "high"]].to_numpy()[0].tolist())
    return f"ask about {_named(case, name)}, which moves their chance most ({hundredths(low)}% to {hundredths(high)}%)"


def _named(case: Case, name: str) -> str:
    grade = case.facts[name].grade if name in case.facts else ""
    words = {"ASSUMPTION": "an assumption, ", "DERIVED": "derived, "}.get(grade, "")
    return f"{words}\N{LEFT SINGLE QUOTATION MARK}{case.input_words(name)}\N{RIGHT SINGLE QUOTATION MARK}"


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
    return "beaten, by less than decides" if rival.policy in selection.close else "beaten"
