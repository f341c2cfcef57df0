"""The command line: ``runway``, or ``python -m sim``.

Exit status: 0 done, 1 failed or incomplete, 2 bad input (nothing written). Progress and messages go to stderr, results
to stdout. What a command needs is imported when it runs, so that help comes at once.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.job import Answer
    from sim.experiment.result import Result
    from sim.experiment.runner import Failure
    from sim.scenario.schema import Experiment

RESULTS = Path("results")
WIDTH = 100
FAILED, BAD_INPUT = 1, 2
FINGERPRINT_SHOWN = 16

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
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object for each experiment instead of tables.")]


def main() -> None:
    """Run the program and exit."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app(prog_name="runway")


@app.command()
def run(
    experiments: Files,
    policy: PolicyNames = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Simulate experiments; print the table; store rows, summary, plots and the decision memo."""
    from sim.experiment.files import StoreError

    try:
        requests = _requests(experiments, policy, replications, seed, workers, out)
        complete = [_answer(*request, workers or os.cpu_count() or 1, quiet, as_json) for request in requests]
    except StoreError as error:
        _stop(str(error), FAILED)
    except OSError as error:
        _stop(f"cannot use {error.filename}: {error.strerror}", FAILED)
    except KeyboardInterrupt:
        _stop("stopped; what is finished is kept, and the same command continues", FAILED)
    raise typer.Exit(0 if all(complete) else FAILED)


@app.command()
def new(directory: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]) -> None:
    """Write a commented scenario and an experiment to start from."""
    from sim.scenario.new import write_templates

    try:
        written = write_templates(directory)
    except FileExistsError as error:
        _stop(str(error), BAD_INPUT)
    except OSError as error:
        _stop(f"cannot write {directory}: {error.strerror}", FAILED)
    for path in written:
        typer.echo(path)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE.toml...", show_default=False)]) -> None:
    """Validate scenario and experiment files; every error at once."""
    from sim.scenario.loading import InputErrors, load

    problems = []
    for path in files:
        try:
            experiment = load(path)
        except InputErrors as errors:
            problems.append(str(errors))
        else:
            typer.echo(f"{path}: good; {_in_words(experiment)}")
    if problems:
        _stop("\n".join(problems), BAD_INPUT)


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
        _stop(f"--format: found {', '.join(unknown)}, expected some of {','.join(FORMATS)}", BAD_INPUT)
    try:
        written = write_memo(directory, wanted)
    except (OtherQuestionError, ValueError) as error:
        _stop(str(error), BAD_INPUT)
    except StoreError as error:
        _stop(str(error), FAILED)
    for path in written:
        typer.echo(path)


@app.command("list")
def list_results() -> None:
    """List the results stored under results/ here."""
    from sim.experiment.files import StoreError
    from sim.experiment.store import read_manifest

    for path in sorted(RESULTS.glob("*/*/manifest.json")):
        try:
            manifest = read_manifest(path.parent)
            state = "" if manifest["run"]["complete"] else "  incomplete"
            started, n = manifest["run"]["started"][:16], manifest["replications"]
            typer.echo(f"{path.parent}  {started}  {n:>11,} x {len(manifest['policies'])} policies{state}")
        except (StoreError, KeyError) as error:
            typer.echo(f"{path.parent}  cannot be read: {error}", err=True)


@app.command()
def schema() -> None:
    """Print the JSON schema of experiment files, for editors."""
    from sim.scenario.new import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


def _requests(
    files: Sequence[Path],
    policies: Sequence[str] | None,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    out: Path | None,
) -> list[tuple[Experiment, Path]]:
    """Each experiment with its result directory; exits with every problem of all of them."""
    from sim.experiment.files import OtherQuestionError
    from sim.experiment.identity import question_of
    from sim.experiment.store import refuse_other_question
    from sim.scenario.loading import InputErrors, load, with_overrides
    from sim.scenario.variants import variants_of

    problems = [] if workers is None or workers > 0 else [f"--workers: found {workers}, expected at least 1"]
    if out is not None and len(files) > 1:
        problems.append(f"--out: found {len(files)} experiments, expected one for one directory")
    requests = []
    for path in files:
        try:
            experiment = with_overrides(load(path), policies=policies, replications=replications, seed=seed)
            variants_of(experiment)
            question = question_of(experiment)
            directory = out or RESULTS / experiment.name / question.fingerprint[:FINGERPRINT_SHOWN]
            refuse_other_question(directory, question)
            requests.append((experiment, directory))
        except (InputErrors, OtherQuestionError) as error:
            problems.append(str(error))
    if problems:
        _stop("\n".join(problems), BAD_INPUT)
    return requests


def _answer(experiment: Experiment, directory: Path, workers: int, quiet: bool, as_json: bool) -> bool:
    """Answer one experiment, and say so; whether all of it could be simulated."""
    from sim.experiment.job import answer
    from sim.experiment.progress import no_progress, progress_bar

    given = answer(experiment, directory, workers=workers, progress=no_progress if quiet else progress_bar)
    if given.result.experiment.replications > experiment.replications:
        _say(f"{directory} holds {given.result.experiment.replications:,} replications already; they are kept")
    for failure in given.failures:
        _say(_failure_in_words(failure, experiment))
    if not given.result.summary().empty:
        if not as_json:
            _print_table(given.result)
        _illustrate(experiment, directory, workers, quiet)
    typer.echo(json.dumps(_as_json(given)) if as_json else directory)
    return not given.failures


def _print_table(result: Result) -> None:
    from rich.console import Console

    from sim.report.table import result_tables

    scenario = result.experiment.scenario
    title = result.experiment.label or result.experiment.name
    tables = result_tables(
        result.summary(), title=title, start=scenario.start, horizon_days=scenario.horizon_last_day()
    )
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(tables)


def _illustrate(experiment: Experiment, directory: Path, workers: int, quiet: bool) -> None:
    """Draw the plots; beside that, in another process if there may be one, simulate the variants and write the memo."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from sim.memo import write_plots

    if workers == 1:
        write_plots(directory)
        _decide(experiment, directory, workers, quiet)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as artist:
        plots = artist.submit(write_plots, directory)
        _decide(experiment, directory, workers - 1, quiet)
        plots.result()


def _decide(experiment: Experiment, directory: Path, workers: int, quiet: bool) -> None:
    """Simulate the experiment's variants beside it, and write the memo."""
    from sim.experiment.job import answer
    from sim.experiment.progress import no_progress, progress_bar
    from sim.memo import VARIANTS, write_memo
    from sim.report.render import FORMATS
    from sim.scenario.variants import variants_of

    progress = no_progress if quiet else progress_bar
    for name, variant in variants_of(experiment).items():
        answer(variant, directory / VARIANTS / name, workers=workers, progress=progress)
    write_memo(directory, FORMATS)


def _as_json(given: Answer) -> dict[str, Any]:
    experiment = given.result.experiment
    summary = given.result.summary()
    return {
        "experiment": experiment.name,
        "label": experiment.label,
        "fingerprint": given.question.fingerprint,
        "directory": str(given.result.directory),
        "replications": experiment.replications,
        "seed": experiment.seed,
        "complete": not given.failures,
        "summary": json.loads(summary.to_json(orient="records", double_precision=15)),
    }


def _in_words(experiment: Experiment) -> str:
    names = ", ".join(policy.name for policy in experiment.policies)
    return f"{experiment.replications:,} replications of {names}"


def _failure_in_words(failure: Failure[Any], experiment: Experiment) -> str:
    block = failure.work
    share = (block.stop - block.first) / experiment.replications
    return (
        f"not simulated: replications {block.first} to {block.stop - 1} of {', '.join(block.policies)}"
        f" (seed {experiment.seed}): {failure.reason}\n"
        f"  a share stated for these policies could be up to {share:.1%} of all replications higher or lower"
    )


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _stop(message: str, status: int) -> NoReturn:
    _say(message)
    raise typer.Exit(status)
