"""The command line: ``runway``, or ``python -m sim``.

Exit status: 0 done, 1 failed or incomplete, 2 bad input (nothing written). Progress and messages go to stderr, results
to stdout. What a command needs is imported when it runs, so that help comes at once.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.console import BAD_INPUT, FAILED, RESULTS, answer_request, executors_of, requests, say, stop, workers_problem

if TYPE_CHECKING:
    from sim.experiment.replay import Replay

NOBODY_READS = 128 + 13
"""What a shell says of a program that writes to a closed pipe (SIGPIPE)."""
OBJECTS_PER_COLLECTION = 10_000

app = typer.Typer(
    help="When a company that is running out of cash is stopped, by whom, and how each policy moves that date.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Files = Annotated[list[Path], typer.Argument(metavar="EXPERIMENT.toml...", show_default=False)]
PolicyNames = Annotated[
    list[str] | None, typer.Option("--policy", metavar="NAME", help="Only this policy, and the baseline; repeatable.")
]
Replications = Annotated[int | None, typer.Option(metavar="N", help="Replications of each policy.")]
Seed = Annotated[int | None, typer.Option(metavar="S", help="Seed of all draws.")]
Workers = Annotated[int | None, typer.Option(metavar="W", help="Processes; one for each processor if not given.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Result directory; one that is unfinished is continued.")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")]
HalfWidth = Annotated[
    float | None, typer.Option(metavar="HALF_WIDTH", help="Run until the headline figure is known to within this.")
]
Directory = Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object for each experiment instead of tables.")]


def main() -> None:
    """Run the program and exit; where nobody reads on, as a program does that the closed pipe has ended.

    Tables and figures are many objects and next to no garbage: it is looked for seldom, and not at the end (but where
    the database has been used, whose binding takes what is left then for leaks).
    """
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app(prog_name="runway")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(NOBODY_READS)
        raise
    except OSError as error:
        sys.exit(f"cannot use {error.filename or 'the output'}: {error.strerror}")
    finally:
        if "duckdb" not in sys.modules:
            gc.freeze()


@contextmanager
def failures_said() -> Iterator[None]:
    """Turn what may go wrong while files are read and written into one sentence and an exit status."""
    from sim.experiment.files import OtherQuestionError, StoreError

    try:
        yield
    except StoreError as error:
        stop(str(error), BAD_INPUT if isinstance(error, OtherQuestionError) else FAILED)
    except KeyboardInterrupt:
        stop("stopped; what is finished is kept, and the same command continues", FAILED)


@app.command()
def run(
    experiments: Files,
    policy: PolicyNames = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    precision: HalfWidth = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Simulate experiments; print the table; store rows, summary, plots and the decision memo."""
    problems = workers_problem(workers)
    if out is not None and len(experiments) > 1:
        problems.append(f"--out: found {len(experiments)} experiments, expected one for one directory")
    with failures_said():
        asked = requests(experiments, policy, replications, seed, out, precision, problems)
        complete = [answer_request(one, workers or os.cpu_count() or 1, scheduler, quiet, as_json) for one in asked]
    raise typer.Exit(0 if all(complete) else FAILED)


