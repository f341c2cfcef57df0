"""What an insolvent end pays to whom, by the order of the law."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.company.waterfall import Claims, estate, pay_out, prescribed_part

TERMS = SimpleNamespace(
    restricted_recovery=0.5, cost_fixed=500_000, cost_share=0.1, prescribed_first=12_000, prescribed_cap=1_000_000
)


def claims(**amounts: float) -> Claims:
    names = ("secured", "preferential_pay", "preferential_tax", "floating", "other_pay", "unsecured")
    return Claims(**{name: np.array([amounts.get(name, 0.0) * 100]) for name in names})


def paid(net: float, **amounts: float) -> Any:
    return pay_out(np.array([net * 100]), claims(**amounts), TERMS)


def test_of_3_million_in_cash_and_assets_the_process_itself_takes_800000() -> None:
    assert estate(np.array([100e6]), np.array([200e6]), np.array([100e6]), TERMS) == pytest.approx(220e6)


def test_an_estate_smaller_than_the_costs_of_the_process_leaves_nothing() -> None:
    assert estate(np.array([10_000_00.0]), np.array([0.0]), np.array([0.0]), TERMS) == 0


def test_employees_rank_before_the_tax_office_and_both_before_the_cloud_vendor() -> None:
    shares = paid(1_000_000, preferential_pay=200_000, preferential_tax=1_600_000, unsecured=30e6)
    assert (shares.employees[0], shares.tax_preferential[0], shares.unsecured[0]) == (1, 0.5, 0)
    assert shares.deficiency[0] == pytest.approx(30.8e6 * 100)


def test_unsecured_creditors_and_unpreferred_wages_share_what_is_left_3_cents_in_the_dollar() -> None:
    shares = paid(1_100_000, preferential_pay=200_000, other_pay=2e6, unsecured=28e6)
    assert shares.unsecured[0] == pytest.approx(0.03)
    assert shares.employees[0] == pytest.approx((200_000 + 60_000) / 2_200_000)


def test_a_class_that_is_owed_nothing_has_no_recovery() -> None:
    assert np.isnan(paid(1_000_000, unsecured=1e6).employees[0])


def test_of_5_million_under_a_floating_charge_a_capped_part_is_set_aside_for_the_unsecured() -> None:
    assert prescribed_part(np.array([10_000.0]), 12_000, 1_000_000)[0] == 5_000
    assert prescribed_part(np.array([1_012_000.0]), 12_000, 1_000_000)[0] == 206_000
    assert prescribed_part(np.array([50e6]), 12_000, 1_000_000)[0] == 1_000_000
    shares = paid(5_000_000, floating=100e6, unsecured=10e6)
    assert shares.unsecured[0] == pytest.approx(prescribed_part(np.array([5e6]), 12_000, 1e6)[0] / 10e6)


def test_what_is_paid_and_what_is_lost_add_up_to_the_claims() -> None:
    owed = {"secured": 1e6, "preferential_pay": 2e5, "preferential_tax": 3e5, "other_pay": 4e5, "unsecured": 5e6}
    for net in (0, 5e5, 1.3e6, 2e6, 1e7):
        lost = paid(net, **owed).deficiency[0] / 100
        assert lost == pytest.approx(max(sum(owed.values()) - net, 0))
