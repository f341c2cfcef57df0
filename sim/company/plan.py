"""What goes into a block and what comes out: plain data, so that a block can be sent anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sim.scenario.quantity import Quantity
from sim.scenario.schema import Policy, Scenario

Settings = Mapping[str, Quantity]
"""Parameters of the scenario, by path, that a design point gives another value."""


@dataclass(frozen=True)
class BlockPlan:
    """Replications ``first`` to ``stop - 1`` of each of some policies at each of some design points of one scenario.

    A point is what it sets; a policy that sets the same parameter prevails. ``chance_per_input`` replications in a row
    share their uncertain inputs. Weekly tracks are kept for replications below ``tracked`` of the first point.
    ``all_policies`` are those of the whole question, of which a block holds some: they decide which columns a table
    has.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    first: int
    stop: int
    seed: int
    chance_per_input: int = 1
    tracked: int = 0
    all_policies: tuple[Policy, ...] = ()
    points: tuple[Settings, ...] = ({},)


@dataclass(frozen=True)
class Outcome:
    """Tables as columns, sorted by policy and point (indices, as planned), then replication.

    ``rows`` has one entry per policy, point and replication, ``tracks`` one per week. ``labels`` names the values of
    coded columns (-1 is null); days that never came are ``NEVER``.
    """

    rows: dict[str, NDArray[Any]]
    tracks: dict[str, NDArray[Any]]
    labels: dict[str, list[str]]
