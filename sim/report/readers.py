"""One page for each reader: the board, a lender, an investor, a vendor's credit manager."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.analysis.compare import mean_of
from sim.analysis.intervals import Estimate, distinct, quantile_of, quantile_worth, share_of

from .answer import choice, insolvent_complement
from .case import Case
from .cells import (
    lost_share,
    mean_of_rows,
    median_of_rows,
    money_cell,
    number_cell,
    said,
    share_cell,
    within_0_and_1,
)
from .document import Block, Bullets, Grid, Paragraph
from .wording import (
    TO,
    date_reached,
    dates,
    day_month_year,
    hundredths,
    interval,
    money,
    money_interval,
    percent,
    words,
)

WEEKS = 13
BANDS = (0.1, 0.5, 0.9)
MOST_CREDITORS = 8


def board(case: Case) -> list[Block]:
    """What directors must know: the choice, pay, the weeks ahead, the cost of waiting, consent."""
    baseline, chosen = case.decision.baseline, case.decision.selection.chosen
    sides = [one.policy for turn in case.decision.weight_turns[:1] for one in turn.stretches]
    consents = [_consent(case, name) for name in dict.fromkeys([chosen, *sides])]
    items = [_cash_flow_test(case, baseline), _cost_of_waiting(case, baseline, chosen), *consents]
    return [
        Paragraph(choice(case)),
        Bullets([item for item in items if item]),
        Grid(*_by_day(case, "payroll_missed", "Payroll missed within"), note="States end nothing: a company can miss a"
             " payroll and go on.", right=range(1, 9)),
        *_thirteen_weeks(case, baseline),
    ]  # fmt: skip


def _cash_flow_test(case: Case, policy: str) -> str:
    days = case.rows[policy]["cash_flow_insolvent_day"]
    share = share_of((days == 0).fillna(False).to_numpy(dtype=bool), case.meta.chance_per_input)
    if share.value == 0:
        return ""
    return (
        f"On {day_month_year(case.meta.start)} debts that are due cannot be paid in {percent(share)} of the"
        " replications: the company meets the cash-flow test of insolvency before anything is decided."
    )


def _cost_of_waiting(case: Case, baseline: str, chosen: str) -> str:
    days, loss = (_more(case, quantity, baseline, chosen) for quantity in ("days", "loss"))
    if days.low < 14 or loss.low <= 0:
        return ""
    return (
        f"Against {case.called(chosen)}, {case.called(baseline)} trades {days.value / 7:.1f} weeks"
        f" ({days.low / 7:.1f}{TO}{days.high / 7:.1f}) longer on average, and creditors lose {money(loss.value)}"
        f" ({money_interval(loss.low, loss.high)}) more: {money(7 * loss.value / days.value)} for each further week."
    )


def _more(case: Case, quantity: str, policy: str, other: str) -> Estimate:
    """How much higher a quantity is under one policy than under another, on average."""
    groups, names = case.decision.outcomes.groups[quantity], case.decision.outcomes.policies
    return mean_of(groups[:, names.index(policy)] - groups[:, names.index(other)])


def _consent(case: Case, chosen: str) -> str:
    fact = next(fact for fact in case.policies if fact.name == chosen)
    return f"{case.called(chosen)}: consent needed from {fact.consent}; cost stated: {fact.cost}."


def _by_day(case: Case, event: str, title: str) -> tuple[list[str], list[list[str]]]:
    """The chance of an event by each day asked for, by policy."""
    names = [name for name in next(iter(case.lines.values())) if name.startswith(f"{event}_by_day_")]
    header = [title, *(f"{int(name.rpartition('_')[2]):,} days" for name in names)]
    rows = [
        [case.meta.policies[policy] or policy, *(share_cell(case.lines[policy][name]) for name in names)]
        for policy in case.decision.outcomes.policies
    ]
    return header, rows


def _thirteen_weeks(case: Case, policy: str) -> list[Block]:
    own = case.tracks[case.tracks["policy"] == policy]
    if own.empty:
        return []
    ids, shared = np.sort(own["replication"].unique()), case.meta.chance_per_input
    rows = []
    for _, trading in own[own["day"] <= 7 * WEEKS].groupby("day"):
        cash = trading["cash"].to_numpy(dtype=float)
        worth = distinct(trading["replication"].to_numpy() // shared)
        quantiles = [quantile_worth(cash, band, worth) for band in BANDS]
        is_trading = np.isin(ids, trading["replication"].to_numpy())
        week = str(int(trading["day"].iloc[0]) // 7)
        rows.append([week, *map(money_cell, quantiles), share_cell(share_of(is_trading, shared))])
    note = (
        f"{case.called(policy)}, n = {len(ids):,} tracked replications; cash of those still"
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
        own, insolvent, shared = case.rows[policy], case.insolvent[policy], case.meta.chance_per_input
        seen = (own["raised"] > 0, own["default_event_day"].notna(), own["debt_accelerated_day"].notna())
        comes, default, accelerated = (share_cell(share_of(hits.to_numpy(dtype=bool), shared)) for hits in seen)
        lost = lost_share(own, insolvent, "raised", shared)
        rows.append([
            case.meta.policies[policy] or policy, comes, said(mean_of_rows(own, "raised", shared), money_cell),
            said(lost and within_0_and_1(lost), share_cell), default, accelerated,
            said(median_of_rows(insolvent, "final_cash", shared), money_cell, "none insolvent"),
        ])  # fmt: skip
    outcomes = case.decision.outcomes
    worst = max(outcomes.policies, key=lambda name: outcomes.mean("money_lost", name).value)
    most = outcomes.mean("money_lost", worst)
    items = [
        (
            f"Most new money is lost under {case.called(worst)}: {money(most.value)}"
            f" ({money_interval(most.low, most.high)}) on average is in the company when it becomes insolvent."
        ),
        "An event of default is a breach notice or a missed payroll; it voids money that was promised on condition.",
    ]
    note = (
        f"n = {case.n_rows:,} replications of each policy; shares to the horizon; cash left is the median. Second"
        f" lines: {case.meta.level:.0%} intervals."
    )
    table = Grid(header, rows, note, (2.4, 1.1, 1.1, 1, 1, 1.1, 1.3), range(1, 7))
    return [Bullets(items), table, *_recoveries(case), *_by_date(case)]


def _recoveries(case: Case) -> list[Block]:
    columns = [str(name) for name in case.frame if str(name).startswith("recovery.")]
    if not columns:
        return [Paragraph("What each class of creditor recovers is not among the columns of this result.", "small")]
    header = ["Mean recovery at an insolvent end", *(words(name).capitalize() for name in columns)]
    rows = [
        [case.meta.policies[policy] or policy,
         *(_recovery(case, case.insolvent[policy], name) for name in columns)]
        for policy in case.decision.outcomes.policies
    ]  # fmt: skip
    return [Grid(header, rows, "", right=range(1, 1 + len(columns)))]


def _recovery(case: Case, rows: pd.DataFrame, column: str) -> str:
    mean = mean_of_rows(rows, column, case.meta.chance_per_input)
    return said(mean and within_0_and_1(mean), share_cell)


def _by_date(case: Case) -> list[Block]:
    """What creditors recover and lose under the baseline, by when it becomes insolvent."""
    policy, shared = case.decision.baseline, case.meta.chance_per_input
    columns = [str(name) for name in case.frame if str(name).startswith("recovery.")]
    if "creditor_deficiency" not in case.frame:
        return []
    names = (name for name in case.lines[policy] if name.startswith("insolvent_by_day_"))
    days, own = sorted(int(name.rpartition("_")[2]) for name in names), case.insolvent[policy]
    rows = []
    for first, last in pairwise([-1, *days]):
        here = own[(own["end_day"] > first) & (own["end_day"] <= last)]
        loss = said(mean_of_rows(here, "creditor_deficiency", shared), money_cell)
        recovered = [_recovery(case, here, name) for name in columns]
        rows.append([f"{first + 1:,} to {last:,}", f"{len(here):,}", *recovered, loss])
    header = ["Insolvent on day", "Replications", *(words(name).capitalize() for name in columns), "Creditors lose"]
    note = f"{case.called(policy)}: mean recoveries and loss at an insolvent end, by its date."
    return [Grid(header, rows, note, right=range(1, len(header)))]


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
    rows, shared = [], case.meta.chance_per_input
    for policy in case.decision.outcomes.policies:
        own = _good_ends(case, policy)
        exits = mean_of_rows(own, "senior_exits", shared)
        last = [
            *(said(median_of_rows(own, name, shared), number_cell) for name in ("end_day", "head_count")),
            said(exits, partial(number_cell, form=".1f")),
        ]
        shares = [share_cell(case.lines[policy][f"share_{end}"]) for end in ends]
        rows.append([case.meta.policies[policy] or policy, *shares, *last])
    best = case.decision.best_trading
    good = insolvent_complement(case.lines[best]["share_insolvent"])
    items = [
        f"Most good ends come with {case.called(best)}: {hundredths(good.value)}% ({interval(good)}%).",
        f"A median good end takes {_weeks(case, best)}; what is left of the company then is in the table.",
    ]
    return [Bullets(items), Grid(header, rows, f"n = {case.n_rows:,} replications of each policy.", right=range(1, 9))]


def _weeks(case: Case, policy: str) -> str:
    own = _good_ends(case, policy)
    median = median_of_rows(own, "end_day", case.meta.chance_per_input)
    if median is None:
        return "no replication"
    return f"{median.value / 7:.0f} weeks ({median.low / 7:.0f}{TO}{median.high / 7:.0f})"


def vendor(case: Case) -> list[Block]:
    """What a vendor's credit manager must know: when it ends, how high exposure goes, what is overdue at the end."""
    baseline = case.decision.baseline
    median = case.lines[baseline]["insolvency_quantile_0.5"]
    items = [
        (
            "Doing nothing, the company is insolvent in half of the replications by"
            f" {date_reached(median.value, case.meta.start)} ({dates(median.low, median.high, case.meta.start)})."
        ),
        "The table says what is overdue to each creditor: the highest it gets, and what is left at an insolvent end.",
    ]
    return [
        Bullets(items),
        Grid(*_by_day(case, "insolvent", "Insolvent within"), right=range(1, 9)),
        _exposures(case, baseline),
        _by_policy(case),
    ]


