"""The headline of each point minus that of the point that sets nothing, replication by replication.

All points meet the same draws, so the difference within a replication tells far more than two separate estimates. The
database reads the rows of the files; what is kept of them is one share for each group of replications that share their
inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.intervals import Estimate, normal
from sim.experiment.query import connected
from sim.scenario.figures import ENDS, Figure

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.result import Result

SHARES = """
with shares as (
    select policy, point, replication // {shared} as inputs, avg(case when {seen} then 1.0 else 0.0 end) as share
    from rows group by all having count(*) = {shared}
), pairs as (
    select other.policy, other.point, other.share - base.share as difference
    from shares as other join shares as base on other.policy = base.policy and other.inputs = base.inputs
    where base.point = $base and other.point <> $base
)
select policy, point, count(*), sum(difference), sum(difference * difference) from pairs group by all order by all
"""


def differences_from_base(result: Result) -> pd.DataFrame | None:
    """How far the headline of each point of a one-at-a-time design is from the scenario; nothing for other designs."""
    design, points = result.experiment.design, result.points
    if design is None or design.kind != "one_at_a_time":
        return None
    base = int(points.loc[points.drop(columns="point").isna().all(axis=1), "point"].iloc[0])
    return differences(result, result.headline(), base)


def differences(result: Result, figure: Figure, base: int) -> pd.DataFrame:
    """A probability at each point of a result minus that at point ``base``: policy, point, difference, low, high, n.

    ``n`` is the number of replications that both points have; where some of those that the experiment asks for failed,
    the interval holds whatever they would have given.
    """
    import pandas as pd

    experiment, shared = result.experiment, result.experiment.chance_per_input
    days = [figure.day_after(result.scenario(point).start) for point in range(result.n_points)]
    condition, values = _seen(figure, days)
    assert result.directory is not None
    asked = max(1, experiment.replications // shared)
    query = SHARES.format(shared=shared, seen=condition)
    with connected(result.directory, query) as database:
        database.execute("set threads = 1")
        found = database.execute(query, {**values, "base": base}).fetchall()
    rows = [
        (policy, point, *_bounded(_difference(total, squares, groups), groups / asked), groups * shared)
        for policy, point, groups, total, squares in found
    ]
    return pd.DataFrame(rows, columns=["policy", "point", "difference", "low", "high", "n"])


def _seen(figure: Figure, days: Sequence[int | None]) -> tuple[str, dict[str, Any]]:
    """Whether a row has seen the event by the day of its point, as SQL, and the values that the words in it stand
    for."""
    name, _, cause = figure.event.partition(".")
    day = "end_day" if name in ENDS else f"{name}_day"
    conditions = [f"{day} is not null"] if figure.day is None else [f"{day} <= $days[point + 1]"]
    values: dict[str, Any] = {} if figure.day is None else {"days": days}
    if name == "any_end":
        conditions.append("\"end\" <> 'survived'")
    elif name in ENDS:
        conditions.append('"end" = $name')
        values["name"] = name
    if cause:
        conditions.append("cause = $cause")
        values["cause"] = cause
    return " and ".join(conditions), values


def _difference(total: float, squares: float, groups: int) -> Estimate:
    """The mean difference with its interval.

    Half a group of each kind is added to the spread (Agresti and Min 2005), so that groups which all agree still leave
    an interval.
    """
    size = groups + 2
    variance = (squares + 1 - total**2 / size) / size
    return normal(total / groups, variance / size)


def _bounded(found: Estimate, known: float) -> Estimate:
    """The interval of a difference of which only a share is ``known``: the rest could be anything from -1 to 1."""
    return Estimate(found.value, found.low * known - (1 - known), found.high * known + (1 - known))
