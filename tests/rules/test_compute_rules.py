"""The rules of the market, of compute, and of what is settled with vendors."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.company.bargains import portions
from sim.company.compute import own_use, price_paid
from sim.company.contract import accrued, months_left, shortfall, termination_claim, year_ends
from sim.company.forbearance import instalments, is_broken
from sim.company.ladder import haste
from sim.company.market import correlated, glut_rate, kept, spread, trend
from sim.company.resale import resale_income, sold_share
from sim.kernel.calendar import Timeline

NO, YES = np.array([False]), np.array([True])
ONE = np.ones(1)


def test_half_of_a_deviation_is_left_after_the_half_life_and_a_quarter_after_two() -> None:
    assert [float(kept(months, 9.0)) for months in (0, 9, 18)] == [1.0, 0.5, 0.25]


def test_shocks_of_35_percent_a_year_add_up_to_it_where_nothing_reverts() -> None:
    weeks = np.sqrt(52 * spread(12 / 52, 1e6, 0.35) ** 2)
    assert weeks == pytest.approx(0.35, rel=1e-4)


def test_the_spread_of_a_price_that_reverts_does_not_depend_on_the_step() -> None:
    variance = 0.0
    for _ in range(26):
        variance = variance * kept(0.5, 9.0) ** 2 + spread(0.5, 9.0, 0.35) ** 2
    assert np.sqrt(variance) == pytest.approx(spread(13.0, 9.0, 0.35), rel=1e-12)


def test_a_fall_of_30_percent_a_year_leaves_70_cents_of_a_dollar_after_12_months_and_49_after_24() -> None:
    assert np.exp([trend(-0.3, 12), trend(-0.3, 24)]) == pytest.approx([0.7, 0.49])


def test_a_chance_of_one_half_in_a_year_is_that_chance_after_twelve_months() -> None:
    assert -np.expm1(-12 * glut_rate(0.5)) == pytest.approx(0.5)


def test_two_states_with_loadings_of_0_6_and_0_5_have_shocks_that_correlate_at_0_3() -> None:
    common, one, other = np.random.default_rng(1).normal(size=(3, 200_000))
    shocks = correlated(common, one, 0.6), correlated(common, other, 0.5)
    assert np.corrcoef(*shocks)[0, 1] == pytest.approx(0.30, abs=0.01)
    assert [shock.std() for shock in shocks] == pytest.approx([1, 1], abs=0.01)


def test_usage_with_a_quarter_for_customers_falls_by_an_eighth_when_half_of_them_are_gone() -> None:
    assert own_use(0.25, 1.0, np.array([0.5]), np.zeros(1)) == pytest.approx(0.875)


def test_a_vendor_that_takes_back_a_quarter_of_capacity_bills_a_quarter_less() -> None:
    assert own_use(0.0, 1.0, ONE, np.array([0.25])) == pytest.approx(0.75)


def test_a_tenth_at_market_prices_costs_3_percent_less_when_the_market_falls_by_30() -> None:
    assert price_paid(0.1, np.array([0.7])) == pytest.approx(0.97)


def test_6_of_12_million_committed_and_not_used_is_a_shortfall_and_13_of_12_used_is_none() -> None:
    assert shortfall(np.full(2, 12e8), np.array([6 * 10**8, 13 * 10**8])).tolist() == [6 * 10**8, 0]


def test_a_year_of_12_million_of_which_7_were_used_in_8_months_leaves_a_claim_of_5_and_none_once_13_were_used() -> None:
    claim = termination_claim(np.full(2, 8e8), np.array([7 * 10**8, 13 * 10**8]), np.full(2, 1e8), 4.0)
    assert claim.tolist() == [5 * 10**8, 0]


def test_a_contract_year_that_ends_on_31_august_has_10_months_left_on_31_october_and_none_on_its_last_day() -> None:
    timeline = Timeline(date(2023, 10, 31), 731)
    days = [timeline.day(when) for when in (date(2023, 10, 31), date(2024, 8, 31), date(2024, 9, 30))]
    assert months_left(timeline, date(2024, 8, 31), np.array(days)) == pytest.approx([10, 0, 11])


def test_a_contract_year_has_no_month_left_on_its_last_day_whatever_day_the_run_starts_on() -> None:
    timeline = Timeline(date(2023, 1, 1), 731)
    assert months_left(timeline, date(2023, 12, 31), timeline.day(date(2024, 12, 31))) == 0


def test_12_million_added_for_a_year_end_when_the_year_is_over() -> None:
    grown = [float(accrued(ONE * 0, ONE * 1e8, ONE * 12, ONE * 0, now)[0]) for now in (6, 12, 18)]
    assert grown == [6e8, 12e8, 12e8]


def test_a_contract_year_that_ends_on_31_august_ends_so_every_year() -> None:
    timeline = Timeline(date(2023, 10, 31), 731)
    days = [day for day in year_ends(timeline, date(2024, 8, 31)) if day <= 731]
    assert [timeline.date(day) for day in days] == [date(2024, 8, 31), date(2025, 8, 31)]


def test_a_debt_of_100_cents_is_paid_in_three_instalments_to_the_cent() -> None:
    parts = instalments(np.array([100, 0]), np.array([3, 3]))
    assert [part.tolist() for part in parts] == [[33, 0], [33, 0], [34, 0]]


def test_instalments_differ_between_rows_in_their_number() -> None:
    parts = instalments(np.array([100, 100]), np.array([1, 2]))
    assert [part.tolist() for part in parts] == [[100, 50], [0, 50]]


def test_an_arrangement_is_broken_after_ten_days_not_nine_and_never_while_nothing_is_overdue() -> None:
    assert is_broken(np.array([1, 1, 0]), np.array([9, 10, 99])).tolist() == [False, True, False]


def test_a_debt_of_101_cents_split_in_halves_loses_no_cent() -> None:
    cash, equity, rest = portions(np.array([101]), (0.5, 0.5))
    assert int(cash[0]) + int(equity[0]) + int(rest[0]) == 101


def test_a_vendor_whose_capacity_fetches_four_times_the_price_loses_patience_twice_as_fast() -> None:
    assert haste(4.0, 0.5, NO, 0.8, NO, 0.85) == pytest.approx(2.0)


def test_a_live_rescue_and_an_open_word_slow_a_vendor_to_0_68_of_its_pace() -> None:
    assert haste(1.0, 0.5, YES, 0.8, YES, 0.85) == pytest.approx(0.68)


def test_half_way_through_the_ramp_half_of_what_will_be_sold_is_sold() -> None:
    assert sold_share(np.array([0.0, 2.0, 4.0, 9.0]), 4.0, 0.6) == pytest.approx([0.0, 0.3, 0.6, 0.6])


def test_without_a_ramp_all_of_it_is_sold_at_once() -> None:
    assert sold_share(np.array([0.25]), 0, 1.0) == pytest.approx([1.0])


def test_139_million_a_year_is_every_gpu_sold_at_1_65_times_its_price() -> None:
    assert 12 * resale_income(7.0e6, 1.65, ONE, ONE) == pytest.approx(139e6, rel=0.01)


def test_at_60_percent_and_the_price_of_1_05_it_is_53_million() -> None:
    assert 12 * resale_income(7.0e6, 1.05, ONE, np.array([0.6])) == pytest.approx(52.9e6, rel=0.01)
