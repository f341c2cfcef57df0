"""When a creditor goes to court, and what a hearing decides."""

from __future__ import annotations

import numpy as np

from sim.company.petitions import is_ripe, outcome, settles


def test_a_debt_of_949_dollars_founds_no_petition_and_one_of_951_does_once_patience_is_over() -> None:
    ages, patience = np.array([400, 400, 199]), np.array([200.0, 200.0, 200.0])
    debts = np.array([94_900, 95_100, 95_100])
    assert is_ripe(ages, patience, debts, np.int64(95_000)).tolist() == [False, True, False]


def test_of_a_hearing_half_end_in_an_order_and_three_tenths_are_adjourned() -> None:
    assert outcome(np.array([0.0, 0.49, 0.51, 0.79, 0.81]), 0.5, 0.3).tolist() == [0, 0, 1, 1, 2]


def test_a_company_with_400000_settles_a_petition_over_70000_but_not_one_over_7_million() -> None:
    cash = np.array([40_000_000, 40_000_000])
    assert settles(np.array([7_000_000, 700_000_000]), cash, 0.25).tolist() == [True, False]
