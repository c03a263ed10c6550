"""Nine hundred random steps in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endurance.walk import Walk

STEPS = 900


@pytest.mark.timeout(300)
def test_window_random_steps_agree_with_model(qapp, tmp_path: Path) -> None:
    walk = Walk(tmp_path, seed=20261129)
    walk.run(STEPS)
    rare = [name for name, count in walk.counts.items() if count < 5]
    assert not rare and walk.replays > 5
