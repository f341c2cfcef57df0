"""What the tax office charges for delay, and when tax falls due."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.company.tax import default_rate, is_granted, late_interest_rate, quarter_ends, vat_due_date


def test_at_a_bank_rate_of_5_and_a_quarter_percent_late_tax_costs_7_and_three_quarters_a_year() -> None:
    assert late_interest_rate(0.0525, 0.025) == pytest.approx(0.0775)


def test_the_first_late_payroll_tax_of_a_year_is_free_and_the_eleventh_costs_4_percent() -> None:
    rates = default_rate(np.arange(1, 13))
    assert rates.tolist() == [0, 0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.03, 0.03, 0.03, 0.04, 0.04]


def test_the_quarter_to_31_march_is_due_on_7_may_and_that_to_30_november_on_7_january() -> None:
    assert vat_due_date(date(2024, 3, 31)) == date(2024, 5, 7)
    assert vat_due_date(date(2023, 11, 30)) == date(2024, 1, 7)


def test_from_31_october_the_first_quarter_to_31_january_holds_three_months() -> None:
    ends = list(quarter_ends(date(2023, 10, 31), date(2024, 8, 1), (1, 4, 7, 10)))
    assert ends == [(date(2024, 1, 31), 3), (date(2024, 4, 30), 3), (date(2024, 7, 31), 3)]


def test_time_to_pay_is_granted_to_six_in_ten_and_to_two_in_ten_that_broke_a_plan() -> None:
    u = np.array([0.1, 0.5, 0.7, 0.1, 0.5])
    assert is_granted(u, np.array([0, 0, 0, 1, 1], dtype=bool), 0.6, 0.2).tolist() == [True, True, False, True, False]
