"""The raw material of a memo: what was found, and what is known about policies, inputs and the run, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import pandas as pd

from sim.analysis.decision import Decision
from sim.analysis.intervals import Estimate
from sim.analysis.summary import estimates

from .meta import FigureMeta
from .story import Entry
from .wording import day_month_year, percent

DAYS_AT_ONCE, NEARLY_ALL = 14, 0.99


@dataclass(frozen=True)
class PolicyFact:
    """A policy: its label, what it costs and who must consent, in words, and whether it does nothing but file; if it
    does so at a threshold or on a date, which conditions must hold, and that value."""

    name: str
    label: str
    cost: str
    consent: str
    only_files: bool = False
    conditions: tuple[str, ...] = ()
    threshold: float = math.nan


@dataclass(frozen=True)
class InputFact:
    """A number of the scenario: what it is called, its value or distribution in words, and how good its evidence is.

    `grade` is REPORTED, DERIVED, ASSUMPTION, or empty if none is stated. `other` is what else it could be.
    """

    path: str
    words: str
    value: str
    unit: str
    grade: str
    source: str
    other: str
    note: str
    is_uncertain: bool


@dataclass(frozen=True)
class Story:
    """One replication, told by its journal."""

    policy: str
    replication: int
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Case:
    """Everything a memo is made from. `frame` has the ends, states and exposures by creditor of the first rows of each
    policy, `tracks` the weekly tracks of the baseline, `summary` and `incidence` the results of `summarise` and
    `cumulative_incidence`; `variants` maps the names of rule variants to labels; `provenance` says where the rows come
    from."""

    title: str
    company: str
    decision: Decision
    summary: pd.DataFrame
    incidence: pd.DataFrame
    frame: pd.DataFrame
    tracks: pd.DataFrame
    meta: FigureMeta
    policies: Sequence[PolicyFact]
    inputs: Sequence[InputFact]
    variants: Mapping[str, str]
    story: Story | None
    provenance: Sequence[tuple[str, str]]

    def called(self, policy: str) -> str:
        """A policy in a sentence: its label in quotes, or its name."""
        label = self.meta.policies.get(policy) or policy
        return f"\N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"

    @cached_property
    def facts(self) -> dict[str, InputFact]:
        """The inputs by path."""
        return {fact.path: fact for fact in self.inputs}

    def input_words(self, path: str) -> str:
        """An input in a sentence."""
        return self.facts[path].words if path in self.facts else path

    @cached_property
    def lines(self) -> dict[str, dict[str, Estimate]]:
        """The summary's estimates by policy and quantity."""
        return {name: estimates(self.summary, name) for name in self.decision.outcomes.policies}

    @cached_property
    def rows(self) -> dict[str, pd.DataFrame]:
        """The rows of each policy."""
        return {str(name): own for name, own in self.frame.groupby("policy", sort=False)}

    @cached_property
    def insolvent(self) -> dict[str, pd.DataFrame]:
        """Those of them that end insolvent."""
        return {name: own[own["end"] == "insolvent"] for name, own in self.rows.items()}

    @cached_property
    def n_rows(self) -> int:
        """How many replications stand behind what is read from rows."""
        return int(self.frame["replication"].nunique())

    @cached_property
    def over_at_once(self) -> dict[str, str]:
        """The policies the choice is between whose curves would say nothing, because all is over within days of the
        start, each with how much is over by when."""
        return {name: said for name in self.decision.discussed if (said := self._over(name))}

    def _over(self, policy: str) -> str:
        table = self.incidence
        ends = table[(table["policy"] == policy) & (table["event"] == "any_end") & (table["day"] == DAYS_AT_ONCE)]
        share = Estimate(*(float(ends[name].sum()) for name in ("estimate", "low", "high")))
        when = day_month_year(self.meta.start + timedelta(days=DAYS_AT_ONCE))
        return f"{percent(share)} of its replications have ended by {when}" if share.value >= NEARLY_ALL else ""

    @property
    def drawn_alone(self) -> list[str]:
        """The policies with figures of their own: the ones the choice is between, if their curves say anything."""
        return [name for name in self.decision.discussed if name not in self.over_at_once]

    @property
    def n_all(self) -> int:
        """Replications of each policy that probabilities and dates are read from."""
        return int(self.summary["n"].max())

    @property
    def n(self) -> int:
        """Replications of each policy that means and differences are read from."""
        return self.decision.outcomes.n
