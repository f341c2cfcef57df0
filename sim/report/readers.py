"""One page for each reader: the board, a lender, an investor, a vendor's credit manager."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.intervals import Estimate

from .answer import choice, insolvent_complement
from .case import Case
from .document import Block, Bullets, Grid, Paragraph
from .wording import date_reached, day_month_year, hundredths, interval, money, words

WEEKS = 13
BANDS = (0.1, 0.5, 0.9)
MOST_CREDITORS = 8


def board(case: Case) -> list[Block]:
    """What directors must know: the choice, pay, the weeks ahead, the cost of waiting, consent."""
    baseline, chosen = case.decision.baseline, case.decision.selection.chosen
    items = [_cash_flow_test(case, baseline), _cost_of_waiting(case, baseline, chosen), _consent(case, chosen)]
    return [
        Paragraph(choice(case)),
        Bullets([item for item in items if item]),
        Grid(*_by_day(case, "payroll_missed", "Payroll missed within"), note="States end nothing: a company can miss a"
             " payroll and go on.", right=range(1, 9)),
        *_thirteen_weeks(case, baseline),
    ]  # fmt: skip


def _cash_flow_test(case: Case, policy: str) -> str:
    days = case.rows[policy]["cash_flow_insolvent_day"]
    share = float((days == 0).fillna(False).mean())
    if share == 0:
        return ""
    return (
        f"On {day_month_year(case.meta.start)} debts that are due cannot be paid in {hundredths(share)}% of the"
        " replications: the company meets the cash-flow test of insolvency before anything is decided."
    )


def _cost_of_waiting(case: Case, baseline: str, chosen: str) -> str:
    outcomes = case.decision.outcomes
    days = outcomes.mean("days", baseline).value - outcomes.mean("days", chosen).value
    loss = outcomes.mean("loss", baseline).value - outcomes.mean("loss", chosen).value
    if days < 14 or loss <= 0:
        return ""
    return (
        f"Against {case.called(chosen)}, {case.called(baseline)} trades {days / 7:.0f} weeks longer on average, and"
        f" creditors lose {money(loss)} more: {money(7 * loss / days)} for each further week."
    )


def _consent(case: Case, chosen: str) -> str:
    fact = next(fact for fact in case.policies if fact.name == chosen)
    return f"{case.called(chosen)}: consent needed from {fact.consent}; cost stated: {fact.cost}."


def _by_day(case: Case, event: str, title: str) -> tuple[list[str], list[list[str]]]:
    """The chance of an event by each day asked for, by policy."""
    names = [name for name in next(iter(case.lines.values())) if name.startswith(f"{event}_by_day_")]
    header = [title, *(f"{int(name.rpartition('_')[2]):,} days" for name in names)]
    rows = [
        [case.meta.policies[policy] or policy, *(_share_cell(case.lines[policy][name]) for name in names)]
        for policy in case.decision.outcomes.policies
    ]
    return header, rows


def _share_cell(share: Estimate) -> str:
    return f"{hundredths(share.value)}%\n{interval(share)}"


def _thirteen_weeks(case: Case, policy: str) -> list[Block]:
    own = case.tracks[case.tracks["policy"] == policy]
    if own.empty:
        return []
    by_day = own[own["day"] <= 7 * WEEKS].groupby("day")["cash"]
    quantiles = pd.DataFrame({band: by_day.quantile(band) for band in BANDS})
    trading = by_day.size() / own["replication"].nunique()
    rows = [
        [str(int(day) // 7), *(money(float(cash)) for cash in quantiles.loc[day]), f"{trading[day]:.0%}"]
        for day in quantiles.index
    ]
    note = (
        f"{case.called(policy)}, n = {own['replication'].nunique():,} tracked replications; cash of those still"
        " trading. It seems to hold up where the ones without cash have stopped."
    )
    header = ["Week", *(f"Free cash, P{round(100 * band)}" for band in BANDS), "Still trading"]
    return [Grid(header, rows, note, (0.6, 1, 1, 1, 1), range(5))]


def _good_ends(case: Case, policy: str) -> pd.DataFrame:
    """The rows of a policy that do not end insolvent."""
    own = case.rows[policy]
    return own[own["end"] != "insolvent"]


def lender(case: Case) -> list[Block]:
    """What a lender must know: new money at risk, default, acceleration, what is left."""
    header = ["Policy", "New money comes in", "Mean amount", "Of it lost", "Event of default", "Debt accelerated",
              "Cash left at an\ninsolvent end"]  # fmt: skip
    rows = []
    for policy in case.decision.outcomes.policies:
        own, insolvent = case.rows[policy], case.insolvent[policy]
        raised, cash = own["raised"], insolvent["final_cash"]
        lost = insolvent["raised"].sum() / raised.sum() if raised.sum() else 0.0
        rows.append([
            case.meta.policies[policy] or policy, f"{(raised > 0).mean():.0%}", money(float(raised.mean())),
            f"{lost:.0%}", f"{own['default_event_day'].notna().mean():.0%}",
            f"{own['debt_accelerated_day'].notna().mean():.0%}",
            money(float(cash.median())) if len(cash) else "none insolvent",
        ])  # fmt: skip
    outcomes = case.decision.outcomes
    worst = max(outcomes.policies, key=lambda name: outcomes.mean("money_lost", name).value)
    items = [
        (
            f"Most new money is lost under {case.called(worst)}: {money(outcomes.mean('money_lost', worst).value)} on"
            " average is in the company when it becomes insolvent."
        ),
        "An event of default is a breach notice or a missed payroll; it voids money that was promised on condition.",
    ]
    note = f"n = {case.n_rows:,} replications of each policy; shares to the horizon; cash left is the median."
    return [Bullets(items), Grid(header, rows, note, (2.6, 1.1, 1, 0.9, 1, 1.1, 1.2), range(1, 7)), *_recoveries(case)]


def _recoveries(case: Case) -> list[Block]:
    columns = [str(name) for name in case.frame if str(name).startswith("recovery.")]
    if not columns:
        return [Paragraph("What each class of creditor recovers is not among the columns of this result.", "small")]
    header = ["Mean recovery at an insolvent end", *(words(name).capitalize() for name in columns)]
    rows = [
        [case.meta.policies[policy] or policy,
         *(_mean_share(case.insolvent[policy][name]) for name in columns)]
        for policy in case.decision.outcomes.policies
    ]  # fmt: skip
    return [Grid(header, rows, "", right=range(1, 1 + len(columns)))]


def _mean_share(shares: pd.Series[float]) -> str:
    return "none" if shares.isna().all() else f"{shares.mean():.0%}"


def investor(case: Case) -> list[Block]:
    """What an investor must know: the ways it ends well, when, and what is left of the company then."""
    ends = [end for end in ("recapitalised", "acquired", "licensed_out", "wound_down", "survived")
            if any(lines[f"share_{end}"].value > 0 for lines in case.lines.values())]  # fmt: skip
    header = [
        "Policy",
        *(words(end).capitalize() for end in ends),
        "Median day of\na good end",
        "Staff then",
        "Senior\nexits then",
    ]
    rows = []
    for policy in case.decision.outcomes.policies:
        own = _good_ends(case, policy)
        last = [
            f"{own['end_day'].median():,.0f}",
            f"{own['head_count'].median():,.0f}",
            f"{own['senior_exits'].mean():.1f}",
        ]
        shares = [_share_cell(case.lines[policy][f"share_{end}"]) for end in ends]
        rows.append([case.meta.policies[policy] or policy, *shares, *(last if len(own) else ["none", "", ""])])
    best = case.decision.best_trading
    good = insolvent_complement(case.lines[best]["share_insolvent"])
    items = [
        f"Most good ends come with {case.called(best)}: {hundredths(good.value)}% ({interval(good)}%).",
        f"A median good end takes {_weeks(case, best)}; what is left of the company then is in the table.",
    ]
    return [Bullets(items), Grid(header, rows, f"n = {case.n_rows:,} replications of each policy.", right=range(1, 9))]


def _weeks(case: Case, policy: str) -> str:
    own = _good_ends(case, policy)
    return f"{own['end_day'].median() / 7:.0f} weeks" if len(own) else "no replication"


def vendor(case: Case) -> list[Block]:
    """What a vendor's credit manager must know: when it ends, how high exposure goes, what is overdue at the end."""
    baseline = case.decision.baseline
    own = case.rows[baseline]
    median = case.lines[baseline]["insolvency_quantile_0.5"]
    items = [
        (
            "Doing nothing, the company is insolvent in half of the replications by"
            f" {date_reached(median.value, case.meta.start)}."
        ),
        "The table says what is overdue to each creditor: the highest it gets, and what is left at an insolvent end.",
    ]
    return [
        Bullets(items),
        Grid(*_by_day(case, "insolvent", "Insolvent within"), right=range(1, 9)),
        _exposures(own, case.called(baseline)),
        _by_policy(case),
    ]


