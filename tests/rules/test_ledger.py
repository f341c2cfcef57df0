"""Books in whole cents, and what is owed to creditors."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.kernel.block import Block
from sim.kernel.calendar import NEVER, Phase, Timeline
from sim.kernel.ledger import CASH, Ledger, to_cents
from sim.kernel.payables import Creditor, Payables

Step = tuple[int, Phase, Callable[[], object]]


@pytest.mark.parametrize(
    ("dollars", "cents"),
    [(0.125, 12), (0.135, 14), (2.675, 268), (-0.125, -12), (4e6, 400_000_000), (1 / 3, 33)],
    ids=[
        "half a cent rounds down to even",
        "half a cent rounds up to even",
        "$2.675 is 268 cents",
        "below zero alike",
        "$4.0M",
        "a third of a dollar",
    ],
)
def test_dollars_become_whole_cents(dollars: float, cents: int) -> None:
    assert to_cents(dollars) == cents


class Books:
    """A block of two rows with $1,000 and $100 of cash, and one creditor."""

    def __init__(self) -> None:
        self.block = Block(Timeline(date(2023, 10, 31), 200), seed=1, first=0, stop=2)
        self.ledger = Ledger(self.block)
        self.payables = Payables(self.block, self.ledger)
        self.creditor: Creditor = self.payables.open("cloud")
        self.ledger.open("equity")
        self.ledger.post(CASH, "equity", np.array([100_000, 10_000]), "opening balance")

    def play(self, *steps: Step) -> list[object]:
        """What each step returns, done on its day in its phase."""
        results: list[object] = []

        def actor() -> Generator[Any, Any, None]:
            for day, phase, act in steps:
                yield self.block.clock.at(day, phase)
                results.append(act())

        self.block.process("actor", actor())
        self.block.run(lambda _: None)
        return results

    def overdue(self) -> list[int]:
        return list(self.creditor.overdue)

    def state(self) -> tuple[list[int], list[int]]:
        return list(self.creditor.owed), list(self.creditor.overdue)


@pytest.fixture
def books() -> Books:
    return Books()


def test_a_movement_debits_one_account_and_credits_another(books: Books) -> None:
    books.ledger.open("expense: rent")
    assert books.ledger.post("expense: rent", CASH, 3_000, "rent").tolist() == [3_000, 3_000]
    assert books.ledger.cash.tolist() == [97_000, 7_000]
    assert books.ledger.balance("expense: rent").tolist() == [3_000, 3_000]
    assert books.ledger.owed("equity").tolist() == [100_000, 10_000]


def test_observers_see_each_movement_with_its_kind(books: Books) -> None:
    seen: list[tuple[str, str, list[int], str]] = []
    books.ledger.observers.append(lambda debit, credit, cents, kind: seen.append((debit, credit, list(cents), kind)))
    books.ledger.open("expense: rent")
    books.ledger.post("expense: rent", CASH, np.array([1, 2]), "rent")
    assert seen == [("expense: rent", CASH, [1, 2], "rent")]


def test_500_dollars_are_paid_in_full_out_of_1000_and_in_part_out_of_100(books: Books) -> None:
    books.ledger.open("expense: rent")
    assert books.ledger.pay("expense: rent", 50_000, "rent").tolist() == [50_000, 10_000]
    assert books.ledger.cash.tolist() == [50_000, 0]


def test_nothing_is_posted_to_a_row_that_has_ended(books: Books) -> None:
    books.block.close(np.array([False, True]))
    assert books.ledger.post("equity", CASH, 500, "dividend").tolist() == [500, 0]
    assert books.ledger.cash.tolist() == [99_500, 10_000]


def test_an_account_opened_twice_keeps_its_balance(books: Books) -> None:
    books.ledger.open(CASH)
    assert books.ledger.cash.tolist() == [100_000, 10_000]


def test_an_invoice_is_owed_at_once_and_overdue_from_payroll_of_its_due_day(books: Books) -> None:
    states = books.play(
        (1, Phase.INVOICES, lambda: books.creditor.receive(20_000, 5, "compute")),
        (5, Phase.STAFF, books.state),
        (5, Phase.PAYMENT_RUN, books.state),
    )
    assert states[1:] == [([20_000, 20_000], [0, 0]), ([20_000, 20_000], [20_000, 20_000])]


@pytest.mark.parametrize(
    ("phase", "due_day", "overdue"),
    [
        (Phase.INVOICES, 1, 20_000),
        (Phase.INVOICES, 2, 0),
        (Phase.PAYROLL, 2, 20_000),
        (Phase.CREDITORS, 2, 20_000),
        (Phase.CREDITORS, 3, 0),
    ],
    ids=[
        "due yesterday: at once",
        "due today, received in the morning: not before payroll",
        "due today, received at payroll: at once",
        "due today, received later: at once",
        "due tomorrow: not today",
    ],
)
def test_an_invoice_received_on_day_2_is_overdue_that_moment_if_its_time_has_passed(
    books: Books, phase: Phase, due_day: int, overdue: int
) -> None:
    [_, state] = books.play(
        (2, phase, lambda: books.creditor.receive(20_000, due_day, "compute")), (2, Phase(phase + 1), books.overdue)
    )
    if (phase, due_day) == (Phase.INVOICES, 2):
        assert state == [0, 0]
    assert state == [overdue] * 2


def test_an_opening_invoice_that_is_due_stands_overdue_at_the_start(books: Books) -> None:
    books.creditor.open_with(5_000, -31)
    books.creditor.open_with(7_000, 0)
    books.creditor.open_with(9_000, 1)
    assert books.state() == ([21_000, 21_000], [12_000, 12_000])
    assert books.creditor.oldest_due_day().tolist() == [-31, -31]


def test_due_days_may_differ_by_row(books: Books) -> None:
    states = books.play(
        (1, Phase.INVOICES, lambda: books.creditor.receive(1_000, np.array([3, 4]), "compute")),
        (3, Phase.SOLVENCY, books.overdue),
        (4, Phase.SOLVENCY, books.overdue),
    )
    assert states[1:] == [[1_000, 0], [1_000, 1_000]]


def two_bills(books: Books) -> list[Step]:
    """$300 due on day 10 and $200 due on day 40."""
    return [
        (1, Phase.INVOICES, lambda: books.creditor.receive(30_000, 10, "compute")),
        (2, Phase.INVOICES, lambda: books.creditor.receive(20_000, 40, "compute")),
    ]


def test_the_oldest_invoice_is_paid_first_and_in_part(books: Books) -> None:
    results = books.play(
        *two_bills(books),
        (41, Phase.PAYMENT_RUN, lambda: list(books.creditor.pay(np.array([29_999, 30_000])))),
        (41, Phase.CREDITORS, lambda: list(books.creditor.oldest_due_day())),
        (41, Phase.BOARD, books.state),
    )
    assert results[2] == [29_999, 30_000]
    assert results[3] == [10, 40], "one cent is still open on the first bill of the first row"
    assert results[4] == ([20_001, 20_000], [20_001, 20_000])


def test_what_is_owed_to_nobody_is_due_never(books: Books) -> None:
    assert books.creditor.oldest_due_day().tolist() == [NEVER, NEVER]


@pytest.mark.parametrize(
    ("day", "stretch", "payable"),
    [(9, 0, 0), (10, 0, 30_000), (39, 30, 0), (40, 30, 30_000), (40, 0, 50_000), (69, 30, 30_000), (70, 30, 50_000)],
    ids=[
        "nothing is payable before its due day",
        "on its due day $300 are",
        "stretched by 30 days, not yet on the 29th day late",
        "on the 30th it is",
        "without stretching both bills are payable when the second falls due",
        "stretched, the second waits on",
        "and is payable 30 days late",
    ],
)
def test_stretching_makes_a_bill_payable_that_many_days_late(
    books: Books, day: int, stretch: int, payable: int
) -> None:
    results = books.play(*two_bills(books), (day, Phase.PAYMENT_RUN, lambda: list(books.creditor.payable(stretch))))
    assert results[-1] == [payable, payable]


def test_stretching_may_differ_by_row(books: Books) -> None:
    stretch = np.array([0, 30])
    results = books.play(*two_bills(books), (15, Phase.PAYMENT_RUN, lambda: list(books.creditor.payable(stretch))))
    assert results[-1] == [30_000, 0]


def test_part_payment_lowers_what_is_payable_under_a_stretch(books: Books) -> None:
    results = books.play(
        *two_bills(books),
        (10, Phase.PAYMENT_RUN, lambda: books.creditor.pay(np.array([10_000, 0]))),
        (45, Phase.PAYMENT_RUN, lambda: list(books.creditor.payable(30))),
        (70, Phase.PAYMENT_RUN, lambda: list(books.creditor.payable(30))),
    )
    assert results[-2:] == [[20_000, 30_000], [40_000, 50_000]]


def test_acceleration_makes_every_open_invoice_due_that_day(books: Books) -> None:
    only_first = np.array([True, False])
    results = books.play(
        *two_bills(books),
        (20, Phase.CREDITORS, lambda: books.creditor.accelerate(only_first)),
        (20, Phase.BOARD, books.overdue),
        (20, Phase.SOLVENCY, lambda: list(books.payables.overdue)),
        (40, Phase.SOLVENCY, books.overdue),
        (40, Phase.RECORDS, lambda: books.creditor.pay(np.array([40_000, 40_000]))),
        (60, Phase.SOLVENCY, lambda: list(books.creditor.oldest_due_day())),
    )
    assert results[3:6] == [[50_000, 30_000], [50_000, 30_000], [50_000, 50_000]]
    assert results[-1] == [20, 40]


def test_a_later_bill_is_due_on_its_day_after_an_acceleration(books: Books) -> None:
    results = books.play(
        *two_bills(books),
        (20, Phase.CREDITORS, lambda: books.creditor.accelerate(np.array([True, True]))),
        (30, Phase.INVOICES, lambda: books.creditor.receive(100, 50, "compute")),
        (49, Phase.SOLVENCY, books.overdue),
        (50, Phase.SOLVENCY, books.overdue),
    )
    assert results[-2:] == [[50_000, 50_000], [50_100, 50_100]]


def test_totals_over_creditors_are_sums(books: Books) -> None:
    landlord = books.payables.open("landlord")
    assert books.payables.open("landlord") is landlord
    results = books.play(
        *two_bills(books),
        (3, Phase.INVOICES, lambda: landlord.receive(7_000, 5, "rent")),
        (20, Phase.SOLVENCY, lambda: (list(books.payables.owed), list(books.payables.overdue))),
    )
    assert results[-1] == ([57_000, 57_000], [37_000, 37_000])


def test_a_row_that_has_ended_keeps_what_was_overdue_when_it_ended(books: Books) -> None:
    results = books.play(
        *two_bills(books),
        (20, Phase.SOLVENCY, lambda: books.block.close(np.array([True, False]))),
        (20, Phase.RECORDS, books.overdue),
    )
    assert results[-1] == [30_000, 30_000]


def test_the_oldest_overdue_invoice_is_the_one_due_first_not_the_one_entered_first(books: Books) -> None:
    books.creditor.open_with(10_000, 120)
    results = books.play(
        (1, Phase.INVOICES, lambda: books.creditor.receive(20_000, 30, "compute")),
        (40, Phase.CREDITORS, lambda: list(books.creditor.oldest_due_day())),
    )
    assert results[-1] == [30, 30]


def test_money_goes_to_what_is_due_before_what_is_not(books: Books) -> None:
    books.creditor.open_with(10_000, 120)
    results = books.play(
        (1, Phase.INVOICES, lambda: books.creditor.receive(20_000, 30, "compute")),
        (40, Phase.PAYMENT_RUN, lambda: books.creditor.pay(np.array([5_000, 5_000]))),
        (60, Phase.PAYMENT_RUN, lambda: list(books.creditor.payable(30))),
    )
    assert results[-1] == [15_000, 15_000]


def test_an_instalment_of_100_dollars_falls_due_although_200_were_paid_on_a_later_bill_before(books: Books) -> None:
    books.creditor.open_with(10_000, 120)
    results = books.play(
        (1, Phase.INVOICES, lambda: books.creditor.receive(20_000, 30, "compute")),
        (30, Phase.PAYMENT_RUN, lambda: books.creditor.pay(np.minimum(books.creditor.payable(), books.ledger.cash))),
        (119, Phase.SOLVENCY, books.state),
        (120, Phase.SOLVENCY, books.state),
    )
    assert results[-2:] == [([10_000, 20_000], [0, 10_000]), ([10_000, 20_000], [10_000, 20_000])]
