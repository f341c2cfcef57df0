"""Cells and their packing into blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.cells import CELL_REPLICATIONS, Block, Cell, cells_of, pack

POLICIES = [f"policy-{letter}" for letter in "abcdefg"]


def test_5000_replications_of_one_policy_are_a_full_cell_and_a_part_of_one() -> None:
    assert cells_of(["do-nothing"], 5000) == [Cell("do-nothing", 0, 0, 4096), Cell("do-nothing", 0, 4096, 5000)]


def test_a_cell_that_grows_keeps_its_file_name() -> None:
    small, large = cells_of(["do-nothing"], 4100)[1], cells_of(["do-nothing"], 8000)[1]
    assert small.name == large.name == "do-nothing.000000.000001"


def test_five_policies_of_1000_replications_are_one_block() -> None:
    assert pack(cells_of(POLICIES[:5], 1000)) == [Block(tuple(POLICIES[:5]), 0, 0, 1000)]


def test_one_policy_is_packed_four_cells_to_a_block() -> None:
    spans = [(block.first, block.stop) for block in pack(cells_of(["do-nothing"], 40_000))]
    assert spans == [(0, 16_384), (16_384, 32_768), (32_768, 40_000)]


@given(
    replications=st.integers(1, 6 * CELL_REPLICATIONS),
    policies=st.lists(st.sampled_from(POLICIES), min_size=1, unique=True),
    rows=st.sampled_from([1000, 16_384, 50_000]),
    done=st.sets(st.integers(0, 40)),
)
def test_blocks_cover_the_missing_cells_exactly_once(
    replications: int, policies: list[str], rows: int, done: set[int]
) -> None:
    missing = [cell for i, cell in enumerate(cells_of(policies, replications)) if i not in done]
    blocks = pack(missing, rows)
    covered = [cell for block in blocks for cell in block.cells()]
    assert sorted(covered, key=repr) == sorted(missing, key=repr)
    assert all(block.rows <= max(rows, CELL_REPLICATIONS) for block in blocks)


@pytest.mark.parametrize("replications", [1, 4096, 4097])
def test_cells_hold_as_many_rows_as_asked_for(replications: int) -> None:
    assert sum(cell.rows for cell in cells_of(["do-nothing"], replications)) == replications
