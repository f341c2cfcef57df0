"""How much common random numbers sharpen a difference between policies, on the reference case.

Every policy is compared with doing nothing twice: replication by replication under one seed, as a run does, and with
the policy simulated under a seed of its own. The table shows both standard errors, and how many times as many
replications the second way would need for the first one's. Replications that share their uncertain inputs count as one
group.

    python benchmarks/common_luck.py [--replications 4000] [--policies sell-now licence-then-file cut-compute]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "experiments" / "stability_2023_10.toml"
BASELINE = "do-nothing"
POLICIES = ("sell-now", "licence-then-file", "cut-compute")
DAY = 182

Floats = NDArray[np.float64]


def measures(rows: Any, shared: int) -> dict[str, Floats]:
    """What is compared, its mean in each group of replications that share their inputs."""
    rows = rows.sort_values("replication")
    day = rows["end_day"].to_numpy(dtype=float)
    insolvent = (rows["end"] == "insolvent").to_numpy(dtype=bool) & (day <= DAY)
    by_name = {f"P(insolvent by day {DAY}), %": 100 * insolvent.astype(float), "restricted mean, days": day}
    return {name: values.reshape(-1, shared).mean(axis=1) for name, values in by_name.items()}


def standard_error(groups: Floats) -> float:
    """The standard error of the mean of independent groups."""
    return float(groups.std(ddof=1) / np.sqrt(len(groups)))


def simulated(experiment: Path, policies: list[str], replications: int, seed: int | None) -> dict[str, Any]:
    """The measures of each policy and of the baseline under one seed."""
    result = sim.simulate(experiment, policies=policies, replications=replications, seed=seed)
    shared = result.experiment.chance_per_input
    return {name: measures(rows, shared) for name, rows in result.frame.groupby("policy", sort=False)}


def main() -> None:
    """Print a line for each policy and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=4000)
    parser.add_argument("--experiment", type=Path, default=EXPERIMENT)
    parser.add_argument("--policies", nargs="+", default=list(POLICIES))
    parser.add_argument("--other-seed", type=int, default=20_240_229)
    options = parser.parse_args()
    question = options.experiment, options.policies, options.replications
    one, other = simulated(*question, None), simulated(*question, options.other_seed)
    print(f"{options.experiment.name}, {options.replications:,} replications, each policy minus {BASELINE}")
    print("policy              measure                   difference  s.e. common luck  s.e. own luck  replications")
    for policy in options.policies:
        for name, base in one[BASELINE].items():
            paired = one[policy][name] - base
            common, own = standard_error(paired), float(np.hypot(*map(standard_error, (base, other[policy][name]))))
            line = f"{policy:18}  {name:24}  {paired.mean():+10.2f}  {common:16.3f}  {own:13.3f}"
            print(f"{line}  {(own / common) ** 2:10.1f} x")


if __name__ == "__main__":
    main()
