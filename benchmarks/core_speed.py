"""Replications per second on one core: the engine against its plain twin, on the core case.

The two alternate, so that a machine that is busy for a while slows both. Medians over the rounds.

    python benchmarks/core_speed.py [--rounds 5] [--engine 16384] [--twin 100]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import sim  # noqa: E402  (threads are limited, and the twin found, before anything is imported)
from tests.verification import plain_twin  # noqa: E402

CORE = ROOT / "experiments" / "core.toml"
POLICY = "do-nothing"
SEED = 1
AIM = 50


def engine(replications: int) -> None:
    """Replications of the core case in the vectorised engine."""
    sim.simulate(CORE, replications=replications, seed=SEED, policies=[POLICY])


def twin(replications: int) -> None:
    """The same in one SimPy environment per replication."""
    plain_twin.simulate(CORE, POLICY, replications, SEED)


def speed(simulate: Callable[[int], None], replications: int) -> float:
    """Replications per second."""
    start = perf_counter()
    simulate(replications)
    return replications / (perf_counter() - start)


def main() -> None:
    """Print each round, then medians and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of both")
    parser.add_argument("--engine", type=int, default=16_384, help="replications of the engine in a round")
    parser.add_argument("--twin", type=int, default=100, help="replications of the twin in a round")
    options = parser.parse_args()
    engine(64)
    twin(1)
    print("round   engine      twin   ratio    (replications per second on one core)")
    rounds = []
    for number in range(1, options.rounds + 1):
        rounds.append((speed(engine, options.engine), speed(twin, options.twin)))
        print(f"{number:5d}  {rounds[-1][0]:7,.0f}  {rounds[-1][1]:8,.1f}  {rounds[-1][0] / rounds[-1][1]:6.1f}")
    fast, slow = (median(speeds) for speeds in zip(*rounds, strict=True))
    print(f"median {fast:7,.0f}  {slow:8,.1f}  {median(a / b for a, b in rounds):6.1f}    (budget: {AIM} or more)")


if __name__ == "__main__":
    main()
