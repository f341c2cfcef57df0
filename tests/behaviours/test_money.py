"""Costs, receipts and new money meet in one ledger; what customers are sold, and when they pay."""

from __future__ import annotations

from datetime import date

import pytest

from sim.company.product import monthly_burn, monthly_revenue
from tests.worlds import Spec, company_of, frame_of, world

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


SHOP: Spec = {"trials_per_month": 0, "burst_trials_per_month": 0, "churn_per_month": 0, "failed_card_share": 0}
SHOP = {**SHOP, "refund_share": 0, "fee_share": 0, "fee_fixed": 0, "billing_days": [20], "launch": "2023-11-01"}


TEN: Spec = {"name": "team", "head_count": 10, "monthly_cost": 10_000, "country": "GB", "attrition_per_month": 0}


def test_1000_subscribers_at_20_dollars_bring_20000_a_month_and_take_as_much_off_a_burn_of_100000() -> None:
    shop = {**SHOP, "opening_subscribers": 1000, "billing_days": [31]}
    company = company_of(world(START, horizon_days=20, country="GB", staff=[TEN], subscription=shop))
    assert (monthly_revenue(company).tolist(), monthly_burn(company).tolist()) == ([2_000_000], [8_000_000])
    unsold = company_of(world(START, horizon_days=20, country="GB", subscription={**shop, "launch": "2024-01-01"}))
    assert monthly_revenue(unsold).tolist() == [0]


def test_years_paid_in_advance_are_revenue_by_the_month_and_take_nothing_off_the_burn() -> None:
    """For that money has come: 30,000 trials a month of which 3% pay ten months' price for a year."""
    shop = {**SHOP, "trials_per_month": 30_000, "conversion_rate": 0.03, "billing_days": [31]}
    yearly: Spec = {"do": "offer_annual", "on": "2023-11-01", "take_up": 1, "discount": 1 / 6}
    scenario = world(START, horizon_days=35, country="GB", staff=[TEN], subscription=shop)
    company = company_of(scenario, actions=[yearly])
    assert monthly_revenue(company)[0] == pytest.approx(900 * 2000 * 10 / 12, rel=0.2)
    assert monthly_burn(company).tolist() == [10_000_000]


def test_of_240000_dollars_a_year_a_processor_that_keeps_15_percent_for_120_days_holds_the_last_12000() -> None:
    """Four of twelve months at $20,000; what it kept of the others has come back."""
    held = {**SHOP, "opening_subscribers": 1000, "reserve_share": 0.15, "reserve_days": 120}
    scenario = world(START, 0, horizon_months=12, country="GB", subscription=held, press={"leak_per_month": 50})
    assert frame_of(scenario).final_cash[0] == 240_000 - 4 * 0.15 * 20_000


def test_of_those_who_paid_a_year_ahead_a_quarter_renews() -> None:
    """Beside none and all of 900 a month: 14 months after the offer the year of two months of them has ended."""
    yearly = {**SHOP, "trials_per_month": 30_000, "conversion_rate": 0.03}
    offer = {"name": "offer", "actions": [{"do": "offer_annual", "on": "2023-11-15", "discount": 0.2, "take_up": 1}]}

    def there(renewal: float) -> float:
        scenario = world(START, horizon_months=15, subscription={**yearly, "annual_renewal": renewal})
        return float(frame_of(scenario, 20, policies=[offer]).set_index("policy").loc["offer"].subscribers.mean())

    none, quarter, every = there(0), there(0.25), there(1)
    assert none == pytest.approx(12 * 900, rel=0.02)
    assert every - none > 1_500
    assert (quarter - none) / (every - none) == pytest.approx(0.25, abs=0.03)
