"""Sessions with test rows: neither these nor their light leave the session."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.field_files import write_image, write_list
from vetter import cli
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.core.fakes.planted_row import shown_setting
from vetter.core.fakes.without_planted import added_keys
from vetter.headless.sessions import export_session, status
from vetter.io.export.export import export
from vetter.io.export.exported_rows import RowChoice
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile
from vetter.settings import Settings

KEYS = [f"real-{k}" for k in range(6)]
VERDICTS = (Verdict.NONE, Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE)


class Night(NamedTuple):
    folder: Path
    source: CutoutSource

    def decide(self, name: str, verdicts: list[Verdict]) -> Path:
        """Write a session with these verdicts on the rows of the mixed list."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        source = self.source
        ledger = Ledger(source.candidates, "me")
        with SessionFile.create(path, "me") as file:
            file.record_input(source.record, source.fingerprints, len(source.candidates))
            file.add_planted(source.planted)
            for row, verdict in enumerate(verdicts):
                if verdict is not Verdict.NONE:
                    decision = decide(ledger, row, verdict=verdict, tags=("t",), seconds=1.0)
                    assert decision is not None
                    key = source.candidates.key(row)
                    for written in file.append([decision], position=key):
                        ledger.apply(written)
        return path

    def opinions(self, path: Path) -> Ledger:
        """Return the opinions on the rows of the mixed list, as a window has them."""
        ledger = Ledger(self.source.candidates, "me")
        with SessionFile.open(path, "me", read_only=True) as file:
            ledger.replay(file.decisions())
        return ledger


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("planted")
    rng = np.random.default_rng(1)
    planes = {
        name: str(write_image(folder / f"{name}.fits", rng.normal(100, 5, (90, 90)), {"GAIN": 2}))
        for name in ("image", "template")
    }
    x, y = rng.uniform(10, 80, (2, 6))
    path = write_list(folder / "l.csv", id=KEYS, x=x, y=y, score=np.arange(6.0))
    how = InputOptions.from_keywords(planes=planes, fwhm=3.0, fakes=4, repeats=3, radius=4)
    source = open_input(str(path), how)
    yield Night(folder, source)
    source.close()


def texts_in(folder: Path) -> str:
    return "\n".join(
        file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file()
    )


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(VERDICTS), min_size=13, max_size=13))
def test_no_output_holds_a_test_row(night: Night, verdicts: list[Verdict]) -> None:
    path = night.decide("any.vetter", verdicts)
    out = night.folder / "out"
    export_session(path, out, RowChoice(tuple(Verdict)), ["csv", "ecsv"])
    table = Table.read(out / "decisions.csv")
    assert table["id"].tolist() == KEYS
    assert len(list((out / "cutouts").iterdir())) == 6
    written = texts_in(out)
    counts = json.loads(status(path, as_json=True))
    for key in added_keys(night.source.planted):
        assert key not in written
        assert key != counts["position"]
    opinions = dict(zip(night.source.candidates.keys.tolist(), verdicts, strict=True))
    assert [opinions[key].value for key in KEYS] == table["verdict"].tolist()
    assert counts["candidates"] == 6
    assert counts["accepted"] == sum(opinions[key] is Verdict.ACCEPT for key in KEYS)
    assert counts["undecided"] == sum(opinions[key] is Verdict.NONE for key in KEYS)
    assert counts["decisions"] == sum(opinions[key] is not Verdict.NONE for key in KEYS)


def test_export_has_all_columns_and_names(night: Night) -> None:
    path = night.decide("columns.vetter", [Verdict.ACCEPT] * 13)
    export_session(path, night.folder / "columns", formats=["csv"])
    table = Table.read(night.folder / "columns" / "decisions.csv")
    assert {"id", "x", "y", "score"} <= set(table.colnames)
    names = sorted(file.stem for file in (night.folder / "columns" / "cutouts").iterdir())
    assert names == KEYS


def test_exported_pixels_hold_no_planted_light(night: Night) -> None:
    path = night.decide("light.vetter", [Verdict.ACCEPT] * 13)
    export_session(path, night.folder / "light")
    image = fits.getdata(night.folder / "image.fits")
    for file in (night.folder / "light" / "cutouts").iterdir():
        with fits.open(file) as hdus:
            x, y = hdus[0].header["X"], hdus[0].header["Y"]
            row, column = int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
            assert hdus["IMAGE"].data[4, 4] == pytest.approx(image[row, column])


def test_html_report_names_real_candidates_only(night: Night) -> None:
    path = night.decide("html.vetter", [Verdict.ACCEPT] * 13)
    out = night.folder / "html"
    pixel = b"\x89PNG\r\n\x1a\n" + bytes(25)
    drawn: list[int] = []

    def picture(row: int, cutout: object) -> bytes:
        drawn.append(row)
        return pixel

    export(night.source, night.opinions(path), out, picture=picture, html=True)
    report = (out / "report.html").read_text()
    assert all(key in report for key in KEYS)
    assert not re.search(r"\bC0\d\d\b", report)
    candidates = night.source.candidates
    assert [candidates.key(row) for row in drawn] == KEYS