def _creditors(frame: pd.DataFrame) -> list[str]:
    names = [str(name).removeprefix("peak_overdue.") for name in frame if str(name).startswith("peak_overdue.")]
    means = {name: float(frame[f"peak_overdue.{name}"].mean()) for name in names}
    return sorted((name for name in names if means[name] > 0), key=lambda name: -means[name])[:MOST_CREDITORS]


def _exposures(case: Case, policy: str) -> Grid:
    own, shared = case.rows[policy], case.meta.chance_per_input
    rows = []
    for name in _creditors(own):
        values = own[f"peak_overdue.{name}"].to_numpy(dtype=float)
        peaks = [money_cell(quantile_of(values, band, shared)) for band in BANDS]
        left = mean_of_rows(case.insolvent[policy], f"final_overdue.{name}", shared)
        rows.append([name, *peaks, said(left, money_cell)])
    header = [
        "Creditor",
        *(f"Highest overdue,\nP{round(100 * band)}" for band in BANDS),
        "Overdue at an\ninsolvent end, mean",
    ]
    note = (
        f"{case.called(policy)}, n = {case.n_rows:,}; the {len(rows)} creditors with the highest overdue. Overdue: due"
        " and unpaid; later bills come on top."
    )
    return Grid(header, rows, note, (2.4, 1.2, 1.2, 1.2, 1.4), range(1, 5))


def _by_policy(case: Case) -> Grid:
    names = _creditors(case.frame)[:3]
    rows = []
    for policy in case.decision.outcomes.policies:
        own = case.insolvent[policy]
        means = [mean_of_rows(own, f"final_overdue.{name}", case.meta.chance_per_input) for name in names]
        cells = [said(mean, money_cell) for mean in means]
        rows.append([case.meta.policies[policy] or policy, *cells])
    header = ["Overdue at an insolvent end, mean", *names]
    return Grid(header, rows, "", (2.6, *(1,) * len(names)), range(1, 1 + len(names)))
