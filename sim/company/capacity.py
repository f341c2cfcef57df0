"""The cast around compute, wired: the market, contracts, grants, resale and standstills."""

from __future__ import annotations

from sim.company.compute import Grants, grants
from sim.company.contract import contract_years
from sim.company.forbearance import Standstills, standstills
from sim.company.market import Market, market
from sim.company.resale import Resale, resale
from sim.company.state import Company


def add_compute(company: Company) -> None:
    """Everything about compute that the scenario, or a policy, brings in."""
    block, case = company.block, company.scenario
    if case.market is not None:
        block.process("market", market(company, Market(company, case.market)))
    for terms in case.grants:
        own = company.grants[terms.name] = Grants(company, terms)
        company.vendors[terms.vendor].grants.append(own)
        block.process(f"grants {terms.name}", grants(company, own))
    for name, vendor in company.vendors.items():
        if vendor.contract:
            block.process(f"vendor {name}: contract", contract_years(company, vendor.contract))
    for terms in case.resale:
        offer = company.resale[terms.name] = Resale(company, terms)
        block.process(f"resale {terms.name}", resale(company, offer))
    if any(action.do == "standstill" for policy in company.policies for action in policy.actions):
        company.standstills = Standstills(company)
        block.process("vendor standstills", standstills(company, company.standstills))
