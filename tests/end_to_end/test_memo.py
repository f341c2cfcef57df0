"""The memo of a run: what it recommends, what it refuses to say, and what it is made of."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiment.job import answer as simulate_into
from sim.experiment.progress import no_progress
from sim.experiment.runner import Executors, local
from sim.experiment.work import simulate_block
from sim.illustrations import illustrate
from sim.memo import case_of, sketched, write_memo
from sim.report.answer import answer
from sim.report.case import Case
from sim.report.choice_tables import rivals_table
from sim.report.document import Bullets, Document, Figure, Grid, Paragraph, Section
from sim.report.memo import memo
from sim.report.memo_figures import figures
from sim.report.readers import board
from sim.report.render import FORMATS, render
from sim.report.turning_points import chosen
from sim.scenario.loading import load

NASTY = '<script>alert("x")</script> & #let x = `rm` | *b* _i_ $m$ \N{CJK UNIFIED IDEOGRAPH-6F22}'
WORLD = """
name = "made_up"
label = '''{label}'''
replications = {replications}
seed = 3
chance_per_input = 2
probability_days = [30, 91, 182]
tracked_replications = 100
{weights}
[[variants]]
name = "calls-twice"
label = "Creditors call twice as often"
scale = {{"ends.called in.per_month" = 2}}

[[policies]]
name = "{name}"
label = "{policy_label}"
actions = [{{do = "set", parameter = "{parameter}", value = {value}}}]

[[policies]]
name = "file-early"
label = "File early"
actions = [{{do = "file", on = 2024-02-05}}]
{more}
[scenario]
name = "made_up"
label = "A made-up company"
start = 2024-01-31
horizon_months = 6
opening = {{cash = {{distribution = "uniform", low = 30000, high = 90000, grade = "ASSUMPTION", unit = "USD"}}}}
costs = [{{name = "landlord", class = "trade", monthly = 20000, invoice_day = 1, net_days = 30}}]
ends = [
    {{name = "called in", end = "insolvent", cause = "court_order", per_month = 0.1}},
    {{name = "bid", end = "acquired", per_month = {{distribution = "uniform", low = 0.01, high = 0.2}}}},
]
"""


def written(tmp_path: Path, **changes: Any) -> Path:
    """The file of a small experiment."""
    stated = {
        "label": "Made up", "replications": 2000, "name": "cheaper-rent", "policy_label": "Pay half the rent",
        "parameter": "costs.landlord.monthly", "value": 10000, "weights": "",
        "more": "",
    }  # fmt: skip
    file = tmp_path / "made_up.toml"
    file.write_text(WORLD.format(**(stated | changes)), encoding="utf-8")
    return file


def found(tmp_path: Path, **changes: Any) -> Case:
    """What the memo of a small experiment is made from."""
    experiment = load(written(tmp_path, **changes))
    simulate_into(experiment, tmp_path / "out", workers=1, progress=no_progress)
    return case_of(tmp_path / "out")


def run(tmp_path: Path) -> Path:
    """The result directory of a small experiment that was run from the command line."""
    file = written(tmp_path)
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "out"), "--quiet", "--workers", "1"])
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("memo"))


def text_of_pdf(path: Path) -> str:
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_a_run_ends_with_its_memo_in_three_formats_with_one_answer(made: Path) -> None:
    html, markdown = ((made / f"memo.{form}").read_text(encoding="utf-8") for form in ("html", "md"))
    for text in (html, markdown, text_of_pdf(made / "memo.pdf")):
        for heading in ("The question", "The answer", "For the board", "For a lender", "Limits", "Pay half the rent"):
            assert heading in text
    assert (made / "variants/calls-twice/manifest.json").exists()


def test_the_html_needs_nothing_from_elsewhere(made: Path) -> None:
    html = (made / "memo.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["'](?!data:)[^"']*""", html) == []
    assert re.findall(r"<script|@import|url\(", html) == []
    assert len(re.findall(r"data:image/svg", html)) >= 8


def test_every_picture_of_the_markdown_is_there(made: Path) -> None:
    pictures = re.findall(r"!\[.*\]\((.*)\)", (made / "memo.md").read_text(encoding="utf-8"))
    assert pictures
    assert [name for name in pictures if not (made / name).exists()] == []


def test_the_same_result_gives_the_same_bytes(made: Path) -> None:
    before = {form: (made / f"memo.{form}").read_bytes() for form in FORMATS}
    done = CliRunner().invoke(app, ["memo", str(made)])
    assert done.output.splitlines() == [str(made / f"memo.{form}") for form in FORMATS]
    assert {form: (made / f"memo.{form}").read_bytes() for form in FORMATS} == before


