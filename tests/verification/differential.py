"""The engine against its plain twin on the core case: one line per quantity, with a z-score.

python -m tests.verification.differential [--policy do-nothing] [--twin 1500] [--engine 16384] [--workers 2]
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import hypergeom, norm

import sim
from sim.scenario.schema import Experiment
from tests.verification import plain_twin

CORE = Path(__file__).parents[2] / "experiments" / "core.toml"
MONTHS = (1, 2, 3, 4, 5, 6, 9, 12, 18, 24)
SNAPSHOTS = (1, 2, 3, 4, 6, 9)
"""Months at whose ends cash, subscribers and head count are compared, among the replications that still trade."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
AT_THE_END = (
    "lowest_cash",
    "final_cash",
    "peak_overdue",
    "final_overdue",
    "final_wages_owed",
    "raised",
    "revenue",
    "subscribers",
    "head_count",
    "senior_exits",
    "confidence",
)
FEW = 30
"""Means and quantiles of fewer replications than this are left out; shares are tested exactly at any number."""

Row = dict[str, Any]


def month_end(k: int) -> int:
    """The day number of the k-th month end."""
    start = tomllib.loads(CORE.read_text(encoding="utf-8"))["scenario"]["start"]
    years, month = divmod(start.year * 12 + start.month - 1 + k, 12)
    return (date(years, month + 1, monthrange(years, month + 1)[1]) - start).days


