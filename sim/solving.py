"""``runway solve`` for the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.console import BAD_INPUT, directory_of, progress_of, records, stop

if TYPE_CHECKING:
    from sim.experiment.job import Progress
    from sim.experiment.runner import Executors
    from sim.experiment.solve import Search, Solution
    from sim.scenario.schema import Experiment

CURVE = "curve.csv"


@dataclass(frozen=True)
class Question:
    """What is asked, in the words of the command line."""

    experiment: Experiment
    parameter: str
    so_that: str
    between: tuple[float, float] | None
    policy: str


def solve_request(
    question: Question, out: Path | None, executors_for: Callable[[Path], Executors], quiet: bool, as_json: bool
) -> bool:
    """Solve, print the answer and the curve, and store the curve; whether there is an answer within the range."""
    from sim.experiment.files import write_file
    from sim.experiment.solve import solve, swept

    search = _search(question)
    directory = directory_of(swept(question.experiment, search.path, [search.low]), out)
    with closing(executors_for(directory)) as executors:
        evaluate = partial(_curve, question.experiment, search, directory, executors, progress_of(quiet))
        solution = solve(search, evaluate)
    write_file(directory / CURVE, solution.curve.to_csv(index=False, lineterminator="\n").encode())
    if as_json:
        typer.echo(json.dumps(_as_json(solution, directory)))
    else:
        typer.echo(_in_words(solution))
        typer.echo(directory)
    return not isnan(solution.value)


def _search(question: Question) -> Search:
    from sim.experiment.solve import search_of
    from sim.scenario.figures import condition

    experiment = question.experiment
    try:
        scenario = experiment.scenario
        wanted = condition(question.so_that, scenario.start, scenario.horizon_last_day())
    except ValueError as error:
        stop(f"--so-that: found {question.so_that!r}, expected {error}", BAD_INPUT)
    try:
        return search_of(experiment, question.parameter, wanted, question.policy, question.between)
    except ValueError as error:
        stop(str(error), BAD_INPUT)


def _curve(
    experiment: Experiment,
    search: Search,
    directory: Path,
    executors: Executors,
    progress: Progress,
    values: Sequence[float],
) -> Any:
    from sim.experiment.job import answer
    from sim.experiment.solve import curve_of, swept

    given = answer(swept(experiment, search.path, values), directory, progress=progress, executors=executors)
    return curve_of(given.result, search)


def _in_words(solution: Solution) -> str:
    curve = solution.curve
    lines = ["value\testimate\tlow\thigh\tn"]
    for value, estimate, low, high, n in curve.itertuples(index=False):
        lines.append(f"{number(value)}\t{estimate:.6g}\t{low:.6g}\t{high:.6g}\t{n:.0f}")
    return "\n".join([*lines, _not_met(solution) if isnan(solution.value) else _met(solution)])


def _met(solution: Solution) -> str:
    search = solution.search
    side = "at least" if solution.is_met_above else "at most"
    interval = f"95% interval {_bound(solution.low)} to {_bound(solution.high)}"
    few = f"{int(solution.curve['n'].min()):,} replications at each of {len(solution.curve)} values"
    wanted = f"{search.condition.text} under {search.policy}"
    return f"{search.path} of {side} {number(solution.value)} ({interval}; {few}): {wanted}."


def _not_met(solution: Solution) -> str:
    search, shares = solution.search, solution.curve["estimate"]
    met = shares <= search.condition.bound if search.condition.is_at_most else shares >= search.condition.bound
    where = "every" if met.all() else "no"
    within = f"value of {search.path} between {number(search.low)} and {number(search.high)}"
    ends = solution.curve.sort_values("estimate").iloc[[0, -1]].to_dict("records")
    from_to = " to ".join(f"{row['estimate']:.4g} ({row['low']:.4g} to {row['high']:.4g})" for row in ends)
    return (
        f"{search.condition.text} under {search.policy} holds at {where} {within}: the probability there is {from_to},"
        f" n = {int(solution.curve['n'].min()):,}. Look elsewhere with --between."
    )


def number(value: float) -> str:
    """A value of a parameter: whole with commas if it is large."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def _bound(value: float) -> str:
    return "beyond the range" if isnan(value) else number(value)


def _as_json(solution: Solution, directory: Path) -> dict[str, Any]:
    search = solution.search
    numbers = {name: getattr(solution, name) for name in ("value", "low", "high")}
    return {
        "parameter": search.path,
        "policy": search.policy,
        "condition": search.condition.text,
        **{name: None if isnan(number) else number for name, number in numbers.items()},
        "met": "above" if solution.is_met_above else "below",
        "curve": records(solution.curve),
        "directory": str(directory),
    }