@app.command()
def solve(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT.toml", show_default=False)],
    parameter: Annotated[str, typer.Option("--for", metavar="PARAMETER", help="Path of the parameter to find.")],
    so_that: Annotated[str, typer.Option(metavar="CONDITION", help='Such as "P(insolvent by 2024-10-31) <= 0.05".')],
    between: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Where to look; else the scenario's range.")
    ] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy under which it must hold.")] = "do-nothing",
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the value of a parameter at which a probability meets a bound, with its interval and the curve."""
    from sim.solving import Question, solve_request

    with failures_said():
        (request,) = requests([experiment], [policy], replications, seed, None, None, workers_problem(workers))
        found = solve_request(
            Question(request.experiment, parameter, so_that, between, policy),
            out,
            partial(executors_of, workers or os.cpu_count() or 1, scheduler),
            quiet,
            as_json,
        )
    raise typer.Exit(0 if found else FAILED)


@app.command()
def new(directory: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]) -> None:
    """Write a commented scenario and an experiment to start from."""
    from sim.scenario.new import write_templates

    try:
        written = write_templates(directory)
    except FileExistsError as error:
        stop(str(error), BAD_INPUT)
    except OSError as error:
        stop(f"cannot write {directory}: {error.strerror}", FAILED)
    for path in written:
        typer.echo(path)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE.toml...", show_default=False)]) -> None:
    """Validate scenario and experiment files; every error at once."""
    from sim.console import in_words
    from sim.scenario.loading import InputErrors, load

    problems = []
    for path in files:
        try:
            experiment = load(path)
        except InputErrors as errors:
            problems.append(str(errors))
        else:
            typer.echo(f"{path}: good; {in_words(experiment)}")
    if problems:
        stop("\n".join(problems), BAD_INPUT)


@app.command()
def trace(
    place: Annotated[Path, typer.Argument(metavar="EXPERIMENT.toml|DIR", show_default=False)],
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy.")] = "do-nothing",
    replication: Annotated[int, typer.Option(metavar="R", min=0, help="The replication.")] = 0,
    point: Annotated[int, typer.Option(metavar="I", min=0, help="The design point.")] = 0,
    seed: Seed = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each line of the journal.")] = False,
) -> None:
    """Tell one replication day by day; a result directory brings its own seed."""
    from sim.experiment.replay import difference, question_in, replay
    from sim.scenario.loading import InputErrors

    if place.is_dir() and seed is not None:
        stop(f"--seed: found {seed}, expected none: {place} brings its own", BAD_INPUT)
    try:
        with failures_said():
            experiment, result = question_in(place, seed)
            told = replay(experiment, policy, replication, point, result.resolved if result else None)
            warning = difference(told, result) if result else ""
    except InputErrors as error:
        stop(str(error), BAD_INPUT)
    except KeyError:
        stop(f"--point: found {point}, expected a point that the design has", BAD_INPUT)
    for line in _told(told, as_json):
        typer.echo(line)
    if warning:
        stop(warning, FAILED)


@app.command()
def memo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    form: Annotated[str, typer.Option("--format", metavar="html,pdf,md", help="Formats, with commas.")] = "html,pdf,md",
) -> None:
    """Rebuild the decision memo from stored results."""
    from sim.experiment.files import OtherQuestionError, StoreError
    from sim.memo import write_memo
    from sim.report.render import FORMATS

    wanted = [part.strip() for part in form.split(",")]
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown:
        stop(f"--format: found {', '.join(unknown)}, expected some of {','.join(FORMATS)}", BAD_INPUT)
    try:
        written = write_memo(directory, wanted)
    except (OtherQuestionError, ValueError) as error:
        stop(str(error), BAD_INPUT)
    except StoreError as error:
        stop(str(error), FAILED)
    for path in written:
        typer.echo(path)


@app.command("list")
def list_results(as_json: Json = False) -> None:
    """List the results stored under results/ here."""
    from sim.experiment.files import StoreError
    from sim.experiment.store import read_manifest

    found = []
    for path in sorted(RESULTS.glob("*/*/manifest.json")):
        try:
            manifest = read_manifest(path.parent)
            keys = ("experiment", "label", "replications", "policies")
            about = {key: manifest[key] for key in keys} | {"points": len(manifest["points"])}
            run = {key: manifest["run"][key] for key in ("complete", "started")}
            found.append({"directory": str(path.parent), **about, **run})
        except (StoreError, KeyError) as error:
            say(f"{path.parent}  cannot be read: {error}")
    if as_json:
        typer.echo(json.dumps(found))
    elif not found:
        say(f"nothing is stored under {RESULTS}/ here")
    for one in [] if as_json else found:
        points, policies = f" x {one['points']:,} points" if one["points"] > 1 else "", len(one["policies"])
        size = f"{one['replications']:>11,} x {policies} polic{'y' if policies == 1 else 'ies'}{points}"
        typer.echo(f"{one['directory']}  {one['started'][:16]}  {size}{'' if one['complete'] else '  incomplete'}")


@app.command()
def sql(
    directory: Directory, query: Annotated[str, typer.Argument(metavar='"select ..."')], as_json: Json = False
) -> None:
    """Query a stored result with SQL: the views are rows, counts, tracks and points."""
    from sim.experiment.query import select

    with failures_said():
        try:
            columns, rows = select(directory, query)
        except ValueError as error:
            stop(str(error), BAD_INPUT)
    if as_json:
        typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str))
    else:
        typer.echo("\t".join(columns))
        for row in rows:
            typer.echo("\t".join("" if value is None else str(value) for value in row))


@app.command()
def verify(directory: Directory, as_json: Json = False) -> None:
    """Check the files of a stored result and simulate a sample of it again; say what differs and what changed."""
    from sim.experiment.verify import problems

    with failures_said():
        found = list(problems(directory))
    if as_json:
        typer.echo(json.dumps({"directory": str(directory), "good": not found, "problems": found}))
    else:
        typer.echo("\n".join(found) or f"{directory}: good; files are whole, and a sample simulated again is the same")
    raise typer.Exit(FAILED if found else 0)


@app.command()
def schema() -> None:
    """Print the JSON schema of experiment files, for editors."""
    from sim.scenario.new import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


def _told(told: Replay, as_json: bool) -> Iterator[str]:
    if as_json:
        yield from (json.dumps(asdict(entry), default=str, ensure_ascii=False) for entry in told.entries)
        row = {name: None if str(value) in ("<NA>", "nan") else value for name, value in told.row.items()}
        row["end_date"] = str(row["end_date"])[:10]
        yield json.dumps({"row": row}, default=str, ensure_ascii=False)
    else:
        from sim.report.story import story

        label = told.experiment.scenario.label or told.experiment.scenario.name
        at = f" at point {told.point}" if told.point else ""
        title = f"{label}: {told.policy}{at}, replication {told.replication}, seed {told.experiment.seed}"
        yield story(told.entries, told.row, title)
