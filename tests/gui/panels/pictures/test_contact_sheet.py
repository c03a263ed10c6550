"""The contact sheet: a PDF of all chosen candidates, with any name and without a cutout."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QBuffer, QByteArray, QSize
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtPdf import QPdfDocument
from PyQt6.QtWidgets import QApplication

from tests.helpers.fake_session import candidate_list
from tests.helpers.fake_source import FakeSource
from tests.helpers.snapshots import check_snapshot, pixels
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.pictures.contact_sheet import COLUMNS, LINES, ContactSheet
from vetter.io.export.decision_table import FrozenOpinions


def _draw(
    names: list[str], unread: tuple[int, ...] = (), rows: tuple[int, ...] | None = None
) -> bytes:
    listed = candidate_list(len(names), id=np.array(names, object))
    source = FakeSource(listed)
    opinions = FrozenOpinions(np.ones(len(names), np.uint8), {})
    shown = range(len(names)) if rows is None else rows
    planes = source.plane_names
    sheet = ContactSheet(names[0], DisplayStyle(), listed, opinions, planes, len(shown))
    for row in shown:
        sheet.add(row, None if row in unread else source.cutout(row, 5.0), "cannot be read")
    return sheet.finish()


def _load(content: bytes) -> tuple[QPdfDocument, QBuffer]:
    document, buffer = QPdfDocument(None), QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document.load(buffer)
    return document, buffer


def test_full_page_and_one_more_are_two_pages(qapp) -> None:
    content = _draw([f"J{number}" for number in range(COLUMNS * LINES + 1)])
    document, _buffer = _load(content)
    assert document.pageCount() == 2
    assert b"vet_verdict" in content[-256:]


def test_first_page_has_pixels_of_each_line(qapp) -> None:
    document, _buffer = _load(_draw([f"J{number}" for number in range(COLUMNS * LINES)]))
    image = document.render(0, QSize(420, 594)).convertToFormat(QImage.Format.Format_RGB32)
    page = pixels(image)
    strips = np.array_split(page[60:540], LINES)
    assert all(strip.std() > 20 for strip in strips)


def test_hostile_names_and_missing_cutouts_are_drawn(qapp) -> None:
    document, _buffer = _load(_draw(["<b>a</b>\n\udcff\x00", "J" * 500, ""], unread=(1,)))
    assert document.pageCount() == 1


def test_heading_counts_the_tiles_not_the_list(qapp) -> None:
    document, _buffer = _load(_draw([f"J{number}" for number in range(40)], rows=(3, 30)))
    text = document.getAllText(0).text()
    assert document.pageCount() == 1 and "J0: 2 candidates, page 1" in text


def on_paper(document: QPdfDocument, width: int) -> QImage:
    """The first page of A4 on white."""
    page = QImage(width, round(width * 2**0.5), QImage.Format.Format_RGB32)
    page.fill(0xFFFFFFFF)
    painter = QPainter(page)
    painter.drawImage(0, 0, document.render(0, page.size()))
    painter.end()
    return page


def test_page_as_a_picture(snapshot_application: QApplication) -> None:
    names = [f"ZTF26{letter * 3}-{'a long name ' * 3}" for letter in "abcdefghij"]
    document, _buffer = _load(_draw(names, unread=(2,)))
    check_snapshot(on_paper(document, 840).copy(0, 0, 840, 560), "contact_sheet")


def test_empty_sheet_has_its_heading_alone(qapp) -> None:
    opinions = FrozenOpinions(np.zeros(0, np.uint8), {})
    sheet = ContactSheet("night", DisplayStyle(), candidate_list(0), opinions, ("image",), 0)
    document, _buffer = _load(sheet.finish())
    assert document.pageCount() == 1
    page = pixels(on_paper(document, 420))[..., 0]
    assert page[:60].min() < 100 and page[80:].min() == 255
