"""What a run draws and writes once its rows are there: plots, variants of the rules, and the memo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

from sim.console import say
from sim.memo import VARIANTS, figure_meta, write_memo, write_plots

if TYPE_CHECKING:
    from sim.experiment.job import Answer, Progress
    from sim.experiment.runner import Executors
    from sim.experiment.work import Quarantined
    from sim.report.document import Figure
    from sim.scenario.schema import Experiment


def illustrate(
    given: Answer, directory: Path, executors: Executors, artists: Executors, progress: Progress
) -> list[Quarantined]:
    """Draw the plots on one of the ``artists`` while the variants are simulated, then write the memo.

    A design of several points has its sweep instead. Returns what of the variants could not be simulated.
    """
    if given.result.n_points > 1:
        draw_sweep(given, directory)
        say(f"no memo: {directory} holds {given.result.n_points:,} points, and a memo compares policies at one")
        return []
    drawn = drawn_elsewhere(given, directory, artists)
    lost = simulate_variants(given.result.experiment, directory, executors, progress)
    decide(given, directory, drawn)
    return lost


def drawn_elsewhere(given: Answer, directory: Path, artists: Executors) -> Callable[[], Sequence[Figure]]:
    """The figures, once an artist has drawn them; this process draws them if the artist has died."""
    from sim.experiment.runner import submitted

    artist = artists.make()
    plots = submitted(artist, write_plots, directory, given.result)
    artists.leave(artist, True)

    def drawn() -> Sequence[Figure]:
        is_lost = isinstance(plots.exception(), BrokenExecutor | CancelledError)
        return write_plots(directory, given.result) if is_lost else plots.result()

    return drawn


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
    experiment: Experiment, directory: Path, executors: Executors, progress: Progress
) -> list[Quarantined]:
    """Simulate the experiment's variants beside it; what could not be simulated."""
    from sim.experiment.job import answers
    from sim.scenario.variants import variants_of

    asked = {directory / VARIANTS / name: variant for name, variant in variants_of(experiment).items()}
    return [lost for given in answers(asked, progress=progress, executors=executors) for lost in given.quarantined]


def decide(given: Answer, directory: Path, drawn: Callable[[], Sequence[Figure]]) -> None:
    """Write the memo with what is drawn by then, or say why there is none."""
    from sim.report.render import FORMATS

    try:
        write_memo(directory, FORMATS, given.result, drawn)
    except ValueError as error:
        say(f"no memo: {error}")
