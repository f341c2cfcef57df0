"""Dates, business days, months and the order of a day."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from itertools import islice, takewhile
from typing import Any

import numpy as np
import pytest

from sim.kernel.block import Block
from sim.kernel.calendar import Phase, Timeline, days_in_month

HALLOWEEN = Timeline(date(2023, 10, 31), 730)


def dates(timeline: Timeline, days: Any) -> list[str]:
    return [timeline.date(day).isoformat() for day in days]


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2023, 10, 31), date(2023, 11, 30), 1.0),
        (date(2023, 10, 31), date(2024, 2, 29), 4.0),
        (date(2023, 10, 31), date(2023, 11, 15), 0.5),
        (date(2023, 10, 31), date(2025, 10, 31), 24.0),
        (date(2023, 11, 15), date(2023, 12, 15), 15 / 31 + 0.5),
        (date(2023, 11, 15), date(2023, 11, 30), 0.5),
        (date(2023, 10, 31), date(2023, 10, 31), 0.0),
    ],
    ids=[
        "from one month end to the next is 1 month",
        "from the end of October to the end of a leap February is 4 months",
        "15 of November's 30 days are half a month",
        "two years are 24 months",
        "from mid-November to mid-December is half a month and 15 of 31 days",
        "what is left of November on the 15th is half a month",
        "no time is no month",
    ],
)
def test_months_count_calendar_months_and_the_share_of_the_current_one(start: date, end: date, months: float) -> None:
    timeline = Timeline(start, 800)
    assert timeline.months_at(end) == pytest.approx(months, abs=1e-12)
    assert timeline.months[timeline.day(end)] == pytest.approx(months, abs=1e-12)


def test_months_before_the_start_are_negative() -> None:
    assert HALLOWEEN.months_at(date(2023, 8, 31)) == -2


def test_february_of_a_leap_year_has_29_days() -> None:
    assert [days_in_month(date(year, 2, 1)) for year in (2023, 2024, 2100)] == [28, 29, 28]


def test_month_ends_follow_the_calendar_and_leave_day_0_out() -> None:
    ends = dates(HALLOWEEN, islice(HALLOWEEN.month_ends(), 4))
    assert ends == ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]


def test_a_day_past_the_end_of_a_month_is_its_last_day() -> None:
    found = dates(HALLOWEEN, islice(HALLOWEEN.month_days(30), 4))
    assert found == ["2023-11-30", "2023-12-30", "2024-01-30", "2024-02-29"]


def test_two_days_of_a_month_that_fall_together_come_once() -> None:
    february = [day for day in islice(HALLOWEEN.month_days(29, 31), 8) if HALLOWEEN.date(day).month == 2]
    assert dates(HALLOWEEN, february) == ["2024-02-29"]


@pytest.mark.parametrize("weekday", ["Monday", "Tuesday", "Wednesday", "Sunday"])
def test_weekly_means_that_weekday_from_the_day_after_the_start(weekday: str) -> None:
    days = list(takewhile(lambda day: day <= 28, HALLOWEEN.weekly(weekday)))
    assert len(days) == 4
    assert 1 <= days[0] <= 7
    assert {HALLOWEEN.date(day).strftime("%A") for day in days} == {weekday}


@pytest.mark.parametrize(
    ("country", "day", "on_or_after"),
    [
        ("GB", "2023-12-25", "2023-12-27"),
        ("US", "2023-12-25", "2023-12-26"),
        ("US", "2023-11-23", "2023-11-24"),
        ("GB", "2023-11-23", "2023-11-23"),
        ("GB", "2023-11-04", "2023-11-06"),
    ],
    ids=[
        "Christmas and Boxing Day close Britain",
        "only Christmas closes America",
        "Thanksgiving closes America",
        "and not Britain",
        "a Saturday waits for Monday",
    ],
)
def test_the_business_day_on_or_after_a_date(country: str, day: str, on_or_after: str) -> None:
    found = HALLOWEEN.business_day(HALLOWEEN.day(date.fromisoformat(day)), country)
    assert HALLOWEEN.date(int(found)).isoformat() == on_or_after


def test_business_days_are_counted_forward_and_back() -> None:
    friday = HALLOWEEN.day(date(2023, 12, 22))
    assert HALLOWEEN.date(int(HALLOWEEN.business_day(friday, "GB", 2))) == date(2023, 12, 28)
    assert HALLOWEEN.date(int(HALLOWEEN.business_day_on_or_before(friday + 2, "GB", -2))) == date(2023, 12, 20)


def test_business_days_of_many_days_come_in_their_shape() -> None:
    days = HALLOWEEN.business_day(np.array([[0, 4], [5, 6]]), "GB")
    assert days.tolist() == [[0, 6], [6, 6]]


def test_a_scotsman_rests_on_the_second_of_january_and_an_englishman_does_not() -> None:
    second = HALLOWEEN.day(date(2024, 1, 2))
    assert second in HALLOWEEN.business_days("GB-ENG")
    assert second not in HALLOWEEN.business_days("GB-SCT")


def run(*processes: tuple[str, Generator[Any, Any, None]], block: Block) -> None:
    for name, generator in processes:
        block.process(name, generator)
    block.run(lambda _: None)


def small_block(last_day: int = 10) -> Block:
    return Block(Timeline(date(2023, 10, 31), last_day), seed=1, first=0, stop=2)


@pytest.mark.parametrize(
    ("day", "phase"),
    [(3, Phase.STAFF), (3, Phase.MARKET), (2, Phase.RECORDS)],
    ids=["the very same phase", "an earlier phase of the day", "yesterday"],
)
def test_asking_for_a_moment_that_is_not_later_raises(day: int, phase: Phase) -> None:
    block = small_block()

    def actor() -> Generator[Any, Any, None]:
        yield block.clock.at(3, Phase.STAFF)
        yield block.clock.at(day, phase)

    with pytest.raises(ValueError, match="is not later"):
        run(("actor", actor()), block=block)


def test_phases_of_a_day_come_in_their_order_and_names_decide_within_one() -> None:
    block, seen = small_block(), []

    def actor(name: str, phases: list[Phase]) -> Generator[Any, Any, None]:
        for phase in phases:
            yield block.clock.at(1, phase)
            seen.append((phase.name, name))

    run(
        ("zoe", actor("zoe", [Phase.MARKET, Phase.BOARD])),
        ("bob", actor("bob", [Phase.BOARD, Phase.RECORDS])),
        ("amy", actor("amy", [Phase.PAYROLL, Phase.BOARD])),
        block=block,
    )
    assert seen == [
        ("MARKET", "zoe"),
        ("PAYROLL", "amy"),
        ("BOARD", "amy"),
        ("BOARD", "bob"),
        ("BOARD", "zoe"),
        ("RECORDS", "bob"),
    ]


def test_the_horizon_is_simulated_and_the_day_after_it_is_not() -> None:
    block, seen = small_block(last_day=3), []

    def daily() -> Generator[Any, Any, None]:
        for day in range(9):
            yield block.clock.at(day, Phase.RECORDS)
            seen.append((day, block.clock.date.day))

    run(("daily", daily()), block=block)
    assert seen == [(0, 31), (1, 1), (2, 2), (3, 3)]


def test_two_processes_of_one_name_are_refused() -> None:
    block = small_block()
    block.process("actor", iter(()))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="two processes are called actor"):
        block.process("actor", iter(()))  # type: ignore[arg-type]


def test_rows_that_have_ended_are_handed_over_once_and_dropped() -> None:
    block = Block(Timeline(date(2023, 10, 31), 10), seed=1, first=5, stop=9, n_policies=2)
    left: list[list[int]] = []

    def actor() -> Generator[Any, Any, None]:
        yield block.clock.at(1, Phase.SOLVENCY)
        block.close(block.replication < 7)
        yield block.clock.at(2, Phase.SOLVENCY)
        assert block.replication.tolist() == [7, 8, 7, 8]
        assert block.policy.tolist() == [0, 0, 1, 1]

    block.process("actor", actor())
    block.run(lambda rows: left.append(block.row[rows].tolist()))
    assert left == [[0, 1, 4, 5], [2, 3, 6, 7]]


def test_a_block_stops_once_nobody_trades() -> None:
    block, seen = small_block(), []

    def daily() -> Generator[Any, Any, None]:
        for day in range(9):
            yield block.clock.at(day, Phase.SOLVENCY)
            seen.append(day)
            block.close(block.trading & (day == 4))

    run(("daily", daily()), block=block)
    assert seen == [0, 1, 2, 3, 4]
