"""The ladder that a vendor climbs while it is not paid: its rungs, and how fast it climbs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel.block import Mask

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATIENT, COMMERCIAL, STRICT = range(3)
NOTHING, REMINDER, CREDIT_HOLD, BREACH_NOTICE, SUSPENDED, TERMINATED = range(6)

RUNGS = {
    REMINDER: "sends a reminder",
    CREDIT_HOLD: "puts the account on credit hold",
    BREACH_NOTICE: "gives notice of breach",
    SUSPENDED: "suspends service",
    TERMINATED: "terminates: all it is owed falls due",
}
"""What a vendor does on each rung of its ladder."""

MANY_BILLS = 2
"""Monthly bills overdue beyond which a vendor loses patience faster (*Source* V07)."""


def pace(overdue: Ints, largest_bill: Ints, has_paid: Mask, stands_still: Mask, exposure: Any, payment: Any) -> Floats:
    """Days of pressure per day past due: more with a large exposure, fewer after a payment, none while it stands still.

    *Source* V07 for exposure, P07 for the patient vendor; the payment factor is an *Assumption* (0.3-0.8).
    """
    faster = np.where(overdue > MANY_BILLS * largest_bill, exposure, 1.0)
    slower = np.where(has_paid, payment, 1.0)
    return np.where(stands_still, 0.0, faster * slower)


def haste(price_over_contract: Any, weight: Any, live: Mask, rescue: Any, disclosed: Mask, disclosure: Any) -> Floats:
    """Factor on the pace: what the capacity would fetch elsewhere, a live rescue, and being told the truth.

    *Source* P06 and V36 for scarcity; the weight (0-1) and the factors (0.5-1) are an *Assumption*.
    """
    calm = np.where(live, rescue, 1.0) * np.where(disclosed, disclosure, 1.0)
    fast: Floats = price_over_contract**weight * calm
    return fast


def rung(pressure: Floats, patience: Floats, credit_hold_at: Any, breach_notice_at: Any, cure_days: Any) -> Ints:
    """The rung of the ladder that a pressure has reached, from reminder up.

    *Source* P07, V05; the shares of patience are an *Assumption* (0.2-0.5, 0.5-0.8).
    """
    steps = [pressure >= credit_hold_at * patience, pressure >= breach_notice_at * patience]
    steps += [pressure >= patience, pressure >= patience + cure_days]
    return np.sum([REMINDER + np.zeros_like(steps[0], dtype=np.int64), *steps], axis=0, dtype=np.int64)


def postures(odds: Any) -> list[Any]:
    """Probabilities of the patient, the commercial and the strict posture: uncertain odds taken in proportion.

    *Source* P06.
    """
    total = odds.patient + odds.commercial + odds.strict
    return [odds.patient / total, odds.commercial / total, odds.strict / total]


def draw_above(law: Any, floor: float, u: Floats) -> Floats:
    """Draws of a distribution given that they exceed ``floor``, by its quantiles.

    *Source* P07: the clock began before the start date.
    """
    low, high = 0.0, 1.0 if floor >= law.bounds()[0] else 0.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if law.quantile(np.array([middle]))[0] <= floor else (low, middle)
    drawn: Floats = law.quantile(low + u * (1 - low))
    return drawn
