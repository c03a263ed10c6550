"""Kills of a real window process while keys are pressed in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.endurance.kills import Kills


@pytest.mark.process
@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc")
def test_window_killed_loses_nothing_and_leaves_no_process(tmp_path: Path) -> None:
    kills = Kills(tmp_path, seed=20261129)
    assert len(list(kills.run(5))) == 5
    # On a busy machine windows are killed before they have decided much.
    assert kills.decisions >= kills.acknowledged > 0
