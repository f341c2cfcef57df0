"""Capacity sold on: what it brings, whom it takes to agree, and what a breach of the vendor's contract leaves of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.worlds import CHARITY, Spec, frame_of, proportion_z, world, z_limit

START = date(2023, 10, 31)
N = 1000
FALSE_ALARMS = 1e-4
CLOUD: Spec = {
    "name": "cloud",
    "monthly_usage": 7e6,
    "usage_volatility": 0,
    "service_share": 1,
    "late_interest_per_month": 0,
    "posture": {"patient": 0, "commercial": 1, "strict": 0},
    "patience": {"commercial": 60, "strict": 60},
    "exposure_factor": 1,
    "payment_factor": 1,
}
OFFER: Spec = {
    "name": "resale",
    "vendor": "cloud",
    "capacity_share": 0.4,
    "utilisation": 0.6,
    "price_ratio": 1.05,
    "ramp_months": 0,
    "already_paid_share": 1,
    "consent_probability": 1,
    "start_days": 1,
    "cost_share": 0,
    "collection_weeks": 0,
}
A_YEAR = 0.4 * 0.6 * 1.05 * 84e6
"""Dollars of income from the offer."""
RESELL: Spec = {"do": "resell", "on": "2023-11-01", "offer": "resale"}


def revenue(offer: Spec, action: Spec, replications: int = 1, **parts: Any) -> Any:
    """Rows of a year in which the action offers capacity to others."""
    parts = {"horizon_months": 12, "opening": {"cash": CHARITY}, **parts}
    scenario = world(START, vendors=[CLOUD], resale=[{**OFFER, **offer}], **parts)
    frame = frame_of(scenario, replications, policies=[{"name": "act", "actions": [action]}])
    assert (frame[frame.policy == "do-nothing"].revenue == 0).all()
    return frame[frame.policy == "act"].reset_index(drop=True)


def test_40_percent_of_84_million_of_capacity_brings_21_million_a_year_if_the_vendor_agrees() -> None:
    """Used at 60% and sold at 1.05 times its price."""
    assert revenue({}, RESELL).revenue[0] == pytest.approx(A_YEAR, rel=0.02)
    assert revenue({"consent_probability": 0}, RESELL).revenue[0] == 0


def test_half_of_subleases_find_a_tenant_and_the_other_vendor_agrees_to_six_in_ten_of_those() -> None:
    lease = {"price": "fixed", "utilisation": 1, "deal_probability": 0.5, "consent_probability": 0.6}
    let = revenue(lease, {**RESELL, "do": "sublease"}, N).revenue > 0
    assert abs(proportion_z(float(let.mean()), 0.3, N)) < z_limit(FALSE_ALARMS)


def test_a_breach_cured_with_100_million_ends_half_of_the_resales_for_good_and_selling_without_consent_is_one() -> None:
    """Notice on day 43 for $6M of arrears, which a loan pays on day 50; the others sell nothing for two weeks."""
    owed = {"cash": 0, "invoices": [{"creditor": "cloud", "amount": 6e6, "due": START}]}
    loan = {"name": "loan", "amount": 100e6, "probability": 1, "arrival_day": 50, "voided_by_default": False}
    sold = revenue({"ended_by_breach": 0.5, "collection_weeks": 52}, RESELL, N, opening=owed, tranches=[loan])
    assert (sold.default_event_day == 43).all()
    ended, goes_on = sold.revenue.min() / A_YEAR, sold.revenue.max() / A_YEAR
    assert (ended, goes_on) == pytest.approx((42 / 365, 1 - 14 / 365), abs=4 / 365)
    assert abs(proportion_z(float((sold.revenue > A_YEAR / 2).mean()), 0.5, N)) < z_limit(FALSE_ALARMS)
    asked, unasked = (
        revenue({"consent_probability": 1, "discovery_per_month": 5}, {**RESELL, "ask_consent": asks}, 100)
        for asks in (True, False)
    )
    assert asked.default_event_day.isna().all()
    assert unasked.default_event_day.notna().all()
    assert unasked.revenue.max() < 0.5 * asked.revenue.min()
