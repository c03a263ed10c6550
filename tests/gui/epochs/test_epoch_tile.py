from __future__ import annotations

import pytest

from vetter.gui.epochs.epoch_tile import tool_tip
from vetter.review.cutouts.epoch_row import Epoch


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-03-14T03:12:33", "2026-03-14 03:12:33"),
        ("2026-03-14T03:12:33 UTC", "2026-03-14 03:12:33 UTC"),
        ("Tue Mar 17 03:12:33 2026", "Tue Mar 17 03:12:33 2026"),
    ],
)
def test_epoch_time_is_shown_as_written(time: str, shown: str) -> None:
    assert tool_tip(Epoch(3, 0, "r1", time, "r"), 1).splitlines()[1] == shown