def test_figures_that_were_drawn_beside_the_memo_make_the_same_memo(made: Path) -> None:
    before = {path: path.read_bytes() for path in (made / "plots").iterdir()}
    memos = {form: (made / f"memo.{form}").read_bytes() for form in FORMATS}
    write_memo(made, FORMATS, sketched(made))
    assert {path: path.read_bytes() for path in (made / "plots").iterdir()} == before
    assert {form: (made / f"memo.{form}").read_bytes() for form in FORMATS} == memos


def test_a_page_for_each_reader_follows_the_policies_and_comes_before_what_backs_them(made: Path) -> None:
    text = text_of_pdf(made / "memo.pdf")
    headings = ["The answer", "The policies", "For the board", "For a lender", "For an investor",
                "For a vendor's credit manager", "What would change the answer", "Limits"]  # fmt: skip
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)


FILING = """
[[policies]]
name = "file-{day}"
label = "File on day {day}"
actions = [{{do = "file", on = 2024-03-{day:02}}}]
"""


def test_with_9_policies_readers_see_6_and_all_9_stand_at_the_end(tmp_path: Path) -> None:
    case = found(tmp_path, replications=200, more="".join(FILING.format(day=day) for day in range(1, 7)))
    document = memo(case, figures(case))
    grids = {section.title: [one for one in section.blocks if isinstance(one, Grid)] for section in document.sections}
    assert [len(grids[f"For {who}"][0].rows) for who in ("the board", "a lender", "an investor")] == [6, 6, 6]
    assert [len(grid.rows) for grid in grids["Every policy, for each reader"][:-1]] == [9] * 6
    assert "9 policies; the others are at the end" in grids["For a lender"][0].note
    filing = next(figure for figure in document.figures() if figure.name == "policies-filing")
    assert all(name in filing.svg for name in ("File early", "File on day 6", "Do nothing"))


def test_the_order_of_sets_changes_no_byte_of_9_policies(tmp_path: Path) -> None:
    found(tmp_path, replications=200, more="".join(FILING.format(day=day) for day in range(1, 7)))
    written = []
    for seed in "12":
        command = [sys.executable, "-m", "sim", "memo", str(tmp_path / "out")]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
        out = tmp_path / "out"
        written.append({path: path.read_bytes() for path in [*out.glob("memo.*"), *out.glob("plots/*")]})
    assert len(written[0]) > 30
    assert written[0] == written[1]


def test_every_number_is_folded_in_html_and_named_in_the_pdf(made: Path) -> None:
    html = (made / "memo.html").read_text(encoding="utf-8")
    folded = html[html.index("<details>") : html.index("</details>")]
    assert "Every number of the scenario" in folded
    assert "costs landlord" in folded.replace(":", "") or "landlord: monthly" in folded
    assert "Every number of the scenario: in memo.html and memo.md beside this file." in text_of_pdf(made / "memo.pdf")


def test_formats_are_chosen_and_checked(made: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["memo", str(made), "--format", "docx"]).exit_code == 2
    assert CliRunner().invoke(app, ["memo", str(tmp_path)]).exit_code == 2
    assert write_memo(made, ["md"]) == [made / "memo.md"]


def test_a_design_of_several_points_has_no_memo_and_says_so_in_one_line(tmp_path: Path) -> None:
    file = written(tmp_path, replications=40)
    file.write_text(file.read_text(encoding="utf-8") + """
[design]
kind = "grid"
axes = [{parameter = "costs.landlord.monthly", values = [10000, 30000]}]
""", encoding="utf-8")  # fmt: skip
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(out), "--quiet", "--workers", "1"])
    assert (done.exit_code, done.stderr) == (0, f"no memo: {out} holds 2 points, and a memo compares policies at one\n")
    assert (list(out.glob("memo.*")), (out / "variants").exists()) == ([], False)
    again = CliRunner().invoke(app, ["memo", str(out)])
    assert (again.exit_code, "holds 2 points" in again.stderr) == (2, True)


def test_only_the_baseline_and_the_recommended_policy_are_drawn_alone(made: Path) -> None:
    drawn = {path.stem.removesuffix("-curves") for path in (made / "plots").glob("*-curves.png")} - {"memo"}
    assert drawn == {"do-nothing", "cheaper-rent"}


@pytest.mark.parametrize(("replications", "changes"), [
    (20, {}),
    (200, {"parameter": "ends.bid.per_month", "value": 0.11, "policy_label": "Look for bids"}),
])  # fmt: skip
def test_a_thin_run_refuses_to_rank_and_says_how_many_replications_would_do(
    tmp_path: Path, replications: int, changes: dict[str, Any]
) -> None:
    said = answer(found(tmp_path, replications=replications, **changes))[0]
    assert re.fullmatch(
        rf"No policy is recommended: {replications} replications are too few to tell .* from .*; "
        r"about [\d,]+ more of each policy are needed\.",
        said,
    )


