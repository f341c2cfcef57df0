"""The cast, wired to one environment.

Processes never call each other: they meet in the company's state and books. Reading order: this file, any one process,
the ledger.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from sim.company.actions import Act, action, open_policy_costs
from sim.company.balance import balance_sheet
from sim.company.board import Board, board
from sim.company.bridges import Insider, Tranche, insider, tranche
from sim.company.capacity import add_compute
from sim.company.capital import add_capital
from sim.company.creditors import Line, landlord, line, operating_cost
from sim.company.customers import Subscription, deferred_revenue, processor, revenue_line, subscription
from sim.company.in_kind import open_credits
from sim.company.investors import Outside, outside_investor
from sim.company.journal import Entry, Journal
from sim.company.litigation import Case, case, lawyers
from sim.company.people import People
from sim.company.petitions import Petitions, petitions
from sim.company.plan import BlockPlan, Outcome
from sim.company.product import Confidence, confidence, product
from sim.company.recapitalisation import recapitalisation
from sim.company.records import Records, records
from sim.company.restructuring import Restructuring, is_wanted, officer, restructuring
from sim.company.solvency import GenericEnds, Solvency, ends, solvency
from sim.company.staff import DEFERRED_PAY, Group, KeyPerson, payroll, turnover
from sim.company.state import Company
from sim.company.tax import ResearchCredit, Tax, research_credit, tax_office, tax_refunds, value_added_tax
from sim.company.treasury import Levers, treasury
from sim.company.vendors import Vendor, billing, credit_control
from sim.company.waterfall import Waterfall
from sim.kernel.block import Block
from sim.kernel.calendar import Timeline


def simulate(plan: BlockPlan) -> Outcome:
    """Simulate a block: plain data in, tables out. Opens no file and knows no executor."""
    company, own = assemble(plan)
    company.block.run(own.keep)
    return own.outcome()


def trace(plan: BlockPlan) -> list[Entry]:
    """The journal of a block's first row: plan one policy and one replication to read that one."""
    return follow(plan)[0]


def follow(plan: BlockPlan) -> tuple[list[Entry], Outcome]:
    """The journal of a block's first row, and the tables of the block: those that `simulate` gives."""
    company, own = assemble(plan)
    journal = company.journal = Journal(company.clock)
    company.ledger.observers.append(journal.observe)
    introduce(company)
    company.block.run(own.keep)
    return journal.entries, own.outcome()


def introduce(company: Company) -> None:
    """Tell the journal how the company stands at the start."""
    company.tell(True, "bank", "opens with free cash", company.ledger.cash)
    for name, creditor in company.payables.creditors.items():
        due = creditor.overdue
        company.tell(due > 0, name, "is owed what is overdue at the start", due)
        company.tell(creditor.owed > due, name, "is owed at the start what is not due yet", creditor.owed - due)
    for name, group in company.groups.items():
        company.tell(True, f"staff {name}", "{n} people", n=group.own.head)


def assemble(plan: BlockPlan) -> tuple[Company, Records]:
    """The company of a block with its whole cast, ready to run, and its records."""
    scenario = plan.scenario
    timeline = timeline_of(scenario.start, scenario.horizon_last_day())
    block = Block(timeline, plan.seed, plan.first, plan.stop, len(plan.policies), len(plan.points))
    company = Company(block, plan)
    add_vendors(company)
    add_people(company)
    add_creditors(company)
    add_cases(company)
    add_tax(company)
    add_customers(company)
    company.enter_opening_invoices()
    for vendor in company.vendors.values():
        vendor.start()
    add_compute(company)
    add_investors(company)
    add_capital(company)
    add_board(company)
    add_law(company)
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
    company.people = People(company)
    if any(action.do == "defer_pay" for policy in company.all_policies for action in policy.actions):
        company.creditor(DEFERRED_PAY, "critical")
    people = [KeyPerson(company, terms) for terms in company.scenario.key_people]
    if company.groups:
        company.block.process("turnover", turnover(company, people))


