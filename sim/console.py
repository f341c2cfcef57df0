"""What the command line reads and says: requests with all their problems, tables, figures, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from sim.experiment.job import Answer, Progress
    from sim.experiment.precision import Precision
    from sim.experiment.result import Result
    from sim.experiment.runner import Executors
    from sim.experiment.work import Quarantined
    from sim.scenario.schema import Experiment

RESULTS = Path("results")
WIDTH = 100
FAILED, BAD_INPUT = 1, 2
FINGERPRINT_SHOWN = 16
FAILURES_SHOWN = 10
POINTS_SHOWN = 12


@dataclass(frozen=True)
class Request:
    """An experiment, where its result goes, and how precise it has to be if not by a number of replications."""

    experiment: Experiment
    directory: Path
    precision: Precision | None = None


def workers_problem(workers: int | None) -> list[str]:
    """What is wrong with a number of workers."""
    return [] if workers is None or workers > 0 else [f"--workers: found {workers}, expected at least 1"]


def requests(
    files: Sequence[Path],
    policies: Sequence[str] | None,
    replications: int | None,
    seed: int | None,
    out: Path | None,
    half_width: float | None,
    problems: list[str],
) -> list[Request]:
    """A request for each file; exits with every problem of all of them, and those already known."""
    from sim.experiment.files import OtherQuestionError
    from sim.experiment.precision import precision_of
    from sim.scenario.loading import InputErrors, load, with_overrides
    from sim.scenario.variants import variants_of

    found = []
    for path in files:
        try:
            experiment = with_overrides(load(path), policies=policies, replications=replications, seed=seed)
            variants_of(experiment)
            precision = None if half_width is None else precision_of(experiment, half_width)
            found.append(Request(experiment, directory_of(experiment, out), precision))
        except (InputErrors, OtherQuestionError) as error:
            problems.append(str(error))
        except ValueError as error:
            problems.append(f"--precision: found {half_width}, expected {error}")
    if problems:
        stop("\n".join(problems), BAD_INPUT)
    return found


def directory_of(experiment: Experiment, out: Path | None) -> Path:
    """Where the result of an experiment goes. Raises `OtherQuestionError` if something else is there."""
    from sim.experiment.identity import question_of
    from sim.experiment.store import refuse_other_question

    question = question_of(experiment)
    directory = out or RESULTS / experiment.name / question.fingerprint[:FINGERPRINT_SHOWN]
    refuse_other_question(directory, question)
    return directory


def executors_of(workers: int, scheduler: str | None, directory: Path) -> Executors:
    """Processes of this machine, or the workers of a cluster. Raises `StoreError`."""
    from sim.experiment.cluster import dask_cluster
    from sim.experiment.runner import local

    return local(workers) if scheduler is None else dask_cluster(scheduler, directory)


def progress_of(quiet: bool) -> Progress:
    """A bar, or nothing."""
    from sim.experiment.progress import no_progress, progress_bar

    return no_progress if quiet else progress_bar


def answer_request(request: Request, workers: int, scheduler: str | None, quiet: bool, as_json: bool) -> bool:
    """Answer one request, and say so; whether all of it was reached."""

    with ExitStack() as stack:
        executors = stack.enter_context(closing(executors_of(workers, scheduler, request.directory)))
        return _answered(request, executors, quiet, as_json)


def _answered(request: Request, executors: Executors, quiet: bool, as_json: bool) -> bool:
    from sim.experiment.job import answer
    from sim.experiment.paired import differences_from_base
    from sim.experiment.precision import answer_precisely
    from sim.illustrations import illustrate

    experiment, directory, precision = request.experiment, request.directory, request.precision
    progress, more, is_reached = progress_of(quiet), {}, True
    if precision is None:
        given = answer(experiment, directory, progress=progress, executors=executors)
    else:
        tell = (lambda _text: None) if quiet else say
        given, table, is_reached = answer_precisely(
            experiment, directory, precision, progress=progress, executors=executors, say=tell
        )
        more = {"precision": {**said(precision), "reached": is_reached, "intervals": records(table)}}
    if precision is None and given.result.experiment.replications > experiment.replications:
        say(f"{directory} holds {given.result.experiment.replications:,} replications already; they are kept")
    _say_quarantined(given.quarantined, given.result.experiment)
    lost: list[Quarantined] = []
    if not given.result.summary().empty:
        compared = differences_from_base(given.result)
        if compared is not None:
            more["differences"] = records(compared)
        if not as_json:
            _print_tables(given.result, compared)
        lost = illustrate(given, directory, executors, progress)
        _say_quarantined(lost, given.result.experiment)
    if precision is not None and not as_json:
        _say_precision(precision, table, is_reached, experiment.scenario.start)
    typer.echo(json.dumps(_as_json(given) | more) if as_json else directory)
    return is_reached and not given.quarantined and not lost


def said(precision: Precision) -> dict[str, Any]:
    """A precision as JSON says it."""
    return {"headline": precision.figure.text, "half_width": precision.half_width, "looks": list(precision.looks)}


def records(table: Any) -> Any:
    """A table as JSON says it."""
    return json.loads(table.to_json(orient="records", double_precision=15))


def _say_precision(precision: Precision, table: Any, is_reached: bool, start: date) -> None:
    for row in table.head(POINTS_SHOWN).itertuples():
        where = f" at point {row.point}" if table["point"].max() > 0 else ""
        value, low, high = (_in_unit(precision, number, start) for number in (row.estimate, row.low, row.high))
        typer.echo(f"{row.policy}{where}: {precision.figure.text} = {value} ({low} to {high})")
    if len(table) > POINTS_SHOWN:
        typer.echo(f"and {len(table) - POINTS_SHOWN:,} more policies and points; --json names them all")
    typer.echo(
        f"{'Known' if is_reached else 'NOT known'} to within {precision.half_width:g} after {int(table['n'].max()):,}"
        f" replications; these intervals are valid although up to {len(precision.looks)} looks were taken."
    )


def _in_unit(precision: Precision, value: float, start: date) -> str:
    """A probability as a number, a day as its date."""
    if precision.figure.share is None:
        return f"{value:.5g}"
    return "not reached" if isnan(value) else (start + timedelta(days=int(value))).isoformat()


def _print_tables(result: Result, compared: Any) -> None:
    from rich.console import Console

    from sim.report.table import result_tables

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    if result.n_points > 1:
        console.print(_sweep(result, compared))
        return
    scenario, title = result.scenario(0), result.experiment.label or result.experiment.name
    horizon = scenario.horizon_last_day()
    console.print(result_tables(result.summary(), title=title, start=scenario.start, horizon_days=horizon))


def _sweep(result: Result, compared: Any) -> Any:
    from sim.report.sweep_table import one_at_a_time_table, sweep_table

    headline, title = result.headline(), result.experiment.label or result.experiment.name
    shares, points = result.figure(headline), result.points
    if compared is None:
        return sweep_table(shares, points, title=title, headline=headline.text, most=POINTS_SHOWN)
    return one_at_a_time_table(shares, compared, points, title=title, headline=headline.text)


def _as_json(given: Answer) -> dict[str, Any]:
    experiment = given.result.experiment
    summary = given.result.summary()
    return {
        "experiment": experiment.name,
        "label": experiment.label,
        "fingerprint": given.question.fingerprint,
        "directory": str(given.result.directory),
        "replications": experiment.replications,
        "points": given.result.n_points,
        "seed": experiment.seed,
        "complete": not given.quarantined,
        "summary": records(summary),
    }


def in_words(experiment: Experiment) -> str:
    """What an experiment asks for."""
    from sim.experiment.design import points_of

    names = ", ".join(policy.name for policy in experiment.policies)
    points = len(points_of(experiment))
    return f"{experiment.replications:,} replications of {names}" + (f" at {points:,} points" if points > 1 else "")


def _say_quarantined(quarantined: Sequence[Quarantined], experiment: Experiment) -> None:
    for one in quarantined[:FAILURES_SHOWN]:
        say(_quarantined_in_words(one, experiment))
    if len(quarantined) > FAILURES_SHOWN:
        say(f"and {len(quarantined) - FAILURES_SHOWN:,} more blocks; manifest.json names them all")


def _quarantined_in_words(one: Quarantined, experiment: Experiment) -> str:
    from sim.experiment.job import in_words as block_in_words

    share = (one.block.stop - one.block.first) / experiment.replications
    return (
        f"not simulated: {block_in_words(one.block)} (seed {experiment.seed}): {one.reason}\n"
        f"  intervals of probabilities allow for this: up to {share:.2%} of all replications higher or lower"
    )


def say(message: str) -> None:
    """Say something beside the results."""
    typer.echo(message, err=True)


def stop(message: str, status: int) -> NoReturn:
    """Say why, and exit."""
    say(message)
    raise typer.Exit(status)
