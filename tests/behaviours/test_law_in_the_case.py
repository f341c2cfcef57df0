"""The law, tax and people in the shipped case: every action at once, books that balance, and links that matter."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.company.model import assemble
from sim.company.plan import BlockPlan
from sim.scenario.loading import load
from sim.scenario.schema import Experiment, Scenario
from tests.conventions.shared import ROOT
from tests.worlds import Spec, frame_of, world

EVERYTHING: list[Spec] = [
    {"do": "defer_tax", "on": "2023-11-01", "until": "2024-03-01", "days": 120},
    {"do": "time_to_pay", "on": "2024-01-15"},
    {"do": "rd_advance", "on": "2023-11-10"},
    {"do": "layoffs", "on": "2023-11-10", "group": "UK", "share": 0.3},
    {"do": "layoffs", "on": "2023-11-10", "group": "US", "share": 0.3, "notice_days": 14},
    {"do": "freeze_hiring", "on": "2023-11-01"},
    {"do": "defer_pay", "on": "2023-12-01", "until": "2024-02-01", "group": "UK", "share": 0.1},
    {"do": "defer_pay", "on": "2023-12-01", "group": "US", "share": 0.1, "repaid_after_days": 60},
    {"do": "retention", "on": "2023-11-15", "group": "UK", "months_of_pay": 0.5, "days": 90},
    {"do": "settle_case", "on": "2024-01-10", "case": "Getty, Delaware", "amount": 1e6},
    {"do": "moratorium", "on": "2023-12-10"},
    {"do": "appoint_cro", "on": "2023-11-20", "until": "2024-05-01"},
    {"do": "set_reserve", "on": "2023-11-20", "weeks": 3},
    {"do": "pay_order", "on": "2023-11-20", "order": ["critical", "tax", "trade", "vendors"]},
    {"do": "wind_down", "when": {"no_live_prospect": True}, "on": "2024-02-01"},
]
POLICIES: list[Spec] = [
    {"name": "everything", "actions": EVERYTHING},
    {"name": "defer-tax", "actions": [{"do": "defer_tax", "on": "2023-11-01", "days": 365}]},
]


@cache
def the_case() -> Scenario:
    return load(ROOT / "experiments/scenarios/stability_2023_10.toml").scenario


def frame_of_case(replications: int = 60, policies: list[Spec] | None = None, **changes: Any) -> pd.DataFrame:
    scenario = the_case().model_copy(update=changes)
    wanted = POLICIES if policies is None else policies
    return sim.simulate(Experiment(name="case", scenario=scenario, policies=wanted), replications=replications).frame


def by_policy(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame.policy == name].reset_index(drop=True)


def test_with_every_action_at_once_the_books_balance_to_the_cent_and_cash_is_never_negative() -> None:
    experiment = Experiment(name="case", scenario=the_case(), policies=POLICIES)
    plan = BlockPlan(experiment.scenario, experiment.policies, 0, 40, 7, 1, 0, experiment.policies)
    company, own = assemble(plan)
    lowest: list[int] = []
    company.ledger.observers.append(lambda *_: lowest.append(int(company.ledger.cash.min(initial=0))))
    company.block.run(own.keep)
    assert not np.any(sum(vars(company.ledger.balances).values()))
    assert min(lowest) >= 0
    assert company.payables.overdue.tolist() == sum(c.overdue for c in company.payables.creditors.values()).tolist()


def test_a_policy_gives_the_same_rows_alone_as_beside_another() -> None:
    both = by_policy(frame_of_case(), "defer-tax").drop(columns="policy")
    alone = by_policy(frame_of_case(policies=POLICIES[1:]), "defer-tax").drop(columns="policy")
    assert both[alone.columns].equals(alone)


def test_the_tax_office_is_put_off_so_that_pay_is_met_in_one_case_of_ten_more_by_day_91() -> None:
    treasury = the_case().treasury
    first = frame_of_case(400, [], treasury=treasury.model_copy(update={"protected": ("critical", "tax")}))
    later = frame_of_case(400, [])
    assert later["peak_overdue.HMRC"].mean() > 2 * first["peak_overdue.HMRC"].mean()
    missed_first, missed_later = ((rows.payroll_missed_day.fillna(1000) <= 91).mean() for rows in (first, later))
    assert missed_later < missed_first - 0.1


def test_the_tax_office_is_put_off_while_the_payroll_of_the_us_is_met() -> None:
    """The people, taxes and treasury of the case on 12 million dollars: in most worlds a payroll more is met."""
    case = the_case().model_dump(by_alias=True)
    parts = {name: case[name] for name in ("country", "staff", "tax", "treasury")}
    alone = frame_of(world(case["start"], 12e6, horizon_months=9, **parts), 200, policies=POLICIES[1:])
    paid, put_off = (by_policy(alone, name).payroll_missed_day for name in ("do-nothing", "defer-tax"))
    assert (put_off - paid >= 13).mean() > 0.7
    assert (put_off < paid).mean() < 0.05


def test_in_the_case_the_books_are_insolvent_on_day_0() -> None:
    frame = frame_of_case(20, [])
    assert (frame.balance_sheet_insolvent_day == 0).all()


def test_unsecured_creditors_get_a_few_cents_in_the_dollar_and_the_tax_office_more() -> None:
    frame = frame_of_case(200, [])
    failed = frame[frame.end == "insolvent"]
    assert 0.0 <= failed["recovery.unsecured"].median() <= 0.15
    assert failed["recovery.tax_preferential"].mean() > failed["recovery.unsecured"].mean()
    assert failed.creditor_deficiency.between(15e6, 250e6).mean() > 0.9
    assert (frame[frame.end == "recapitalised"].creditor_deficiency > 0).mean() > 0.9


def test_who_files_at_once_leaves_amazon_a_claim_to_the_rest_of_the_committed_year() -> None:
    case, file_now = the_case(), [{"name": "file-now", "actions": [{"do": "file", "on": "2023-11-01"}]}]
    free = [vendor.model_copy(update={"commitment": None}) for vendor in case.vendors]
    bound, unbound = (
        by_policy(frame_of_case(100, file_now, **changes), "file-now").creditor_deficiency
        for changes in ({}, {"vendors": tuple(free)})
    )
    assert 10e6 < (bound - unbound).mean() < 30e6


LINKS = ["arrears_to_petitions", "tax_arrears_to_petitions"]


@pytest.mark.parametrize("link", LINKS)
def test_a_company_whose_directors_never_file_lives_longer_without_the_link(link: str) -> None:
    nobody: Spec = {"board": None, "ends": (), "investors": (), "tranches": (), "sales": ()}
    case = the_case()
    nobody |= {"minimum_head_count": case.minimum_head_count.of(case.minimum_head_count.kind, 0)}
    nobody |= {"minimum_service": case.minimum_service.of(case.minimum_service.kind, 0)}
    feedback = the_case().feedback
    on = frame_of_case(100, [], **nobody)
    off = frame_of_case(100, [], **nobody, feedback=feedback.model_copy(update={link: False}))
    assert off.end_day.astype(float).mean() >= on.end_day.astype(float).mean()
    assert not on.end_day.equals(off.end_day)
