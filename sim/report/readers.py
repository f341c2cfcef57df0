"""One page for each reader: the board, a lender, an investor, a vendor's credit manager."""

from __future__ import annotations

from functools import partial

import pandas as pd

from sim.analysis.compare import mean_of
from sim.analysis.intervals import Estimate, quantile_of, share_of

from .answer import choice
from .case import Case
from .cells import lost_share, mean_of_rows, median_of_rows, money_cell, number_cell, said, share_cell, within_0_and_1
from .document import Block, Bullets, Grid, Paragraph
from .new_money import what_it_does, where_it_goes
from .weekly import (
    at_each_end,
    by_date,
    classes,
    credit_by_week,
    default_by_week,
    default_comes,
    recovery,
    when_to_stop,
)
from .wording import (
    TO,
    complement,
    date_reached,
    dates,
    day_month_year,
    money,
    money_interval,
    percent,
    words,
)

BANDS = (0.1, 0.5, 0.9)
MOST_CREDITORS, LISTED_CREDITORS = 8, 3
MOST_POLICIES = 6
"""As many policies as fit the page of a reader."""


def is_long(case: Case) -> bool:
    """Whether there are more policies than fit the page of a reader."""
    return len(case.decision.outcomes.policies) > MOST_POLICIES


def few(case: Case) -> list[str]:
    """The policies on the page of a reader: all, or the baseline and those that lead by utility or by good ends."""
    decision = case.decision
    policies, outcomes = decision.outcomes.policies, decision.outcomes
    by_utility = sorted(policies, key=lambda name: -outcomes.mean("utility", name).value)
    wanted = dict.fromkeys([decision.selection.chosen, decision.best_trading, decision.baseline, *by_utility])
    shown = list(wanted)[:MOST_POLICIES]
    return [name for name in (by_utility if is_long(case) else policies) if name in shown]


def every_policy(case: Case) -> list[Block]:
    """What does not fit the readers' pages: their tables with every policy, if they have only some, and by policy and
    creditor what is insolvent and overdue."""
    policies = list(case.decision.outcomes.policies)
    first = (_payrolls, _new_money, _good_ends_table, where_it_goes) if is_long(case) else ()
    tables = (*first, _insolvent_by, _overdue_table)
    return [*(table(case, policies) for table in tables), _exposures(case, case.decision.baseline)]


def board(case: Case) -> list[Block]:
    """What directors must know: the choice, pay, the cost of waiting, consent."""
    baseline, chosen = case.decision.baseline, case.decision.selection.chosen
    sides = [one.policy for turn in case.decision.weight_turns[:1] for one in turn.stretches]
    consents = [_consent(case, name) for name in dict.fromkeys([chosen, *sides])]
    items = [_cash_flow_test(case, baseline), _cost_of_waiting(case, baseline, chosen), *consents]
    return [Paragraph(choice(case)), Bullets([item for item in items if item]), _payrolls(case, few(case))]


def _payrolls(case: Case, policies: list[str]) -> Grid:
    note = "States end nothing: a company can miss a payroll and go on."
    return _by_day(case, policies, "payroll_missed", "Payroll missed within", note)


def _insolvent_by(case: Case, policies: list[str]) -> Grid:
    return _by_day(case, policies, "insolvent", "Insolvent within", "")


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


def _by_day(case: Case, policies: list[str], event: str, title: str, note: str) -> Grid:
    """The chance of an event by each day asked for, by policy."""
    names = [name for name in next(iter(case.lines.values())) if name.startswith(f"{event}_by_day_")]
    header = [title, *(f"{int(name.rpartition('_')[2]):,} days" for name in names)]
    rows = [
        [case.meta.policies[policy] or policy, *(share_cell(case.lines[policy][name]) for name in names)]
        for policy in policies
    ]
    return _table(case, header, rows, note, (3, *(1,) * len(names)))


def _table(case: Case, header: list[str], rows: list[list[str]], note: str, widths: tuple[float, ...]) -> Grid:
    """A table by policy, numbers flush right, with what stands behind it and whether it has them all."""
    is_part, n = is_long(case) and len(rows) <= MOST_POLICIES, f"n = {case.n_rows:,} replications of each policy"
    part = f" {len(rows)} of {len(case.decision.outcomes.policies)} policies; the others are at the end." * is_part
    beneath = f"{note} {n}; second lines: {case.meta.level:.0%} intervals.{part}".strip()
    return Grid(header, rows, beneath, widths, range(1, len(header)), is_small=len(rows) > MOST_POLICIES)


def lender(case: Case) -> list[Block]:
    """What a lender must know: new money at risk, default, acceleration, what is left and what comes back."""
    outcomes = case.decision.outcomes
    worst = max(outcomes.policies, key=lambda name: outcomes.mean("money_lost", name).value)
    lost = outcomes.mean("money_lost", worst)
    items = [
        (
            f"Most new money is lost under {case.called(worst)}: {money(lost.value)}"
            f" ({money_interval(lost.low, lost.high)}) on average is in the company when it becomes insolvent."
        ),
        default_comes(case, case.decision.baseline),
        "An event of default is a breach notice or a missed payroll; it voids money that was promised on condition.",
    ]
    if not classes(case):
        items.append("What each class of creditor recovers is not among the columns of this result.")
    baseline = case.decision.baseline
    return [Bullets(items), _new_money(case, few(case)), *default_by_week(case, baseline), *by_date(case, baseline)]


