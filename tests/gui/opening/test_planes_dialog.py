"""Dialog of planes: what is missing or doubled is said, and what is chosen is what is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton

from vetter.gui.opening.planes_dialog import NAMES, PlanesDialog, add_dropped_planes

Make = Callable[..., PlanesDialog]
IMAGE = {"image": "/n/sci.fits"}


@pytest.fixture
def make(qtbot: Any) -> Make:
    def make(planes: dict[str, str], files: tuple[str, ...] = ()) -> PlanesDialog:
        dialog = PlanesDialog("Choose:", planes, files)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def ok(dialog: PlanesDialog) -> QPushButton:
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert button is not None
    return button


def press(dialog: PlanesDialog, words: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.text() == words).click()


@pytest.mark.parametrize(
    ("planes", "named", "problem"),
    [
        ({}, "", "the image is missing: choose the one with the candidates"),
        ({"diff": "/n/d.fits"}, "", "the image is missing: choose the one with the candidates"),
        (IMAGE, "", ""),
        ({**IMAGE, "a": "/n/a.fits"}, "image", "two planes are called image"),
        ({**IMAGE, "a": "/n/a.fits"}, " ", "name each plane, with a name other than "),
        ({**IMAGE, "a": "/n/a.fits"}, "meta", "name each plane, with a name other than "),
        ({**IMAGE, "a": "/n/a.fits"}, "weight", ""),
        (
            {**IMAGE, "err": "/n/e.fits", "a": "/n/a.fits"},
            "weight",
            "err, variance and weight are all the noise: choose one",
        ),
        (
            {**IMAGE, "variance": "/n/e.fits", "a": "/n/a.fits"},
            "err",
            "err, variance and weight are all the noise: choose one",
        ),
    ],
)
def test_what_is_wrong_is_said_and_cannot_be_taken(
    make: Make, planes: dict[str, str], named: str, problem: str
) -> None:
    dialog = make(planes)
    if named:
        dialog.lines[-1][0].setCurrentText(named)
    shown = dialog.problem_label.text()
    assert shown.startswith(f"⚠ {problem}") if problem else shown == ""
    assert ok(dialog).isEnabled() == (not problem)


def test_lines_are_the_usual_planes_and_those_given(make: Make) -> None:
    dialog = make({**IMAGE, "scorr": "/n/s.fits"}, ("/n/x.fits", "/n/sci.fits"))
    assert [name.currentText() for name, _ in dialog.lines] == [*NAMES, "scorr"]
    files = [dialog.lines[0][1].itemText(row) for row in range(dialog.lines[0][1].count())]
    assert files == ["", "sci.fits", "s.fits", "x.fits"]
    tips = [dialog.lines[0][1].itemData(row, Qt.ItemDataRole.ToolTipRole) for row in range(4)]
    assert tips[0] is None and "/n/sci.fits" in tips[1] and "/n/x.fits" in tips[3]
    for name, _ in dialog.lines:
        names = [name.itemText(row) for row in range(name.count())]
        assert names == [*NAMES, "variance", "weight", "scorr"]
    assert dialog.planes() == {**IMAGE, "scorr": "/n/s.fits"}
    assert [combo.accessibleName() for _, combo in dialog.lines][0] == "file of the plane image"


def test_typed_and_listed_files_are_taken(make: Make, qtbot: Any) -> None:
    dialog = make(IMAGE, ("/n/x.fits",))
    dialog.lines[1][1].setCurrentText(" /else/where.fits ")
    dialog.lines[3][1].setCurrentIndex(2)
    wanted = {**IMAGE, "template": "/else/where.fits", "diff": "/n/x.fits"}
    assert dialog.planes() == wanted
    with qtbot.waitSignal(dialog.chosen, timeout=30000) as told:
        ok(dialog).click()
    assert told.args == [wanted] and not dialog.isVisible()


def test_browsed_file_is_that_of_its_line(make: Make) -> None:
    dialog = make(IMAGE)
    browse = [b for b in dialog.findChildren(QPushButton) if b.text() == "Browse..."]
    assert len(browse) == len(dialog.lines)
    browse[3].click()
    files = dialog.findChild(QFileDialog)
    assert files is not None and files.fileMode() == QFileDialog.FileMode.ExistingFile
    files.fileSelected.emit("/else/d.fits")
    files.close()
    assert dialog.planes() == {**IMAGE, "diff": "/else/d.fits"}


def test_another_line_has_the_keyboard_and_no_name(make: Make) -> None:
    dialog = make(IMAGE)
    count = len(dialog.lines)
    press(dialog, "Another plane")
    assert len(dialog.lines) == count + 1
    name, combo = dialog.lines[-1]
    assert name.currentText() == "" and combo.accessibleName() == "file of the plane"
    assert dialog.focusWidget() is name
    combo.setCurrentText("/n/a.fits")
    assert "name each plane" in dialog.problem_label.text()
    name.setCurrentText("scorr")
    assert ok(dialog).isEnabled() and dialog.planes()["scorr"] == "/n/a.fits"


@pytest.mark.parametrize("planes", [IMAGE, {}])
def test_keyboard_is_where_something_is_to_be_done(make: Make, planes: dict[str, str]) -> None:
    dialog = make(planes)
    assert dialog.focusWidget() is (ok(dialog) if planes else dialog.lines[0][1])


def test_tab_goes_as_one_reads(make: Make) -> None:
    dialog = make(IMAGE)
    widget, seen = dialog.lines[0][0], []
    for _ in range(3 * len(dialog.lines)):
        seen.append(widget)
        widget = widget.nextInFocusChain()
        while widget.parent() in seen:
            widget = widget.nextInFocusChain()
    assert [w for w in seen if w in [n for n, _ in dialog.lines]] == [n for n, _ in dialog.lines]
    assert isinstance(widget, QPushButton) and widget.text() == "Another plane"


def test_line_for_next_time_follows_the_choice(make: Make) -> None:
    dialog = make(IMAGE)
    assert dialog.next_time.isHidden()
    dialog.show_line(lambda planes: " ".join(sorted(planes)))
    assert not dialog.next_time.isHidden() and dialog.next_time.text() == "next time: image"
    # To copy, not to type in.
    assert dialog.next_time.isReadOnly()
    dialog.lines[1][1].setCurrentText("/n/t.fits")
    assert dialog.next_time.text() == "next time: image template"


def test_files_may_be_opened_by_themselves(make: Make, qtbot: Any) -> None:
    dialog = make(IMAGE)
    dialog.offer_instead(["/n/x.fits"])
    with qtbot.waitSignals([dialog.instead, dialog.rejected], timeout=30000):
        press(dialog, "Open by themselves instead")
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("planes", "paths", "added"),
    [
        (IMAGE, ["/n/r1_diff.fits"], {"diff": "/n/r1_diff.fits"}),
        # A plane that its name tells takes the place of the one before.
        ({**IMAGE, "diff": "/n/d.fits"}, ["/n/r1_diff.fits"], {"diff": "/n/r1_diff.fits"}),
        (IMAGE, ["/n/a.fits", "/n/b.fits"], {"template": "/n/a.fits", "convolved": "/n/b.fits"}),
        (dict.fromkeys(NAMES, "/n/x.fits"), ["/n/frame1.fits"], {"frame1": "/n/frame1.fits"}),
    ],
)
def test_dropped_files_get_their_names(
    planes: dict[str, str], paths: list[str], added: dict[str, str]
) -> None:
    before = dict(planes)
    assert add_dropped_planes(planes, paths) == {**planes, **added}
    assert planes == before


def test_long_request_is_wrapped(qtbot: Any) -> None:
    dialog = PlanesDialog("Choose the image that they are on. " * 20, {}, [])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert dialog.minimumSizeHint().width() <= dialog.width()
