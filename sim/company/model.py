"""The cast, wired to one environment.

Processes never call each other: they meet in the company's state and books. Reading order: this file, any one process,
the ledger.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from sim.company.actions import LAUNCH, Act, action
from sim.company.board import Board, board
from sim.company.creditors import Line, line, operating_cost
from sim.company.customers import Subscription, processor, revenue_line, subscription
from sim.company.investors import Insider, Outside, Tranche, insider, outside_investor, tranche
from sim.company.journal import Entry, Journal
from sim.company.plan import BlockPlan, Outcome
from sim.company.product import confidence, product
from sim.company.records import Records, records
from sim.company.solvency import GenericEnds, Solvency, ends, solvency
from sim.company.staff import Group, KeyPerson, payroll, turnover
from sim.company.state import Company
from sim.company.treasury import Levers, treasury
from sim.company.vendors import Vendor, billing, credit_control
from sim.kernel.block import Block
from sim.kernel.calendar import Timeline


def simulate(plan: BlockPlan) -> Outcome:
    """Simulate a block: plain data in, tables out. Opens no file and knows no executor."""
    company, own = assemble(plan)
    company.block.run(own.keep)
    return own.outcome()


def trace(plan: BlockPlan) -> list[Entry]:
    """The journal of a block's first row: plan one policy and one replication to read that one."""
    company, own = assemble(plan)
    journal = Journal(company.clock)
    company.journal = journal
    company.ledger.observers.append(journal.observe)
    company.block.run(own.keep)
    return journal.entries


def assemble(plan: BlockPlan) -> tuple[Company, Records]:
    """The company of a block with its whole cast, ready to run, and its records."""
    scenario = plan.scenario
    timeline = timeline_of(scenario.start, scenario.horizon_last_day())
    block = Block(timeline, plan.seed, plan.first, plan.stop, len(plan.policies), len(plan.points))
    company = Company(block, plan)
    add_vendors(company)
    add_people(company)
    add_creditors(company)
    add_customers(company)
    company.enter_opening_invoices()
    for vendor in company.vendors.values():
        vendor.start()
    add_investors(company)
    add_board(company)
    return company, add_endings(company, plan.tracked)


@lru_cache(maxsize=8)
def timeline_of(start: date, last_day: int) -> Timeline:
    """The dates of a run, shared by the blocks of a process. *Source*: the calendar."""
    return Timeline(start, last_day)


def add_vendors(company: Company) -> None:
    """Cloud vendors bill and collect."""
    for terms in company.scenario.vendors:
        vendor = company.vendors[terms.name] = Vendor(company, terms)
        company.block.process(f"vendor {terms.name}: billing", billing(company, vendor))
        company.block.process(f"vendor {terms.name}: credit control", credit_control(company, vendor))


def add_people(company: Company) -> None:
    """Staff come, go and are paid."""
    for terms in company.scenario.staff:
        group = company.groups[terms.name] = Group(company, terms)
        company.block.process(f"payroll {terms.name}", payroll(company, group))
    people = [KeyPerson(company, terms) for terms in company.scenario.key_people]
    if company.groups:
        company.block.process("turnover", turnover(company, people))


def add_creditors(company: Company) -> None:
    """Operating costs and generic lines; the treasury pays."""
    for cost in company.scenario.costs:
        company.creditor(cost.name, cost.class_)
        company.block.process(f"cost {cost.name}", operating_cost(company, cost))
    for terms in company.scenario.lines:
        company.block.process(f"line {terms.name}", line(company, Line(company, terms)))
    levers = Levers(company)
    company.block.process("treasury", treasury(company, levers))
    add_actions(company, levers)


def add_actions(company: Company, levers: Levers) -> None:
    """The dated actions of each policy."""
    for policy, plan in enumerate(company.policies):
        for i, terms in enumerate(plan.actions):
            if terms.do != "set":
                own = company.inputs.resolve(terms, f"policies.{plan.name}.{i}")
                company.block.process(f"action {plan.name} {i:03d}", action(company, Act(company, levers, policy, own)))


def add_customers(company: Company) -> None:
    """Revenue lines and the subscription."""
    for terms in company.scenario.revenue:
        company.block.process(f"revenue {terms.name}", revenue_line(company, terms))
    if company.scenario.subscription is not None:
        company.subscription = Subscription(company, company.scenario.subscription)
        company.creditor(LAUNCH, "trade")
        company.block.process("subscription", subscription(company))
        company.block.process("subscription payouts", processor(company))
    company.block.process("product", product(company))


def add_investors(company: Company) -> None:
    """Those who may bring money, and what they think of the company."""
    for terms in company.scenario.investors:
        if terms.kind == "outside":
            company.block.process(f"investor {terms.name}", outside_investor(company, Outside(company, terms)))
        else:
            own = company.insiders[terms.name] = Insider(company, terms)
            company.block.process(f"investor {terms.name}", insider(company, own))
    for terms in company.scenario.tranches:
        company.block.process(f"tranche {terms.name}", tranche(company, Tranche(company, terms)))
    company.block.process("confidence", confidence(company))


def add_board(company: Company) -> None:
    """The board, if the scenario has one."""
    if company.scenario.board is not None:
        company.block.process("board", board(company, Board(company)))


def add_endings(company: Company, tracked: int) -> Records:
    """States, ends and records."""
    own = Solvency(company)
    company.block.process("solvency", solvency(company, own))
    if company.scenario.ends:
        company.block.process("ends", ends(company, GenericEnds(company)))
    books = Records(company, own, company.block.n_rows, tracked)
    company.block.process("records", records(company, books))
    return books
