"""The books of random companies, seen by an observer who keeps books of his own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings

from sim.company import model
from sim.company.product import LEAST_RUNWAY_PART
from sim.company.state import RAISED, WAGES, Company
from sim.kernel.calendar import Phase
from sim.kernel.ledger import CASH, RESTRICTED_CASH
from tests.properties.scenarios import Spec, companies, scenario_of, tables


class Auditor:
    """Rolls every account forward from the movements alone, in whole cents, and compares at the end of each day."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.n = company.block.n_rows
        self.accounts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(self.n, dtype=np.int64))
        self.days = 0

    def see(self, debit: str, credit: str, cents: Any, kind: str) -> None:
        """Note a movement; nothing may move in rows that have ended, nor out of cash that is not there."""
        block = self.company.block
        assert cents.dtype == np.int64
        assert not cents[~block.trading].any()
        self.accounts[debit][block.row] += cents
        self.accounts[credit][block.row] -= cents
        assert kind
        assert (self.accounts[CASH][block.row] >= 0).all()

    def credits(self, stem: str) -> np.ndarray:
        """What the accounts whose names begin so have been credited, on balance."""
        balances = [balance for name, balance in self.accounts.items() if name.startswith(stem)]
        return -np.sum([np.zeros(self.n, dtype=np.int64), *balances], axis=0)

    def check(self) -> None:
        """Every account rolls forward; debits equal credits; what is owed is what is open."""
        company, row = self.company, self.company.block.row
        self.days += 1
        accounts = vars(company.ledger.balances)
        for name, balance in accounts.items():
            assert np.array_equal(balance, self.accounts[name][row]), name
        assert set(self.accounts) <= set(accounts)
        assert not sum(accounts.values()).any()
        assert (company.ledger.cash >= 0).all()
        assert (company.wages_owed >= 0).all()
        self.check_payables()

    def check_payables(self) -> None:
        """Each creditor is owed what has fallen due and what will; nothing waits for a day that has passed."""
        company = self.company
        overdue = np.zeros(company.block.n_rows, dtype=np.int64)
        for creditor in company.payables.creditors.values():
            own, live = creditor.own, company.trading
            invoiced = sum(own.pending.values(), start=own.due)
            assert np.array_equal((invoiced - own.paid)[live], creditor.owed[live])
            assert all(day > company.today for day in own.pending)
            assert creditor.days == sorted(set(creditor.days))
            assert not creditor.days or np.array_equal(own.due_by[-1], own.due)
            assert ((creditor.overdue >= 0) & (creditor.overdue <= creditor.owed)).all()
            overdue += creditor.overdue
        assert np.array_equal(overdue, company.payables.overdue)


def audited(spec: Spec) -> tuple[Auditor, Any]:
    """The auditor of a company after its last day, and the rows it reported."""
    auditors: list[Auditor] = []

    class Watched(Company):
        def _open_books(self) -> None:
            auditors.append(Auditor(self))
            self.ledger.observers.append(auditors[0].see)
            super()._open_books()
            self.block.process("zz audit", audit(self))

    def audit(company: Company) -> Generator[Any, Any, None]:
        for day in range(company.timeline.last_day + 1):
            yield company.clock.at(day, Phase.RECORDS)
            auditors[0].check()

    with patch.object(model, "Company", Watched):
        rows, _ = tables(scenario_of(spec))
    return auditors[0], rows


@settings(max_examples=60)
@given(companies())
def test_every_account_rolls_forward_to_the_cent_and_reports_follow_from_the_movements(spec: Spec) -> None:
    auditor, rows = audited(spec)
    assert auditor.days == rows.end_day.max() + 1
    accounts = auditor.accounts
    assert_cents(rows.final_cash, accounts[CASH])
    assert_cents(rows.final_restricted_cash, accounts[RESTRICTED_CASH])
    assert_cents(rows.final_wages_owed, -accounts[WAGES])
    assert_cents(rows.raised, -sum(accounts[account] for account in RAISED.values()))
    assert_cents(rows.final_owed, auditor.credits("payable to "))
    assert_cents(rows.revenue, auditor.credits("income: "))


def assert_cents(dollars: Any, cents: Any) -> None:
    """Reported dollars are exactly these cents."""
    assert dollars.tolist() == (cents / 100).tolist()


@settings(max_examples=40)
@given(companies())
def test_reports_of_a_company_are_consistent(spec: Spec) -> None:
    rows, tracks = tables(scenario_of(spec))
    assert (rows.lowest_cash >= 0).all()
    assert (rows.lowest_cash <= rows.final_cash).all()
    assert (rows.peak_overdue >= rows.final_overdue).all()
    assert (rows.final_owed >= rows.final_overdue).all()
    assert ((rows.cause != "") == (rows.end == "insolvent")).all()
    assert (rows.end_day <= spec["horizon_days"]).all()
    assert np.allclose(rows.raised, rows.raised_equity + rows.raised_note)
    assert (rows.zero_cash_day <= rows.payroll_missed_day).all()
    assert (rows.service_suspended_day <= rows.debt_accelerated_day).all()
    assert (rows.default_event_day <= rows.service_suspended_day).all()
    assert rows.confidence.between(0, 2 / LEAST_RUNWAY_PART).all()
    assert (tracks.groupby("replication").revenue.diff().fillna(0) >= 0).all()
    assert tracks.activity.between(0, 1).all()
