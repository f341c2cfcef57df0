"""Tables of the choice: what each policy gives, how sure the ranking is, and what each policy changes."""

from __future__ import annotations

from sim.analysis.compare import Paired
from sim.analysis.summary import NOT_REACHED

from .answer import too_few, variant_words, verdict_on
from .case import Case
from .cells import money_cell
from .document import Grid
from .wording import (
    complement,
    date_reached,
    dates,
    hundredths,
    interval,
    joined,
    money,
    money_interval,
    plural,
    points,
    signed,
)

SHOWN_DRIVERS = 8


def outcome_table(case: Case) -> Grid:
    """Every policy with what it gives, intervals beneath; best utility first."""
    decision = case.decision
    outcomes = decision.outcomes
    ranked = sorted(outcomes.policies, key=lambda name: -outcomes.mean("utility", name).value)
    rows = []
    for name in ranked:
        good, lines = complement(case.lines[name]["share_insolvent"]), case.lines[name]
        loss, lost, utility = (outcomes.mean(one, name) for one in ("loss", "money_lost", "utility"))
        median = lines["insolvency_quantile_0.5"]
        when, span = date_reached(median.value, case.meta.start), dates(median.low, median.high, case.meta.start)
        shown = [case.meta.policies[name] or name, f"{hundredths(good.value)}%\n{interval(good)}"]
        until = when if span == NOT_REACHED else f"{when}\n{span}"
        shown += [money_cell(loss), money_cell(lost), until, money_cell(utility)]
        rows.append([*shown, _chance(decision.probability_best[name])])
    header = ["Policy", "Good end", "Creditors lose", "New money lost", "Half are\ninsolvent by",
              "Utility", "Is best"]  # fmt: skip
    note = (
        f"n = {case.n:,} replications of each policy; second lines: {case.meta.level:.0%} intervals. Means over all"
        " replications, not over the insolvent alone. Is best: how often the policy has the highest mean utility when"
        " the replications are drawn again."
    )
    return Grid(header, rows, note, (2.3, 1, 1.3, 1.3, 1.6, 1.9, 0.9), range(1, 7), [0] if _is_one(case) else [])


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
        (
            f"At the declared weights, with {selection.level:.0%} probability the best of the"
            f" {plural(len(decision.outcomes.policies), 'policy')} is"
            f" {'' if len(selection.kept) == 1 else 'among '}{kept} (screening of all pairs under common random"
            " numbers)."
        ),
    ]
    if selection.at_most_lost > 0:
        items.append(
            f"Choosing {case.called(selection.chosen)} gives up at most {money(selection.at_most_lost)} of utility"
            " against the best, with the same probability."
        )
    amount, cell = decision.largest_regret(regrets.minimax)
    if cell.input:
        items.append(
            f"Highest expected utility: {case.called(rules['expected'])}. Smallest largest regret over the fifths of"
            f" every uncertain input: {'the same' if agree else case.called(regrets.minimax)} (at most"
            f" {money(amount.value)}, {money_interval(max(amount.low, 0.0), amount.high)})."
        )
    second = decision.second
    if second is not None and second.verdict == "unclear":
        items.append(f"The others are not ranked: {too_few(case, second)}.")
    if second is not None and second.verdict != "unclear":
        best = joined([case.called(name) for name in (second.chosen, *second.equal)])
        items.append(f"Of the others, {best} {'are' if second.equal else 'is'} best.")
    if "unclear" in (selection.verdict, second.verdict if second else ""):
        items.append("With as many replications, policies would be told apart or shown to be equal in 80 runs of 100.")
    return items


def rivals_table(case: Case) -> Grid:
    """The leading policy against each of the others, and what may be said of it."""
    rows, decision = [], case.decision
    found = {row.policy: row for row in decision.leads}
    for rival in decision.rivals:
        row = found[rival.policy]
        amount = f"{money(-row.difference)}\n{money_interval(-row.high_all, -row.low_all)}"
        rows.append([case.meta.policies[rival.policy] or rival.policy, amount, _p(row.p_all), verdict_on(case, rival)])
    leading = case.meta.policies[decision.selection.chosen] or decision.selection.chosen
    header = [
        f"\N{LEFT DOUBLE QUOTATION MARK}{leading}\N{RIGHT DOUBLE QUOTATION MARK} against",
        "Utility ahead by",
        "p",
        "Verdict",
    ]
    tried = joined([variant_words(case, name) for name in case.variants], "or")
    variants = f" and in each variant of the rules (if {tried})" if tried else "; no variant of the rules was tried"
    note = (
        "Paired by replication; intervals hold for all rows at once, p corrected for their number (Holm). A policy is"
        " called beaten only if it is behind here, ahead in no fifth of an uncertain input beyond chance, and behind at"
        f" both ends of the declared range of every weight{variants}."
    )
    return Grid(header, rows, note, (2.4, 1.3, 0.7, 3.4), (1, 2))


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def changes_table(case: Case) -> Grid:
    """Every policy against the baseline, with its cost and who must consent."""
    decision, facts = case.decision, {fact.name: fact for fact in case.policies}
    found = {
        quantity: {row.policy: row for row in decision.differences[quantity]} for quantity in ("good", "loss", "days")
    }
    rows = []
    for name in decision.outcomes.policies:
        if name != decision.baseline:
            good, loss, days = (found[quantity][name] for quantity in ("good", "loss", "days"))
            trading = f"{days.difference:+,.0f} days\n{days.low_all:+,.0f} to {days.high_all:+,.0f}".replace(
                "-", "\N{MINUS SIGN}"
            )
            rows.append([
                case.meta.policies[name] or name, _change_in_words(good), _change_in_words(loss), trading,
                facts[name].cost, facts[name].consent,
            ])  # fmt: skip
    header = [f"Against {case.called(decision.baseline)}", "Good end", "Creditors lose", "Trades on for", "Cost stated",
              "Consent of"]  # fmt: skip
    note = (
        f"Paired by replication; second lines: {case.meta.level:.0%} intervals that hold for the whole column. Trading"
        " on is the mean over all replications, up to the horizon: longer is not better by itself."
    )
    return Grid(header, rows, note, (2.3, 1.2, 1.9, 1.3, 1.5, 1.3), (1, 2, 3))


def _change_in_words(row: Paired) -> str:
    """A difference with its simultaneous interval, as a cell of a table."""
    one = points if row.quantity == "good" else _signed
    unit = " pts" if row.quantity == "good" else ""
    return f"{one(row.difference)}{unit}\n{one(row.low_all)} to {one(row.high_all)}"


def _signed(dollars: float) -> str:
    return signed(money(dollars), round(dollars))
