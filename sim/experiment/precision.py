"""Running until the headline figure of every policy and point is known precisely enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.identity import question_of
from sim.experiment.job import Answer, Progress, Run, layout_of
from sim.experiment.runner import Executors
from sim.experiment.store import open_store
from sim.scenario.figures import Figure

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Experiment


@dataclass(frozen=True)
class Precision:
    """What is to be known how precisely: the counts at which to look, and the level of each look's interval."""

    figure: Figure
    half_width: float
    looks: Sequence[int]
    level: float


def precision_of(experiment: Experiment, half_width: float) -> Precision:
    """The precision of an experiment's headline. Raises ValueError with what is expected instead."""
    from sim.analysis.sequential import level_of_a_look, looks
    from sim.scenario.figures import figure

    headline = figure(experiment.headline, experiment.scenario.start)
    if not half_width > 0:
        raise ValueError("a half width of more than 0")
    at = looks(half_width, is_probability=headline.share is None, chance_per_input=experiment.chance_per_input)
    return Precision(headline, half_width, at, level_of_a_look(len(at)))


def answer_precisely(
    experiment: Experiment,
    directory: Path,
    precision: Precision,
    *,
    progress: Progress,
    executors: Executors,
    say: Callable[[str], None],
) -> tuple[Answer, pd.DataFrame, bool]:
    """Simulate until every interval is narrow enough: the answer, the intervals, and whether they are.

    A directory that holds replications is continued; looks at fewer than it holds are skipped. Raises `StoreError`.
    """
    question, started = question_of(experiment), time.monotonic()
    with open_store(directory, question) as store:
        held = store.replications_held(layout_of(experiment))
        first = next((n for n in precision.looks if n >= held), 0)
        remaining = [n for n in precision.looks if n >= first] if first else precision.looks[-1:]
        for n in remaining:
            run = Run(store, experiment.model_copy(update={"replications": n}), executors)
            quarantined = run.simulate(progress)
            table = run.result().figure(precision.figure, level=precision.level)
            widest = half_width(table)
            is_reached = widest <= precision.half_width
            if is_reached or quarantined or n == remaining[-1]:
                break
            say(_outlook(precision, n, widest, n - held, time.monotonic() - started))
        stated = {"headline": precision.figure.text, "half_width": precision.half_width, "widest": _finite(widest)}
        result = run.finish(quarantined, precision={**stated, "looks": list(precision.looks), "reached": is_reached})
    return Answer(result, question, quarantined), table, is_reached


def half_width(table: pd.DataFrame) -> float:
    """Half the width of the widest interval: infinite where a bound is not reached, unless nothing of it is."""
    values, low, high = (table[column].to_numpy(dtype=float) for column in ("estimate", "low", "high"))
    widths = np.where(np.isnan(low) & np.isnan(values), 0.0, (high - low) / 2)
    return float(np.where(np.isnan(widths), np.inf, widths).max(initial=0.0))


def _outlook(precision: Precision, n: int, widest: float, simulated: int, seconds: float) -> str:
    """How precise the figure is after ``n`` replications, and how many will do; how long that takes if most of them
    were ``simulated`` in this run: of a few, most of the time went into starting.
    """
    needed = n * (widest / precision.half_width) ** 2
    enough = next((look for look in precision.looks if look >= needed), precision.looks[-1])
    known = f"{n:,} replications: {precision.figure.text} is known to within {widest:.4g}"
    if simulated < n / 2:
        return f"{known}; about {enough:,} will do"
    minutes = (enough - n) * seconds / simulated / 60
    return f"{known}; about {enough:,} will do, in about {minutes:.1f} minutes"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
