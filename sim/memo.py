"""From a result to its memo: what the memo needs, gathered from every layer and handed over as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.files import write_file
from sim.experiment.identity import DECISIVE
from sim.experiment.result import Result
from sim.experiment.store import read_manifest
from sim.experiment.table import RECOVERIES
from sim.facts import input_facts, policy_fact
from sim.scenario.policies import BASELINE

if TYPE_CHECKING:
    from sim.analysis.compare import Outcomes
    from sim.report.case import Case, Story
    from sim.report.document import Figure
    from sim.report.meta import FigureMeta

FINGERPRINT_SHOWN = 16
VARIANTS = "variants"
MOST_ROWS = 2**15
"""What rests on single rows or inputs is read from the first so many replications."""
MOST_OUTCOMES = 2**21
"""Means and differences are of the first so many rows of all policies together; probabilities and dates are of all."""
ROWS = (
    *("policy", "replication", "end", "end_day", "end_date", "cause", "zero_cash_day", "payroll_missed_day"),
    *("cash_flow_insolvent_day", "default_event_day", "debt_accelerated_day", "final_cash", "final_owed"),
    *("final_wages_owed", "raised", "head_count", "senior_exits", *RECOVERIES),
)
"""The columns of a memo, beside those of each creditor."""
EXPOSURES = ("peak_overdue.", "final_overdue.")


class UndecidableError(ValueError):
    """A result that holds no decision: several points, or no replication that every policy has."""


@dataclass(frozen=True)
class Sketch:
    """What a memo needs of a result before its variants are there, and the figures drawn from that."""

    result: Result
    case: Case
    figures: Sequence[Figure]


def write_memo(directory: Path, formats: Sequence[str], sketch: Sketch | None = None) -> list[Path]:
    """Write the memo of the result in a directory, and meanwhile its figures into its `plots/`, as SVG and PNG. Equal
    results give equal bytes.

    Raises `StoreError` if the directory holds no result, `UndecidableError` if it holds no decision.
    """
    from sim.report.drawing import write
    from sim.report.memo import memo
    from sim.report.render import render

    sketch, paths = sketch or sketched(directory), []
    with ThreadPoolExecutor(1) as aside:
        plots = aside.submit(write, sketch.figures, directory / "plots")
        document = memo(told(sketch, directory), sketch.figures)
        for form in formats:
            paths.append(directory / f"memo.{form}")
            write_file(paths[-1], render(document, form))
        plots.result()
    return paths


def sketched(directory: Path, result: Result | None = None) -> Sketch:
    """Draw the figures of the result in a directory (`result`, if it was read already). Raises as `write_memo` does."""
    from sim.report.memo_figures import figures

    result = result or Result.read(directory)
    case = _sketch_of(result, directory)
    return Sketch(result, case, figures(case))


def case_of(directory: Path) -> Case:
    """What the memo of a result is made from. Raises as `write_memo` does."""
    result = Result.read(directory)
    return told(Sketch(result, _sketch_of(result, directory), ()), directory)


def told(sketch: Sketch, directory: Path) -> Case:
    """A case with the variants that are there and the story of a typical replication."""
    result, case = sketch.result, sketch.case
    labels = {variant.name: variant.label or variant.name for variant in result.experiment.variants}
    found = {name: _variant(directory / VARIANTS / name, result) for name in labels}
    known = {name: outcomes for name, outcomes in found.items() if outcomes is not None and _is_whole(outcomes, result)}
    return replace(
        case,
        decision=replace(case.decision, variants=known),
        variants={name: labels[name] for name in known},
        story=_story(result, case.frame),
    )


def _sketch_of(result: Result, directory: Path) -> Case:
    """The case without variants and story."""
    from sim.analysis.decision import Decision
    from sim.report.case import Case

    manifest = read_manifest(directory)
    if result.n_points > 1:
        raise UndecidableError(f"{directory} holds {result.n_points:,} points: a memo compares policies at one")
    experiment, scenario = result.experiment, result.scenario(0)
    frame = _frame(result)
    kept = max(MOST_OUTCOMES // len(experiment.policies), MOST_ROWS)
    outcomes = result.outcomes(frame=frame) if experiment.replications <= MOST_ROWS else result.first(kept).outcomes()
    if not _is_whole(outcomes, result):
        raise UndecidableError(f"{directory} holds no replication that every policy has")
    decision = Decision(
        outcomes,
        result.weights(),
        result.inputs(replications=MOST_ROWS),
        {},
        BASELINE,
        result.correlated(),
    )
    return Case(
        title=experiment.label or experiment.name,
        company=scenario.label or scenario.name,
        decision=decision,
        summary=result.summary(),
        incidence=result.incidence(),
        frame=frame,
        tracks=result.tracks_of(set(decision.discussed)),
        meta=figure_meta(result, str(manifest["fingerprint"])),
        policies=[policy_fact(policy) for policy in experiment.policies],
        inputs=list(input_facts(scenario, experiment.policies, result.resolved.settings(0))),
        variants={},
        story=None,
        provenance=_provenance(result, manifest),
    )


def _frame(result: Result) -> Any:
    """The first rows without what no row of this scenario knows, such as recoveries without a waterfall."""
    exposures = [name for name in result.column_names() if name.startswith(EXPOSURES)]
    frame = result.first(MOST_ROWS).columns([*ROWS, *exposures])
    return frame.drop(columns=[name for name in RECOVERIES if frame[name].isna().all()])


def _is_whole(outcomes: Outcomes, result: Result) -> bool:
    """Whether there is a replication that every policy has."""
    return outcomes.n > 0 and {policy.name for policy in result.experiment.policies} <= set(outcomes.policies)


def _variant(directory: Path, main: Result) -> Outcomes | None:
    """The outcomes of a variant under the weights of the main result; None if it was not simulated."""
    if not (directory / "manifest.json").exists():
        return None
    return Result.read(directory).outcomes().weighed(main.weights())


def figure_meta(result: Result, fingerprint: str) -> FigureMeta:
    """What the small print of every figure says."""
    from sim.report.meta import FigureMeta

    experiment, scenario = result.experiment, result.scenario(0)
    return FigureMeta(
        label=scenario.label or scenario.name,
        start=scenario.start,
        horizon_days=scenario.horizon_last_day(),
        fingerprint=fingerprint[:FINGERPRINT_SHOWN],
        policies={policy.name: policy.label or policy.name for policy in experiment.policies},
        chance_per_input=experiment.chance_per_input,
        units={path: one.unit for path, one in scenario.parameters().items()},
    )


def _story(result: Result, frame: Any) -> Story | None:
    from sim.experiment.replay import replay
    from sim.report.case import Story
    from sim.report.turning_points import typical_insolvent

    replication = typical_insolvent(frame, BASELINE, result.experiment.tracked_replications)
    if replication is None:
        return None
    told = replay(result.experiment, BASELINE, replication, points=result.resolved)
    return Story(BASELINE, replication, told.entries)


def _provenance(result: Result, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    experiment = result.experiment
    versions = ", ".join(f"{name} {manifest['versions'][name]}" for name in DECISIVE)
    return [
        ("Experiment", f"{experiment.name}: {experiment.label}" if experiment.label else experiment.name),
        ("Scenario", experiment.scenario.label or experiment.scenario.name),
        ("Fingerprint", str(manifest["fingerprint"])),
        ("Rules", f"source {str(manifest['source'])[:FINGERPRINT_SHOWN]}, {versions}"),
        (
            "Replications",
            f"{experiment.replications:,} of each policy, {experiment.chance_per_input} to each draw of the inputs",
        ),
        ("Seed", str(experiment.seed)),
        (
            "Again",
            f"runway run {experiment.name}.toml --seed {experiment.seed} --replications {experiment.replications}",
        ),
    ]