@pytest.mark.usefixtures("qapp")
def test_list_without_plan_gets_no_offer_of_a_test_row(night: Night) -> None:
    from vetter.review.opening.open_session import open_session

    path = night.decide("offers.vetter", [Verdict.ACCEPT] * 13)
    assert night.source.reopen_unplanted is not None
    plain = night.source.reopen_unplanted()
    with SessionFile.start(path, "me") as store:
        session, _ = open_session(plain, store, Settings(), "me")
        try:
            assert session.ledger.unplaced == 0
            assert not session.ledger.offers()
            assert session.ledger.counts().accepted == 6
        finally:
            session.close()
            plain.close()


@pytest.mark.usefixtures("qapp")
def test_mixed_list_keeps_verdicts_on_its_test_rows(night: Night) -> None:
    from vetter.review.opening.open_session import open_session

    path = night.decide("mixed.vetter", [Verdict.REJECT] * 13)
    with SessionFile.start(path, "me") as store:
        session, _ = open_session(night.source, store, Settings(), "me")
        try:
            assert session.ledger.counts().rejected == 13
            assert sorted(store.planted()) == sorted(night.source.planted)
        finally:
            session.close()


def test_stats_for_programs(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    path = night.decide("stats.vetter", [Verdict.ACCEPT] * 13)
    assert cli.main(["stats", str(path), "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert stats["test_rows"] == 7
    assert stats["completeness"]["hits"] == stats["completeness"]["trials"] == 4
    assert stats["self_consistency"]["value"] == 1.0


def test_stats_as_text_and_page(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    path = night.decide("text.vetter", [Verdict.REJECT] * 13)
    assert cli.main(["stats", str(path)]) == 0
    assert "accepted           0% (0 to 49%; 0 of 4)" in capsys.readouterr().out
    page = night.folder / "report.html"
    assert cli.main(["stats", str(path), "--html", str(page)]) == 0
    assert "Report of text.vetter" in page.read_text()


def test_stats_of_unknown_reviewer_is_refused(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    path = night.decide("who.vetter", [Verdict.REJECT] * 13)
    assert cli.main(["stats", str(path), "--reviewer", "eve"]) == 2
    assert "'eve' has not decided anything here; there are me" in capsys.readouterr().err


def test_picture_has_the_name_of_the_list(night: Night) -> None:
    named: list[str] = []

    class Maker:
        def __init__(self, candidates: CandidateList) -> None:
            self.candidates = candidates

        def of_list(self, candidates: CandidateList) -> Maker:
            return Maker(candidates)

        def __call__(self, row: int, cutout: object) -> bytes:
            named.append(self.candidates.name(row))
            return b"\x89PNG\r\n\x1a\n" + bytes(25)

    path = night.decide("named.vetter", [Verdict.ACCEPT] * 13)
    maker = Maker(night.source.candidates)
    opinions = night.opinions(path)
    export(night.source, opinions, night.folder / "named", png=True, picture=maker)
    assert named == KEYS


@pytest.mark.parametrize("command", ["cutouts", "adjust"])
def test_commands_on_a_session_write_real_candidates_only(night: Night, command: str) -> None:
    path = night.decide("commands.vetter", [Verdict.NONE] * 13)
    out = night.folder / ("cut" if command == "cutouts" else "adjusted.csv")
    assert cli.main([command, str(path), "-o", str(out)]) == 0
    if command == "cutouts":
        assert len(list(out.iterdir())) == 6
    else:
        assert Table.read(out)["id"].tolist() == KEYS


def test_window_export_holds_no_test_row(night: Night) -> None:
    path = night.decide("window.vetter", [Verdict.ACCEPT] * 13)
    out = night.folder / "window"
    export(night.source, night.opinions(path), out, formats=["csv"])
    assert Table.read(out / "decisions.csv")["id"].tolist() == KEYS
    image = fits.getdata(night.folder / "image.fits")
    for file in (out / "cutouts").iterdir():
        with fits.open(file) as hdus:
            x, y = hdus[0].header["X"], hdus[0].header["Y"]
            row, column = int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
            middle = hdus["IMAGE"].data.shape[0] // 2
            assert hdus["IMAGE"].data[middle, middle] == pytest.approx(image[row, column])


def test_stats_count_no_verdict_after_the_test_rows_are_known(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    path = night.decide("known.vetter", [Verdict.ACCEPT] * 13)
    with SessionFile.open(path, "me") as file:
        file.set_settings({shown_setting("me"): "2000-01-01T00:00:00.000Z"})
    assert cli.main(["stats", str(path), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["test_rows_not_counted"] == 7
    assert facts["completeness"]["trials"] == 0
