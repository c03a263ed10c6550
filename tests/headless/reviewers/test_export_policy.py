from __future__ import annotations

from pathlib import Path

import pytest
from astropy.table import Table

from tests.helpers.decisions import event, listing
from tests.helpers.field_files import write_field, write_list
from vetter import cli
from vetter.core.decisions.agreement.policy import CombinedOpinions, Policy
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.cutouts import load_cutout
from vetter.io.export.decision_table import add_policy
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile

A, R = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def session(tmp_path: Path) -> str:
    """Return a session of two: three accept a, one of three accepts b, and an arbiter rejects a."""
    options = InputOptions(planes=write_field(tmp_path), radius=5)
    table = write_list(tmp_path / "l.csv", id=["a", "b"], x=[20.0, 40.0], y=[30.0, 10.0])
    source = open_input(str(table), options)
    events: list[Decision] = []
    for minute, (row, verdict, name) in enumerate(
        [(0, A, "ann"), (1, A, "ann"), (0, A, "bob"), (1, R, "bob"), (0, A, "cat"), (1, R, "cat")]
    ):
        at = f"2026-01-31T03:0{minute}:00.000Z"
        events.append(event(source.candidates, row, verdict, reviewer=name, at=at))
    events.append(event(source.candidates, 0, R, reviewer="dan", how=How.ARBITER))
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.record_input(source.record, source.fingerprints, 2)
        file.append(events)
    source.close()
    return str(tmp_path / "s.vetter")


@pytest.mark.parametrize(
    ("policy", "verdicts", "basis"),
    [
        ("majority", ["accept", "reject"], ["3 of 3", "2 of 3"]),
        ("unanimous", ["accept", "none"], ["3 of 3", "split: 1 accept, 2 reject"]),
        ("latest", ["reject", "reject"], ["latest: dan", "latest: cat"]),
        ("arbiter", ["reject", "none"], ["arbiter dan", "split: 1 accept, 2 reject"]),
    ],
)
def test_policy_decides_the_table(
    policy: str, verdicts: list[str], basis: list[str], session: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert cli.main(["export", session, "-o", str(out), "--policy", policy]) == 0
    table = Table.read(out / "decisions.ecsv")
    assert table["verdict"].tolist() == verdicts
    assert table["basis"].tolist() == basis
    assert set(table["policy"].tolist()) == {policy}


def test_cutouts_say_the_policy(session: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["export", session, "-o", str(out), "--policy", "majority"]) == 0
    (path,) = (out / "cutouts").glob("*.fits")
    meta = load_cutout(path).meta
    assert (meta["vet_verdict"], meta["vet_reviewer"]) == ("accept", "ann, bob, cat")
    assert (meta["vet_policy"], meta["vet_basis"]) == ("majority", "3 of 3")


def test_export_without_policy_is_of_one_reviewer(session: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["export", session, "-o", str(out), "--reviewer", "bob"]) == 0
    table = Table.read(out / "decisions.ecsv")
    assert set(table["reviewer"].tolist()) == {"bob"}
    assert "basis" not in table.colnames


def test_policy_and_reviewer_together_are_refused(
    session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", session, "-o", str(tmp_path / "out"), "--policy", "latest"]
    assert cli.main([*words, "--reviewer", "bob"]) == 2
    assert "give one of both" in capsys.readouterr().err


def test_column_of_the_list_called_basis_stays() -> None:
    listed = listing(1)
    ratings = collect_ratings(listed, [event(listed, 0, A)])
    table = Table({"basis": ["mine"]})
    add_policy(table, CombinedOpinions(ratings, Policy.LATEST), [0])
    assert (table["basis"][0], table["basis_2"][0]) == ("mine", "latest: ada")


def test_weights_are_the_records_on_test_rows(tmp_path: Path) -> None:
    # Ann finds every source and no artefact, bob the other way: of one vote each ann's counts.
    options = InputOptions(planes=write_field(tmp_path), radius=5)
    table = write_list(tmp_path / "l.csv", id=["a", "b"], x=[20.0, 40.0], y=[30.0, 10.0])
    source = open_input(str(table), options)
    events = [event(source.candidates, row, A, reviewer="ann") for row in (0, 1)]
    events += [event(source.candidates, row, R, reviewer="bob") for row in (0, 1)]
    planted = []
    for number in range(20):
        for kind, ann, bob in (("fake", A, R), ("artefact", R, A)):
            key = f"{kind}-{number}"
            planted.append(PlantedRow(key, kind, "{}"))
            events += [
                event(source.candidates, 0, verdict, reviewer=name)._replace(key=key)
                for name, verdict in (("ann", ann), ("bob", bob))
            ]
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.record_input(source.record, source.fingerprints, 2)
        file.append(events)
        words = ["export", str(tmp_path / "s.vetter"), "-o", str(tmp_path / "out")]
        words += ["--policy", "weighted"]
    source.close()
    assert cli.main(words) == 0
    assert Table.read(tmp_path / "out" / "decisions.ecsv")["verdict"].tolist() == ["maybe"] * 2
    with SessionFile.open(tmp_path / "s.vetter", "ann") as file:
        file.add_planted(planted)
    assert cli.main(words) == 0
    assert Table.read(tmp_path / "out" / "decisions.ecsv")["verdict"].tolist() == ["accept"] * 2
