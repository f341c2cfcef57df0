"""Reading experiment and scenario files. Whatever is wrong with them is raised at once, as `InputErrors`."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from sim.scenario.errors import InputError, InputErrors, shown
from sim.scenario.explain import explained
from sim.scenario.points_file import PointsFile
from sim.scenario.problems import Location, did_you_mean, one_of
from sim.scenario.schema import BASELINE, Experiment

__all__ = ["InputError", "InputErrors", "load", "with_overrides"]

QUESTION = {"replications": 1000, "seed": 1}
"""What is asked about a scenario that stands alone."""


@dataclass(frozen=True)
class Files:
    """An experiment file, and what of it stands in files of its own."""

    experiment: Path
    scenario: Path | None = None
    points: PointsFile | None = None

    def moved(self, location: Location, error: InputError) -> InputError:
        """The error with its place in the file that it stands in."""
        if self.points is not None:
            error = self.points.moved(location, error)
        if self.scenario is None or location[:1] != ("scenario",):
            return error
        key = error.key.removeprefix("scenario").lstrip(".")
        return InputError(str(self.scenario), key, error.found, error.expected, error.hint)


def load(path: str | PathLike[str]) -> Experiment:
    """The experiment in a TOML file; a scenario file is the question what happens if nobody does anything.

    Raises `InputErrors` with everything that is wrong with the file and with the scenario file it names.
    """
    file = Path(path)
    raw, points = _with_points_file(_toml(file), file)
    files = Files(file, points=points)
    if _is_scenario(raw):
        return _experiment({**_about(raw), "scenario": raw}, replace(files, scenario=file))
    if isinstance(raw.get("scenario"), str):
        return _with_scenario_file(raw, files)
    return _experiment(raw, files)


def with_overrides(
    experiment: Experiment,
    policies: Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> Experiment:
    """The experiment with fewer policies (the baseline always stays), other replications or another seed.

    Raises `InputErrors` for a policy that the experiment does not have and for numbers out of bounds.
    """
    changed = {"replications": replications, "seed": seed}
    raw = {**dict(experiment), **{key: value for key, value in changed.items() if value is not None}}
    existing = [policy.name for policy in experiment.policies]
    wanted = existing if policies is None else [BASELINE, *policies]
    unknown = [name for name in wanted if name not in existing]
    errors = [
        InputError("", "policies", shown(name), one_of(existing), did_you_mean(name, existing)) for name in unknown
    ]
    raw["policies"] = [policy for policy in experiment.policies if policy.name in wanted]
    try:
        chosen = Experiment.model_validate(raw)
    except ValidationError as error:
        errors += [said for _, said in explained(error, raw, "")]
    if errors:
        raise InputErrors(errors)
    return chosen


def _is_scenario(raw: Mapping[str, Any]) -> bool:
    return "scenario" not in raw and bool({"start", "opening", "horizon_months", "horizon_days"} & set(raw))


def _with_points_file(raw: dict[str, Any], file: Path) -> tuple[dict[str, Any], PointsFile | None]:
    """The raw experiment with the points that its design keeps in a CSV file, and that file."""
    design = raw.get("design")
    if not isinstance(design, dict) or not isinstance(design.get("file"), str):
        return raw, None
    points_file = file.parent / design["file"]
    if design.get("rows"):
        _refuse(file, "design.file", shown(design["file"]), "either rows or a file")
    try:
        points = PointsFile.read(points_file)
    except (OSError, ValueError, csv.Error) as error:
        found = getattr(error, "strerror", None) or str(error)
        _refuse(points_file, "", f"that it cannot be read ({found.lower()})", "a CSV file in UTF-8")
    stated = {key: value for key, value in design.items() if key != "file"}
    return {**raw, "design": {**stated, "rows": points.rows()}}, points


def _about(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {**QUESTION, **{key: raw[key] for key in ("name", "label") if key in raw}}


def _with_scenario_file(raw: dict[str, Any], files: Files) -> Experiment:
    """The experiment of a file that names its scenario file; the rest is checked even if that cannot be read."""
    scenario_file = files.experiment.parent / raw["scenario"]
    try:
        scenario = _toml(scenario_file)
        if "scenario" in scenario:
            _refuse(scenario_file, "scenario", "an experiment file", "a scenario file")
    except InputErrors as unread:
        raise InputErrors([*unread.errors, *_errors(raw, files, without="scenario")]) from None
    return _experiment({**raw, "scenario": scenario}, replace(files, scenario=scenario_file))


def _experiment(raw: dict[str, Any], files: Files) -> Experiment:
    faults = list(files.points.faults()) if files.points else []
    try:
        if not faults:
            return Experiment.model_validate(raw)
    except ValidationError:
        pass
    raise InputErrors(_errors(raw, files))


def _errors(raw: dict[str, Any], files: Files, without: str | None = None) -> list[InputError]:
    placed: list[tuple[Location, InputError]] = []
    try:
        Experiment.model_validate(raw)
    except ValidationError as error:
        placed = list(explained(error, raw, str(files.experiment)))
    said = [files.moved(location, error) for location, error in placed if location != (without,)]
    return list(dict.fromkeys([*(files.points.faults() if files.points else ()), *said]))


def _toml(file: Path) -> dict[str, Any]:
    text = _text(file)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputErrors([_syntax_error(file, text, str(error))]) from None


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(file, f"byte {error.start + 1}", f"0x{error.object[error.start]:02x}", "text in UTF-8")
    except FileNotFoundError:
        _refuse(file, "", "no such file", "a TOML file", did_you_mean(file, map(str, file.parent.glob("*.toml"))))
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        _refuse(file, "", f"that it cannot be read ({found.lower()})", "a TOML file")


def _syntax_error(file: Path, text: str, message: str) -> InputError:
    """TOML's complaint with the line that it is about."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message, re.DOTALL)
    reason = match[1] if match else message
    lines = text.splitlines()
    number = int(match[2]) if match and match[2] else len(lines)
    found = shown(lines[number - 1].strip()) if match and number <= len(lines) else "text that cannot be read"
    if reason == "Cannot overwrite a value":
        return InputError(str(file), f"line {number}", found, "each key once")
    if reason.startswith("Expected "):
        return InputError(str(file), f"line {number}", found, reason.removeprefix("Expected "))
    return InputError(str(file), f"line {number}", found, "valid TOML", reason[:1].lower() + reason[1:])


def _refuse(file: Path, key: str, found: str, expected: str, hint: str = "") -> NoReturn:
    raise InputErrors([InputError(str(file), key, found, expected, hint)])
