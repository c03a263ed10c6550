"""Verdicts of earlier sessions and of given lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import event
from tests.helpers.memory_source import MemorySource
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.errors import InputError
from vetter.io.inputs.earlier_verdicts import listed_verdicts, session_verdicts
from vetter.io.session.session_file import SessionFile

NAN = float("nan")


def decided(row: int, verdict: Verdict, **changes: object) -> Decision:
    made = event(MemorySource().candidates, row, verdict=verdict)
    return made._replace(**{"ra": 10.0 + row, "dec": -5.0, **changes})


def test_last_verdicts_of_each_reviewer_are_read(tmp_path: Path) -> None:
    path = tmp_path / "may.vetter"
    with SessionFile.create(path, "ada") as store:
        store.append(
            [
                decided(0, Verdict.ACCEPT, reviewer="ada"),
                decided(0, Verdict.REJECT, reviewer="ada"),
                decided(0, Verdict.MAYBE, reviewer="bob"),
                decided(1, Verdict.ACCEPT, reviewer="ada"),
                decided(1, Verdict.NONE, reviewer="ada"),
                decided(2, Verdict.REJECT, reviewer="ada", ra=NAN),
            ]
        )
    found = {(v.reviewer, v.verdict, v.ra, v.origin) for v in session_verdicts(path)}
    assert found == {
        ("ada", Verdict.REJECT, 10.0, "may"),
        ("bob", Verdict.MAYBE, 10.0, "may"),
    }


def test_planted_candidates_are_no_objects(tmp_path: Path) -> None:
    path = tmp_path / "may.vetter"
    fake = decided(0, Verdict.ACCEPT)
    with SessionFile.create(path, "ada") as store:
        store.append([fake, decided(1, Verdict.REJECT)])
        store.add_planted([PlantedRow(fake.key, "fake", "{}")])
    assert [v.verdict for v in session_verdicts(path)] == [Verdict.REJECT]


def test_session_that_is_open_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "may.vetter"
    with SessionFile.create(path, "ada") as store:
        store.append([decided(0, Verdict.REJECT)])
        assert len(session_verdicts(path)) == 1


def test_list_names_known_objects(tmp_path: Path) -> None:
    path = tmp_path / "vsx.csv"
    path.write_text("name,ra,dec\nAB Cyg,10.5,20.25\nCD Cyg,11.5,20.5\n")
    assert [(v.name, v.ra, v.dec, v.verdict, v.origin) for v in listed_verdicts(path)] == [
        ("AB Cyg", 10.5, 20.25, Verdict.NONE, "vsx.csv"),
        ("CD Cyg", 11.5, 20.5, Verdict.NONE, "vsx.csv"),
    ]


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("reject", Verdict.REJECT),
        ("Bogus", Verdict.REJECT),
        ("real", Verdict.ACCEPT),
        ("SN", Verdict.NONE),
    ],
)
def test_list_may_hold_verdicts(tmp_path: Path, word: str, verdict: Verdict) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"name,ra,dec,Verdict\nAB Cyg,10.5,20.25,{word}\n")
    assert [v.verdict for v in listed_verdicts(path)] == [verdict]


def test_list_without_places_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pixels.csv"
    path.write_text("name,x,y\na,10,20\nb,11,21\n")
    with pytest.raises(InputError, match="right ascension"):
        listed_verdicts(path)
