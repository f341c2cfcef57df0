"""Running until an interval is narrow enough, with an interval that stays valid although one looked several times.

The counts at which one looks are fixed before the run, each twice the one before. Each look has an equal share of the
allowed error (Bonferroni): whichever look ends the run, its interval covers the truth with the stated probability. For
a probability the last look is at the count that suffices even for one half, so the run always ends; a quantile of dates
has no such bound and is given up after a fixed number of looks.
"""

from __future__ import annotations

from itertools import count

from .intervals import LEVEL, wilson

FIRST_LOOK = 4096
MOST_LOOKS = 14
LOOKS_OF_A_QUANTILE = 11


def level_of_a_look(looks: int, level: float = LEVEL) -> float:
    """The level of each interval if one of ``looks`` will be stated at ``level``."""
    return 1 - (1 - level) / looks


def looks(half_width: float, *, is_probability: bool, chance_per_input: int = 1) -> list[int]:
    """The numbers of replications at which a run of that target looks at its intervals.

    Raises ValueError for a half width that would take too many.
    """
    if not is_probability:
        return [FIRST_LOOK * 2**k for k in range(LOOKS_OF_A_QUANTILE)]
    for n in count(1):
        if n > MOST_LOOKS:
            raise ValueError(f"a half width of at least {_smallest(chance_per_input):.2g}")
        last = FIRST_LOOK * 2 ** (n - 1)
        if _widest(last // chance_per_input, n) <= half_width:
            return [FIRST_LOOK * 2**k for k in range(n)]
    raise AssertionError


def _widest(effective: int, n_looks: int) -> float:
    low, high = wilson(0.5, max(effective, 1), level_of_a_look(n_looks))
    return float(high - low) / 2


def _smallest(chance_per_input: int) -> float:
    return _widest(FIRST_LOOK * 2 ** (MOST_LOOKS - 1) // chance_per_input, MOST_LOOKS)
