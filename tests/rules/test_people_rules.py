"""What dismissals take and cost, and what late pay costs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.company.people import consultation_days, severance
from sim.company.staff import late_pay_penalty, waiting_time_penalty

LAW = SimpleNamespace(
    first_per_head=100, later_per_head=200, later_share=0.25, deposit_share=0.3, deposit_penalty=0.1, waiting_days=30
)


def test_19_dismissals_in_london_need_no_consultation_20_take_30_days_and_100_take_45() -> None:
    assert consultation_days(np.array([19, 20, 99, 100]), "GB").tolist() == [0, 30, 30, 45]


def test_100_dismissals_in_california_need_none() -> None:
    assert consultation_days(np.array([100]), "US").tolist() == [0]


def test_nine_weeks_of_severance_for_ten_people_at_13000_a_month_cost_270000() -> None:
    assert severance(np.array([10]), 13_000, 9)[0] == 27_000_000


def test_a_first_late_payroll_of_50_people_costs_100_each_and_a_tenth_of_the_withholding() -> None:
    assert late_pay_penalty(np.array([10_000_000]), np.array([50]), np.array([0]), LAW)[0] == 500_000 + 300_000


def test_a_second_one_costs_200_each_and_a_quarter_of_the_pay_as_well() -> None:
    penalty = late_pay_penalty(np.array([10_000_000]), np.array([50]), np.array([1]), LAW)[0]
    assert penalty == pytest.approx(1_000_000 + 2_800_000)


def test_one_who_leaves_unpaid_at_365000_a_year_is_owed_30_000_for_waiting() -> None:
    assert waiting_time_penalty(np.array([1]), 365_000 / 12, LAW)[0] == pytest.approx(3_000_000)
