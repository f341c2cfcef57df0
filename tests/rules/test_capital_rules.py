"""Deals, leaks, bids, exits and credits: situation in, chance or money out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.company.customers import reserved, staying, yearly_price
from sim.company.deals import instalment, win_chance
from sim.company.in_kind import credits_used
from sim.company.leadership import exit_rate, unrest
from sim.company.press import finding_rate, leak_rate
from sim.company.recapitalisation import is_critical, is_saved, least_willing
from sim.company.sale import best_bid, is_enough, shared_luck, value_to_buyer


def test_a_prospect_of_20_percent_is_one_of_12_percent_once_distress_is_public() -> None:
    chance = win_chance(0.20, np.ones(2), np.ones(2), np.array([False, True]), 0.6)
    assert chance == pytest.approx([0.20, 0.12])


def test_an_interim_of_quality_08_without_half_of_the_service_wins_40_percent_of_what_was_won() -> None:
    assert win_chance(0.20, np.array([0.8]), np.array([0.5]), np.array([False]), 0.6) == pytest.approx([0.08])


def test_no_quality_makes_a_win_more_than_certain() -> None:
    assert win_chance(0.9, np.array([1.4]), np.ones(1), np.array([False]), 0.6) == [1.0]


def test_a_contract_of_2_million_dollars_is_invoiced_in_quarters_of_500000() -> None:
    assert instalment(np.array([2e6]), 4).tolist() == [50_000_000]


def test_distress_leaks_three_times_as_fast_with_a_month_of_cost_overdue_and_two_recent_exits() -> None:
    assert leak_rate(0.1, np.array([0.0, 1.0]), 1.0, np.array([0.0, 2.0]), 0.5) == pytest.approx([0.1, 0.3])


def test_without_arrears_there_is_nothing_to_find_out() -> None:
    assert finding_rate(0.3, np.array([0.0, 2.0])) == pytest.approx([0.0, 0.6])


def test_the_chief_executive_of_a_calm_company_leaves_at_3_percent_a_month_and_of_one_in_trouble_at_12() -> None:
    terms = SimpleNamespace(arrears_weight=1.0, confidence_weight=2.0, public_weight=1.0)
    months, confidence, is_public = np.array([0.0, 1.0]), np.array([1.0, 0.5]), np.array([False, True])
    assert exit_rate(0.03, months, confidence, is_public, terms) == pytest.approx([0.03, 0.12])


def test_staff_leave_three_times_as_fast_while_the_press_writes_about_a_chief_executive_who_left() -> None:
    press, leadership = (
        SimpleNamespace(exit_factor=1.5, exit_days=120),
        SimpleNamespace(exit_factor=2.0, exit_days=120),
    )
    since_public, since_exit = np.array([-1, 10, 121]), np.array([-1, 10, 121])
    assert unrest(since_public, press, since_exit, leadership) == pytest.approx([1.0, 3.0, 1.0])
    assert unrest(since_public, None, since_exit, None) == pytest.approx([1.0, 1.0, 1.0])


def test_16_million_of_revenue_100_people_and_a_product_at_half_its_value_are_worth_39_million() -> None:
    terms = SimpleNamespace(revenue_multiple=1.5, price_per_head=50_000, technology=20e6)
    value = value_to_buyer(np.array([16e6]), np.array([100]), np.array([0.5]), terms)
    assert value == pytest.approx([39e6])


def test_three_bids_in_a_week_are_30_percent_better_than_one() -> None:
    bids = best_bid(np.full(2, 10e6), np.zeros(2), 0.0, np.array([1, 3]), 0.15)
    assert bids == pytest.approx([10e6, 13e6])


def test_creditors_owed_30_million_let_a_bid_of_18_pass_but_not_17() -> None:
    assert is_enough(np.array([18e6, 17e6]), np.full(2, 30e6), 0.6).tolist() == [True, False]


def test_50_million_less_10_overdue_save_a_company_that_burns_6_a_month_for_6_months_but_not_for_7() -> None:
    cash, overdue, burn = np.full(2, 50 * 10**8), np.full(2, 10**9), np.full(2, 6e8)
    assert is_saved(cash, overdue, burn, np.array([6, 7])).tolist() == [True, False]


def test_luck_with_buyers_is_luck_with_investors_where_it_is_common() -> None:
    assert shared_luck(np.array([0.1, 0.1]), np.array([0.8, 0.8]), np.array([True, False])).tolist() == [0.1, 0.8]


def test_credits_of_3_million_pay_a_bill_of_2_and_then_1_million_of_the_next() -> None:
    assert credits_used(np.array([200, 200]), np.array([300, 100])).tolist() == [200, 100]


def test_a_year_at_20_dollars_a_month_and_a_fifth_off_costs_192_dollars() -> None:
    assert yearly_price(20.0, 0.2) == pytest.approx(192.0)


def test_a_processor_that_keeps_15_percent_keeps_150_dollars_of_1000() -> None:
    assert reserved(np.array([100_000]), 0.15).tolist() == [15_000]


def test_two_thirds_stay_when_the_price_goes_from_20_to_30_and_all_stay_when_it_falls() -> None:
    assert staying(20.0, 30.0, 1.0) == pytest.approx(2 / 3)
    assert staying(20.0, 10.0, 1.0) == 1.0


def test_a_vendor_owed_a_fifth_of_the_arrears_is_critical_and_one_owed_nothing_never_is() -> None:
    assert is_critical(np.array([20, 19, 0]), np.array([100, 100, 0]), 0.2).tolist() == [True, False, False]


def test_the_least_willing_critical_vendor_decides_and_nobody_does_if_none_is_critical() -> None:
    luck = [np.array([0.3, 0.3, 0.3]), np.array([0.8, 0.8, 0.8])]
    critical = [np.array([True, True, False]), np.array([True, False, False])]
    assert least_willing(luck, critical).tolist() == [0.8, 0.3, 0.0]
