"""What the board can do about tax, people, cases, creditors and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sim.scenario import kinds as k
from sim.scenario.problems import Location, Problem
from sim.scenario.scenario_checks import dangling
from sim.scenario.schema_company import PayClass
from sim.scenario.table import Many, Name, default, names, part, required
from sim.scenario.timing import Timed


class DeferTax(Timed):
    """Tax is paid late, until it is undone."""

    do: Literal["defer_tax"] = default("defer_tax", "the action")
    days: k.Days = required("days after the due date")


class TimeToPay(Timed):
    """The tax office is asked to take what is overdue in monthly instalments."""

    do: Literal["time_to_pay"] = default("time_to_pay", "the action")
    months: k.Count | None = default(None, "instalments, if not the tax office's own number")


class AdvanceResearchCredit(Timed):
    """A lender advances money on the research credit while it is pending."""

    do: Literal["rd_advance"] = default("rd_advance", "the action")
    share: k.Share = default(0.7, "share of the claim that is advanced")
    fee: k.Share = default(0.1, "fee, as a share of the advance")


class Layoffs(Timed):
    """A share of a group is dismissed: consultation where the law asks for it, notice, and severance at the exit."""

    do: Literal["layoffs"] = default("layoffs", "the action")
    group: Name = required("staff group")
    share: k.Share = required("share of its people")
    notice_days: k.Days = default(30, "days of notice after the consultation")
    severance_weeks: k.Factor = default(9, "weeks of pay to each at the exit")
    consultation: bool = default(True, "whether collective redundancy is to be consulted on for 30 or 45 days")


class FreezeHiring(Timed):
    """Nobody is hired, until it is undone."""

    do: Literal["freeze_hiring"] = default("freeze_hiring", "the action")


class DeferPay(Timed):
    """A share of pay is cut, or put off to a day, until it is undone; people leave faster."""

    do: Literal["defer_pay"] = default("defer_pay", "the action")
    group: Name = required("staff group")
    share: k.Share = required("share of net pay that is not paid")
    repaid_after_days: k.Days | None = default(None, "days until what was put off is due; absent = pay is cut for good")
    exit_factor: k.Factor = default(1.5, "factor on leaving while it lasts")


class Retention(Timed):
    """Retention pay: half at once, half at its end, to those who are still there."""

    do: Literal["retention"] = default("retention", "the action")
    group: Name = required("staff group")
    months_of_pay: k.Months = required("retention pay, in months of cost per head")
    exit_factor: k.Factor = default(0.6, "factor on leaving while it lasts")
    days: k.Days = default(180, "days for which it binds")


class SettleCase(Timed):
    """A case is settled for an agreed amount."""

    do: Literal["settle_case"] = default("settle_case", "the action")
    case: Name = required("case to settle")
    amount: k.Money = required("what is paid")


class Moratorium(Timed):
    """Creditors may not act while a monitor watches; a missed payroll ends it, a pending petition bars it."""

    do: Literal["moratorium"] = default("moratorium", "the action")
    business_days: k.BusinessDays = default(20, "how long it lasts")
    extension_business_days: k.BusinessDays = default(20, "how long the directors extend it while a prospect is live")


class WindDown(Timed):
    """An orderly end: usage and staff go, creditors are paid; once all are paid in full the company is wound down."""

    do: Literal["wind_down"] = default("wind_down", "the action")
    notice_days: k.Days = default(30, "days until staff leave")
    severance_weeks: k.Factor = default(9, "weeks of pay to each at the exit")
    usage_days: k.Days = default(30, "days until compute is given back")


class AppointOfficer(Timed):
    """A restructuring officer: vendors are calmer, the tax office likelier to agree, and each month costs."""

    do: Literal["appoint_cro"] = default("appoint_cro", "the action")
    monthly: k.MonthlyMoney = default(100_000, "fee")
    pressure_factor: k.Factor = default(0.8, "factor on the pace of vendors' pressure")
    grant_factor: k.Factor = default(1.2, "factor on the chance of Time To Pay")


class SetReserve(Timed):
    """The treasury keeps another reserve from now on, until it is undone."""

    do: Literal["set_reserve"] = default("set_reserve", "the action")
    weeks: k.Weeks = required("weeks of net pay and critical costs kept back")


class PayOrder(Timed):
    """The treasury pays classes in another order from now on, until it is undone."""

    do: Literal["pay_order"] = default("pay_order", "the action")
    order: Many[PayClass] = required("classes in order of payment, each once")


LAW_ACTIONS = (
    DeferTax
    | TimeToPay
    | AdvanceResearchCredit
    | Layoffs
    | FreezeHiring
    | DeferPay
    | Retention
    | SettleCase
    | Moratorium
    | WindDown
    | AppointOfficer
    | SetReserve
    | PayOrder
)

NEEDS = {"time_to_pay": ("tax",), "rd_advance": ("tax", "research_credit")}
"""Tables of the scenario without which an action has nothing to act on."""


def law_problems(place: Location, action: Any, scenario: Any) -> Iterator[Problem]:
    """What is wrong between an action on law, people or tax and the scenario."""
    do = part(action, "do")
    if do in NEEDS and part(scenario, *NEEDS[do]) is None:
        yield Problem((*place, "do"), do, f"another action: the scenario has no table {'.'.join(NEEDS[do])}")
    if do == "settle_case":
        yield from dangling((*place, "case"), part(action, "case"), names(scenario, "cases"), "a case")
    if do in ("layoffs", "defer_pay", "retention"):
        yield from dangling((*place, "group"), part(action, "group"), names(scenario, "staff"), "a staff group")
    order = part(action, "order")
    if (
        do == "pay_order"
        and isinstance(order, list | tuple)
        and sorted(map(str, order)) != sorted(("critical", "tax", "vendors", "trade"))
    ):
        yield Problem((*place, "order"), order, 'each of "critical", "tax", "vendors", "trade" once')
