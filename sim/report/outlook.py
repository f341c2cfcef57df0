"""What the policies of the answer give, and what to find out before deciding."""

from __future__ import annotations

from sim.analysis.decision import Decision
from sim.analysis.intervals import Estimate

from .case import Case
from .wording import (
    WEIGHTS,
    complement,
    date_reached,
    dates,
    day_month_year,
    joined,
    money,
    money_interval,
    percent,
)

MOSTLY = 0.8


def consequences(case: Case) -> str:
    """What the policies of the answer give and cost, and what the baseline gives."""
    decision = case.decision
    chosen, baseline = decision.selection.chosen, decision.baseline
    leads = ", which leads so far," if decision.selection.verdict == "unclear" else ""
    turned = [one.policy for turn in decision.weight_turns[:1] for one in turn.stretches]
    others = [name for name in dict.fromkeys([*turned, baseline]) if name != chosen]
    first = _outlook(case, chosen, "and creditors lose", " on average")
    rest = [f"; with {case.called(name)} {_outlook(case, name, 'and they lose')}" for name in others]
    return (
        f"With {case.called(chosen)}{leads} the chance of a good end by {day_month_year(case.meta.horizon)} is"
        f" {first}{''.join(rest)}."
    )


def _outlook(case: Case, policy: str, verb: str, average: str = "") -> str:
    """The chance of a good end and the creditors' loss, and what the policy costs; of the baseline, when it ends."""
    good = complement(case.lines[policy]["share_insolvent"])
    loss = case.decision.outcomes.mean("loss", policy)
    last = _when(case, policy) if policy == case.decision.baseline else _cost(case, policy)
    lost = f"{money(loss.value)} ({money_interval(loss.low, loss.high)})"
    return f"{percent(good)} {verb} {lost}{average}{last}"


def _cost(case: Case, policy: str) -> str:
    cost = next(fact.cost for fact in case.policies if fact.name == policy)
    return "" if cost == "none" else f", for {cost}"


def _when(case: Case, policy: str) -> str:
    """By when half of the replications are insolvent."""
    median = case.lines[policy]["insolvency_quantile_0.5"]
    date = date_reached(median.value, case.meta.start)
    span = dates(median.low, median.high, case.meta.start)
    if date == "not reached":
        return ", and insolvency is less likely than not"
    return f", and half of the replications are insolvent by {date}{'' if span == date else f' ({span})'}"


def what_to_ask(case: Case) -> str:
    """What the outcome depends on, how good the evidence for it is, and what to find out before deciding."""
    return f"Good ends{_where_most(case)}{_luck(case.decision)}, and {_evidence(case)}: {_asked(case)}."


def _where_most(case: Case) -> str:
    decision = case.decision
    is_only = len(decision.outcomes.policies) == 1
    return " " if is_only else f", most frequent under {case.called(decision.best_trading)}, "


def _luck(decision: Decision) -> str:
    chance = decision.chance["good"]
    if chance is None:
        return "depend on luck to an extent that is not known, because no replications share their inputs"
    kind = "are mostly luck" if chance.low > MOSTLY else "depend on what is uncertain as well as on luck"
    share = f"{chance.value:.0%}, {chance.low:.0%} to {chance.high:.0%},"
    return f"{kind} ({share} of the variance is pure chance)"


def _evidence(case: Case) -> str:
    assumed = sum(fact.grade in ("ASSUMPTION", "") for fact in case.inputs)
    share = f"all {assumed:,}" if assumed == len(case.inputs) else f"{assumed:,} of the {len(case.inputs):,}"
    ungraded = " or have no graded source" * any(not fact.grade for fact in case.inputs)
    return f"{share} numbers behind them are assumptions{ungraded}"


def _asked(case: Case) -> str:
    """What to find out tomorrow: the input whose knowledge is worth most, or else what the choice hangs on."""
    decision = case.decision
    if not len(decision.inputs.columns):
        return "none of them is a distribution, so ignorance is not in these intervals at all"
    weights = [WEIGHTS[turn.weight][2] for turn in decision.weight_turns]
    if not weights and decision.switch is not None and not decision.weights.ranges:
        weights = [WEIGHTS["good_end"][2]]
    information = decision.information
    name, (value, low, high) = str(information.index[0]), information.iloc[0].tolist()
    settle = f"settle {joined(weights)}" if weights else ""
    if decision.selection.verdict == "one" and low > 0:
        ask = f"ask about {_named(case, name)}, for knowing it before deciding is worth"
        tested = f"{ask} {money(value)} ({money_interval(low, high)})"
    else:
        tested = _leading(case)
    todo = ", and ".join(part for part in (settle, tested) if part)
    return f"tomorrow {todo}" if todo else "no single one of the uncertain inputs moves their chance beyond luck"


def _leading(case: Case) -> str:
    decision = case.decision
    if not decision.leading:
        return ""
    name = decision.leading[0]
    columns = [f"{side}{part}" for side in ("low", "high") for part in ("", "_from", "_to")]
    ends = decision.swings.loc[[name], columns].to_numpy(dtype=float).reshape(2, 3).clip(0, 1).tolist()
    low, high = (percent(Estimate(*end)) for end in sorted(ends))
    return f"ask about {_named(case, name)}, which moves their chance most, from {low} to {high}"


def _named(case: Case, name: str) -> str:
    grade = case.facts[name].grade if name in case.facts else ""
    words = {"ASSUMPTION": "an assumption, ", "DERIVED": "derived, "}.get(grade, "")
    return f"{words}\N{LEFT SINGLE QUOTATION MARK}{case.input_words(name)}\N{RIGHT SINGLE QUOTATION MARK}"
