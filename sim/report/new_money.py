"""What new money does to the chance of a good end, and where it goes."""

from __future__ import annotations

import numpy as np

from sim.analysis.compare import mean_of
from sim.analysis.intervals import Estimate, Floats, ratio_of

from .case import Case
from .cells import money_cell, said, share_cell, within_0_and_1
from .document import Grid
from .wording import money, money_interval, points


def what_it_does(case: Case) -> str:
    """The policy that brings most more new money than the baseline, and what it does to the chance of a good end."""
    baseline = case.decision.baseline
    others = [name for name in case.decision.outcomes.policies if name != baseline]
    more = {name: _more(case, name) for name in others}
    most = max(others, key=lambda name: more[name].value, default=baseline)
    if most == baseline or more[most].low <= 0:
        return f"No policy brings in more new money than {case.called(baseline)} beyond chance."
    row = next(row for row in case.decision.differences["good"] if row.policy == most)
    size = f"{points(row.difference)} points ({points(row.low_all)} to {points(row.high_all)})"
    changed = "is not told from nothing" if row.low_all <= 0 <= row.high_all else "comes with it"
    return (
        f"{case.called(most)} brings in most more new money than {case.called(baseline)}: {money(more[most].value)}"
        f" ({money_interval(more[most].low, more[most].high)}) on average. A change of the chance of a good end by"
        f" {size} {changed}; the policy may do more than raise."
    )


def _more(case: Case, policy: str) -> Estimate:
    """How much more new money comes in than under the baseline, on average, replication by replication."""
    shared = case.meta.chance_per_input
    ours, theirs = (case.rows[name].set_index("replication")["raised"] for name in (policy, case.decision.baseline))
    more = (ours - theirs).dropna().to_numpy(dtype=float)
    groups = more[: len(more) // shared * shared].reshape(-1, shared) if len(more) >= shared else more.reshape(-1, 1)
    return mean_of(groups)


def where_it_goes(case: Case, policies: list[str]) -> Grid:
    """How much new money comes in by policy, and whether it is in a company that ends well, spent or left."""
    rows = [[case.meta.policies[policy] or policy, *_split(case, policy)] for policy in policies]
    header = ["Policy", "New money,\nmean", "Good end,\n% points", "Of it where\nit ends well",
              "Spent, then\ninsolvent", "Still there,\ninsolvent"]  # fmt: skip
    note = (
        f"Points: against {case.called(case.decision.baseline)}, whatever else the policy does. The last three are"
        f" shares of the dollars and add up to 100%. n = {case.n_rows:,} replications of each policy; second lines:"
        f" {case.meta.level:.0%} intervals."
    )
    return Grid(header, rows, note, (2.5, 1.1, 1.2, 1.1, 1.1, 1.1), range(1, 6), is_small=True)


def _split(case: Case, policy: str) -> list[str]:
    own = case.rows[policy]
    raised, cash = (own[name].to_numpy(dtype=float) for name in ("raised", "final_cash"))
    is_insolvent = (own["end"] == "insolvent").to_numpy(dtype=bool)
    left = np.where(is_insolvent, np.clip(cash, 0, raised), 0.0)
    parts = (np.where(is_insolvent, 0.0, raised), np.where(is_insolvent, raised, 0.0) - left, left)
    groups = own["replication"].to_numpy() // case.meta.chance_per_input
    mean = ratio_of(raised, np.ones(len(raised)), groups, case.meta.level)
    shares = (_share(part, raised, groups, case.meta.level) for part in parts)
    return [money_cell(mean), _points(case, policy), *(said(share, share_cell) for share in shares)]


def _share(part: Floats, whole: Floats, groups: Floats, level: float) -> Estimate | None:
    return within_0_and_1(ratio_of(part, whole, groups.astype(int), level)) if whole.sum() else None


def _points(case: Case, policy: str) -> str:
    for row in case.decision.differences["good"]:
        if row.policy == policy:
            return f"{points(row.difference)}\n{points(row.low_all)} to {points(row.high_all)}"
    return "0"
