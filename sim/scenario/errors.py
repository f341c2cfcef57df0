"""Bad input as people read it: file, key, what was found, what is expected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.scenario.problems import MISSING, UNKNOWN


@dataclass(frozen=True)
class InputError:
    """One thing wrong with an input. `key` is the path as the file writes it; `hint` is a question or a reason."""

    file: str
    key: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        place = ": ".join(filter(None, (self.file, self.key)))
        return f"{place}: found {self.found}, expected {self.expected}" + (f"; {self.hint}" if self.hint else "")


class InputErrors(Exception):  # noqa: N818 (it holds several)
    """Everything that is wrong with an input, one error per line."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(map(str, self.errors)))

    def __reduce__(self) -> tuple[type[InputErrors], tuple[list[InputError]]]:
        return InputErrors, (self.errors,)


def shown(found: Any) -> str:
    """What was found, as the file writes it, on one short line."""
    if found is MISSING:
        return "nothing"
    if found is UNKNOWN:
        return "an unknown key"
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, dict):
        return f"a table ({_shortened(', '.join(f'{key} = {shown(value)}' for key, value in found.items()))})"
    if isinstance(found, list | tuple):
        return f"[{_shortened(', '.join(map(shown, found)))}]"
    return _shortened(json.dumps(found, ensure_ascii=False, default=str))


def _shortened(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
