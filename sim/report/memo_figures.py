"""The figures of a memo, drawn from its case, each as SVG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from sim.analysis.compare import mean_of
from sim.analysis.fan import fan

from .answer import insolvent_complement, quantity
from .case import Case
from .comparison import ends_side_by_side, insolvency_side_by_side
from .decision_plots import forest, pareto_picture, tornado_picture
from .document import Figure
from .money_plots import overdue_fan, probability_plot, recovery_bars
from .plots import cash_fan, ends_by_cause, insolvency_dates, three_curves
from .style import house_style

SHOWN_DRIVERS = 8
FEWEST_DATES = 30


def figures(case: Case) -> dict[str, Figure]:
    """Every figure that the case has the numbers for, by name."""
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        pictures = (*_choice(case), *_dates(case), *_money(case), *_inputs(case))
        return {name: _drawn(name, alt, ax) for name, alt, ax in pictures}


Picture = tuple[str, str, Axes]


def _choice(case: Case) -> Iterator[Picture]:
    decision, meta, n = case.decision, case.meta, case.n
    yield "memo-ends", "Bars: how each policy has ended by the horizon", ends_side_by_side(case.summary, meta)
    if len(decision.outcomes.policies) > 1:
        good = {name: insolvent_complement(lines["share_insolvent"]) for name, lines in case.lines.items()}
        loss = {name: decision.outcomes.mean("loss", name) for name in case.lines}
        alt = "Differences of each policy from the baseline with simultaneous intervals"
        yield "memo-forest", alt, forest(decision.differences, meta, n)
        picture = pareto_picture(good, loss, decision.front, meta, n)
        yield "memo-pareto", "Chance of a good end against what creditors lose, by policy", picture


def _dates(case: Case) -> Iterator[Picture]:
    meta, baseline, best, incidence = case.meta, case.decision.baseline, case.decision.best_trading, case.incidence
    alt = "Cumulative incidence of insolvency by date under each policy"
    yield "memo-insolvency", alt, insolvency_side_by_side(incidence, meta)
    alt = f"Out of cash, payroll missed and insolvent by date under {baseline}"
    yield "memo-curves", alt, three_curves(incidence, meta, baseline)
    alt = f"Histogram of the insolvency date under {baseline}"
    yield "memo-dates", alt, insolvency_dates(incidence, case.summary, meta, baseline)
    yield "memo-causes", f"Every end by date under {best}", ends_by_cause(incidence, meta, best)
    own = case.frame[(case.frame["policy"] == baseline) & (case.frame["end"] == "insolvent")]
    days = own["end_day"].to_numpy(dtype=float)
    if len(days) >= FEWEST_DATES and days.std() > 0:
        alt = f"Insolvency dates under {baseline} on probability paper"
        yield "memo-paper", alt, probability_plot(days, meta, baseline)


def _money(case: Case) -> Iterator[Picture]:
    baseline = case.decision.baseline
    own = case.tracks[case.tracks["policy"] == baseline]
    days, chance = case.meta.horizon_days, case.meta.chance_per_input
    if len(own):
        cash, overdue = (fan(own, name, horizon_days=days, chance_per_input=chance) for name in ("cash", "overdue"))
        yield "memo-cash", f"Free cash by week under {baseline}", cash_fan(cash, case.meta, baseline)[0]
        yield "memo-overdue", f"Overdue by week under {baseline}", overdue_fan(overdue, case.meta, baseline)
    columns = [str(name) for name in case.frame if str(name).startswith("recovery.")]
    insolvent = case.frame[case.frame["end"] == "insolvent"]
    if columns and len(insolvent):
        found = {
            name.removeprefix("recovery."): {
                str(policy): mean_of(shares.to_numpy(dtype=float))
                for policy, shares in insolvent[name].dropna().groupby(insolvent["policy"], sort=False)
            }
            for name in columns
        }
        found = {name: known for name, known in found.items() if len(known) == insolvent["policy"].nunique()}
        if found:
            alt = "Recovery by class of creditor and policy"
            yield "memo-recovery", alt, recovery_bars(found, case.meta, case.n_rows)


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
        yield "memo-tornado", "Swing of the chance of a good end by input", picture


def _drawn(name: str, alt: str, ax: Axes) -> Figure:
    figure, stream = cast(Drawing, ax.get_figure(root=True)), io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return Figure(name, alt, stream.getvalue())
