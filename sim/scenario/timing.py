"""When an action of a policy happens, what it costs, and who must consent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sim.scenario import kinds as k
from sim.scenario.problems import MISSING, Problem
from sim.scenario.table import Day, Name, Table, Text, as_date, default, part


class When(Table):
    """What must hold in a replication for the board to decide; all that is stated must hold at once."""

    runway_below_weeks: k.Weeks | None = default(None, "weeks of cover, in the board's last view, below which it acts")
    overdue_above: k.Money | None = default(None, "amount overdue to all creditors, above which it acts")
    cash_below: k.Money | None = default(None, "free cash below which it acts")
    wages_in_arrears: bool | None = default(None, "whether wages are in arrears")
    service_suspended: bool | None = default(None, "whether service is below full")
    no_live_prospect: bool | None = default(None, "whether no prospect is live")
    is_public: bool | None = default(None, "whether distress is public")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        if not raw:
            yield Problem((), raw, "at least one condition")


class Timed(Table):
    """An action that happens once, on a day or when a condition is met, in each replication."""

    name: Name | None = default(None, "name by which `after` of another action finds this one; else what it does")
    on: Day | None = default(None, "day of the decision; with `when` or `after`, the first day on which it may fall")
    when: When | None = default(None, "decided on the first business day on which this holds")
    after: Name | None = default(None, "decided once that action of the same policy has taken effect")
    after_days: k.Days = default(0, "days between that effect and this decision")
    until: Day | None = default(None, "first day on which it is no longer decided; what can be undone ends then")
    lag_days: k.Days = default(0, "days from decision to effect")
    cost: k.Money = default(0, "cost of the action itself, invoiced at the decision")
    consent_probability: k.Probability = default(1, "chance that those who must consent do")
    consent_of: Text = default("", "who must consent")

    @classmethod
    def problems(cls, raw: Mapping[str, Any]) -> Iterator[Problem]:
        if all(part(raw, key) is None for key in ("on", "when", "after")):
            yield Problem(("on",), MISSING, "a date, a condition `when`, or `after` another action")
        on, until = as_date(part(raw, "on")), as_date(part(raw, "until"))
        if isinstance(on, date) and isinstance(until, date) and until <= on:
            yield Problem(("until",), until, f"a day after {on}")
