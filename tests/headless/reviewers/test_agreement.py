from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.decisions import event, listing
from vetter import cli
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.plan import PlantPlan
from vetter.io.session.session_file import SessionFile

LIST = listing(10)
A, R = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def session(tmp_path: Path) -> str:
    """Return a session of ten candidates: ann and bob have seen eight, and differ on two."""
    path = tmp_path / "s.vetter"
    events = [event(LIST, row, A if row < 4 else R, reviewer="ann") for row in range(8)]
    events += [event(LIST, row, A if 1 < row < 6 else R, reviewer="bob") for row in range(2, 8)]
    share = {"numbers": [1, 2], "of": 2, "keys": None, "overlap": ["c2", "c3", "c6", "c7"]}
    with SessionFile.create(path, "ann") as file:
        file.record_input({"inputs": ["l.csv"], "options": {}, "share": share}, (), 10)
        file.append(events)
    return str(path)


def test_agreement_for_programs(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["agreement", session, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["disagreements"] == 2
    assert facts["unseen"] == 2
    assert facts["pairs"][0]["confusion"] == [[2, 0, 0], [2, 2, 0], [0, 0, 0]]
    assert facts["overlap"]["kappa"] == 1


def test_agreement_in_words(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["agreement", session]) == 0
    text = capsys.readouterr().out
    assert "disagreements   2 open, 0 arbitrated" in text
    assert "in the overlap  kappa 1.000" in text
    assert text.endswith("2 more candidates without a decision\n")


def test_agreement_of_one_reviewer_is_not_defined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.append([event(LIST, 0, A, reviewer="ann")])
    assert cli.main(["agreement", str(tmp_path / "s.vetter"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fleiss"]["kappa"] is None


def test_agreement_of_what_is_no_session_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text("id,x,y\n")
    assert cli.main(["agreement", str(tmp_path / "l.csv")]) == 2
    assert "expected a vetter session" in capsys.readouterr().err


def test_planted_rows_tell_of_reviewers_and_count_in_no_agreement(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with SessionFile.open(session, "ann") as file:
        file.append([event(LIST, 8, A, reviewer="ann"), event(LIST, 9, A, reviewer="ann")])
        file.append([event(LIST, 8, R, reviewer="bob")])
        file.add_planted([PlantedRow("c8", "fake", "{}"), PlantedRow("c9", "artefact", "{}")])
    assert cli.main(["agreement", session, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["disagreements"] == 2
    ann, bob = facts["reviewers"]
    assert (ann["rated"], ann["completeness"]["hits"], ann["false_accepts"]["hits"]) == (8, 1, 1)
    assert (bob["completeness"]["hits"], bob["completeness"]["trials"]) == (0, 1)


def test_test_rows_are_no_candidates_without_a_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = {"inputs": ["l.csv"], "options": {}, "plant": PlantPlan(fakes=2).as_plain()}
    events = [event(LIST, row, A, reviewer=name) for name in ("ann", "bob") for row in range(8)]
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.record_input(record, (), 10)
        file.add_planted([PlantedRow(key, "fake", "{}") for key in ("c8", "c9")])
        file.append(events)
    assert cli.main(["agreement", str(tmp_path / "s.vetter"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unseen"] == 0


def test_retirement_takes_as_many_verdicts_as_told(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    agreed = []
    for number in ("2", "3"):
        assert cli.main(["agreement", session, "--agreeing", number, "--json"]) == 0
        agreed.append(json.loads(capsys.readouterr().out)["agreed"])
    assert agreed == [4, 0]


def test_retirement_rules_that_contradict_are_refused(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["agreement", session, "--agreeing", "5", "--most", "3"]) == 2
    assert capsys.readouterr().err == "vetter: --most 3: expected no less than --agreeing 5\n"
