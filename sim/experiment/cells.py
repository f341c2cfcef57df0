"""Cells, sheets and blocks.

A *cell* is the unit of identity: one policy, one design point and one fixed range of replications. A *sheet* is the
unit of storage: the cells of a few policies at a few points over one range, in one file of bounded size. A *block* is
the unit of work: replications of several policies at several points, simulated together. Rows never depend on how they
are packed into blocks, and sheets only on how many points and replications are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeVar

T = TypeVar("T")

CELL_REPLICATIONS = 4096
SHEET_POLICIES = 4
SHEET_POINTS = 8
BLOCK_ROWS = 65_536
FEWEST_ROWS = 16_384


@dataclass(frozen=True)
class Block:
    """Replications ``first`` to ``stop - 1`` of each of ``policies`` at each of ``points``, simulated together."""

    policies: tuple[str, ...]
    points: tuple[int, ...]
    first: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of replications over all policies and points."""
        return len(self.policies) * len(self.points) * (self.stop - self.first)

    def halves(self) -> list[Block]:
        """Two blocks that cover this one: half the policies each, or the points, or the replications."""
        for key in ("policies", "points"):
            members = getattr(self, key)
            if len(members) > 1:
                middle = len(members) // 2
                return [replace(self, **{key: members[:middle]}), replace(self, **{key: members[middle:]})]
        middle = (self.first + self.stop) // 2
        return [replace(self, stop=middle), replace(self, first=middle)]


@dataclass(frozen=True)
class Sheet:
    """The cells of one file: ``policies`` at ``points`` over one range of replications, as far as they are asked for.

    ``place`` numbers the group of policies, the group of points and the range, from 0; it stays when the sheet grows.
    """

    place: tuple[int, int, int]
    policies: tuple[str, ...]
    points: tuple[int, ...]
    first: int
    stop: int

    @property
    def name(self) -> str:
        """Name of the sheet's files; it stays when the sheet grows."""
        return "{:02d}.{:06d}.{:06d}".format(*self.place)

    @property
    def rows(self) -> int:
        """Rows of the complete sheet."""
        return len(self.policies) * len(self.points) * (self.stop - self.first)

    def missing(self, points: int, stop: int) -> list[Block]:
        """What has to be simulated if the first so many points are there up to a replication."""
        held, new = self.points[:points], self.points[points:]
        blocks = [Block(self.policies, held, stop, self.stop), Block(self.policies, new, self.first, self.stop)]
        return [block for block in blocks if block.rows > 0]


@dataclass(frozen=True)
class Layout:
    """How a question's cells map to sheets: it depends on nothing that may grow."""

    policies: tuple[str, ...]
    chance_per_input: int = 1

    @property
    def width(self) -> int:
        """Replications of a cell: replications that share their inputs are never parted."""
        return CELL_REPLICATIONS // self.chance_per_input * self.chance_per_input

    def sheets(self, points: int, replications: int) -> list[Sheet]:
        """Every sheet of a request, group of policies by group, each by points and then by range."""
        return list(self._sheets(points, replications))

    def _sheets(self, points: int, replications: int) -> Iterator[Sheet]:
        for group, policies in enumerate(_chunks(self.policies, SHEET_POLICIES)):
            for bundle, numbers in enumerate(_chunks(range(points), SHEET_POINTS)):
                for span, first in enumerate(range(0, replications, self.width)):
                    stop = min(first + self.width, replications)
                    yield Sheet((group, bundle, span), tuple(policies), tuple(numbers), first, stop)


def pack(
    blocks: Iterable[Block], rows: int = BLOCK_ROWS, structure: Callable[[int], str] = lambda _point: ""
) -> list[Block]:
    """Blocks of at most about ``rows`` rows that cover ``blocks`` exactly; points of one structure only share one."""
    pieces = [piece for block in blocks for piece in _of_one_structure(block, structure)]
    for axis in ("points", "range", "policies"):
        pieces = _joined(pieces, axis, structure)
    return [part for block in pieces for part in _split(block, rows)]


def _of_one_structure(block: Block, structure: Callable[[int], str]) -> Iterator[Block]:
    for _, points in groupby(sorted(block.points, key=lambda point: (structure(point), point)), key=structure):
        yield replace(block, points=tuple(points))


def _joined(blocks: Iterable[Block], axis: str, structure: Callable[[int], str]) -> list[Block]:
    """The same cells in fewer blocks: those that differ along one axis only are one."""

    def others(block: Block) -> tuple[Any, ...]:
        here = {"points": block.points, "range": (block.first, block.stop), "policies": block.policies}
        same = structure(block.points[0]) if axis == "points" else ""
        return (same, *(value for name, value in here.items() if name != axis))

    joined: list[Block] = []
    ordered = sorted(blocks, key=lambda block: (others(block), block.first, block.points, block.policies))
    for _, alike in groupby(ordered, key=others):
        members = list(alike)
        joined += _in_a_row(members) if axis == "range" else [_together(members)]
    return joined


def _together(members: list[Block]) -> Block:
    policies = tuple(dict.fromkeys(name for block in members for name in block.policies))
    points = tuple(sorted({point for block in members for point in block.points}))
    return replace(members[0], policies=policies, points=points)


def _in_a_row(members: list[Block]) -> list[Block]:
    """Ranges that follow each other as one."""
    rows = members[:1]
    for block in members[1:]:
        meets = rows[-1].stop == block.first
        rows[-1:] = [replace(rows[-1], stop=block.stop)] if meets else [rows[-1], block]
    return rows


def _split(block: Block, rows: int) -> Iterator[Block]:
    at_once = max(1, rows // (len(block.policies) * (block.stop - block.first)))
    step = max(1, rows // len(block.policies))
    for points in _chunks(block.points, at_once):
        for first in range(block.first, block.stop, step) if at_once == 1 else [block.first]:
            stop = min(first + step, block.stop) if at_once == 1 else block.stop
            yield Block(block.policies, tuple(points), first, stop)


def _chunks(members: Sequence[T], size: int) -> list[Sequence[T]]:
    return [members[start : start + size] for start in range(0, len(members), size)]
