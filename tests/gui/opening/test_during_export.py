"""Opening something while an export of the window runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.stamp_files import write_stamps
from tests.helpers.turns import until_handled
from tests.helpers.windows import present, until_replaced
from vetter.errors import InputError
from vetter.gui.dialogs.export import ExportDialog
from vetter.review import exporter


@pytest.fixture
def export(qtbot, window, tmp_path, monkeypatch) -> Iterator[ExportDialog]:
    """An export that runs until it is cancelled."""

    def endless(*_, cancelled, **__):
        while not cancelled():
            time.sleep(0.01)
        raise InputError("cancelled")

    monkeypatch.setattr(exporter, "export", endless)
    window.dialogs.show_export()
    dialog = window.dialogs.export
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.start()
    qtbot.waitUntil(lambda: dialog.exporter.running, timeout=30000)
    yield dialog


def hold(qtbot, window, path: Path) -> None:
    """Open something under the export, until it is read."""
    window.opening.open_paths([str(path)])
    qtbot.waitUntil(lambda: "is read" in window.opening.strip.text.text(), timeout=30000)


def leave(qtbot, export: ExportDialog) -> None:
    """Cancel the export, and close its dialog."""
    export.reject()
    qtbot.waitUntil(lambda: export.stop.text() == "Close", timeout=30000)
    export.reject()


def test_what_is_read_during_an_export_waits_for_it_and_says_so(qtbot, window, export, tmp_path):
    hold(qtbot, window, write_stamps(tmp_path / "stamps"))
    assert present() is window and export.exporter.running and export.isVisible()
    assert window.opening.strip.text.text() == (
        "stamps is read: it is shown when the export is over and its dialog closed"
    )
    leave(qtbot, export)
    after = until_replaced(qtbot, window)
    assert after.session.candidates.keys.tolist() == ["T000", "T001", "T002"]


def test_what_waits_for_an_export_can_be_left(qtbot, window, export, tmp_path):
    hold(qtbot, window, write_stamps(tmp_path / "stamps"))
    window.opening.strip.button.click()
    leave(qtbot, export)
    qtbot.waitUntil(lambda: window.dialogs.export is None, timeout=30000)
    until_handled(qtbot)
    assert present() is window and window.isVisible()
