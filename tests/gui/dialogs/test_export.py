"""The export as it is asked for in the window: it runs aside, says what it wrote, and ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from astropy.table import Table
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog, QPushButton

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.snapshots import pixels
from tests.helpers.windows import WITHOUT_FITS
from vetter import cli
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.cutouts import load_cutout
from vetter.gui.dialogs.export import MAX_LINES, ExportDialog
from vetter.gui.panels.pictures.png import draw_image

BESIDE_BRIGHT = "J213331.79-005232.6"
"""Candidate of the demo with a pixel three times as bright between 2 FWHM and 8 pixels off."""


class Fits:
    def metadata(self) -> dict[str, dict]:
        return {"J001": Adjustment(True, dx=0.25).as_meta()}


@pytest.fixture
def source(qapp) -> FakeSource:
    return FakeSource(candidate_list(6))


@pytest.fixture
def session(source) -> FakeSession:
    session = FakeSession(source.candidates)
    session.source = source
    for row, verdict in enumerate(("accept", "accept", "reject", "maybe")):
        session.say(row, verdict=Verdict.from_word(verdict))
    return session


@pytest.fixture
def dialog(qtbot, session, source, tmp_path: Path) -> Iterator[ExportDialog]:
    dialog = ExportDialog(session, FakeCache(source), Fits())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.show()
    yield dialog
    source.gate.set()
    dialog.exporter.close()


def _run(qtbot, dialog: ExportDialog) -> None:
    dialog.start()
    qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=30000)
    # The thread is still returning from its last signal: destroyed with it, Qt aborts.
    dialog.exporter.close()


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_accepted_cutouts_and_the_list_are_written_and_said(qtbot, dialog, tmp_path) -> None:
    _run(qtbot, dialog)
    out = tmp_path / "out"
    wanted = ["cutouts/J000.fits", "cutouts/J001.fits", "decisions.ecsv"]
    assert [name for name in _files(out) if not name.startswith(".")] == wanted
    assert str(out) in dialog.outcome.text() and "2 cutouts" in dialog.outcome.text()
    assert len(Table.read(out / "decisions.ecsv")) == 6


def test_verdicts_and_formats_are_those_ticked(qtbot, dialog, tmp_path) -> None:
    dialog.verdicts[Verdict.ACCEPT].setChecked(False)
    dialog.verdicts[Verdict.MAYBE].setChecked(True)
    dialog.formats["ecsv"].setChecked(False)
    dialog.formats["csv"].setChecked(True)
    _run(qtbot, dialog)
    wanted = ["cutouts/J003.fits", "decisions.csv"]
    assert [name for name in _files(tmp_path / "out") if not name.startswith(".")] == wanted


def test_fits_go_with_the_cutouts(qtbot, dialog, tmp_path) -> None:
    _run(qtbot, dialog)
    meta = load_cutout(tmp_path / "out" / "cutouts" / "J001.fits")["meta"]
    assert meta["adjust_dx"] == 0.25 and meta["vet_verdict"] == "accept"


def test_pictures_are_drawn_off_the_windows_thread(qtbot, dialog, tmp_path) -> None:
    dialog.png.setChecked(True)
    _run(qtbot, dialog)
    image = QImage(str(tmp_path / "out" / "cutouts" / "J000.png"))
    assert (image.width(), image.height()) == (744, 294)


def test_a_renamed_column_is_said(qtbot, tmp_path, qapp) -> None:
    source = FakeSource(candidate_list(3, verdict=["x", "y", "z"]))
    session = FakeSession(source.candidates)
    session.source = source
    dialog = ExportDialog(session, FakeCache(source), Fits())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "out"))
    _run(qtbot, dialog)
    assert "verdict_original" in dialog.outcome.text()


def test_a_cancelled_export_leaves_nothing(qtbot, dialog, source, tmp_path) -> None:
    source.gate.clear()
    dialog.start()
    assert dialog.stop.text() == "Cancel" and dialog.bar.isVisible()
    dialog.reject()
    assert dialog.isVisible()
    source.gate.set()
    qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=30000)
    assert "cancelled" in dialog.outcome.text()
    assert not _files(tmp_path)


def test_an_unreadable_cutout_is_said(qtbot, dialog, source) -> None:
    source.unreadable = {1}
    _run(qtbot, dialog)
    assert "no cutout of J001: row 1: cannot be read" in dialog.outcome.text()


def test_a_folder_that_cannot_be_used_is_said(qtbot, dialog, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    dialog.folder.setText(str(tmp_path / "file"))
    _run(qtbot, dialog)
    assert dialog.outcome.text().startswith("Nothing was exported.")
    assert "expected a folder" in dialog.outcome.text()


@pytest.mark.parametrize("missing", ["folder", "formats"])
def test_what_is_missing_is_asked_for(dialog, missing: str) -> None:
    if missing == "folder":
        dialog.folder.clear()
    else:
        dialog.formats["ecsv"].setChecked(False)
    dialog.start()
    assert dialog.outcome.text() and not dialog.exporter.running


def test_opinions_are_those_of_the_start(qtbot, dialog, source, session, tmp_path) -> None:
    source.gate.clear()
    dialog.start()
    session.say(0, verdict=Verdict.REJECT)
    source.gate.set()
    qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=30000)
    verdicts = Table.read(tmp_path / "out" / "decisions.ecsv")["verdict"]
    assert verdicts[0] == "accept"


def test_counts_are_shown(dialog) -> None:
    assert dialog.verdicts[Verdict.ACCEPT].text() == "accepted (2)"
    assert dialog.verdicts[Verdict.NONE].text() == "undecided (2)"


def test_export_is_suggested_beside_session(qtbot, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.dialogs.show_export()
    suggested = window.dialogs.export.folder.text()
    window.dialogs.export.close()
    window.close()
    assert suggested == str(tmp_path / "vetter_export")


@pytest.mark.parametrize("hatched", [True, False])
def test_export_by_window_and_command_draws_what_is_shown(qtbot, tmp_path, hatched: bool) -> None:
    path = tmp_path / "s.vetter"
    window = open_window("demo", session=path, settings=WITHOUT_FITS, reviewer="ann")
    names = [window.session.candidates.name(row) for row in range(150)]
    row = names.index(BESIDE_BRIGHT)
    window.session.go_to_row(row)
    qtbot.waitUntil(lambda: window.session.current_row == row, timeout=30000)
    window.session.record_paint(row)
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)
    # Looks that the settings do not have: those of the session count.
    window.stretch_bar.next_stretch()
    window.stretch_bar.toggle_invert()
    if not hatched:
        window.panels.toggle_hatch()
    style = window.plane_row.picture_style
    dialog = ExportDialog(window.session, window.cache, window.fits, style=style)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "window"))
    dialog.png.setChecked(True)
    _run(qtbot, dialog)
    frame = window.cache.build(row)
    shown = draw_image(frame, style.choose_planes(frame.plane_names), style)
    window.close()
    words = ["export", str(path), "-o", str(tmp_path / "command"), "--png", "--verdict", "accept"]
    assert cli.main(words) == 0
    by_window, by_command = (
        [QImage(str(file)) for file in (tmp_path / way / "cutouts").glob("*.png")]
        for way in ("window", "command")
    )
    assert len(by_window) == len(by_command) == 1
    assert (pixels(by_window[0]) == pixels(by_command[0])).all()
    assert (pixels(by_window[0]) == pixels(shown)).all()


def test_report_and_sheet_are_written_when_ticked(qtbot, dialog, tmp_path) -> None:
    dialog.html.setChecked(True)
    dialog.sheet.setChecked(True)
    _run(qtbot, dialog)
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert (tmp_path / "out" / "contact_sheet.pdf").read_bytes().startswith(b"%PDF")
    assert not list((tmp_path / "out" / "cutouts").glob("*.png"))


def test_open_folder_appears_after_the_export(qtbot, dialog, monkeypatch, tmp_path) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "vetter.gui.dialogs.export.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()),
    )
    assert not dialog.show_folder.isVisible()
    _run(qtbot, dialog)
    dialog.show_folder.click()
    assert opened == [str(tmp_path / "out")]


def test_chosen_candidates_are_counted_and_named(qtbot, dialog) -> None:
    qtbot.waitUntil(lambda: dialog.choice.preview.text() == "2 candidates: J000, J001")
    for box in dialog.verdicts.values():
        box.setChecked(True)
    wanted = "6 candidates: J000, J001, J002 and 3 more"
    qtbot.waitUntil(lambda: dialog.choice.preview.text() == wanted)


def test_filter_of_the_choice_limits_the_cutouts(qtbot, dialog, tmp_path) -> None:
    dialog.choice.where.setText("mag>18.1")
    qtbot.waitUntil(lambda: dialog.choice.preview.text() == "1 candidate: J001")
    _run(qtbot, dialog)
    assert [name for name in _files(tmp_path / "out") if name.startswith("cut")] == [
        "cutouts/J001.fits"
    ]


def test_unreadable_choice_is_named_in_the_preview(qtbot, dialog) -> None:
    dialog.choice.since.setText("noon")
    qtbot.waitUntil(lambda: dialog.choice.preview.text().startswith("noon: expected a time"))


def test_table_of_the_chosen_only(qtbot, dialog, tmp_path) -> None:
    dialog.only_chosen.setChecked(True)
    _run(qtbot, dialog)
    assert len(Table.read(tmp_path / "out" / "decisions.ecsv")) == 2


@pytest.mark.parametrize(("chosen", "after"), [("/data/out", "/data/out"), ("", None)])
def test_browsed_folder_is_taken(
    dialog, tmp_path, monkeypatch: pytest.MonkeyPatch, chosen: str, after: str | None
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog,
        "getExistingDirectory",
        lambda _parent, _title, start: asked.append(start) or chosen,
    )
    before = dialog.folder.text()
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Browse...")
    button.click()
    assert asked == [before] and dialog.folder.text() == (after or before)


@pytest.mark.parametrize("count", [MAX_LINES, MAX_LINES + 1, MAX_LINES + 3])
@pytest.mark.parametrize("cancelled", [False, True])
def test_long_report_is_cut_and_counted(
    dialog, session, tmp_path, count: int, cancelled: bool
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    lines = [f"line {number}" for number in range(count)]
    report = SimpleNamespace(folder=tmp_path, cancelled=cancelled, lines=lambda: lines)
    dialog.exporter.done.emit(report)
    shown = dialog.outcome.text().split("\n")
    assert shown[:MAX_LINES] == lines[:MAX_LINES]
    more = {0: [], 1: ["... and 1 more line"], 3: ["... and 3 more lines"]}
    assert shown[MAX_LINES:] == more[count - MAX_LINES]
    assert dialog.show_folder.isHidden() == cancelled
    assert said == ([] if cancelled else [f"exported to {tmp_path}"])


def test_failed_export_says_why(dialog) -> None:
    dialog.exporter.failed.emit("the disk is full")
    assert dialog.outcome.text() == "Nothing was exported. the disk is full"
    assert dialog.go.isEnabled()
