"""Which question a result answers: its inputs, the rules that were applied, and the libraries that computed them."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.design import family

if TYPE_CHECKING:
    from sim.scenario.schema import Experiment

RULES = ("kernel", "scenario", "company")
DECISIVE = ("numpy", "scipy", "holidays")
JUDGEMENT = ("weights", "variants", "variant_replications", "headline")
"""How the rows are read, which changes none of them."""
OTHERS = ("pandas", "pyarrow", "simpy")


@dataclass(frozen=True)
class Question:
    """What decides every row of a result: two runs with one fingerprint have the same rows for the same replications.

    ``inputs`` are the resolved inputs without the number of replications and the points of the design, ``source`` is
    the digest of the rules, and ``versions`` are those of the libraries that the rows depend on.
    """

    inputs: dict[str, Any]
    source: str
    versions: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all of it, in hexadecimal."""
        content = {"inputs": self.inputs, "source": self.source, "versions": self.versions}
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def question_of(experiment: Experiment) -> Question:
    """The question that ``experiment`` asks with this version of the rules."""
    exclude = {"replications", "design", "overrides", *JUDGEMENT}
    inputs = experiment.model_dump(mode="json", by_alias=True, exclude=exclude)
    if experiment.design is not None:
        inputs["design"] = family(experiment)
    return Question(inputs, source_digest(), {name: version(name) for name in DECISIVE})


def other_versions() -> dict[str, str]:
    """Versions that may change the bytes of a file, but no row."""
    return {"python": platform.python_version(), **{name: version(name) for name in OTHERS}}


def source_digest() -> str:
    """SHA-256 of the rules: every Python file of the kernel, the scenario language and the company."""
    package = Path(__file__).parents[1]
    digest = sha256()
    for folder in RULES:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
