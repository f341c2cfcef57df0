"""The figures of a result, drawn from its case."""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.compare import mean_of
from sim.analysis.fan import fan
from sim.analysis.intervals import Estimate
from sim.analysis.weeks import weeks_ahead

from .answer import quantity
from .case import Case
from .decision_plots import filing_frontier, forest, pareto_picture, tornado_picture
from .document import Figure
from .drawing import Picture, drawn
from .filing import frontier
from .money_plots import cash_weeks, exposures, probability_plot, recovery_bars
from .plots import alone, together
from .wording import complement

SHOWN_DRIVERS = 8
FEWEST_DATES = 30
MOST_CREDITORS = 5
CREDITOR = "overdue."


def figures(case: Case) -> list[Figure]:
    """Every figure that the case has the numbers for."""
    parts = (_ends, _choice, _filing, _dates, _money, _inputs)
    return drawn(picture for part in parts for picture in part(case))


def _ends(case: Case) -> Iterator[Picture]:
    """Ends, dates and cash: of all policies together, and alone of those that the choice is between."""
    meta, decision, incidence = case.meta, case.decision, case.incidence
    yield from together(incidence, case.summary, meta, decision.discussed)
    for policy in case.drawn_alone:
        yield from alone(incidence, case.summary, case.tracks, meta, policy)


def _choice(case: Case) -> Iterator[Picture]:
    decision, meta, n = case.decision, case.meta, case.n
    if len(decision.outcomes.policies) > 1:
        good = {name: complement(lines["share_insolvent"]) for name, lines in case.lines.items()}
        loss = {name: decision.outcomes.mean("loss", name) for name in case.lines}
        alt = "Differences of each policy from the baseline with simultaneous intervals"
        yield "policies-forest", alt, forest(decision.differences, meta, n)
        picture = pareto_picture(good, loss, decision.front, meta, n, decision.discussed)
        yield "policies-pareto", "Chance of a good end against what creditors lose, by policy", picture


def _filing(case: Case) -> Iterator[Picture]:
    found = frontier(case)
    if found:
        alt = "Chance of a good end gained against creditors' deficiency added, by when the directors file"
        yield "policies-filing", alt, filing_frontier(found.gained, found.added, case.meta, case.n, found.ladders)


def _dates(case: Case) -> Iterator[Picture]:
    baseline = case.decision.baseline
    days = case.insolvent[baseline]["end_day"].to_numpy(dtype=float)
    if len(days) >= FEWEST_DATES and days.std() > 0:
        alt = f"Insolvency dates under {baseline} on probability paper"
        yield f"{baseline}-paper", alt, probability_plot(days, case.meta, baseline)


def _money(case: Case) -> Iterator[Picture]:
    meta, baseline = case.meta, case.decision.baseline
    own = case.tracks[case.tracks["policy"] == baseline]
    days, chance = meta.horizon_days, meta.chance_per_input
    if len(own):
        names = {"Free": "cash", "Restricted": "restricted_cash"}
        weeks = {
            name: weeks_ahead(own, column, level=meta.level, chance_per_input=chance) for name, column in names.items()
        }
        free = fan(own, "cash", horizon_days=days, chance_per_input=chance)
        shares = free[["trading", "low", "high"]].to_numpy(dtype=float)
        trading = {week: Estimate(*map(float, shares[week])) for week in weeks["Free"]}
        table = cash_weeks(weeks, trading, meta, baseline, own["replication"].nunique())
        yield f"{baseline}-weeks", f"Table of cash over the next 13 weeks under {baseline}", table
        fans = {
            name: fan(own, column, horizon_days=days, chance_per_input=chance)
            for name, column in _exposed(case).items()
        }
        yield f"{baseline}-exposure", f"Overdue to creditors by week under {baseline}", exposures(fans, meta, baseline)
    yield from _recoveries(case)


def _exposed(case: Case) -> dict[str, str]:
    """The columns of what is overdue, of all creditors and then of those to whom most is, by name."""
    tracked = [str(name) for name in case.tracks if str(name).startswith(CREDITOR)]
    means = case.tracks.loc[case.tracks["policy"] == case.decision.baseline, tracked].mean()
    largest = means[means > 0].sort_values(ascending=False, kind="stable").index[:MOST_CREDITORS]
    return {"All creditors": "overdue", **{str(name).removeprefix(CREDITOR): str(name) for name in largest}}


def _recoveries(case: Case) -> Iterator[Picture]:
    columns = [str(name) for name in case.frame if str(name).startswith("recovery.")]
    known = {
        name.removeprefix("recovery."): {
            policy: mean_of(own[name].dropna().to_numpy(dtype=float))
            for policy, own in case.insolvent.items()
            if own[name].notna().any()
        }
        for name in columns
    }
    shown = {name: shares for name, shares in known.items() if shares}
    if shown:
        alt = "Recovery by class of creditor and policy"
        yield "policies-recovery", alt, recovery_bars(shown, case.meta, case.n_rows)


def _inputs(case: Case) -> Iterator[Picture]:
    decision = case.decision
    if len(decision.swings):
        policy = decision.best_trading
        picture = tornado_picture(
            decision.swings.iloc[:SHOWN_DRIVERS],
            case.meta,
            policy=policy,
            n=case.n,
            mean=float(decision.outcomes.column("good", policy).mean()),
            words=case.input_words,
            value=lambda path, number: quantity(case, path, number),
        )
        yield f"{policy}-tornado", f"Swing of the chance of a good end by input under {policy}", picture
