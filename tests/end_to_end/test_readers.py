"""The pages of lender, investor and vendor: their numbers are those of the rows, and what is not known is not said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.report.case import Case
from sim.report.document import Paragraph
from sim.report.memo import ending
from sim.report.new_money import what_it_does, where_it_goes
from sim.report.weekly import at_each_end, credit_by_week, default_comes, when_to_stop
from tests.end_to_end.test_memo import found

BASELINE, CREDITOR = "do-nothing", "landlord"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return found(tmp_path_factory.mktemp("readers"))


def with_columns(case: Case, **columns: object) -> Case:
    """The case with other columns in its rows."""
    return replace(case, frame=case.frame.assign(**columns))


def first_line(cell: str) -> str:
    return cell.partition("\n")[0]


def test_the_vendor_reads_who_is_insolvent_within_4_weeks_of_those_still_trading_after_8(case: Case) -> None:
    (grid,) = credit_by_week(case, BASELINE, CREDITOR)
    row = next(row for row in grid.rows if row[0].startswith("8:"))
    own = case.frame[case.frame["policy"] == BASELINE]
    still = own[own["end_day"] > 56]
    soon = ((still["end"] == "insolvent") & (still["end_day"] <= 84)).mean()
    assert [first_line(row[1]), first_line(row[4])] == [f"{len(still) / len(own):.1%}", f"{soon:.1%}"]
    assert len(row) == len(grid.header) == 5
    assert "n = 2,000 replications" in grid.note


def test_with_a_dividend_of_40_cents_six_tenths_of_credit_to_the_insolvent_is_lost(case: Case) -> None:
    paid = case.frame["end"].eq("insolvent").map({True: 0.4, False: float("nan")})
    (grid,) = credit_by_week(with_columns(case, **{"recovery.unsecured": paid}), BASELINE, CREDITOR)
    shares = [(float(first_line(row[4])[:-1]), float(first_line(row[5])[:-1])) for row in grid.rows]
    assert [lost for _, lost in shares] == pytest.approx([0.6 * soon for soon, _ in shares], abs=0.11)


def test_a_vendor_is_told_no_date_where_nothing_is_known_of_the_dividend(case: Case) -> None:
    assert when_to_stop(case, BASELINE) == ""
    nothing = case.frame["end"].eq("insolvent").map({True: 0.0, False: float("nan")})
    said = when_to_stop(with_columns(case, **{"recovery.unsecured": nothing}), BASELINE)
    assert said.startswith("Of credit given for 4 weeks more, a vendor loses on average more than 5% from ")
    assert "What its suspension would itself do to the company is not counted." in said


def test_shares_of_the_ends_add_up_and_what_a_buyer_pays_later_is_not_known(case: Case) -> None:
    paid = case.frame["end"].eq("insolvent").map({True: 0.4, False: float("nan")})
    (grid,) = at_each_end(with_columns(case, **{"recovery.unsecured": paid}), CREDITOR)
    assert [row[0] for row in grid.rows][:2] == ["Do nothing", ""]
    own = [row for row in grid.rows if row[1] in ("insolvent", "acquired", "survived")][:3]
    assert sum(float(first_line(row[2])[:-1]) for row in own) == pytest.approx(100, abs=0.2)
    assert [next(row[4] for row in grid.rows if row[1] == end) for end in ("acquired", "insolvent")] == [
        "not known", "40.0%\n40.0",
    ]  # fmt: skip


def test_of_100_dollars_raised_30_still_there_at_an_insolvent_end_and_70_spent(case: Case) -> None:
    ends = case.frame["end"]
    raised = with_columns(case, raised=100.0, final_cash=30.0)
    row = next(row for row in where_it_goes(raised, [BASELINE]).rows if row[0] == "Do nothing")
    share = ends[case.frame["policy"] == BASELINE].eq("insolvent").mean()
    assert [first_line(cell) for cell in row[1:3]] == ["$100", "0"]
    assert [first_line(cell) for cell in row[3:]] == [f"{1 - share:.1%}", f"{0.7 * share:.1%}", f"{0.3 * share:.1%}"]


def test_without_new_money_no_policy_is_said_to_bring_more(case: Case) -> None:
    assert what_it_does(case).startswith("No policy brings in more new money than")
    more = case.frame["policy"].map({BASELINE: 0.0, "cheaper-rent": 5e5}).fillna(1e5)
    said = what_it_does(with_columns(case, raised=more))
    assert "Pay half the rent" in said
    assert "$500k ($500k) on average" in said


def test_a_default_that_came_in_half_of_all_by_a_day_is_dated(case: Case) -> None:
    days = pd.array([10] * len(case.frame), dtype="Int64")
    said = default_comes(with_columns(case, default_event_day=days), BASELINE)
    assert "an event of default comes in 100% (" in said
    assert "has come in half of all by 10 Feb 2024." in said
    assert "unsecured claim" not in said


SOLD = """
[[policies]]
name = "sell-at-once"
label = "Sell at once"
actions = [{do = "set", parameter = "ends.bid.per_month", value = 60}]
"""


def test_a_policy_that_is_over_within_days_is_not_drawn_alone_and_the_memo_says_why(tmp_path: Path) -> None:
    over = found(tmp_path, more=SOLD, replications=200)
    assert over.decision.selection.chosen == "sell-at-once"
    assert over.drawn_alone == [BASELINE]
    (paragraph,) = ending(over)
    assert isinstance(paragraph, Paragraph)
    assert "Sell at once" in paragraph.text
    assert "is not drawn alone, for its curves would say nothing: 100% (" in paragraph.text
