from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.decisions import event
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement, make_fit_record
from vetter.errors import InputError
from vetter.headless.decision_log import log
from vetter.headless.sessions import chosen_verdicts, export_session, status
from vetter.io.cutouts.cutout_file import load_cutout
from vetter.io.export.exported_rows import RowChoice
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.format.rows import plain_meta
from vetter.io.session.format.tables import VERSION
from vetter.io.session.session_file import SessionFile

Said = tuple[str, str, Verdict]


def write_list(folder: Path, x: Any = (10.0, 20.0, 30.0, 40.0)) -> Path:
    x = np.asarray(x, float)
    keys = [f"c{row}" for row in range(len(x))]
    path = folder / "list.csv"
    Table({"id": keys, "x": x, "y": x}).write(path, format="ascii.csv", overwrite=True)
    return path


@pytest.fixture
def night(tmp_path: Path) -> Callable[..., Path]:
    """Makes a session by (reviewer, key, verdict) on a list of four; again on the same file."""
    image = np.random.default_rng(1).normal(size=(60, 60)).astype("f4")
    fits.writeto(tmp_path / "image.fits", image)
    write_list(tmp_path)

    def make(*said: Said, undo: bool = False) -> Path:
        path = tmp_path / "night.vetter"
        options = InputOptions(planes={"image": str(tmp_path / "image.fits")})
        source = open_input([tmp_path / "list.csv"], options)
        listed = source.candidates
        with SessionFile.start(path, said[-1][0] if said else "ada") as session:
            session.record_input(source.record, source.fingerprints, len(listed))
            for reviewer, key, verdict in said:
                made = event(listed, listed.row_of(key), verdict, reviewer=reviewer)
                session.append([made], position=key)
            if undo:
                ledger = Ledger(listed, session.reviewer)
                ledger.replay(session.decisions())
                session.append(ledger.undo_step())
        source.close()
        return path

    return make


def test_status_stands_a_name_with_a_line_break(night: Callable[..., Path]) -> None:
    lines = status(night(("ann\nlee", "c0", Verdict.ACCEPT))).splitlines()
    assert lines[1] == "reviewer    ann\\nlee" and lines[2] == "accepted    1"


def test_status_of_a_new_session(night: Callable[..., Path]) -> None:
    assert json.loads(status(night(), as_json=True)) == {
        "candidates": 4,
        "accepted": 0,
        "rejected": 0,
        "maybe": 0,
        "later": 0,
        "undecided": 4,
        "decisions": 0,
        "position": None,
        "reviewers": [],
        "format": VERSION,
    }


def test_status_counts_verdicts_and_events(night: Callable[..., Path]) -> None:
    path = night(
        ("ada", "c0", Verdict.ACCEPT),
        ("ada", "c1", Verdict.REJECT),
        ("ada", "c2", Verdict.MAYBE),
        ("ada", "c3", Verdict.ACCEPT),
        undo=True,
    )
    assert json.loads(status(path, as_json=True)) == {
        "candidates": 4,
        "accepted": 1,
        "rejected": 1,
        "maybe": 1,
        "later": 0,
        "undecided": 1,
        "decisions": 5,
        "position": "c3",
        "reviewers": ["ada"],
        "format": VERSION,
    }


def test_status_is_that_of_who_decided_last(night: Callable[..., Path]) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT), ("grace", "c1", Verdict.REJECT))
    found = json.loads(status(path, as_json=True))
    assert (found["accepted"], found["rejected"]) == (0, 1)
    assert found["reviewers"] == ["ada", "grace"]


def test_status_of_a_named_reviewer(night: Callable[..., Path]) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT), ("grace", "c1", Verdict.REJECT))
    found = json.loads(status(path, as_json=True, reviewer="ada"))
    assert (found["accepted"], found["rejected"]) == (1, 0)


def test_status_of_an_unknown_reviewer(night: Callable[..., Path]) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    with pytest.raises(InputError, match="'bob' has not decided anything here; there are ada"):
        status(path, reviewer="bob")


def test_status_in_words_names_the_reviewer(night: Callable[..., Path]) -> None:
    words = status(night(("ada", "c0", Verdict.ACCEPT), ("grace", "c1", Verdict.REJECT)))
    assert "reviewer    grace (others: ada)" in words.splitlines()


