"""Saving and copying the view: the formats, hostile names, and what is on screen."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PyQt6.QtCore import QByteArray
from PyQt6.QtGui import QGuiApplication, QImage, QPainter
from PyQt6.QtWidgets import QFileDialog

from tests.helpers.fake_session import candidate_list
from tests.helpers.snapshots import pixels
from tests.helpers.windows import WITHOUT_FITS
from vetter.app import open_window
from vetter.core.cutout.cutout import Cutout
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.pictures.png import draw_image, draw_view, picture_size
from vetter.gui.windows.view_saver import Drawing, draw_on_image, encode
from vetter.review.cutouts.rendered_cutout import rendered_from

GENEROUS_MS = 30_000


def _drawing(name: str) -> Drawing:
    rng = np.random.default_rng(1)
    cutout = Cutout({"image": rng.normal(size=(9, 9))}, {"x": 4.0, "y": 4.0}, origin=(0, 0))
    frame = rendered_from(candidate_list(1, id=[name]), 0, cutout, DisplayStyle())

    def draw(painter: QPainter) -> None:
        draw_view(painter, frame, ("image",), PictureStyle(), 240, "accepted <b>")

    return Drawing(name, picture_size(("image",)), draw)


@pytest.mark.parametrize("name", ["J1", "<script>x</script>", 'a"&\x00\x1b', "lone \udcff"])
def test_svg_with_any_name_is_valid_and_has_no_script(qapp, name) -> None:
    root = ElementTree.fromstring(encode(_drawing(name), "svg"))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "image" in tags and "script" not in tags


def test_pdf_is_one_page_of_the_views_size(qapp) -> None:
    from PyQt6.QtCore import QBuffer
    from PyQt6.QtPdf import QPdfDocument

    drawing, document, buffer = _drawing("J1"), QPdfDocument(None), QBuffer()
    buffer.setData(QByteArray(encode(drawing, "pdf")))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document.load(buffer)
    assert document.pageCount() == 1
    assert document.pagePointSize(0).toSize() == drawing.size


def test_png_has_the_pixels_of_the_screen(qapp) -> None:
    image = QImage.fromData(encode(_drawing("J1"), "png", 2.0))
    assert image.size() == 2 * picture_size(("image",))


def test_view_and_export_are_one_drawing(qapp) -> None:
    rng = np.random.default_rng(2)
    cutout = Cutout({"image": rng.normal(size=(9, 9))}, {"x": 4.0, "y": 4.0}, origin=(0, 0))
    frame = rendered_from(candidate_list(1, id=["J1"]), 0, cutout, DisplayStyle())

    def draw(painter: QPainter) -> None:
        draw_view(painter, frame, ("image",), PictureStyle())

    saved = draw_on_image(Drawing("J1", picture_size(("image",)), draw))
    exported = draw_image(frame, ("image",), PictureStyle())
    assert (pixels(saved) == pixels(exported)).all()


@pytest.fixture
def window(qtbot, tmp_path):
    options = {"settings": WITHOUT_FITS, "reviewer": "ann"}
    window = open_window("demo", session=tmp_path / "night.vetter", **options)
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=GENEROUS_MS)
    yield window
    window.close()


def test_view_is_saved_in_the_format_of_its_ending(qtbot, window, tmp_path) -> None:
    for kind, mark in {"png": b"PNG", "svg": b"<svg", "pdf": b"%PDF"}.items():
        path = tmp_path / f"view.{kind}"
        window.view_saver.save_to(str(path))
        qtbot.waitUntil(path.exists, timeout=GENEROUS_MS)
        assert mark in path.read_bytes()[:200], kind
        qtbot.waitUntil(lambda: window.view_saver._writing is None, timeout=GENEROUS_MS)


def test_folder_that_is_missing_is_said(qtbot, window, tmp_path, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(window.view_saver, "_say", lambda text, important=False: said.append(text))
    window.view_saver.save_to(str(tmp_path / "gone" / "view.png"))
    qtbot.waitUntil(lambda: bool(said), timeout=GENEROUS_MS)
    assert said[0].startswith("not saved: ") and "No such file" in said[0]
    said.clear()
    window.view_saver.save_to(str(tmp_path / "view.tiff"))
    assert said == ["not saved: end the name in .png, .svg, .pdf"]


def test_copy_puts_what_is_in_front_on_the_clipboard(qtbot, window) -> None:
    window.view_saver.copy()
    image = QGuiApplication.clipboard().image()
    assert image.width() > 500 and pixels(image).std() > 10
    window.pages.toggle_grid()
    window.view_saver.copy()
    size = window.pages.grid.size() * window.devicePixelRatioF()
    assert QGuiApplication.clipboard().image().size() == size


def test_dialog_suggests_the_candidates_name_beside_the_session(qtbot, window, tmp_path) -> None:
    window.view_saver.ask()
    dialog = window.findChild(QFileDialog, "save view")
    chosen = Path(dialog.selectedFiles()[0])
    assert chosen.parent == tmp_path and chosen.suffix == ".png"
    assert chosen.stem == window.session.candidates.name(window.session.current_row)
    dialog.reject()
