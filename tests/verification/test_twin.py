"""The engine against the plain twin: two authors, two ways of writing, one set of rules.

The false-alarm rate is that of all comparisons of a test together (Bonferroni over their exact or normal z-tests).
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.verification.differential import limit, month_end, share_z, table

FALSE_ALARMS = 0.001


def disagreements(found: pd.DataFrame) -> str:
    """The lines beyond the limit, as text; empty if there are none."""
    beyond = found[found.z.abs() > limit(FALSE_ALARMS, len(found))]
    return "" if beyond.empty else beyond.to_string()


def test_a_month_end_is_that_of_the_core_case() -> None:
    assert [month_end(k) for k in (1, 2, 4, 24)] == [30, 61, 121, 731]


def test_equal_shares_have_no_z_and_a_clear_difference_has_a_large_one() -> None:
    assert abs(share_z(100, 1000, 10, 100)) < 0.2
    assert share_z(200, 1000, 100, 1000) == pytest.approx(6.26, abs=0.05)
    assert share_z(100, 1000, 200, 1000) == -share_z(200, 1000, 100, 1000)


def test_engine_and_twin_agree_on_the_core_case() -> None:
    assert disagreements(table("do-nothing", 4096, 800)) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "replications"),
    [("do-nothing", 10_000), ("cut-compute", 3000), ("insider-bridge", 3000), ("stretch-vendors", 3000)],
)
def test_engine_and_twin_agree_in_many_replications(policy: str, replications: int) -> None:
    assert disagreements(table(policy, 16_384, replications, seed=2, workers=2)) == ""
