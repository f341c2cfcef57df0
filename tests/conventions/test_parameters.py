"""The page of parameters is what the program and the shipped files say."""

from __future__ import annotations

from sim.scenario.schema import Scenario
from tests.conventions.parameters import PAGE, page, section


def test_the_page_of_parameters_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make parameters"


def test_every_number_of_a_scenario_says_its_meaning_its_unit_and_its_bounds() -> None:
    lines = [line.split("|") for part in section(Scenario, "") for line in part.splitlines() if line.startswith("| `")]
    numbers = [[cell.strip() for cell in line] for line in lines if line[3].strip() in ("number", "law")]
    assert len(numbers) > 100
    assert [cells[1] for cells in numbers if not (cells[2] and cells[4] and cells[5] and cells[6])] == []
