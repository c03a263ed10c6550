"""A copy of a session has all its parts, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.planted import PlantedRow
from vetter.errors import VetterError
from vetter.io.session.copy import copy_session
from vetter.io.session.database import SessionDatabase
from vetter.io.session.session_file import SessionFile

LIST = listing(4)
PLANTED = [PlantedRow("c1", "fake", "{}")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "l.csv").write_text("id\n")
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        for name in ("/gone.csv", str(tmp_path / "l.csv")):
            prints = [Fingerprint("candidates", name, 1, 2, name)]
            session.record_input({"inputs": [name], "options": {}}, prints, 4)
        session.append([event(LIST, row) for row in range(3)], position="c2")
        session.set_settings({"radius": 20.0})
        session.put_adjustment("c0", "signature", {"adjust_dx": 1.5})
    return path


def test_copy_has_all_parts(path: Path, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        decisions, inputs = session.decisions(), session.inputs()
        with SessionDatabase.open(path, read_only=True) as old:
            copy_session(old, decisions, PLANTED, below / "c.vetter")
    with SessionFile.open(below / "c.vetter", REVIEWER) as copy:
        assert copy.decisions() == decisions and copy.planted() == PLANTED
        assert copy.inputs() == inputs and copy.damage == ()
        assert (copy.settings, copy.position) == ({"radius": 20.0}, "c2")
        assert copy.adjustments() == {"c0": ("signature", {"adjust_dx": 1.5})}
    with SessionDatabase.open(below / "c.vetter", read_only=True) as new:
        ways = [row for (row,) in new.read("SELECT relative FROM inputs")]
    assert ways == ["{}", f'{{"{tmp_path}/l.csv": "../l.csv"}}']


def test_copy_that_fails_is_removed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "c.vetter"
    with SessionDatabase.open(path, read_only=True) as old:
        with pytest.raises(VetterError):
            copy_session(old, [event(LIST, 0, id="one"), event(LIST, 1, id="one")], [], target)
        assert not target.exists()
        target.write_text("mine")
        with pytest.raises(VetterError, match="there already"):
            copy_session(old, [], [], target)
    assert target.read_text() == "mine"
