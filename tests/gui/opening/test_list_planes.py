"""Which image is which plane of a list: asked for, offered, changed."""

from __future__ import annotations

from PyQt6.QtWidgets import QDialogButtonBox

from tests.helpers.drops import drop
from tests.helpers.field_files import pixels, tan_wcs, write_field, write_image, write_list
from tests.helpers.windows import WITHOUT_FITS, present, until_replaced
from vetter.app import open_window
from vetter.gui.opening.planes_dialog import PlanesDialog


def planes_dialog(qtbot) -> PlanesDialog:
    qtbot.waitUntil(lambda: present().findChild(PlanesDialog) is not None, timeout=30000)
    found = present().findChild(PlanesDialog)
    assert found is not None
    return found


def test_an_image_dropped_on_a_list_is_offered_as_a_plane(qtbot, window, tmp_path):
    image = write_image(tmp_path / "r1_diff.fits", pixels(7), wcs=tan_wcs())
    drop(window, image)
    shown = planes_dialog(qtbot)
    assert shown.planes()["diff"] == str(image)
    assert set(shown.planes()) == {"image", "template", "diff"}
    shown.accept()
    after = until_replaced(qtbot, window)
    assert "diff" in after.session.source.plane_names
    assert after.session.source.record["options"]["planes"]["diff"] == str(image)


def test_it_may_have_any_name(qtbot, window, tmp_path):
    image = write_image(tmp_path / "frame0001.fits", pixels(7), wcs=tan_wcs())
    drop(window, image)
    shown = planes_dialog(qtbot)
    line = next(line for line in shown.lines if line[1].currentText() == image.name)
    assert line[0].currentText() == "convolved"
    line[0].setCurrentText("scorr")
    shown.accept()
    assert "scorr" in until_replaced(qtbot, window).session.source.plane_names


def test_it_may_be_opened_by_itself(qtbot, window, tmp_path):
    image = write_image(tmp_path / "frame0001.fits", pixels(7))
    drop(window, image)
    planes_dialog(qtbot).instead.emit([str(image)])
    strip = window.opening.strip
    qtbot.waitUntil(lambda: "not opened" in strip.text.text(), timeout=30000)
    assert "found [0] PRIMARY 80x60" in strip.text.text()


def test_a_list_without_planes_asks_for_them(qtbot, start, tmp_path):
    for name in ("r1_sci.fits", "r1_new.fits", "r1_diff.fits"):
        write_image(tmp_path / name, pixels(), wcs=tan_wcs())
    table = write_list(tmp_path / "r1.csv")
    start.opening.open_paths([str(table)])
    shown = planes_dialog(qtbot)
    assert not start.opening.strip.isVisible()
    assert set(shown.planes()) == {"image", "diff"}
    shown.accept()
    assert until_replaced(qtbot, start).session.source.plane_names == ("image", "diff", "err")


def test_the_image_is_wanted(qtbot, start, tmp_path):
    start.opening.open_paths([str(write_list(tmp_path / "r1.csv"))])
    shown = planes_dialog(qtbot)
    assert "the image is missing" in shown.problem_label.text()
    ok = shown.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    shown.lines[0][1].setCurrentText(write_field(tmp_path, ("image",))["image"])
    assert ok.isEnabled() and not shown.problem_label.text()


def test_the_planes_of_an_open_list_can_be_changed(qtbot, window):
    window.opening.choose_planes()
    shown = planes_dialog(qtbot)
    assert set(shown.planes()) == {"image", "template"}
    shown.lines[1][1].setCurrentText("")
    shown.accept()
    assert until_replaced(qtbot, window).session.source.plane_names == ("image", "err")


def test_planes_found_beside_list_are_filled_in(qtbot, tmp_path):
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.opening.choose_planes()
    shown = window.findChild(PlanesDialog)
    assert shown is not None
    assert set(shown.planes()) == {"image", "template", "convolved", "diff", "err", "mask"}
    assert shown.problem_label.text() == ""
    shown.close()
    window.close()


def test_images_beside_list_are_offered(qtbot, window, tmp_path):
    other = write_image(tmp_path / "field" / "frame0002.fits", pixels(7), wcs=tan_wcs())
    window.opening.choose_planes()
    shown = planes_dialog(qtbot)
    box = shown.lines[0][1]
    assert other.name in [box.itemText(place) for place in range(box.count())]