def test_two_policies_that_differ_in_an_irrelevant_parameter_are_called_equal(tmp_path: Path) -> None:
    said = answer(found(tmp_path, parameter="minimum_head_count", value=1, name="other-word",
                              policy_label="Another least head count"))[0]  # fmt: skip
    assert "are equal for this decision: they gave the same outcome in each of 2,000 replications" in said


def test_a_clear_case_is_answered_with_its_reach(made: Path) -> None:
    case = case_of(made)
    first, second, third = answer(case)
    assert first.startswith("Choose \N{LEFT DOUBLE QUOTATION MARK}Pay half the rent")
    assert "1 variant of the rules" in first
    assert "Do nothing" in second
    assert third.startswith("Good ends, most frequent under")
    assert "pure chance" in third


DEARER = """
[[policies]]
name = "dearer-bids"
label = "Pay for bidders"
actions = [
    {do = "set", parameter = "costs.landlord.monthly", value = 80000},
    {do = "set", parameter = "ends.bid.per_month", value = 0.4},
]
"""


def weighing(tmp_path: Path, **stated: str) -> Case:
    """A case with a policy that has more good ends and costs creditors more, under these weights."""
    table = "\n".join(["[weights]", *(f"{name} = {value}" for name, value in stated.items())])
    return found(tmp_path, weights=table, more=DEARER)


def test_an_answer_that_turns_within_the_declared_range_of_a_weight_says_so_first(tmp_path: Path) -> None:
    case = weighing(tmp_path, good_end='{value = 1e6, unit = "USD", grade = "ASSUMPTION", range = [0, 2e6]}')
    first, second, third = answer(case)
    assert re.match(
        r"The choice turns on what a good end is worth \(declared \$1M, range \$0 to \$2M\):"
        r" below \$\d+k \(\$[^)]*\) choose .Pay half the rent. and above it .Pay for bidders.; at the declared weights"
        r" .Pay for bidders. is best \(probability: [\d.>]+%\)",
        first,
    )
    assert "range of every weight" not in first
    assert ["Pay for bidders" in second, "Pay half the rent" in second, "Do nothing" in second] == [True] * 3
    assert "tomorrow settle what a good end is worth" in third
    (verdict,) = [row[-1] for row in rivals_table(case).rows if row[0] == "Pay half the rent"]
    assert verdict.startswith("not if a good end is worth less than $")
    (items,) = [block.items for block in board(case) if isinstance(block, Bullets)]
    assert [item.split(":")[0][1:-1] for item in items if "consent needed" in item] == [
        "Pay for bidders",
        "Pay half the rent",
    ]


def test_an_answer_that_turns_on_the_weight_of_creditors_loss_says_so_too(tmp_path: Path) -> None:
    stated = {
        "good_end": '{value = 500000, unit = "USD"}',
        "creditor_loss": '{value = 1.0, unit = "factor", range = [0.1, 40]}',
    }
    first = answer(weighing(tmp_path, **stated))[0]
    assert re.match(
        r"The choice turns on how much a dollar that creditors lose counts \(declared 1, range 0.1\N{EN DASH}40\):"
        r" below [\d.]+ \([^)]*\) choose .Pay for bidders. and above it .Pay half the rent.",
        first,
    )


def test_an_answer_that_holds_over_the_declared_weights_says_that(tmp_path: Path) -> None:
    case = weighing(tmp_path, good_end='{value = 1e6, unit = "USD", range = [0.9e6, 2e6]}')
    assert re.match(
        r"Choose .Pay for bidders.: of the 4 policies .* and over the declared range of every weight\.$",
        answer(case)[0],
    )


def test_of_a_large_run_only_what_rests_on_inputs_is_of_the_first_replications_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = found(tmp_path)
    monkeypatch.setattr("sim.memo.MOST_ROWS", 500)
    case = case_of(tmp_path / "out")
    assert (case.n, case.decision.sampled.n, len(case.decision.inputs)) == (2000, 500, 250)
    assert answer(case)[:2] == answer(whole)[:2]
    text = render(memo(case, []), "md").decode()
    assert "means over the fifths of each, n = 500" in text
    assert "n = 500. First-order indices" in text


def test_of_a_huge_run_means_are_of_the_first_files_and_probabilities_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(tmp_path, replications=9000)
    monkeypatch.setattr("sim.memo.MOST_ROWS", 500)
    monkeypatch.setattr("sim.memo.MOST_OUTCOMES", 3 * 5000)
    case = case_of(tmp_path / "out")
    assert (case.n_all, case.n, case.n_rows) == (9000, 8192, 4096)
    document = memo(case, [])
    assert "9,000 replications of each of 3 policies (means and differences: the first 8,192)" in document.subtitle


