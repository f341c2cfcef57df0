"""Cells, the sheets that hold them and their packing into blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.cells import BLOCK_ROWS, Block, Layout, Sheet, pack
from sim.experiment.design import Point
from sim.experiment.work import works_of

POLICIES = tuple(f"policy-{letter}" for letter in "abcdefg")
ONE = ("do-nothing",)


def cells(blocks: list[Block]) -> list[tuple[str, int, int]]:
    """Every policy, point and replication of the blocks."""
    return [
        (policy, point, replication)
        for block in blocks
        for policy in block.policies
        for point in block.points
        for replication in range(block.first, block.stop)
    ]


def test_5000_replications_of_one_policy_are_a_full_sheet_and_a_part_of_one() -> None:
    sheets = Layout(ONE).sheets(1, 5000)
    assert sheets == [Sheet((0, 0, 0), ONE, (0,), 0, 4096), Sheet((0, 0, 1), ONE, (0,), 4096, 5000)]


def test_a_sheet_that_grows_keeps_its_file_name() -> None:
    small, large = Layout(ONE).sheets(3, 4100)[1], Layout(ONE).sheets(8, 8000)[1]
    assert small.name == large.name == "00.000000.000001"


def test_2500_points_of_10_policies_are_939_files_however_many_replications_up_to_4096() -> None:
    ten = tuple(f"policy-{number}" for number in range(10))
    for replications in (1, 400, 4096):
        sheets = Layout(ten).sheets(2500, replications)
        assert len(sheets) == 939
        assert max(sheet.rows for sheet in sheets) <= 4 * 8 * 4096


def test_replications_that_share_their_inputs_are_in_one_sheet() -> None:
    assert [sheet.stop for sheet in Layout(ONE, chance_per_input=3).sheets(1, 9000)] == [4095, 8190, 9000]


def test_a_sheet_of_3_points_and_200_replications_lacks_two_rectangles_of_5_points_and_1000() -> None:
    sheet = Sheet((0, 0, 0), ONE, (0, 1, 2, 3, 4), 0, 1000)
    assert sheet.missing(3, 200) == [Block(ONE, (0, 1, 2), 200, 1000), Block(ONE, (3, 4), 0, 1000)]
    assert sheet.missing(5, 1000) == []


def test_one_policy_is_packed_sixteen_ranges_to_a_block() -> None:
    blocks = pack(block for sheet in Layout(ONE).sheets(1, 140_000) for block in sheet.missing(0, sheet.first))
    assert [(block.first, block.stop) for block in blocks] == [(0, 65_536), (65_536, 131_072), (131_072, 140_000)]


@pytest.mark.parametrize(("policies", "replications"), [(1, 400), (10, 400), (1, 4000), (2, 4000)])
def test_a_sweep_of_many_points_with_few_replications_fills_its_blocks(policies: int, replications: int) -> None:
    layout = Layout(tuple(f"policy-{number}" for number in range(policies)))
    sheets = [(sheet, None) for sheet in layout.sheets(2500, replications)]
    works = works_of(sheets, dict.fromkeys(range(2500), Point({})), workers=2)
    blocks = [block for work in works for block in pack(work.missing())]
    groups = -(-policies // 4)
    assert sum(block.rows < 0.75 * BLOCK_ROWS for block in blocks) <= groups + 3
    assert sum(block.rows for block in blocks) == 2500 * policies * replications


def test_points_of_another_structure_have_blocks_of_their_own() -> None:
    blocks = pack([Block(ONE, (0, 1, 2, 3), 0, 10)], structure=lambda point: "later" if point % 2 else "")
    assert sorted(block.points for block in blocks) == [(0, 2), (1, 3)]


@given(
    replications=st.integers(1, 300),
    points=st.integers(1, 20),
    policies=st.lists(st.sampled_from(POLICIES), min_size=1, unique=True).map(tuple),
    rows=st.sampled_from([1, 100, BLOCK_ROWS]),
    structures=st.integers(1, 3),
)
def test_blocks_cover_what_sheets_lack_exactly_once(
    replications: int, points: int, policies: tuple[str, ...], rows: int, structures: int
) -> None:
    sheets = Layout(policies).sheets(points, replications)
    lacking = [block for sheet in sheets for block in sheet.missing(len(sheet.points) // 2, replications // 2)]
    blocks = pack(lacking, rows, lambda point: str(point % structures))
    assert sorted(cells(blocks)) == sorted(cells(lacking))
    assert all(block.rows <= max(rows, len(block.policies)) for block in blocks)
    assert all(len({point % structures for point in block.points}) == 1 for block in blocks)


@pytest.mark.parametrize(
    "block", [Block(("a", "b", "c"), (0,), 0, 9), Block(ONE, (4, 5), 0, 9), Block(ONE, (4,), 0, 9)]
)
def test_halves_cover_a_block(block: Block) -> None:
    assert sorted(cells(block.halves())) == sorted(cells([block]))
