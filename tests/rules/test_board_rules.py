"""The board's view and its decision to file; investors; states and ends."""

from __future__ import annotations

from datetime import date
from math import log
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.company.board import cover, daily_hazards, filing_hazard, rate
from sim.company.bridges import whole_days
from sim.company.investors import consents, says_yes
from sim.company.records import dollars
from sim.company.solvency import end_times, is_cash_flow_insolvent
from tests.worlds import Spec, frame_of, line, world

START = date(2023, 10, 31)
BOARD = SimpleNamespace(
    filing=0.15,
    filing_live=0.03,
    missed_payroll_filing=0.25,
    missed_payroll_filing_live=0.06,
    last_prospect_filing=0.5,
    petition_filing=0.1,
    no_prospect_filing=0.02,
    suspended_factor=2.0,
)


@pytest.mark.parametrize(
    ("cash", "receipts", "critical", "payrolls", "weeks"),
    [
        (100.0, 0.0, 30.0, [0] * 13, 3),
        (100.0, 30.0, 30.0, [0] * 13, 13),
        (100.0, 0.0, 0.0, [0, 60, 0, 60] + [0] * 9, 3),
        (-1.0, 0.0, 0.0, [0] * 13, 0),
        (90.0, 0.0, 30.0, [0] * 13, 3),
        (10.0, 50.0, 0.0, [100] + [0] * 12, 0),
    ],
    ids=[
        "$100 at $30 a week last 3 whole weeks",
        "for ever if receipts match",
        "two payrolls of $60 are met until the second in week 4",
        "wages in arrears beyond cash leave 0 weeks",
        "a forecast of exactly 0 is not negative",
        "a shortfall in the first week counts although later receipts would cover it",
    ],
)
def test_weeks_of_cover(cash: float, receipts: float, critical: float, payrolls: list[int], weeks: int) -> None:
    assert cover(np.array([cash]), np.array([receipts]), critical, payrolls).tolist() == [weeks]


@pytest.mark.parametrize(
    ("unpaid", "short", "insolvent", "live", "suspended", "hazard"),
    [
        (False, False, False, False, False, 0.0),
        (False, True, True, False, False, -log(0.85) / 5),
        (False, True, True, True, False, -log(0.97) / 5),
        (True, True, True, False, False, -log(0.75)),
        (True, False, True, True, False, -log(0.94)),
        (True, True, True, True, True, -2 * log(0.94)),
        (False, False, False, False, True, 0.0),
        (False, False, True, False, False, -log(0.98) / 5),
        (False, False, True, True, False, 0.0),
    ],
    ids=[
        "a board with cover does not file",
        "15% a week when cover is short",
        "3% a week while a prospect is live",
        "25% a business day with wages unpaid",
        "6% a business day with wages unpaid and a prospect",
        "twice as much without full service",
        "nothing doubled is nothing",
        "2% a week with debts beyond cash and no prospect, though the payroll is covered",
        "with a prospect they wait",
    ],
)
def test_a_business_days_hazard_of_filing(
    unpaid: bool, short: bool, insolvent: bool, live: bool, suspended: bool, hazard: float
) -> None:
    flags = [np.array([flag]) for flag in (unpaid, short, insolvent, live, suspended)]
    daily = SimpleNamespace(**daily_hazards(BOARD))
    assert filing_hazard(*flags, daily, BOARD.suspended_factor).tolist() == pytest.approx([hazard])


def test_a_probability_of_15_percent_a_week_leaves_85_percent_after_five_days_of_its_hazard() -> None:
    assert np.exp(-5 * rate(0.15, 5)) == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("gate", "confidence", "own", "says"),
    [(0.3, 1.0, 0.4, True), (0.3, 0.7, 0.4, False), (0.3, 1.0, 0.5, False), (0.41, 1.0, 0.1, False)],
    ids=[
        "yes when the company can raise and the lead wants to",
        "no when confidence has fallen",
        "no when the lead does not want to",
        "no when nobody can be found at all",
    ],
)
def test_an_outside_lead_says(gate: float, confidence: float, own: float, says: bool) -> None:
    assert says_yes(np.array([gate]), 0.4, np.array([confidence]), np.array([own]), 0.5).tolist() == [says]


CONSENTS = SimpleNamespace(vendor_consent_probability=0.55, founder_consent_probability=0.9)


@pytest.mark.parametrize(
    ("vendor", "founder", "agree"),
    [(0.5, 0.5, True), (0.6, 0.5, False), (0.5, 0.95, False)],
    ids=["vendors and founder agree", "not if vendors refuse", "not if the founder refuses"],
)
def test_a_recapitalisation_needs_both(vendor: float, founder: float, agree: bool) -> None:
    assert consents(np.array([vendor]), np.array([founder]), CONSENTS).tolist() == [agree]