def twin_frame(policy: str, replications: int, seed: int, workers: int = 1) -> pd.DataFrame:
    """One row per replication of the twin; ``month_ends`` holds what it noted at month ends."""
    if workers == 1:
        return pd.DataFrame(plain_twin.simulate(CORE, policy, replications, seed))
    share = -(-replications // workers)
    seeds = range(seed, seed + workers)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = pool.map(plain_twin.simulate, [CORE] * workers, [policy] * workers, [share] * workers, seeds)
        return pd.DataFrame([row for part in parts for row in part])


def engine_frame(policy: str, replications: int, seed: int, months: int = 24) -> pd.DataFrame:
    """One row per replication of the engine, with the horizon at the end of a month."""
    experiment = sim.load(CORE)
    scenario = experiment.scenario.model_copy(update={"horizon_months": months})
    chosen = [member for member in experiment.policies if member.name == policy]
    question = Experiment(name="core", scenario=scenario, policies=chosen, tracked_replications=0)
    frame = sim.simulate(question, replications=replications, seed=seed).frame
    return frame[frame.policy == policy].reset_index(drop=True)


def share_z(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """The z-score of Fisher's exact test that two shares are equal; positive if the first is larger."""
    total = n + other_n, hits + other_hits, n
    below, above = hypergeom.cdf(hits, *total), hypergeom.sf(hits - 1, *total)
    p = min(1.0, 2 * min(below, above))
    return float(norm.isf(p / 2) * (1 if above < below else -1))


def share_row(quantity: str, month: int | None, engine: pd.Series, twin: pd.Series) -> Row:
    """Two shares."""
    hits, other = int(engine.sum()), int(twin.sum())
    z = share_z(hits, len(engine), other, len(twin)) if len(engine) and len(twin) else 0.0
    return row_of(quantity, month, hits / max(len(engine), 1), other / max(len(twin), 1), z)


def mean_row(quantity: str, month: int | None, engine: pd.Series, twin: pd.Series) -> Row:
    """Two means; nothing is claimed about few replications."""
    if min(len(engine), len(twin)) < FEW:
        return row_of(quantity, month, np.nan, np.nan, 0.0)
    difference = float(engine.mean() - twin.mean())
    error = float(np.sqrt(engine.var() / len(engine) + twin.var() / len(twin)))
    z = difference / error if error else float(np.sign(difference)) * np.inf if difference else 0.0
    return row_of(quantity, month, float(engine.mean()), float(twin.mean()), z)


def quantile_row(quantity: str, month: int, q: float, engine: pd.Series, twin: pd.Series) -> Row:
    """Two quantiles, compared by the shares below the pooled one."""
    pooled = float(pd.concat([engine, twin]).quantile(q, interpolation="lower"))
    below = share_row(quantity, month, engine <= pooled, twin <= pooled)
    return row_of(f"{quantity} {q:.0%}", month, float(engine.quantile(q)), float(twin.quantile(q)), -below["z"])


def row_of(quantity: str, month: int | None, engine: float, twin: float, z: float) -> Row:
    return {"quantity": quantity, "month": month, "engine": engine, "twin": twin, "z": z}


def incidences(engine: pd.DataFrame, twin: pd.DataFrame) -> Iterator[Row]:
    """Ends by cause, and states, by month."""
    kinds = [frame.end + " " + frame.cause.fillna("") for frame in (engine, twin)]
    for kind in sorted({*kinds[0], *kinds[1]} - {"survived "}):
        for month in MONTHS:
            day = month_end(month)
            closed = [(of == kind) & (frame.end_day <= day) for of, frame in zip(kinds, (engine, twin), strict=True)]
            yield share_row(f"ended: {kind.strip()}", month, *closed)
    for state in plain_twin.STATES:
        for month in MONTHS:
            reached = [(frame[f"{state}_day"] <= month_end(month)).fillna(False) for frame in (engine, twin)]
            yield share_row(f"reached: {state}", month, *reached)


def labels(engine: pd.DataFrame, twin: pd.DataFrame) -> Iterator[Row]:
    """Leading states and creditors of insolvent ends."""
    insolvent = [frame[frame.end == "insolvent"] for frame in (engine, twin)]
    for column in ("leading_state", "creditor"):
        names = [frame[column].fillna("none") for frame in insolvent]
        for name in sorted({*names[0], *names[1]}):
            yield share_row(f"{column}: {name}", None, *[of == name for of in names])


def snapshots(policy: str, replications: int, seed: int, twin: pd.DataFrame) -> Iterator[Row]:
    """Month ends, among the replications that still trade; the engine has a seed of its own for each."""
    for month in SNAPSHOTS:
        engine = engine_frame(policy, replications, seed + month, months=month)
        engine = engine[engine.end == "survived"].rename(columns={"final_cash": "cash"})
        day = month_end(month)
        notes = [note for notes in twin.month_ends for note in notes if note["day"] == day]
        if min(len(notes), len(engine)) < FEW:
            continue
        seen = pd.DataFrame(notes)
        for q in QUANTILES:
            yield quantile_row("cash", month, q, engine.cash, seen.cash)
        yield mean_row("subscribers", month, engine.subscribers, seen.subscribers)
        yield mean_row("head count", month, engine.head_count, seen.head_count)


def table(
    policy: str, engine_replications: int, twin_replications: int, seed: int = 1, workers: int = 1
) -> pd.DataFrame:
    """Every comparison; ``z`` is positive where the engine is higher."""
    engine = engine_frame(policy, engine_replications, seed)
    twin = twin_frame(policy, twin_replications, seed, workers)
    rows = [*incidences(engine, twin), *labels(engine, twin)]
    rows.append(share_row("raised anything", None, engine.raised > 0, twin.raised > 0))
    raised = [frame.raised[frame.raised > 0] for frame in (engine, twin)]
    rows.append(mean_row("raised, if anything", None, *raised))
    rows += [mean_row(name, None, engine[name], twin[name]) for name in AT_THE_END]
    rows += snapshots(policy, engine_replications, seed, twin)
    return pd.DataFrame(rows)


def limit(false_alarm_rate: float, comparisons: int) -> float:
    """The threshold for \\|z\\| that holds the false-alarm rate over all comparisons together (Bonferroni)."""
    return float(norm.isf(false_alarm_rate / comparisons / 2))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--policy", default="do-nothing")
    parser.add_argument("--engine", type=int, default=16_384, help="replications of the engine")
    parser.add_argument("--twin", type=int, default=1500, help="replications of the twin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes for the twin")
    options = parser.parse_args()
    found = table(options.policy, options.engine, options.twin, options.seed, options.workers)
    lines = [f"{options.policy}: {options.engine:,} replications of the engine, {options.twin:,} of the twin"]
    lines.append(f"{'quantity':36} {'month':>5} {'engine':>14} {'twin':>14} {'z':>6}")
    for row in found.itertuples():
        month = "" if pd.isna(row.month) else f"{row.month:.0f}"
        digits = 4 if abs(row.engine) < 100 else 0
        lines.append(f"{row.quantity:36} {month:>5} {row.engine:14,.{digits}f} {row.twin:14,.{digits}f} {row.z:6.2f}")
    worst = found.loc[found.z.abs().idxmax()]
    lines.append(f"{len(found)} comparisons; largest |z| {abs(worst.z):.2f} ({worst.quantity})")
    lines.append(f"limit at a false-alarm rate of 1 in 1,000 over all of them: {limit(0.001, len(found)):.2f}")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
