"""What a run draws and writes once its rows are there: plots, variants of the rules, and the memo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.console import say
from sim.memo import VARIANTS, Sketch, figure_meta, sketched, write_memo

if TYPE_CHECKING:
    from sim.experiment.job import Answer, Progress
    from sim.experiment.runner import Executors
    from sim.experiment.work import Quarantined
    from sim.scenario.schema import Experiment


def illustrate(given: Answer, directory: Path, executors: Executors, progress: Progress) -> list[Quarantined]:
    """Draw the plots while the variants are simulated, then write the memo with both.

    A design of several points has its sweep instead. Returns what of the variants could not be simulated.
    """
    if given.result.n_points > 1:
        draw_sweep(given, directory)
        say(f"no memo: {directory} holds {given.result.n_points:,} points, and a memo compares policies at one")
        return []
    from sim.report.render import FORMATS

    sketches: list[Sketch] = []

    def draw() -> None:
        with no_memo_said():
            sketches.append(sketched(directory, given.result))

    lost = simulate_variants(given.result.experiment, directory, executors, progress, draw)
    for sketch in sketches:
        with no_memo_said():
            write_memo(directory, FORMATS, sketch)
    return lost


@contextmanager
def no_memo_said() -> Iterator[None]:
    """Say why there is no memo, where a result does not hold what it needs."""
    try:
        yield
    except ValueError as error:
        say(f"no memo: {error}")


def draw_sweep(given: Answer, directory: Path) -> None:
    """Draw the headline over the points of a design."""
    from sim.experiment.paired import differences_from_base
    from sim.report import sweeps

    result, headline = given.result, given.result.headline()
    sweeps.draw_sweep(
        result.figure(headline),
        result.points,
        figure_meta(result, given.question.fingerprint),
        directory / "plots",
        headline=headline.text,
        differences=differences_from_base(result),
    )


def simulate_variants(
    experiment: Experiment, directory: Path, executors: Executors, progress: Progress, meanwhile: Callable[[], None]
) -> list[Quarantined]:
    """Simulate the experiment's variants beside it, and do something else meanwhile; what could not be simulated."""
    from sim.experiment.job import answers
    from sim.scenario.variants import variants_of

    asked = {directory / VARIANTS / name: variant for name, variant in variants_of(experiment).items()}
    found = answers(asked, progress=progress, executors=executors, meanwhile=meanwhile)
    return [lost for given in found for lost in given.quarantined]
