"""The demo as plain FITS files for windows, and themes with the fixed font of the snapshots."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QApplication, QWidget

from tests.helpers.snapshots import check_snapshot, snapshot_font
from tests.helpers.spoken_names import nameless
from vetter.core.cutout_source import CutoutSource
from vetter.gui.grid import grid_area
from vetter.gui.widgets import answer_style, verdict_style
from vetter.gui.widgets.theme import apply_theme
from vetter.io.field.content_check import PlaneCheck
from vetter.io.files import resources
from vetter.io.files.hdu_names import FitsName
from vetter.io.inputs import content_cautions
from vetter.io.inputs.content_cautions import Reader
from vetter.io.tables import candidates
from vetter.io.tables.table_file import TableFile

CheckLook = Callable[[QWidget, str], None]

_PAINTED_ONCE = (
    answer_style.answer_badge,
    answer_style.answer_chip,
    answer_style.badge_width,
    verdict_style.badge,
)
"""Pictures of letters, which other tests have made in another font."""


@pytest.fixture
def snapshot_application(qapp: Any) -> Iterator[QApplication]:
    """The application with the font of the snapshots, until the test ends."""
    font, fixed = qapp.font(), QFont(snapshot_font())
    # In points, which headings multiply.
    fixed.setPointSizeF(9)
    qapp.setFont(fixed)
    for painted in _PAINTED_ONCE:
        painted.cache_clear()
    yield qapp
    qapp.setFont(font)
    apply_theme(qapp, dark=True)
    qapp.processEvents()
    for painted in _PAINTED_ONCE:
        painted.cache_clear()


@pytest.fixture
def check_look(snapshot_application: QApplication) -> Iterator[CheckLook]:
    """Check a widget's picture in both themes, and that what has the keyboard in it has a name."""

    def check(widget: QWidget, name: str) -> None:
        for theme in ("dark", "light"):
            apply_theme(snapshot_application, theme == "dark")
            # Qt gives the palette to the widgets in the next turn.
            snapshot_application.processEvents()
            check_snapshot(widget.grab().toImage(), f"{name}_{theme}")
        assert nameless(widget) == []

    yield check


@pytest.fixture(scope="session")
def plain_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo, not compressed: hundreds of windows would unpack them."""
    from astropy.io import fits

    folder = tmp_path_factory.mktemp("demo")
    for file in resources.resource_path("demo").iterdir():
        if file.suffix != ".fits":
            shutil.copy(file, folder)
            continue
        with fits.open(file) as packed:
            fits.PrimaryHDU(packed[1].data, packed[1].header).writeto(folder / file.name)
    return folder


@pytest.fixture(scope="session")
def demo_findings() -> dict[str, list[PlaneCheck]]:
    """What the check of the demo's planes has found so far, by the source's record."""
    return {}


@pytest.fixture(autouse=True)
def paints_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a busy machine must not decide which tiles of the grid a paint has."""
    monkeypatch.setattr(grid_area, "PAINT_SECONDS", 60.0)


@pytest.fixture(autouse=True)
def demo_is_plain(plain_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``demo`` mean these files in the windows of tests."""
    packed = resources.resource_path
    monkeypatch.setattr(
        resources, "resource_path", lambda name: plain_demo if name == "demo" else packed(name)
    )


@pytest.fixture(scope="session")
def demo_tables() -> dict[Path, TableFile]:
    """The demo's list as it was read first, by its path."""
    return {}


@pytest.fixture(autouse=True)
def demo_is_read_once(
    plain_demo: Path, demo_tables: dict[Path, TableFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the demo's list be parsed once, and copied for each window that opens it."""
    read = candidates.read_table

    def known(name: FitsName) -> TableFile:
        if name.path.parent != plain_demo:
            return read(name)
        if name.path not in demo_tables:
            demo_tables[name.path] = read(name)
        file = demo_tables[name.path]
        return replace(file, table=file.table.copy())

    monkeypatch.setattr(candidates, "read_table", known)


@pytest.fixture(autouse=True)
def demo_is_checked_once(
    demo_findings: dict[str, list[PlaneCheck]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the demo's pixels be checked once: hundreds of windows would find the same in 150 ms."""
    check = content_cautions.content_findings

    def known(source: CutoutSource, read: Reader | None = None) -> Iterator[PlaneCheck]:
        if source.record.get("inputs") != ["demo"]:
            return check(source, read)
        record = repr(source.record)
        if record not in demo_findings:
            # In a context of its own: the end of the first window would cancel it.
            demo_findings[record] = Context().run(lambda: list(check(source, read)))
        return iter(demo_findings[record])

    monkeypatch.setattr(content_cautions, "content_findings", known)
