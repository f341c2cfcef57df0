"""The page for advisers says in numbers what the scenario of October 2023 says, and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conventions.shared import ROOT

PAGE = (ROOT / "docs/adviser.md").read_text(encoding="utf-8")
SCENARIO = tomllib.loads((ROOT / "experiments/scenarios/stability_2023_10.toml").read_text(encoding="utf-8"))
NAMES = re.compile(r"31 October 2023|`[^`]*`|\]\([^)]*\)")
"""A date and file names, whose digits are no numbers of the page."""

PERCENT = {
    "board.filing": "a chance of {} a week",
    "board.filing_live": "or {} while an investor, a buyer or promised money is alive",
    "board.missed_payroll_filing": "After a missed payroll it is {} a business day",
    "board.missed_payroll_filing_live": "a business day, or {}.",
    "board.no_prospect_filing": "no prospect it is {} a week",
    "board.last_prospect_filing": "it is {} at once",
    "board.petition_filing": "when a petition is served {}.",
    "vendors.AWS.posture.strict": "strict, as {} are",
    "vendors.AWS.posture.patient": "A patient one ({})",
    "vendors.AWS.recall_share": "takes back {} of the capacity",
    "vendors.AWS.prepayment_probability": "With {} it first asks to be paid ahead",
    "minimum_service": "below {} of it",
    "petitions.order_probability": "ends in an order with {}.",
    "confidence.outside_round_chance": "one draw for all of them, {}, times confidence",
    "investors.first outside lead.success_probability": "says yes with {},",
    "investors.first outside lead.fall_through_probability": "{} fall through, 35%",
    "investors.first outside lead.hidden_fall_through_probability": "{} where diligence reveals",
    "investors.first outside lead.founder_consent_probability": "The founder must agree ({})",
    "recapitalisation.critical_share": "each vendor with {} of the arrears",
    "investors.insiders and founder.success_probability": "with {}, within",
    "tranches.Intel's later tranche.probability": "each with {}.",
    "sales.sale.buyer_chance": "a buyer with {},",
    "sales.sale.floor_share": "must bid {} of all",
    "sales.sale.fall_through_probability": "later, {} fall through",
    "waterfall.cost_share": "and {}. Employees",
}
PLAIN = {
    "board.cover_trigger_weeks": "less than {} weeks",
    "board.suspended_factor": "{} times as likely",
    "board.filing_business_days": "in {} business days",
    "minimum_head_count": "Below {} of them",
    "vendors.AWS.patience.commercial": "Its patience is {} days (45-270)",
    "vendors.AWS.patience.strict": "or {} (15-75) if it is strict",
    "vendors.AWS.credit_hold_at": "At {} of that it holds credit",
    "vendors.AWS.breach_notice_at": "at {} it gives notice",
    "vendors.AWS.recall_at": "at {} it takes back",
    "vendors.AWS.cure_days": "terminates {} days later",
    "service_grace_days": "for {} days, trading ceases",
    "petitions.patience.tax": "after {} days (the tax office)",
    "petitions.patience.trade": "{} (small suppliers)",
    "petitions.patience.critical": "{} (critical ones)",
    "petitions.patience.vendors": "{} (vendors)",
    "petitions.advertising_days": "after {} days and freezes",
    "petitions.hearing_days": "after {} days ends in an order",
    "treasury.reserve_weeks": "a reserve of {} weeks (4-10)",
    "treasury.stretch_days.vendors": "Vendors are paid {} days late",
    "treasury.stretch_days.trade": "trade {},",
    "treasury.stretch_days.tax": "tax {}.",
    "investors.first outside lead.decision_days": "in about {} days",
    "investors.insiders and founder.ask_below_weeks": "below {} weeks: ",
    "investors.insiders and founder.decision_days": "within {} business days",
    "sales.sale.closing_days": "closes {} days later, 35%",
    "waterfall.termination_weeks": "{} weeks of pay for dismissed",
}


def at(path: str) -> Any:
    """What the scenario states at a path; members of a list go by their names."""
    found: Any = SCENARIO
    for key in path.split("."):
        found = next(each for each in found if each["name"] == key) if isinstance(found, list) else found[key]
    return found


def in_words(stated: Any, scale: int, unit: str) -> str:
    """A value; the most likely one, with the range where it is a chance; or a range."""
    likely = stated.get("value", stated.get("mode", stated.get("median")))
    ends = "-".join(f"{scale * stated[end]:g}" for end in ("low", "high") if end in stated) + unit
    if likely is None:
        return ends
    return f"{scale * likely:g}{unit}" + (f" ({ends})" if unit and "low" in stated else "")


@pytest.mark.parametrize("path", PERCENT)
def test_a_chance_or_share_on_the_page_is_that_of_the_scenario(path: str) -> None:
    assert PERCENT[path].format(in_words(at(path), 100, "%")) in PAGE


@pytest.mark.parametrize("path", PLAIN)
def test_days_weeks_and_heads_on_the_page_are_those_of_the_scenario(path: str) -> None:
    assert PLAIN[path].format(in_words(at(path), 1, "")) in PAGE


def numbers(stated: Any) -> Iterator[float]:
    """All numbers of a file, with those written as amounts, such as "$4.0M"."""
    if isinstance(stated, dict | list):
        for each in stated.values() if isinstance(stated, dict) else stated:
            yield from numbers(each)
    elif isinstance(stated, int | float):
        yield float(stated)
    elif isinstance(stated, str) and (amount := re.fullmatch(r"\$([\d.]+)(M?)", stated)):
        yield float(amount[1]) * (1e6 if amount[2] else 1)


def test_no_number_on_the_page_is_foreign_to_the_scenario() -> None:
    """As it stands there, as a percentage, or in millions."""
    known = {round(number * scale, 9) for number in numbers(SCENARIO) for scale in (1, 100, 1e-6)}
    found = re.findall(r"\d+(?:\.\d+)?", NAMES.sub("", PAGE))
    assert len(found) > 80
    assert [number for number in found if float(number) not in known] == []


def test_classes_are_paid_in_the_order_that_the_page_gives() -> None:
    first, *others, last = at("treasury.pay_order")
    order = ", ".join([f"{first} suppliers", *others]) + f" and {last}"
    assert f"Each Friday {order}, in this order" in PAGE
    assert at("treasury.weekday") == "Friday"


def test_the_page_for_advisers_has_fewer_than_700_words() -> None:
    assert len(PAGE.split()) < 700
