"""Damaged files of every kind: a usable object, or one line that a user can understand.

``scripts/bench --fuzz N`` does the same for longer, in processes of their own, with bounds of
memory and time.
"""

from __future__ import annotations

import pathlib
from pathlib import Path

import pytest

from tests.fuzzing.case import Cases
from tests.fuzzing.readers import READERS
from tests.helpers.peak_memory import at_most

CASES = 25
MOST_KILOBYTES = 500_000


@pytest.mark.parametrize("name", READERS)
def test_damage_is_read_or_refused(tmp_path: Path, name: str) -> None:
    if "parquet" in name:
        pytest.importorskip("pyarrow")
    cases = Cases(name, tmp_path)
    assert [outcome.kind for outcome in cases.undamaged()] == ["usable"] * len(READERS[name].made)
    kinds = []
    with at_most(MOST_KILOBYTES):
        for number in range(CASES):
            outcome = cases.outcome(f"ci/{number}")
            assert not outcome.is_finding, (f"{name}/ci/{number}", outcome)
            kinds.append(outcome.kind)
    assert {"usable", "refused"} >= set(kinds)


def test_real_files_are_damaged_too(tmp_path: Path, real_data: pathlib.Path) -> None:
    for name in ("image", "cutout", "csv", "avro"):
        folder = tmp_path / name
        folder.mkdir()
        cases = Cases(name, folder, real_data)
        for number in range(25):
            outcome = cases.outcome(f"real/{number}")
            assert not outcome.is_finding, (f"{name}/real/{number}", outcome)
