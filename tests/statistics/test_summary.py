"""The summary and the table printed from it: what is there, in which words, how wide, how fast."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from rich.console import Console

from sim.analysis.summary import estimates, summarise
from sim.report.table import result_tables
from sim.report.wording import hundredths
from tests.statistics.made_up import HORIZON, POLICIES, START

DAYS = [30, 91, 182, 365, 730]


@pytest.fixture(scope="module")
def summary(frame: pd.DataFrame) -> pd.DataFrame:
    return summarise(frame, days=DAYS, horizon_days=HORIZON, start=START)


def printed(summary: pd.DataFrame, horizon_days: int = HORIZON) -> str:
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(result_tables(summary, title="Made [up]", start=START, horizon_days=horizon_days))
    return console.export_text()


def test_each_policy_and_quantity_stands_once_with_interval_and_n(summary: pd.DataFrame) -> None:
    assert not summary.duplicated(["policy", "quantity"]).any()
    assert (summary["n"] == 2_000).all()
    reached = summary.dropna(subset=["low", "estimate", "high"])
    assert (reached["low"] <= reached["estimate"]).all()
    assert (reached["estimate"] <= reached["high"]).all()


def test_shares_of_the_ends_add_up_to_one_and_of_the_causes_to_insolvent(summary: pd.DataFrame) -> None:
    for policy in POLICIES:
        shares = {name: share.value for name, share in estimates(summary, policy).items() if name.startswith("share_")}
        causes = sum(share for name, share in shares.items() if "." in name)
        assert causes == pytest.approx(shares["share_insolvent"])
        assert sum(shares.values()) - causes == pytest.approx(1)


def test_a_share_is_the_count_of_rows_over_their_number(frame: pd.DataFrame, summary: pd.DataFrame) -> None:
    rows = frame[frame["policy"] == "cut-compute"]
    by_day_91 = ((rows["end"] == "insolvent") & (rows["end_day"] <= 91)).mean()
    assert estimates(summary, "cut-compute")["insolvent_by_day_91"].value == by_day_91


def test_days_past_the_horizon_are_left_out(frame: pd.DataFrame) -> None:
    found = summarise(frame, days=[30, 5_000], horizon_days=HORIZON, start=START)["quantity"]
    assert "insolvent_by_day_30" in set(found)
    assert not found.str.contains("5000").any()


def test_a_median_day_is_told_as_a_date_with_its_interval(summary: pd.DataFrame) -> None:
    rows = summary[summary["quantity"] == "insolvency_quantile_0.5"].set_index("policy")["reading"]
    assert rows["file-now"] == "2023-11-05 (2023-11-05 to 2023-11-05)"
    assert re.fullmatch(r"2024-\d\d-\d\d \(2024-\d\d-\d\d to 2024-\d\d-\d\d\)", rows["do-nothing"])


def test_a_median_that_is_not_reached_says_so(frame: pd.DataFrame) -> None:
    few = frame[frame["policy"] == "do-nothing"].assign(end="survived", end_day=HORIZON, cause=pd.NA)
    summary = summarise(few, days=DAYS, horizon_days=HORIZON, start=START)
    assert summary.set_index("quantity")["reading"]["insolvency_quantile_0.5"] == "not reached"
    assert "not reached" in printed(summary)


def test_the_order_of_rows_does_not_matter(frame: pd.DataFrame) -> None:
    given = {"days": DAYS, "horizon_days": HORIZON, "start": START, "chance_per_input": 2}
    mixed = frame.sample(frac=1, random_state=1).sort_values(
        "policy", key=lambda names: names.map(list(POLICIES).index)
    )
    pd.testing.assert_frame_equal(summarise(frame, **given), summarise(mixed, **given))


def test_one_replication_is_summarised_with_an_interval_as_wide_as_it_is(frame: pd.DataFrame) -> None:
    found = summarise(frame.head(1), days=DAYS, horizon_days=HORIZON, start=START, chance_per_input=2)
    share = estimates(found, "do-nothing")["share_insolvent"]
    assert share.high - share.low == pytest.approx(0.7935, abs=1e-4)


def test_the_table_fits_100_columns_and_shows_an_interval_for_every_share(summary: pd.DataFrame) -> None:
    text = printed(summary)
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("%") - 1 == len(re.findall(r"[\d.<>]+\u2013[\d.<>]+", text))
    for expected in [
        *POLICIES,
        "12 months",
        "2024-10-30",
        "directors filed",
        "recapitalised",
        "n = 2,000",
        "Made [up]",
    ]:
        assert expected in text


def test_a_table_of_nothing_says_that_nothing_is_complete(frame: pd.DataFrame) -> None:
    nothing = summarise(frame.head(0), days=DAYS, horizon_days=HORIZON, start=START)
    assert "No replication is complete." in printed(nothing)


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0, "0"), (1, "100"), (0.00004, "<0.1"), (0.99996, ">99.9"), (0.33149, "33.1"), (0.0005, "0.1")],
)
def test_a_probability_is_never_rounded_to_certainty(probability: float, said: str) -> None:
    assert hundredths(probability) == said
