"""Writing files so that a reader never sees half of one, and saying plainly what stood in the way."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

PARTIAL = ".partial"


class StoreError(Exception):
    """A result directory that cannot be used.

    - `UnwritableError`: the disk is full, the directory is read-only
    - `BusyError`: another run is writing to it
    - `DamagedError`: a file of it is lost, or is not what was written
    - `OtherQuestionError`: it holds something else
    """


class UnwritableError(StoreError):
    """Nothing can be written to ``path``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}; what is finished is kept, and the same command continues"


class BusyError(StoreError):
    """Another run is writing to the directory."""


class DamagedError(StoreError):
    """The file at ``path`` is lost, or is not what was written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path} is damaged ({self.reason}): the `runway run` that wrote it makes it again"


class OtherQuestionError(StoreError):
    """The directory holds something else than a result of this question."""


def unwritable(path: Path, error: OSError) -> UnwritableError:
    """The refusal that an operating system error amounts to."""
    return UnwritableError(str(path), error.strerror or str(error))


def write_file(path: Path, content: bytes) -> str:
    """Write all of ``content`` or nothing: a temporary name, synced, renamed. Returns its SHA-256.

    Raises `UnwritableError`.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_synced(temporary, content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return digest(content)


def digest(content: bytes) -> str:
    """SHA-256 of some bytes."""
    return sha256(content).hexdigest()


def checksum(path: Path) -> str | None:
    """SHA-256 of a file, or None if it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