def add_creditors(company: Company) -> None:
    """Operating costs and generic lines; the treasury pays."""
    for cost in company.scenario.costs:
        company.creditor(cost.name, cost.class_)
        company.block.process(f"cost {cost.name}", operating_cost(company, cost))
    for rent in company.scenario.rent:
        company.creditor(rent.name, rent.class_)
        company.block.process(f"rent {rent.name}", landlord(company, rent))
    for terms in company.scenario.lines:
        company.block.process(f"line {terms.name}", line(company, Line(company, terms)))
    company.levers = Levers(company)
    company.block.process("treasury", treasury(company, company.levers))
    add_actions(company)


def add_actions(company: Company) -> None:
    """The actions of each policy, in their order."""
    open_policy_costs(company)
    for policy, plan in enumerate(company.policies):
        for i, terms in enumerate(plan.actions):
            if terms.do != "set":
                own = Act(company, policy, i, company.inputs.resolve(terms, f"policies.{plan.name}.{i}"))
                company.block.process(f"action {plan.name} {i:03d}", action(company, own))


def add_customers(company: Company) -> None:
    """Revenue lines and the subscription."""
    for terms in company.scenario.revenue:
        company.block.process(f"revenue {terms.name}", revenue_line(company, terms))
    if company.scenario.subscription is not None:
        company.subscription = Subscription(company, company.scenario.subscription)
        company.block.process("subscription", subscription(company))
        company.block.process("subscription payouts", processor(company))
        company.block.process("deferred revenue", deferred_revenue(company))
    company.block.process("product", product(company))


def add_investors(company: Company) -> None:
    """Those who may bring money, and what they think of the company."""
    open_credits(company)
    for terms in company.scenario.investors:
        if terms.kind == "outside":
            lead = company.outside[terms.name] = Outside(company, terms)
            company.block.process(f"investor {terms.name}", outside_investor(company, lead))
        else:
            own = company.insiders[terms.name] = Insider(company, terms)
            company.block.process(f"investor {terms.name}", insider(company, own))
    for terms in company.scenario.tranches:
        company.block.process(f"tranche {terms.name}", tranche(company, Tranche(company, terms)))
    if company.scenario.recapitalisation is not None:
        company.block.process("recapitalisation", recapitalisation(company, company.scenario.recapitalisation))
    company.block.process("confidence", confidence(company, Confidence(company)))


def add_board(company: Company) -> None:
    """The board, if the scenario has one."""
    if company.scenario.board is not None:
        company.block.process("board", board(company, Board(company)))


def add_cases(company: Company) -> None:
    """Cases in court."""
    for terms in company.scenario.cases:
        own = company.cases[terms.name] = Case(company, terms)
        company.block.process(f"case {terms.name}", case(company, own))
        company.block.process(f"case {terms.name}: lawyers", lawyers(company, own))


def add_tax(company: Company) -> None:
    """The tax office."""
    terms = company.scenario.tax
    if terms is None:
        return
    company.tax = Tax(company, terms)
    company.block.process("tax office", tax_office(company, company.tax))
    if terms.vat is not None:
        company.block.process("value added tax", value_added_tax(company, company.tax))
        company.block.process("tax refunds", tax_refunds(company, company.tax))
    if terms.research_credit is not None:
        company.research_credit = ResearchCredit(company, company.tax, terms.research_credit)
        company.research_credit.open_lender()
        company.block.process("research credit", research_credit(company, company.research_credit))


def add_law(company: Company) -> None:
    """The courts, and what an insolvent end pays out."""
    if company.scenario.waterfall is not None:
        company.waterfall = Waterfall(company, company.scenario.waterfall)
    if company.scenario.balance_sheet is not None:
        company.block.process("balance sheet", balance_sheet(company, company.scenario.balance_sheet))
    if is_wanted(company):
        company.restructuring = Restructuring(company)
        company.block.process("restructuring", restructuring(company, company.restructuring))
        company.block.process("restructuring officer", officer(company, company.restructuring))
    if company.scenario.petitions is not None:
        company.petitions = Petitions(company, company.scenario.petitions)
        company.block.process("petitions", petitions(company, company.petitions))


def add_endings(company: Company, tracked: int) -> Records:
    """States, ends and records."""
    own = Solvency(company)
    company.block.process("solvency", solvency(company, own))
    if company.scenario.ends:
        company.block.process("ends", ends(company, GenericEnds(company)))
    books = Records(company, own, company.block.n_rows, tracked)
    company.block.process("records", records(company, books))
    return books