def test_decision_times_are_whole_days_and_at_least_one() -> None:
    assert whole_days(np.array([0.2, 1.4, 1.6, 15.0])).tolist() == [1, 1, 2, 15]


@pytest.mark.parametrize(
    ("overdue", "wages", "cash", "is_insolvent"),
    [(100, 0, 100, False), (101, 0, 100, True), (60, 50, 100, True), (0, 0, 0, False)],
    ids=[
        "$1 overdue and $1 of cash: can pay",
        "one cent more: cannot",
        "wages in arrears count too",
        "nothing owed, nothing there: can pay",
    ],
)
def test_cash_flow_insolvency(overdue: int, wages: int, cash: int, is_insolvent: bool) -> None:
    assert is_cash_flow_insolvent(np.array([overdue]), np.array([wages]), np.array([cash])).tolist() == [is_insolvent]


def test_an_end_of_rate_0_never_comes_and_one_of_half_a_month_comes_after_twice_its_threshold() -> None:
    times = end_times([np.array([1.0]), np.array([1.5])], [0.0, 0.5])
    assert times.tolist() == [[np.inf], [3.0]]


def test_1234567_cents_are_12345_dollars_and_67_cents() -> None:
    assert dollars(np.array([1_234_567])).tolist() == [12_345.67]


SURE = {"filing": 0, "filing_live": 0, "missed_payroll_filing": 0, "missed_payroll_filing_live": 0}
QUIET: Spec = {**SURE, "last_prospect_filing": 0, "filing_business_days": 0}


def company(horizon_days: int = 60, cash: float = 10_000, **parts: Any) -> Any:
    """A company with $10,000 whose critical costs of $13,000 a month fall due later: cover is 3 weeks."""
    rent = {"name": "rent", "class": "critical", "monthly": 13_000, "invoice_day": 1, "net_days": 300}
    return world(START, cash=cash, country="GB", horizon_days=horizon_days, costs=[rent], **parts)


def test_a_board_below_its_trigger_files_some_business_days_after_it_decides() -> None:
    certain = {**QUIET, "filing": 0.999999999999, "filing_business_days": 3}
    row = frame_of(company(board=certain)).iloc[0]
    assert (row.end, row.cause) == ("insolvent", "directors_filed")
    assert row.end_day <= 7 + 5 + 5
    assert frame_of(company(board=certain, cash=1e6)).end.tolist() == ["survived"]


def test_a_board_that_is_certain_to_file_after_a_missed_payroll_files_that_day() -> None:
    wages = [line("wages", "out", "month", 20_000, day=6, paid_as="payroll")]
    certain = {**QUIET, "missed_payroll_filing": 1}
    row = frame_of(company(board=certain, lines=wages)).iloc[0]
    assert (row.end, row.payroll_missed_day, row.end_day) == ("insolvent", 6, 6)
    assert row.leading_state == "payroll_missed"


def insider(**parts: Any) -> Spec:
    return {"name": "founder", "kind": "insider", "amount": 1, "decision_days": 3, "success_probability": 1, **parts}


NEARLY_CERTAIN = {**QUIET, "last_prospect_filing": 0.999999999999}


def test_an_insider_is_asked_when_cover_is_below_6_weeks() -> None:
    asked, calm = (frame_of(company(board=QUIET, investors=[insider()], cash=cash)) for cash in (10_000, 90_000))
    assert asked.raised.iloc[0] > 0
    assert calm.raised.tolist() == [0]


def test_an_insider_pays_again_after_its_cool_off_until_its_closings_are_used_up() -> None:
    eager = insider(repeat_probability=1, cool_off_days=7, max_closings=3)
    assert frame_of(company(board=QUIET, investors=[eager], horizon_days=120)).raised_note.tolist() == [3]


def test_a_board_may_file_when_its_last_prospect_refuses() -> None:
    refusal = insider(success_probability=0)
    row = frame_of(company(board=NEARLY_CERTAIN, investors=[refusal])).iloc[0]
    assert (row.end, row.cause) == ("insolvent", "directors_filed")


def test_a_prospect_that_pays_has_not_died() -> None:
    payer = insider(max_closings=1)
    assert frame_of(company(board=NEARLY_CERTAIN, investors=[payer])).end.tolist() == ["survived"]


PROMISE = {"name": "promise", "amount": 1, "probability": 1, "arrival_day": 50}


