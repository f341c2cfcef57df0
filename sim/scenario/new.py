"""What to start from: commented files, and the schema that editors complete and check them by."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.scenario.schema import Experiment

TEMPLATES = ("scenario.toml", "experiment.toml")


def write_templates(directory: Path) -> list[Path]:
    """Write a commented scenario and an experiment into a directory, which is made if need be; their paths.

    Raises FileExistsError, with nothing written, if either is there already.
    """
    paths = [directory / name for name in TEMPLATES]
    for path in paths:
        if path.exists() or path.is_symlink():
            raise FileExistsError(f"{path} is already there; nothing was written")
    if directory.exists() and not directory.is_dir():
        raise FileExistsError(f"{directory} is a file, not a directory; nothing was written")
    directory.mkdir(parents=True, exist_ok=True)
    for path in paths:
        path.write_text(files("sim.scenario").joinpath("templates", path.name).read_text("utf-8"), encoding="utf-8")
    return paths


def json_schema() -> dict[str, Any]:
    """The JSON schema of experiment files, whose scenario may also be a path, and of scenario files."""
    schema = Experiment.model_json_schema(mode="validation")
    definitions = schema.pop("$defs")
    schema["properties"]["scenario"] = {"anyOf": [{"$ref": "#/$defs/Scenario"}, {"type": "string"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Experiment or scenario",
        "anyOf": [schema, {"$ref": "#/$defs/Scenario"}],
        "$defs": definitions,
    }
