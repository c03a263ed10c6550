"""Kills of merges and exports at random moments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.endurance.command_kills import CommandKills


@pytest.mark.process
@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_merge_or_export_leaves_nothing_in_part(tmp_path: Path) -> None:
    kills = CommandKills(tmp_path, seed=20261130, decisions=2000)
    assert len(list(kills.run(4))) == 4
    assert kills.written + kills.unwritten == 4
