"""When a company that is running out of cash is stopped, by whom, and how each policy of its board moves that date.

result = sim.simulate("experiments/core.toml", replications=1000)
result.frame        # one row per policy and replication
result.summary()    # probabilities, dates and medians with their intervals
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.api import simulate
    from sim.experiment.result import Result
    from sim.scenario.loading import InputErrors, load
    from sim.scenario.policies import Policy
    from sim.scenario.schema import Experiment, Scenario

__all__ = ["Experiment", "InputErrors", "Policy", "Result", "Scenario", "load", "simulate"]

_HOMES = {
    "Experiment": "sim.scenario.schema",
    "InputErrors": "sim.scenario.loading",
    "Policy": "sim.scenario.policies",
    "Result": "sim.experiment.result",
    "Scenario": "sim.scenario.schema",
    "load": "sim.scenario.loading",
    "simulate": "sim.experiment.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