def test_status_without_the_inputs(night: Callable[..., Path], tmp_path: Path) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    (tmp_path / "list.csv").unlink()
    (tmp_path / "image.fits").unlink()
    found = json.loads(status(path, as_json=True))
    assert (found["candidates"], found["accepted"], found["undecided"]) == (4, 1, 3)


def test_status_while_a_window_writes(night: Callable[..., Path]) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    with SessionFile.open(path, "ada"):
        assert json.loads(status(path, as_json=True))["accepted"] == 1


def test_status_of_a_changed_list_goes_by_key_and_position(
    night: Callable[..., Path], tmp_path: Path
) -> None:
    night(("ada", "c0", Verdict.ACCEPT), ("ada", "c1", Verdict.REJECT))
    # c0 where it was, c1 another object, c2 where c1 was.
    write_list(tmp_path, [10.5, 50.0, 20.0])
    found = json.loads(status(night(), as_json=True))
    assert found["candidates"] == 3
    assert (found["accepted"], found["rejected"], found["undecided"]) == (1, 0, 2)


def test_status_of_a_list_changed_since_the_session_was_open(
    night: Callable[..., Path], tmp_path: Path
) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT), ("ada", "c1", Verdict.REJECT))
    write_list(tmp_path, (10.0, 50.0))
    found = json.loads(status(path, as_json=True))
    assert (found["candidates"], found["accepted"], found["rejected"]) == (2, 1, 0)


def test_status_of_what_is_no_session(tmp_path: Path) -> None:
    (tmp_path / "x.vetter").write_text("text")
    with pytest.raises(InputError, match=r"x\.vetter: expected a vetter session"):
        status(tmp_path / "x.vetter")


def test_log_has_a_line_for_each_event(night: Callable[..., Path]) -> None:
    lines = log(night(("ada", "c0", Verdict.ACCEPT), undo=True)).splitlines()
    assert lines[0].split("\t")[:5] == ["seq", "at", "reviewer", "how", "key"]
    assert [line.split("\t")[3:6] for line in lines[1:]] == [
        ["single", "c0", "accept"],
        ["undo", "c0", "none"],
    ]


def test_log_keeps_to_one_line_and_to_plain_characters(night: Callable[..., Path]) -> None:
    path = night()
    with SessionFile.open(path, "ada") as session:
        source = open_input([str(path)])
        session.append([event(source.candidates, 0, comment="a\tb\nc\x1b[31m")])
        source.close()
    assert log(path).splitlines()[1].split("\t")[7] == "a b c\\x1b[31m"


def test_export_writes_accepted_cutouts(night: Callable[..., Path], tmp_path: Path) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT), ("ada", "c1", Verdict.REJECT))
    report = export_session(path, tmp_path / "out")
    assert report.cutouts == 1
    assert sorted(
        str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")
    ) == [
        "cutouts/c0.fits",
        "decisions.ecsv",
    ]


def test_export_of_chosen_verdicts(night: Callable[..., Path], tmp_path: Path) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT), ("ada", "c1", Verdict.REJECT))
    export_session(path, tmp_path / "out", RowChoice((Verdict.REJECT, Verdict.NONE)), ["csv"])
    names = sorted(p.name for p in (tmp_path / "out" / "cutouts").iterdir())
    assert names == ["c1.fits", "c2.fits", "c3.fits"]
    table = Table.read(tmp_path / "out" / "decisions.csv", format="ascii.csv")
    assert list(table["verdict"]) == ["accept", "reject", "none", "none"]


def test_export_carries_kept_fits(night: Callable[..., Path], tmp_path: Path) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    with SessionFile.open(path, "ada") as session:
        session.put_adjustment("c0", "s", {"adjust_dx": 0.5})
    export_session(path, tmp_path / "out")
    assert fits.getheader(tmp_path / "out" / "cutouts" / "c0.fits")["adjust_dx"] == 0.5


