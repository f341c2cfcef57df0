"""What a result directory holds, for comparing two of them byte by byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.experiment.job import Answer
from sim.experiment.work import Quarantined
from sim.illustrations import draw_sweep


def content(directory: Path) -> dict[str, Any]:
    """Every file by its path; of the manifest all but what may differ between equal runs."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    files.pop(".lock", None)
    manifest = json.loads(files.pop("manifest.json").read_bytes())
    del manifest["run"]
    return {"manifest.json": manifest, **{name: path.read_bytes() for name, path in files.items()}}


def only_the_sweep(given: Answer, directory: Path, *_others: object) -> list[Quarantined]:
    """In place of all that a run draws and writes: the maps of a design alone."""
    if given.result.n_points > 1:
        draw_sweep(given, directory)
    return []
