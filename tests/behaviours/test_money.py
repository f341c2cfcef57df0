"""Costs, receipts and new money meet in one ledger; what customers are sold, and when they pay."""

from __future__ import annotations

from datetime import date

import pytest

from tests.worlds import Spec, frame_of, world

START = date(2023, 10, 31)
TEAM: Spec = {"name": "team", "head_count": 1, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}
PARTS: Spec = {
    "staff": [TEAM],
    "costs": [{"name": "supplier", "class": "trade", "monthly": 100_000, "invoice_day": 1, "net_days": 0}],
    "revenue": [{"name": "api", "monthly": 50_000, "volatility": 0, "fee_share": 0}],
    "tranches": [{"name": "loan", "amount": 300_000, "probability": 1, "arrival_day": 100}],
}


def test_of_1_million_eleven_months_of_110000_out_and_50000_in_leave_640000_with_a_loan_of_300000() -> None:
    """To Monday 30 September 2024, the day of the last receipts and of the last payroll."""
    scenario = world(START, cash=1e6, horizon_months=11, country="GB", **PARTS)
    assert frame_of(scenario).final_cash[0] == pytest.approx(1e6 - 11 * 110_000 + 11 * 50_000 + 300_000, abs=1)


def test_a_subscription_launched_on_30_november_sells_900_a_month_and_collects_54000_dollars_in_two() -> None:
    """30,000 trials a month of which 3% pay $20: 900 in December, 1,800 in January; six standard errors either way."""
    shop = {"trials_per_month": 30_000, "burst_trials_per_month": 0, "conversion_rate": 0.03, "churn_per_month": 0}
    shop |= {"failed_card_share": 0, "refund_share": 0, "fee_share": 0, "fee_fixed": 0, "billing_days": [31]}
    launch = {"name": "launch", "actions": [{"do": "launch_subscription", "on": "2023-11-30"}]}
    scenario = world(START, horizon_months=3, subscription=shop)
    frame = frame_of(scenario, policies=[launch]).set_index("policy")
    assert frame.loc["do-nothing"].revenue == 0
    assert frame.loc["launch"].subscribers == pytest.approx(1_800, abs=6 * 1_800**0.5)
    assert frame.loc["launch"].revenue == pytest.approx(54_000, abs=6 * 20 * (4 * 900 + 900) ** 0.5)
