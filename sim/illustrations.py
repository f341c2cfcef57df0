"""What a run draws and writes once its rows are there: plots, variants of the rules, and the memo."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sim.console import say
from sim.memo import VARIANTS, figure_meta, write_memo, write_plots

if TYPE_CHECKING:
    from sim.experiment.job import Answer, Progress
    from sim.experiment.runner import Executors
    from sim.experiment.work import Quarantined
    from sim.scenario.schema import Experiment


def illustrate(
    given: Answer, directory: Path, executors: Executors | None, workers: int, progress: Progress
) -> list[Quarantined]:
    """Draw the plots; beside that, in another process if there may be one, simulate the variants and write the memo.

    ``executors`` are those of a cluster, None to use processes of this machine. A design of several points has its
    sweep instead. Returns what of the variants could not be simulated.
    """
    if given.result.n_points > 1:
        draw_sweep(given, directory)
        say(f"no memo: {directory} holds {given.result.n_points:,} points, and a memo compares policies at one")
        return []
    if workers == 1:
        write_plots(directory)
        return decide(given.result.experiment, directory, executors, workers, progress)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as artist:
        plots = artist.submit(write_plots, directory)
        lost = decide(given.result.experiment, directory, executors, workers - 1, progress)
        plots.result()
    return lost


def draw_sweep(given: Answer, directory: Path) -> None:
    """Draw the headline over the points of a design."""
    from sim.report import sweeps

    result, headline = given.result, given.result.headline()
    meta = figure_meta(result, given.question.fingerprint)
    sweeps.draw_sweep(result.figure(headline), result.points, meta, directory / "plots", headline=headline.text)


def decide(
    experiment: Experiment, directory: Path, executors: Executors | None, workers: int, progress: Progress
) -> list[Quarantined]:
    """Simulate the experiment's variants beside it, and write the memo; what could not be simulated."""
    from sim.experiment.job import answer
    from sim.report.render import FORMATS
    from sim.scenario.variants import variants_of

    lost: list[Quarantined] = []
    for name, variant in variants_of(experiment).items():
        place = directory / VARIANTS / name
        lost += answer(variant, place, progress=progress, workers=workers, executors=executors).quarantined
    try:
        write_memo(directory, FORMATS)
    except ValueError as error:
        say(f"no memo: {error}")
    return lost
