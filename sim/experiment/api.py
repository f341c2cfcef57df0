"""What a notebook needs: simulate a question in this process, without files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.experiment.job import answer_in_memory
from sim.experiment.result import Result
from sim.scenario.loading import load, with_overrides
from sim.scenario.schema import Experiment, Scenario


def simulate(
    question: Experiment | Scenario | str | Path,
    *,
    replications: int | None = None,
    seed: int | None = None,
    policies: Sequence[str] | None = None,
) -> Result:
    """Simulate an experiment, a scenario (under do-nothing), or the file of either; nothing is written.

    ``replications``, ``seed`` and ``policies`` (names; the baseline is always there) replace what the experiment says.
    Raises `InputErrors`.
    """
    experiment = load(question) if isinstance(question, str | Path) else question
    if isinstance(experiment, Scenario):
        experiment = Experiment(name=experiment.name, label=experiment.label, scenario=experiment)
    return answer_in_memory(with_overrides(experiment, policies=policies, replications=replications, seed=seed))
