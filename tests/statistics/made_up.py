"""Made-up result tables with the columns of real ones: spikes at paydays, competing ends, states before ends."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

START = date(2023, 10, 31)
HORIZON = 731
POLICIES = {
    "do-nothing": ("Do nothing", 1.0),
    "cut-compute": ("Give back 40% of the largest vendor's capacity", 0.8),
    "launch-subscription": ("Launch the $20 a month subscription", 0.95),
    "stretch-vendors": ("Pay vendors and trade creditors 60 days late", 0.9),
    "insider-bridge": ("Ask the insiders at once", 0.65),
    "file-now": ("File for administration at once", 0.0),
}
KNOTS = ([0, 30, 61, 92, 182, 365, 731, 4000], [0, 0.053, 0.195, 0.36, 0.72, 0.96, 0.99, 1.0])
CREDITORS = ("cloud-a", "cloud-b", "landlord")


def paydays() -> np.ndarray:
    """Days of the last day of each month and of each 15th, for two years after the horizon."""
    days = [(START + timedelta(days=d)) for d in range(3 * HORIZON)]
    return np.array([(d - START).days for d in days if d.day == 15 or (d + timedelta(days=1)).day == 1])


def insolvency_days(rng: np.random.Generator, n: int, pace: float) -> np.ndarray:
    """Latent days: near 4, 17, 33, 62, 77% by day 30, 61, 92, 182, 365 as other ends compete; spiked at paydays."""
    u = rng.random(n) ** pace
    day = np.ceil(np.interp(u, KNOTS[1], KNOTS[0])).astype(int)
    pay = paydays()
    next_pay = pay[np.minimum(np.searchsorted(pay, day), len(pay) - 1)]
    return np.where(rng.random(n) < 0.6, next_pay + rng.integers(1, 5, n), day)


def policy_rows(policy: str, n: int, seed: int) -> pd.DataFrame:
    rng, pace = np.random.default_rng(seed), POLICIES[policy][1]
    latent = {
        "insolvent": insolvency_days(rng, n, pace) if pace else np.full(n, 5),
        "recapitalised": np.where(rng.random(n) < 0.42, 45 + rng.lognormal(4.6, 0.6, n), 1e6),
        "acquired": np.where(rng.random(n) < 0.32, 60 + rng.lognormal(4.9, 0.5, n), 1e6),
        "survived": np.full(n, HORIZON),
    }
    days = np.column_stack([np.asarray(d, dtype=int) for d in latent.values()])
    end = np.array(list(latent))[days.argmin(axis=1)]
    end_day = days.min(axis=1)
    failed = end == "insolvent"
    cause = np.where(rng.random(n) < 0.86, "directors_filed", np.where(rng.random(n) < 0.7, "ceased", "court_order"))
    leading = rng.choice(["payroll_missed", "service_suspended", "zero_cash", "cash_flow_insolvent"], n)
    zero = np.maximum(0, end_day - rng.integers(0, 60, n))
    missed = np.maximum(zero, end_day - rng.integers(-20, 25, n))
    frame = pd.DataFrame({"policy": policy, "point": 0, "replication": np.arange(n), "end": end, "end_day": end_day})
    frame["end_date"] = np.datetime64(START) + end_day.astype("timedelta64[D]")
    frame["cause"] = pd.array(np.where(failed, cause, None), dtype="string")
    frame["leading_state"] = pd.array(np.where(failed, leading, None), dtype="string")
    frame["creditor"] = pd.array(np.where(failed, rng.choice(CREDITORS, n), None), dtype="string")
    frame["end_day"] = frame["end_day"].astype("Int64")
    frame["zero_cash_day"] = pd.array(zero, dtype="Int64")
    frame["cash_flow_insolvent_day"] = pd.array(np.zeros(n, dtype=int), dtype="Int64")
    frame["payroll_missed_day"] = pd.Series(missed, dtype="Int64").where(missed <= end_day)
    for state in ("service_suspended", "default_event", "debt_accelerated"):
        frame[f"{state}_day"] = pd.array([pd.NA] * n, dtype="Int64")
    for column in ("lowest_cash", "final_cash", "final_restricted_cash", "peak_overdue", "final_overdue", "final_owed",
                   "final_wages_owed", "raised", "raised_equity", "raised_note", "revenue"):  # fmt: skip
        frame[column] = rng.lognormal(14, 1, n).round(2)
    for column in ("subscribers", "head_count", "senior_exits", "days_suspended"):
        frame[column] = rng.poisson(30, n)
    frame["confidence"] = rng.random(n)
    return frame


def result_frame(n: int = 10_000, policies: tuple[str, ...] = tuple(POLICIES), seed: int = 7) -> pd.DataFrame:
    """Rows of `n` replications of each policy."""
    return pd.concat([policy_rows(policy, n, seed + k) for k, policy in enumerate(policies)], ignore_index=True)


def result_tracks(frame: pd.DataFrame, tracked: int = 2000, opening: float = 4.0e6) -> pd.DataFrame:
    """Weekly cash and arrears of the first `tracked` replications of each policy, while they trade."""
    rng, tables = np.random.default_rng(3), []
    weeks = np.arange(0, HORIZON + 1, 7)
    for policy, rows in frame[frame["replication"] < tracked].groupby("policy", sort=False):
        steps = rng.normal(-0.35e6, 0.5e6, (len(rows), len(weeks))) + 3e6 * (rng.random((len(rows), len(weeks))) < 0.1)
        steps[:, 0] = 0
        cash = np.maximum(opening + steps.cumsum(axis=1), rng.random((len(rows), len(weeks))) * 2e5)
        cash[:, 0] = opening
        trading = weeks[None, :] < rows["end_day"].to_numpy(dtype=int)[:, None]
        index, week = np.nonzero(trading)
        columns = {"policy": policy, "point": 0, "replication": rows["replication"].to_numpy()[index]}
        amounts = {"cash": cash, "restricted_cash": np.full_like(cash, 4e5), "overdue": 1e5 * weeks + 0 * cash}
        amounts |= {f"overdue.{name}": amounts["overdue"] / (k + 2) for k, name in enumerate(CREDITORS)}
        own = {name: values[trading] for name, values in amounts.items()}
        tables.append(pd.DataFrame(columns | {"day": weeks[week]} | own))
    return pd.concat(tables, ignore_index=True)
