"""Capital and control, wired: deals, the press, disclosure, sale processes, leadership."""

from __future__ import annotations

from sim.company.deals import Pipeline, deals
from sim.company.leadership import Leadership, leadership, mood
from sim.company.press import Disclosure, Press, disclosure, press
from sim.company.sale import Sale, sale
from sim.company.state import Company


def add_capital(company: Company) -> None:
    """The processes of capital and control that the scenario has."""
    case, process = company.scenario, company.block.process
    if case.deals is not None:
        company.pipeline = Pipeline(company, case.deals)
        process("deals", deals(company, company.pipeline))
    if case.disclosure is not None:
        company.disclosure = Disclosure(company, case.disclosure)
        process("disclosure", disclosure(company, company.disclosure))
    if case.press is not None:
        process("press", press(company, Press(company, case.press)))
    for terms in case.sales:
        own = company.sales[terms.name] = Sale(company, terms)
        process(f"sale {terms.name}", sale(company, own))
    if case.leadership is not None:
        company.leadership = Leadership(company, case.leadership)
        process("leadership", leadership(company, company.leadership))
    if case.press is not None or case.leadership is not None:
        process("mood", mood(company))