def _new_money(case: Case, policies: list[str]) -> Grid:
    heads = ["\n".join(("Recovery:", *words(name).split())) for name in classes(case)]
    header = ["Policy", "New\nmoney\ncomes in", "Of it\nlost", "Event of\ndefault", "Debt\ncalled in",
              "Cash left,\ninsolvent\nends", *heads]  # fmt: skip
    rows = [[case.meta.policies[policy] or policy, *_lent(case, policy)] for policy in policies]
    note = "Shares to the horizon; cash left is the median, recoveries are means over insolvent ends."
    return _table(case, header, rows, note, (1.9, 1, 1, 0.95, 0.95, 1.15, *(1.25,) * len(heads)))


def _lent(case: Case, policy: str) -> list[str]:
    """What a lender asks of a policy."""
    own, insolvent, shared = case.rows[policy], case.insolvent[policy], case.meta.chance_per_input
    seen = (own["raised"] > 0, own["default_event_day"].notna(), own["debt_accelerated_day"].notna())
    comes, default, accelerated = (share_cell(share_of(hits.to_numpy(dtype=bool), shared)) for hits in seen)
    lost = lost_share(own, insolvent, "raised", shared)
    cells = [
        comes,
        said(lost and within_0_and_1(lost), share_cell),
        default,
        accelerated,
        said(median_of_rows(insolvent, "final_cash", shared), money_cell, "none insolvent"),
    ]
    return cells + [recovery(case, insolvent, name) for name in classes(case)]


def investor(case: Case) -> list[Block]:
    """What an investor must know: the ways it ends well, when, and what is left of the company then."""
    best = case.decision.best_trading
    good = complement(case.lines[best]["share_insolvent"])
    items = [
        f"Most good ends come with {case.called(best)}: {percent(good)}.",
        f"A median good end takes {_weeks(case, best)}; what is left of the company then is in the table.",
    ]
    return [Bullets([*items, what_it_does(case)]), _good_ends_table(case, few(case)), where_it_goes(case, few(case))]


def _good_ends(case: Case, policy: str) -> pd.DataFrame:
    """The rows of a policy that do not end insolvent."""
    own = case.rows[policy]
    return own[own["end"] != "insolvent"]


def _good_ends_table(case: Case, policies: list[str]) -> Grid:
    ends = [end for end in ("recapitalised", "acquired", "licensed_out", "wound_down", "survived")
            if any(lines[f"share_{end}"].value > 0 for lines in case.lines.values())]  # fmt: skip
    header = ["Policy", *(words(end).capitalize() for end in ends), "Day of a\ngood end", "Staff then",
              "Senior\nexits then"]  # fmt: skip
    rows, shared = [], case.meta.chance_per_input
    for policy in policies:
        own, shares = _good_ends(case, policy), [share_cell(case.lines[policy][f"share_{end}"]) for end in ends]
        last = [said(median_of_rows(own, name, shared), number_cell) for name in ("end_day", "head_count")]
        exits = said(mean_of_rows(own, "senior_exits", shared), partial(number_cell, form=".1f"))
        rows.append([case.meta.policies[policy] or policy, *shares, *last, exits])
    note = "The last three are of the good ends: medians, and the mean of exits."
    return _table(case, header, rows, note, (2.4, *(1.1,) * (len(ends) + 3)))


def _weeks(case: Case, policy: str) -> str:
    median = median_of_rows(_good_ends(case, policy), "end_day", case.meta.chance_per_input)
    if median is None:
        return "no replication"
    value, low, high = (f"{day / 7:.0f}" for day in median)
    return f"{value} weeks" if low == high else f"{value} weeks ({low}{TO}{high})"


def vendor(case: Case) -> list[Block]:
    """What a vendor's credit manager must know: when it ends, how high exposure goes, what is overdue at the end."""
    baseline, start = case.decision.baseline, case.meta.start
    median = case.lines[baseline]["insolvency_quantile_0.5"]
    when, span = date_reached(median.value, start), dates(median.low, median.high, start)
    items = [
        (
            f"Under {case.called(baseline)} the company is insolvent in half of the replications by {when}"
            f"{'' if when == span else f' ({span})'}."
        ),
        when_to_stop(case, baseline),
    ]
    largest = _creditors(case.rows[baseline])[:1]
    tables = [table for name in largest for table in (*credit_by_week(case, baseline, name), *at_each_end(case, name))]
    return [Bullets([item for item in items if item]), *tables]


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
        rows.append([name, *peaks, _left(case, policy, name)])
    header = ["Creditor", *(f"Highest overdue,\nP{round(100 * band)}" for band in BANDS),
              "Overdue at an\ninsolvent end, mean"]  # fmt: skip
    note = (
        f"{case.called(policy)}; the {len(rows)} creditors with the highest overdue. n = {len(own):,}; second lines:"
        f" {case.meta.level:.0%} intervals. Overdue: due and unpaid; later bills come on top."
    )
    return Grid(header, rows, note, (2.4, 1.2, 1.2, 1.2, 1.4), range(1, 5), is_small=True)


def _left(case: Case, policy: str, creditor: str) -> str:
    left = mean_of_rows(case.insolvent[policy], f"final_overdue.{creditor}", case.meta.chance_per_input)
    return said(left, money_cell)


def _overdue_table(case: Case, policies: list[str]) -> Grid:
    names = _creditors(case.frame)[:LISTED_CREDITORS]
    rows = [
        [case.meta.policies[policy] or policy, *(_left(case, policy, name) for name in names)] for policy in policies
    ]
    header = ["Overdue at an insolvent end, mean", *names]
    return _table(case, header, rows, "", (3, *(1.2,) * len(names)))
