"""Result tables shared by the tests of analysis and report."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.statistics.made_up import result_frame, result_tracks


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """2,000 replications of six policies."""
    return result_frame(2_000)


@pytest.fixture(scope="session")
def tracks(frame: pd.DataFrame) -> pd.DataFrame:
    """Weekly cash of the first 300 replications of each policy."""
    return result_tracks(frame, 300)
