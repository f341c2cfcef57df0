"""The diagram of the model's page shows the processes that are wired, and influences that are in the code."""

from __future__ import annotations

import ast
import re

from sim.scenario.schema_world import Feedback
from tests.conventions.shared import ROOT, SIM, imported, tree

DIAGRAM = (ROOT / "docs/model.md").read_text(encoding="utf-8").partition("```mermaid\n")[2].partition("```")[0]
BOXES = set(re.findall(r"^    (\w+)\[", DIAGRAM, re.MULTILINE))
ARROWS = re.findall(r"^    (\w+) -->\|(\w+)\| (\w+)$", DIAGRAM, re.MULTILINE)
DOTTED = re.findall(r"^    (\w+) -\.->\|[\w ]+\| (\w+)$", DIAGRAM, re.MULTILINE)
COMPANY = SIM / "company"
SWITCHES = set(Feedback.model_fields)


def wired() -> set[str]:
    """The files of the processes that the company is assembled from."""
    homes = {
        node.name: path.stem
        for path in COMPANY.glob("*.py")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
    }
    calls = [node for path in COMPANY.glob("*.py") for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    starts = [call for call in calls if ast.unparse(call.func).split(".")[-1] == "process" and len(call.args) == 2]
    processes = [call.args[1] for call in starts]
    return {homes[ast.unparse(process.func)] for process in processes if isinstance(process, ast.Call)}


def words(name: str) -> set[str]:
    """The words of a file of the company and of those it imports."""
    path = COMPANY / f"{name}.py"
    near = [COMPANY / f"{found.split('.')[2]}.py" for found in imported(path) if found.startswith("sim.company.")]
    return set(re.findall(r"\w+", "\n".join(file.read_text(encoding="utf-8") for file in (path, *near))))


def test_the_boxes_are_the_files_of_the_processes_that_are_wired() -> None:
    assert wired() == BOXES


def test_every_arrow_joins_two_boxes() -> None:
    ends = {end for one, _, other in ARROWS for end in (one, other)} | {end for pair in DOTTED for end in pair}
    assert ends <= BOXES
    assert len(ARROWS) + len(DOTTED) == DIAGRAM.count(">|")


def test_every_switch_of_the_feedback_is_an_arrow() -> None:
    assert {name for _, name, _ in ARROWS} >= SWITCHES


def test_every_switch_is_read_by_a_file_at_one_of_its_arrows_ends() -> None:
    unread = [arrow for arrow in ARROWS if arrow[1] in SWITCHES - words(arrow[0]) - words(arrow[2])]
    assert unread == []


def test_every_other_arrow_is_a_column_of_the_state_that_both_ends_know() -> None:
    columns = words("state")
    unknown = [arrow for arrow in ARROWS if arrow[1] not in SWITCHES | (words(arrow[0]) & words(arrow[2]) & columns)]
    assert unknown == []


def test_the_page_names_each_of_the_29_switches_in_words() -> None:
    page = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    section = page.split("### Feedback switches")[1].split("\n### ")[0]
    assert len(SWITCHES) == 29
    assert {name for name in SWITCHES if f"`{name}`" not in section} == set()