def test_a_tranche_arrives_on_the_business_day_on_or_after_its_day() -> None:
    rows = [frame_of(company(day, board=QUIET, tranches=[{**PROMISE, "arrival_day": 53.2}])) for day in (54, 55)]
    assert [row.raised.iloc[0] for row in rows] == [0, 0]
    assert frame_of(company(56, board=QUIET, tranches=[{**PROMISE, "arrival_day": 53.2}])).raised.tolist() == [0]
    assert frame_of(company(57, board=QUIET, tranches=[{**PROMISE, "arrival_day": 53.2}])).raised.tolist() == [1]


MISSED = [line("wages", "out", "month", 20_000, day=6, paid_as="payroll")]


def test_a_missed_payroll_voids_a_tranche_that_depends_on_no_default() -> None:
    void, kept = (
        frame_of(company(board=QUIET, lines=MISSED, tranches=[{**PROMISE, "voided_by_default": voided}])).raised.iloc[0]
        for voided in (True, False)
    )
    assert (void, kept) == (0, 1)


def test_the_board_counts_on_a_tranche_until_the_business_day_after_the_default() -> None:
    wages = [line("wages", "out", "month", 20_000, day=16, paid_as="payroll")]
    row = frame_of(company(board=NEARLY_CERTAIN, lines=wages, tranches=[PROMISE])).iloc[0]
    assert (row.default_event_day, row.end_day) == (16, 17)


def lead(**parts: Any) -> Spec:
    """A lead who meets at once, says yes in 5 days and closes in 10."""
    sure = {"success_probability": 1, "fall_through_probability": 0, "meetings_per_month": 1e6, "refusal_shock": 0.2}
    return {"name": "lead", "kind": "outside", "amount": 5000, "decision_days": 5, "closing_days": 10, **sure, **parts}


def test_a_lead_met_on_1_november_decides_on_the_6th_and_closes_on_the_16th() -> None:
    row = frame_of(world(START, cash=1, country="GB", horizon_days=40, investors=[lead()])).iloc[0]
    assert (row.end, row.end_day, row.raised_equity) == ("recapitalised", 16, 5000)


def test_a_round_that_does_not_recapitalise_goes_on() -> None:
    row = frame_of(
        world(START, cash=1, country="GB", horizon_days=40, investors=[lead(recapitalises=False, instrument="note")])
    ).iloc[0]
    assert (row.end, row.raised_note, row.final_cash) == ("survived", 5000, 5001)


def test_each_refusal_costs_a_fifth_of_confidence() -> None:
    confidence = {
        "arrears_weight": 0,
        "missed_payroll_shock": 0,
        "suspension_shock": 0,
        "senior_exit_shock": 0,
        "outside_round_chance": 1,
        "half_life_months": 1e6,
    }
    no = lead(success_probability=0, cool_off_days=10)
    scenario = world(START, cash=1, country="GB", horizon_days=21, investors=[no], confidence=confidence)
    assert frame_of(scenario).confidence.tolist() == pytest.approx([0.64], abs=1e-4), "on the 6th and on the 21st"


def test_a_state_that_is_terminal_ends_it_with_that_state_as_cause() -> None:
    rent = line("rent", "out", "day", 1)
    scenario = world(START, cash=1, horizon_days=9, lines=[rent], terminal_states=["zero_cash"])
    row = frame_of(scenario).iloc[0]
    assert (row.end, row.cause, row.end_day, row.leading_state) == ("insolvent", "zero_cash", 2, "zero_cash")
    assert row.creditor == "rent"


def test_the_earlier_phase_wins_when_two_ends_fall_on_one_day() -> None:
    sale = {"name": "sale", "end": "acquired", "per_month": 1e9}
    scenario = world(START, cash=0, horizon_days=9, lines=[line("rent", "out", "day", 1)], ends=[sale])
    both = frame_of(scenario.model_copy(update={"terminal_states": ("zero_cash",)})).iloc[0]
    assert (both.end, both.end_day) == ("acquired", 1)


def test_a_company_without_service_for_60_days_has_ceased() -> None:
    cloud = {"name": "cloud", "monthly_usage": 1, "service_share": 1, "patience": {"commercial": 1, "strict": 1}}
    bill = {"creditor": "cloud", "amount": 1, "due": "2023-09-30"}
    scenario = world(
        START,
        horizon_days=90,
        opening={"cash": 0, "invoices": [bill]},
        vendors=[cloud],
        minimum_service=0.05,
        service_grace_days=60,
    )
    row = frame_of(scenario).iloc[0]
    assert (row.service_suspended_day, row.end_day, row.cause) == (1, 61, "ceased")


def test_a_dead_heat_of_nothing_survives_to_the_horizon_inclusive() -> None:
    row = frame_of(world(START, cash=1, horizon_days=9)).iloc[0]
    assert (row.end, row.end_day, str(row.end_date)[:10]) == ("survived", 9, "2023-11-09")
