"""Numbers as people write them in files, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from sim.scenario import kinds
from sim.scenario.quantity import Law, Quantity


def read(annotation: Any, raw: Any) -> Quantity | Law:
    return TypeAdapter(annotation).validate_python(raw)


def refusals(annotation: Any, raw: Any) -> list[tuple[str, str]]:
    """Where and what was expected instead."""
    with pytest.raises(ValidationError) as caught:
        read(annotation, raw)
    faults = caught.value.errors()
    return [(".".join(map(str, fault["loc"])), fault["ctx"]["expected"]) for fault in faults]


@pytest.mark.parametrize(
    ("written", "dollars"),
    [
        (60, 60),
        (4.0e6, 4_000_000),
        ("$4.0M", 4_000_000),
        ("4.0M", 4_000_000),
        ("$600k", 600_000),
        ("$600 K", 600_000),
        ("$1.2bn", 1_200_000_000),
        ("$1,234,567.89", 1_234_567.89),
        ("$0.30", 0.30),
        (0, 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: object, dollars: float) -> None:
    assert read(kinds.Money, written).value == dollars


@pytest.mark.parametrize(
    "written", ["", "$", "four", "$4.0X", "$1,23", "€5", "1.5%", True, None, [1], float("nan"), 1e300]
)
def test_what_is_no_amount_is_refused_with_an_example(written: object) -> None:
    assert refusals(kinds.Money, written) == [("", 'an amount of at least 0 (USD), such as 4.0e6 or "$4.0M"')]


@pytest.mark.parametrize(("written", "share"), [(0.015, 0.015), ("1.5%", 0.015), ("100 %", 1.0), (1, 1.0)])
def test_a_share_may_be_a_percentage(written: object, share: float) -> None:
    assert read(kinds.Share, written).value == share


@pytest.mark.parametrize("amount", ["-$5k", "$-5k", -5000])
def test_an_amount_of_a_line_may_be_negative(amount: object) -> None:
    assert read(kinds.SignedMoneyLaw, amount).value == -5000


@pytest.mark.parametrize(
    ("annotation", "number"),
    [
        (kinds.Money, -1),
        (kinds.Share, 1.01),
        (kinds.Probability, "101%"),
        (kinds.PerMonth, -0.1),
        (kinds.Growth, -1),
        (kinds.Factor, -2),
        (kinds.Days, -1),
        (kinds.Days, 2.5),
        (kinds.Weeks, 0.5),
        (kinds.Count, 1.5),
        (kinds.Months, -0.5),
        (kinds.Price, 0),
    ],
)
def test_a_number_out_of_its_bounds_is_refused(annotation: Any, number: object) -> None:
    assert [where for where, _ in refusals(annotation, number)] == [""]


def test_growth_may_be_negative() -> None:
    assert read(kinds.Growth, "-3%").value == -0.03


def test_annotations_are_kept() -> None:
    stated = {"value": 60, "unit": "days", "source": "C31", "note": "late", "grade": "DERIVED", "range": [30, 90]}
    days = read(kinds.Days, stated)
    assert (days.value, days.unit, days.source, days.note, days.grade, days.range) == (
        60,
        "days",
        "C31",
        "late",
        "DERIVED",
        (30, 90),
    )
    assert days.as_stated() == stated


def test_a_bare_number_has_its_fields_unit() -> None:
    assert read(kinds.MonthlyMoney, "$1M").unit == "USD per month"


def test_a_unit_may_be_written_with_a_slash() -> None:
    assert read(kinds.MonthlyMoney, {"value": "$1M", "unit": "USD/month"}).unit == "USD per month"


def test_everything_wrong_with_a_number_is_said_at_once() -> None:
    stated = {"value": -3, "unit": "weeks", "grade": "GUESS", "range": [5, 1], "sauce": "C31"}
    assert refusals(kinds.Days, stated) == [
        ("unit", 'the unit "days"'),
        ("grade", 'one of "REPORTED", "DERIVED", "ASSUMPTION"'),
        ("range", "the lower number first"),
        ("sauce", "a key of this table"),
        ("value", "a whole number of at least 0 (days)"),
    ]


def test_a_value_outside_its_own_range_is_refused() -> None:
    assert refusals(kinds.Days, {"value": 9, "range": [1, 5]}) == [("range", "a range that holds the value 9")]


def test_a_distribution_that_can_leave_the_bounds_is_refused() -> None:
    normal = {"distribution": "normal", "mean": 0.5, "sd": 0.1}
    assert refusals(kinds.Share, normal) == [("", "a number from 0 to 1 (share), but this can be as low as -inf")]
    assert read(kinds.Share, {**normal, "at_least": 0, "at_most": 1}).bounds() == (0, 1)


def test_a_malformed_distribution_says_which_parameter() -> None:
    assert refusals(kinds.Days, {"distribution": "triangular", "low": 5, "mode": "x", "heigh": 9}) == [
        ("heigh", "a key of this table"),
        ("high", 'a number: "triangular" needs "low", "mode", "high"'),
        ("mode", "a number"),
    ]


def test_amounts_inside_a_distribution_are_read_as_people_write_them() -> None:
    drawn = read(kinds.MoneyLaw, {"distribution": "uniform", "low": "$1M", "high": "$3M"})
    assert drawn.quantile(np.array([0.5])).tolist() == [2_000_000]


def test_a_sampled_number_of_days_is_whole() -> None:
    days = read(kinds.Days, {"distribution": "uniform", "low": 0, "high": 10})
    assert days.is_whole
    assert days.quantile(np.array([0.11, 0.26])).tolist() == [1, 3]


def test_a_bare_number_is_the_same_for_any_luck() -> None:
    price = read(kinds.Price, 20)
    assert price.is_fixed
    assert price.quantile(np.array([0.1, 0.9])).tolist() == [20, 20]
    assert (price.mean(), price.bounds()) == (20, (20, 20))


@pytest.mark.parametrize("raw", [7, "$7k", {"distribution": "pert", "low": 1, "mode": 2, "high": 9, "at_most": 8}])
def test_what_is_written_back_reads_as_the_same_number(raw: object) -> None:
    once = read(kinds.Money, raw)
    assert read(kinds.Money, once.as_stated()) == once