def _creditors(frame: pd.DataFrame) -> list[str]:
    names = [str(name).removeprefix("peak_overdue.") for name in frame if str(name).startswith("peak_overdue.")]
    means = {name: float(frame[f"peak_overdue.{name}"].mean()) for name in names}
    return sorted((name for name in names if means[name] > 0), key=lambda name: -means[name])[:MOST_CREDITORS]


def _exposures(own: pd.DataFrame, called: str) -> Grid:
    insolvent = own[own["end"] == "insolvent"]
    rows = []
    for name in _creditors(own):
        peak = np.quantile(own[f"peak_overdue.{name}"], BANDS)
        left = insolvent[f"final_overdue.{name}"]
        rows.append(
            [name, *(money(float(amount)) for amount in peak), money(float(left.mean())) if len(left) else "none"]
        )
    header = [
        "Creditor",
        *(f"Highest overdue,\nP{round(100 * band)}" for band in BANDS),
        "Overdue at an\ninsolvent end, mean",
    ]
    note = (
        f"{called}; the {len(rows)} creditors with the highest overdue. Overdue: due and unpaid; later bills come on"
        " top."
    )
    return Grid(header, rows, note, (2.4, 1.2, 1.2, 1.2, 1.4), range(1, 5))


def _by_policy(case: Case) -> Grid:
    names = _creditors(case.frame)[:3]
    rows = []
    for policy in case.decision.outcomes.policies:
        own = case.insolvent[policy]
        cells = [money(float(own[f"final_overdue.{name}"].mean())) if len(own) else "none" for name in names]
        rows.append([case.meta.policies[policy] or policy, *cells])
    header = ["Overdue at an insolvent end, mean", *names]
    return Grid(header, rows, "", (2.6, *(1,) * len(names)), range(1, 1 + len(names)))