def test_export_without_the_inputs_is_one_line(night: Callable[..., Path], tmp_path: Path) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    (tmp_path / "list.csv").unlink()
    with pytest.raises(InputError, match=r"night\.vetter: its inputs cannot be opened"):
        export_session(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "verdicts"),
    [
        (["accept"], {Verdict.ACCEPT}),
        (["reject", "undecided"], {Verdict.REJECT, Verdict.NONE}),
        (["all"], set(Verdict)),
    ],
    ids=["one", "two", "all"],
)
def test_verdicts_by_word(words: list[str], verdicts: set[Verdict]) -> None:
    assert chosen_verdicts(words) == verdicts


def test_an_unknown_verdict() -> None:
    with pytest.raises(InputError, match="perhaps: no such verdict; there are none, accept"):
        chosen_verdicts(["perhaps"])


@pytest.fixture
def damaged(night: Callable[..., Path]) -> Path:
    """A session of three verdicts, one of them damaged."""
    path = night(*(("ada", f"c{row}", Verdict.ACCEPT) for row in range(3)))
    content = path.read_bytes()
    place = content.index(b"accept[]")
    path.write_bytes(content[:place] + b"acc\xe5pt[]" + content[place + 8 :])
    return path


def test_status_of_damaged_session_counts_the_rest(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json.loads(status(damaged, as_json=True))["accepted"] == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "1 of 3 decisions is not readable" in line and "Save as a new session" in line


def test_log_of_damaged_session_prints_the_rest(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(log(damaged).splitlines()) == 3
    assert "1 of 3 decisions is not readable" in capsys.readouterr().err


def test_export_of_damaged_session_writes_the_rest(
    damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export_session(damaged, tmp_path / "out").cutouts == 2
    assert "1 of 3 decisions is not readable" in capsys.readouterr().err


def test_status_of_session_without_readable_inputs(
    night: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = night(("ada", "c0", Verdict.ACCEPT))
    path.write_bytes(path.read_bytes().replace(b'{"inputs"', b'("inputs"'))
    assert json.loads(status(path, as_json=True))["accepted"] == 1
    assert "1 record of its inputs is not readable" in capsys.readouterr().err


FIT = Adjustment(True, dx=0.25, chi2=100.0, df=90)


def with_fits(path: Path, *answers: Answer) -> Path:
    """The session with a fit of each first candidate, and these answers."""
    with SessionFile.open(path, "ada") as session:
        for row, answer in enumerate(answers):
            meta = make_fit_record(FIT, Judgement(answer, "", 310.0, 9.0, 41))
            session.put_adjustments([(f"c{row}", "any", plain_meta(meta))])
    return path


def test_status_counts_answers(night: Callable[..., Path]) -> None:
    path = with_fits(night(), Answer.KEPT, Answer.VARIABLE, Answer.KEPT)
    found = json.loads(status(path, as_json=True))["answers"]
    assert list(found) == [answer.value for answer in Answer]
    assert {word: count for word, count in found.items() if count} == {"kept": 2, "variable": 1}
    assert "1 variable" in status(path) and "2 kept" in status(path)


def test_status_of_fits_without_answers_has_no_answers(night: Callable[..., Path]) -> None:
    path = night()
    with SessionFile.open(path, "ada") as session:
        session.put_adjustments([("c0", "old", plain_meta(FIT.as_record()))])
    assert "answers" not in json.loads(status(path, as_json=True))
    assert "answers" not in status(path)


def test_export_of_session_has_answers(night: Callable[..., Path], tmp_path: Path) -> None:
    path = with_fits(night(("ada", "c0", Verdict.ACCEPT)), Answer.VARIABLE)
    export_session(path, tmp_path / "out")
    table: Any = Table.read(tmp_path / "out" / "decisions.ecsv")
    assert table["adjust_answer"].tolist() == ["variable", None, None, None]
    assert table["adjust_power"].tolist()[0] == 9.0 and np.isnan(table["adjust_power"][1])
    meta = load_cutout(tmp_path / "out" / "cutouts" / "c0.fits")["meta"]
    assert (meta["adjust_answer"], meta["adjust_flux_limit"]) == ("variable", 310.0)
    assert meta["adjust_stars"] == 41 and meta["adjust_dx"] == 0.25
