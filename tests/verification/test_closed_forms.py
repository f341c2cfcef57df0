"""Worlds whose truth is known in closed form: the engine against formulas, and the formulas against stated numbers.

Every statistical test has a fixed seed and a false-alarm rate of ``FALSE_ALARMS`` over all of its comparisons: that is
how often it would fail a correct engine whose draws were renamed.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import ive
from scipy.stats import binom, chisquare, poisson

from tests.worlds import Spec, frame_of, line, proportion_z, result_of, share_by, world, z_limit

FALSE_ALARMS = 1e-4
START = date(2021, 10, 31)


def month_end(k: int, start: date = START) -> int:
    """The day number of the k-th month end after a start at a month end."""
    month = start.year * 12 + start.month + k
    return (date(month // 12, month % 12 + 1, 1) - timedelta(days=1) - start).days


# V1: constant burn


def test_240000_dollars_meet_twelve_monthly_payrolls_of_20000_and_fail_on_the_thirteenth() -> None:
    scenario = world(
        cash=240_000, horizon_months=14, lines=[line("payroll", "out", "month_end", 20_000, paid_as="payroll")]
    )
    row = frame_of(scenario).iloc[0]
    assert START + timedelta(days=int(row.zero_cash_day)) == date(2022, 11, 30)
    assert row.payroll_missed_day == row.zero_cash_day == month_end(13)
    assert row.lowest_cash_day == month_end(12)


def test_after_the_twelfth_payroll_cash_is_exactly_0_and_nothing_is_owed() -> None:
    scenario = world(
        cash=240_000, horizon_months=12, lines=[line("payroll", "out", "month_end", 20_000, paid_as="payroll")]
    )
    row = frame_of(scenario).iloc[0]
    assert row.final_cash == row.final_owed == row.final_wages_owed == 0
    assert pd.isna(row.zero_cash_day)


def test_five_people_at_4000_a_month_miss_their_thirteenth_payroll_two_business_days_before_its_payday() -> None:
    team = {"name": "team", "head_count": 5, "monthly_cost": 4_000, "country": "GB", "attrition_per_month": 0}
    row = frame_of(world(cash=240_000, horizon_months=14, country="GB", staff=[team])).iloc[0]
    assert START + timedelta(days=int(row.zero_cash_day)) == date(2022, 11, 28)
    assert row.final_wages_owed == 40_000


def test_weekly_tracks_of_constant_burn_fall_by_20000_at_each_month_end() -> None:
    scenario = world(
        cash=240_000, horizon_months=12, lines=[line("payroll", "out", "month_end", 20_000, paid_as="payroll")]
    )
    tracks = result_of(scenario).tracks
    paid = [sum(month_end(k) <= day for k in range(1, 13)) for day in tracks.day]
    assert tracks.cash.tolist() == [240_000 - 20_000 * k for k in paid]


# V5: the dual risk model

DUAL = [((2, 5, 1, 0.5, 1), 0.80293334), ((2, 10, 1, 1.5, 1), 0.31534380), ((12, 24, 1, 0.3, 1), 0.91817231)]
DUAL_IDS = [f"cash {u} burn {b} sales {lam} of mean {g} over {T}" for (u, T, b, lam, g), _ in DUAL]
DOLLARS = 600_000
"""Dollars per unit of money: a day's burn is a whole number of cents, and cash a whole number of days' burn."""
DISCRETISATION = 0.001


def dual_ruin(u: float, T: float, b: float, lam: float, g: float) -> float:  # noqa: N803
    """P(ruin by T) of cash u with burn b and Poisson sales of exponential size."""
    first = u / b

    def density(t: float) -> float:
        x = b * t - u
        if x <= 0:
            return 0.0
        root = 2 * sqrt(lam * t * x / g)
        return (u / t) * exp(root - lam * t - x / g) * sqrt(lam * t / (g * x)) * float(ive(1, root))

    return exp(-lam * first) + quad(density, first, T, epsabs=1e-12)[0]


def simulated_ruin(case: tuple[float, ...], days: int, n: int) -> float:
    """The same with a unit of time of so many days, in the engine."""
    u, horizon, b, lam, g = case
    sales = {"count": {"poisson": lam / days}, "amount": {"distribution": "exponential", "mean": g * DOLLARS}}
    scenario = world(
        cash=u * DOLLARS,
        horizon_days=round(horizon * days),
        terminal_states=["zero_cash"],
        lines=[
            {"name": "sales", "direction": "in", "every": "day", **sales},
            line("burn", "out", "day", b * DOLLARS / days),
        ],
    )
    return float((frame_of(scenario, n, seed=days).end == "insolvent").mean())


def check_dual(case: tuple[float, ...], truth: float, n: int) -> None:
    coarse, fine = (simulated_ruin(case, days, n) for days in (30, 60))
    error = sqrt(5 * truth * (1 - truth) / n)
    assert abs(2 * fine - coarse - truth) < DISCRETISATION + z_limit(FALSE_ALARMS) * error


@pytest.mark.parametrize(("case", "truth"), DUAL, ids=DUAL_IDS)
def test_the_formula_of_the_dual_risk_model_gives_the_stated_probability(case: tuple[float, ...], truth: float) -> None:
    assert dual_ruin(*case) == pytest.approx(truth, abs=5e-9)


@pytest.mark.parametrize(("case", "truth"), DUAL, ids=DUAL_IDS)
def test_the_dual_risk_model_is_ruined_as_often_as_its_formula_says(case: tuple[float, ...], truth: float) -> None:
    check_dual(case, truth, n=30_000)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "truth"), DUAL, ids=DUAL_IDS)
def test_the_dual_risk_model_holds_with_many_replications(case: tuple[float, ...], truth: float) -> None:
    check_dual(case, truth, n=200_000)


# V7: monthly integer cash flow

CHANGES = {-3: 0.25, -1: 0.35, 1: 0.25, 2: 0.15}
RUIN = {4: 0.00390625, 6: 0.05146484, 12: 0.31915396, 24: 0.70803236, 36: 0.87525539, 60: 0.97502441}


def walk_ruin(cash: int, months: int) -> list[float]:
    """P(ruin within k months), k = 0 to ``months``, by the recursion on the distribution of cash."""
    alive = {cash: 1.0}
    ruined = [0.0]
    for _ in range(months):
        following: dict[int, float] = {}
        for before, chance in alive.items():
            for change, p in CHANGES.items():
                following[before + change] = following.get(before + change, 0.0) + chance * p
        alive = {y: p for y, p in following.items() if y >= 0}
        ruined.append(1 - sum(alive.values()))
    return ruined


def test_the_recursion_of_the_monthly_walk_gives_the_stated_probabilities() -> None:
    ruined = walk_ruin(10, 60)
    assert {k: round(ruined[k], 8) for k in RUIN} == RUIN


def test_a_monthly_walk_from_10_dollars_is_ruined_as_often_as_its_recursion_says() -> None:
    n = 50_000
    change = {"distribution": "discrete", "values": list(CHANGES), "probabilities": list(CHANGES.values())}
    scenario = world(
        cash=10, horizon_months=60, terminal_states=["zero_cash"], lines=[line("change", "in", "month_end", change)]
    )
    days = frame_of(scenario, n, seed=7).zero_cash_day
    z = {k: proportion_z(share_by(days, month_end(k)), truth, n) for k, truth in RUIN.items()}
    assert max(map(abs, z.values())) < z_limit(FALSE_ALARMS, len(RUIN)), z


# V8a, people who leave


def test_of_10_people_leaving_at_3_percent_a_month_a_binomial_number_is_there_after_a_year() -> None:
    n, stay = 50_000, exp(-0.03 * 12)
    assert (10 * stay, 10 * stay * (1 - stay), stay**10) == pytest.approx((6.976763, 2.109241, 0.02732372), abs=5e-7)
    team = {"name": "team", "head_count": 10, "monthly_cost": 1, "country": "US", "attrition_per_month": 0.03}
    scenario = world(horizon_months=12, staff=[{**team, "replacement_share": 0}])
    assert START + timedelta(days=scenario.horizon_last_day()) == date(2022, 10, 31), "a Monday, on which people leave"
    assert fits(frame_of(scenario, n, seed=81).head_count.to_numpy(), binom.pmf(np.arange(11), 10, stay))


def fits(counts: np.ndarray, pmf: np.ndarray) -> bool:
    """Chi-squared test of counts against a distribution on 0, 1, ...; cells expecting under 10 are pooled."""
    observed = np.bincount(counts, minlength=len(pmf))
    order = np.argsort(-pmf)
    kept = order[pmf[order] * len(counts) >= 10]
    seen, expected = observed[kept], pmf[kept] * len(counts)
    rest = len(counts) - expected.sum()
    if rest >= 1:
        seen, expected = np.append(seen, len(counts) - seen.sum()), np.append(expected, rest)
    return bool(chisquare(seen, expected, sum_check=False).pvalue > FALSE_ALARMS)


# V8b and V8c, subscribers


def subscription(**parts: object) -> Spec:
    """A subscription billed at month ends, whose every trial is a sign-up and whose cards never fail."""
    return {"launch": START, "conversion_rate": 1, "failed_card_share": 0, "billing_days": [31], **parts}


def subscribers_pmf(n0: int, sign_ups: float, churn: float, months: float) -> np.ndarray:
    """Poisson arrivals with exponential lives, and what is left of the first ``n0``."""
    left = exp(-churn * months)
    k = np.arange(n0 + round(sign_ups * months * 3))
    with np.errstate(under="ignore"):
        return np.convolve(poisson.pmf(k, sign_ups / churn * (1 - left)), binom.pmf(k, n0, left))[: len(k)]


@pytest.mark.parametrize(
    ("n0", "sign_ups"), [(40, 5), (0, 20), (900, 400)], ids=["exact counts", "from nobody", "counts by normal quantile"]
)
def test_subscribers_are_poisson_arrivals_plus_a_binomial_share_of_the_first(n0: int, sign_ups: float) -> None:
    part = subscription(trials_per_month=sign_ups, churn_per_month=0.09, opening_subscribers=n0)
    frame = frame_of(world(horizon_months=12, subscription=part), 40_000, seed=82)
    assert fits(frame.subscribers.to_numpy(), subscribers_pmf(n0, sign_ups, 0.09, 12))


def collected(churn: float, months: int = 12) -> tuple[float, float]:
    """Mean and standard deviation of what 15 sign-ups a month at $20 pay by month end ``months``."""
    joining = 15 * (1 - exp(-churn)) / churn if churn else 15.0
    stay = exp(-churn)
    mean = square = 0.0
    for bills in range(1, months + 1):
        pays = [stay ** (k - 1) for k in range(1, bills + 1)]
        mean += sum(pays)
        square += sum((2 * k - 1) * p for k, p in enumerate(pays, start=1))
    return 20 * joining * mean, 20 * sqrt(joining * square)


@pytest.mark.parametrize(
    ("churn", "mean", "sd"),
    [(0.0, 23_400, sqrt(3_900_000)), (0.05, 19_199.682, 1_698.744)],
    ids=["no churn: $23,400 on average", "5% churn a month: $19,199.68 on average"],
)
def test_fifteen_sign_ups_a_month_at_20_dollars_pay_in_a_year(churn: float, mean: float, sd: float) -> None:
    assert collected(churn) == pytest.approx((mean, sd), abs=5e-4)
    n = 40_000
    scenario = world(horizon_months=12, subscription=subscription(trials_per_month=15, churn_per_month=churn))
    revenue = frame_of(scenario, n, seed=83).revenue
    fourth = float((((revenue - mean) / sd) ** 4).mean())
    z_mean = (revenue.mean() - mean) / (sd / sqrt(n))
    z_variance = (revenue.var() / sd**2 - 1) / sqrt((fourth - 1) / n)
    assert max(abs(z_mean), abs(z_variance)) < z_limit(FALSE_ALARMS, 2)


# V8e, meetings with investors


def test_meetings_at_a_quarter_a_month_of_which_two_in_five_succeed_leave_e_to_the_minus_1_2_without_a_close() -> None:
    n, leads = 20_000, 25
    quick = {"kind": "outside", "decision_days": 1, "closing_days": 1, "cool_off_days": 0, "amount": 1e6}
    chances = {"success_probability": 0.4, "fall_through_probability": 0, "refusal_shock": 0}
    investors = [{"name": f"lead {i}", "meetings_per_month": 0.25 / leads, **quick, **chances} for i in range(leads)]
    closes_after = 2
    scenario = world(horizon_days=month_end(12) + closes_after, investors=investors)
    assert (START + timedelta(days=month_end(12))).strftime("%A") == "Monday", "two days later is two business days"
    open_share = float((frame_of(scenario, n, seed=85).end == "survived").mean())
    two_meetings_a_day = 0.0002
    error = sqrt(exp(-1.2) * (1 - exp(-1.2)) / n)
    assert abs(open_share - exp(-1.2)) < two_meetings_a_day + z_limit(FALSE_ALARMS) * error


# V9: competing exponential ends

RATES = {"recapitalised": 0.02, "insolvent": 0.05, "acquired": 0.01}
INCIDENCE = {"recapitalised": 0.15427678, "insolvent": 0.38569195, "acquired": 0.07713839}


def test_three_competing_ends_take_their_shares_of_the_first_year() -> None:
    n = 50_000
    scenario = world(horizon_months=12, ends=[{"name": e, "end": e, "per_month": r} for e, r in RATES.items()])
    frame = frame_of(scenario, n, seed=9)
    truth = {end: rate / 0.08 * (1 - exp(-0.08 * 12)) for end, rate in RATES.items()}
    assert truth == pytest.approx(INCIDENCE, abs=5e-9)
    z = {end: proportion_z(float((frame.end == end).mean()), p, n) for end, p in truth.items()}
    assert max(map(abs, z.values())) < z_limit(FALSE_ALARMS, 3), z
    assert set(frame.cause.dropna()) == {"insolvent"}, "only an insolvent end has a cause"


def test_an_end_every_24_months_on_average_comes_within_36_in_77_7_percent_after_18_6_months_restricted_mean() -> None:
    n, mean, horizon = 50_000, 24, 36
    chance, restricted = 1 - exp(-horizon / mean), mean * (1 - exp(-horizon / mean))
    assert (chance, restricted) == pytest.approx((0.77686984, 18.644876), abs=5e-7)
    scenario = world(horizon_months=horizon, ends=[{"name": "stop", "end": "insolvent", "per_month": 1 / mean}])
    frame = frame_of(scenario, n, seed=36)
    assert abs(proportion_z(float((frame.end == "insolvent").mean()), chance, n)) < z_limit(FALSE_ALARMS, 2)
    by_day = np.concatenate([[0.0], months_by_day(scenario.horizon_last_day())])
    latest = by_day[1:][frame.end_day.to_numpy()]
    earliest = np.where(frame.end == "survived", latest, by_day[frame.end_day.to_numpy()])
    error = z_limit(FALSE_ALARMS, 2) * latest.std() / sqrt(n)
    assert earliest.mean() - error < restricted < latest.mean() + error
    assert latest[frame.end == "insolvent"].mean() == pytest.approx(13.66, abs=0.15), "the mean never to be reported"


def months_by_day(last: int) -> np.ndarray:
    """Months since the start on each day, 0 to ``last``: each calendar month counts 1."""
    days = pd.date_range(START, periods=last + 1)
    return ((days.year - START.year) * 12 + days.month - START.month - 1 + days.day / days.days_in_month).to_numpy()