class Dead(Executor):
    """An executor whose workers have died."""

    def submit(self, *_args: Any, **_kwargs: Any) -> Any:
        """As a broken pool does."""
        raise BrokenExecutor


def test_plots_and_memo_are_made_though_every_worker_dies_and_the_variants_are_lost(tmp_path: Path) -> None:
    experiment = load(written(tmp_path, replications=40))
    given = simulate_into(experiment, tmp_path / "out", workers=1, progress=no_progress)
    lost = illustrate(given, tmp_path / "out", Executors(Dead, 1), no_progress)
    assert {one.reason for one in lost} == {"its worker process died, twice"}
    assert (tmp_path / "out/plots/policies-ends.png").exists()
    assert (tmp_path / "out/memo.pdf").exists()


@pytest.mark.parametrize("lost", ["cheaper-rent", "do-nothing"])
def test_a_variant_that_lacks_a_policy_is_left_out_of_the_memo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    given = simulate_into(load(written(tmp_path, replications=40)), tmp_path / "out", workers=1, progress=no_progress)
    monkeypatch.setattr("sim.experiment.work.simulate_block", failing_for(lost))
    quarantined = illustrate(given, tmp_path / "out", local(1), no_progress)
    assert {name for one in quarantined for name in one.block.policies} == {lost}
    assert case_of(tmp_path / "out").variants == {}
    assert (tmp_path / "out/memo.pdf").exists()


def test_a_result_that_lacks_a_policy_has_its_variants_but_no_memo_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("sim.experiment.work.simulate_block", failing_for("do-nothing"))
        given = simulate_into(
            load(written(tmp_path, replications=40)), tmp_path / "out", workers=1, progress=no_progress
        )
    assert illustrate(given, tmp_path / "out", local(1), no_progress) == []
    assert "no memo: " in capsys.readouterr().err
    assert json.loads((tmp_path / "out/variants/calls-twice/manifest.json").read_text())["run"]["complete"]


def failing_for(policy: str) -> Any:
    """A simulation that fails for a policy."""

    def simulated(experiment: Any, points: Any, block: Any) -> Any:
        if policy in block.policies:
            raise RuntimeError(policy)
        return simulate_block(experiment, points, block)

    return simulated


def test_the_story_keeps_what_turned_it_and_leaves_out_penalties_meetings_and_single_bidders() -> None:
    told = ["resigns; an interim leads", "are incurred for late pay", "1 drop out", "2 more look at the company",
            "meets out of turn and sees pay covered for 0 of 13 weeks", "starts: the company is offered"]  # fmt: skip
    entries = [SimpleNamespace(day=0, date=date(2024, 1, 1), actor="sale", what=what, cents=None) for what in told]
    assert [entry.what for entry in chosen(entries)] == [told[0], told[-1]]


BARE = """
name = "bare"
replications = {replications}
tracked_replications = {tracked}
[scenario]
name = "bare"
start = 2024-01-31
horizon_months = 6
opening = {{cash = {cash}}}
board = {{}}
costs = [{{name = "landlord", class = "critical", monthly = 20000, invoice_day = 1, net_days = 30}}]
"""


@pytest.mark.parametrize(
    ("replications", "tracked", "cash"), [(1, 0, 0), (3, 3, 1e9), (40, 0, 50_000)],
    ids=["one that fails", "none fails", "no tracks"],
)  # fmt: skip
def test_a_bare_world_has_a_memo_too(tmp_path: Path, replications: int, tracked: int, cash: float) -> None:
    file = tmp_path / "bare.toml"
    file.write_text(BARE.format(replications=replications, tracked=tracked, cash=cash), encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "out"), "--quiet", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "there is nothing to choose between" in (tmp_path / "out/memo.md").read_text(encoding="utf-8")


def test_names_are_shown_as_text_everywhere(tmp_path: Path) -> None:
    grid = Grid([NASTY], [[NASTY]], NASTY)
    figure = Figure("f", NASTY, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>')
    document = Document(NASTY, NASTY, NASTY, [Section(NASTY, [Paragraph(NASTY), Bullets([NASTY]), grid, figure])])
    pages = {form: render(document, form) for form in FORMATS}
    assert b"<script" not in pages["html"]
    assert b"<script" not in pages["md"].replace(rb"\<script", b"")
    (tmp_path / "memo.pdf").write_bytes(pages["pdf"])
    assert '<script>alert("x")</script> & #let x = `rm` | *b* _i_ $m$' in text_of_pdf(tmp_path / "memo.pdf")
