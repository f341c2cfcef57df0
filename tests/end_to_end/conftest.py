"""A small world that is simulated in a moment: weekly bills of random size, insolvent when one cannot be met."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.loading import load
from sim.scenario.schema import Experiment

SMALL_WORLD = """
schema_version = 1
name = "small-world"
label = "Weekly bills of random size"
replications = 200
seed = 7
probability_days = [30, 91]
tracked_replications = 300

[scenario]
schema_version = 1
name = "small-world"
start = 2024-01-01
horizon_days = 100
terminal_states = ["zero_cash"]

[scenario.opening]
cash = 100000

[[scenario.lines]]
name = "bills"
direction = "out"
class = "trade"
every = "week"
day = "Friday"
amount = {distribution = "exponential", mean = 9000}

[[policies]]
name = "more-cash"
label = "Half as much again"

[[policies.actions]]
do = "set"
parameter = "opening.cash"
value = 150000
"""


@pytest.fixture
def small_world(tmp_path: Path) -> Path:
    """The file of the small experiment: do-nothing and more-cash, 200 replications of each."""
    path = tmp_path / "small_world.toml"
    path.write_text(SMALL_WORLD, encoding="utf-8")
    return path


@pytest.fixture
def experiment(small_world: Path) -> Experiment:
    """The small experiment."""
    return load(small_world)
