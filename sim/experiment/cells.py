"""Cells and blocks.

A *cell* is the unit of identity, storage and continuation: one policy, one design point and one fixed range of
replications. A *block* is the unit of work: cells of several policies over one range of replications. Rows never
depend on how cells are packed into blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

CELL_REPLICATIONS = 4096
BLOCK_ROWS = 16_384


@dataclass(frozen=True)
class Cell:
    """Replications ``first`` to ``stop - 1`` of one policy at one design point."""

    policy: str
    point: int
    first: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of replications."""
        return self.stop - self.first

    @property
    def name(self) -> str:
        """Name of the cell's files; it stays when the last cell grows."""
        return f"{self.policy}.{self.point:06d}.{self.first // CELL_REPLICATIONS:06d}"


@dataclass(frozen=True)
class Block:
    """Replications ``first`` to ``stop - 1`` of each of ``policies``, simulated together."""

    policies: tuple[str, ...]
    point: int
    first: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of replications over all policies."""
        return len(self.policies) * (self.stop - self.first)

    def cells(self) -> list[Cell]:
        """The cells this block simulates, policy by policy."""
        spans = _spans(self.first, self.stop)
        return [Cell(policy, self.point, first, stop) for policy in self.policies for first, stop in spans]


def cells_of(policies: Iterable[str], replications: int) -> list[Cell]:
    """Every cell of a request, policy by policy, each in order of replications."""
    spans = _spans(0, replications)
    return [Cell(policy, 0, first, stop) for policy in policies for first, stop in spans]


def pack(cells: Iterable[Cell], rows: int = BLOCK_ROWS) -> list[Block]:
    """Blocks of at most about ``rows`` rows that cover ``cells`` exactly, in order of replications."""
    blocks: list[Block] = []
    for piece in sorted(_pieces(cells, rows), key=lambda block: (block.point, block.policies, block.first)):
        if blocks and _adjoin(blocks[-1], piece) and blocks[-1].rows + piece.rows <= rows:
            blocks[-1] = Block(piece.policies, piece.point, blocks[-1].first, piece.stop)
        else:
            blocks.append(piece)
    return sorted(blocks, key=lambda block: (block.point, block.first))


def _spans(first: int, stop: int) -> list[tuple[int, int]]:
    return [(start, min(start + CELL_REPLICATIONS, stop)) for start in range(first, stop, CELL_REPLICATIONS)]


def _pieces(cells: Iterable[Cell], rows: int) -> Iterable[Block]:
    """One range of one cell's width, over as many policies as fit."""

    def span(cell: Cell) -> tuple[int, int, int]:
        return cell.point, cell.first, cell.stop

    for (point, first, stop), members in groupby(sorted(cells, key=span), key=span):
        for policies in _chunks([cell.policy for cell in members], max(1, rows // (stop - first))):
            yield Block(policies, point, first, stop)


def _chunks(names: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(names[start : start + size]) for start in range(0, len(names), size)]


def _adjoin(left: Block, right: Block) -> bool:
    return (left.policies, left.point, left.stop) == (right.policies, right.point, right.first)
