"""Columns and planes asked for where a list does not tell them, from the command line too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import pixels, tan_wcs, write_image, write_list
from tests.helpers.windows import WITHOUT_FITS, present, until_replaced
from vetter import app
from vetter.errors import ColumnsWanted
from vetter.gui.dialogs.column_roles import ListColumns
from vetter.gui.opening.planes_dialog import PlanesDialog
from vetter.gui.windows.start_window import StartWindow


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    for shown in present().findChildren((ListColumns, PlanesDialog)):
        shown.close()
    present().close()


def open_as_typed(table: Path, **options: Any) -> StartWindow:
    """The window that the command line shows for a list that lacks something."""
    app._open([str(table)], {"settings": WITHOUT_FITS, "reviewer": "ann", **options}, asks=True)
    window = present()
    assert isinstance(window, StartWindow)
    return window


def found(qtbot: Any, kind: type) -> Any:
    qtbot.waitUntil(lambda: present().findChild(kind) is not None, timeout=30000)
    return present().findChild(kind)


def choose(shown: ListColumns, **columns: str) -> None:
    for role, column in columns.items():
        shown.combos[role].setCurrentIndex(shown.combos[role].findData(column))


def write_odd(folder: Path) -> Path:
    """A list whose columns say nothing, and one of which has no name that can be typed."""
    return write_list(
        folder / "odd.csv", **{"id": ["a", "b"], "列": [20.25, 40.0], "p q": [30.0, 10.5]}
    )


def test_columns_are_asked_for_and_the_list_is_opened(qtbot, tmp_path: Path) -> None:
    image = write_image(tmp_path / "image.fits", pixels(), wcs=tan_wcs())
    window = open_as_typed(write_odd(tmp_path), image=str(image))
    shown = found(qtbot, ListColumns)
    assert not shown.buttons.buttons()[0].isEnabled()
    choose(shown, x="列", y="p q")
    shown.accept()
    after = until_replaced(qtbot, window)
    assert np.allclose(after.session.candidates.x, [20.25, 40.0])
    assert np.allclose(after.session.candidates.y, [30.0, 10.5])


def test_columns_are_asked_for_on_the_first_page(qtbot, start: StartWindow, tmp_path: Path) -> None:
    write_image(tmp_path / "image.fits", pixels(), wcs=tan_wcs())
    start.opening.open_paths([str(write_odd(tmp_path))])
    choose(found(qtbot, ListColumns), x="列", y="p q")
    found(qtbot, ListColumns).accept()
    assert len(until_replaced(qtbot, start).session.candidates) == 2


def test_a_name_that_is_hard_to_type_has_its_number(qtbot, tmp_path: Path) -> None:
    open_as_typed(write_odd(tmp_path))
    combo = found(qtbot, ListColumns).combos["x"]
    assert [combo.itemText(row) for row in range(combo.count())] == ["none", "id", "列 (#2)", "p q"]


def test_sky_columns_suffice_before_the_image_is_known(qtbot, tmp_path: Path) -> None:
    table = write_list(tmp_path / "sky.csv", id=["a"], first=[150.0], second=[2.0])
    window = open_as_typed(table)
    shown = found(qtbot, ListColumns)
    choose(shown, ra="first", dec="second")
    assert shown.buttons.buttons()[0].isEnabled()
    shown.accept()
    dialog = found(qtbot, PlanesDialog)
    (tmp_path / "far").mkdir()
    image = write_image(tmp_path / "far" / "any.fits", pixels(), wcs=tan_wcs())
    dialog.lines[0][1].setCurrentText(str(image))
    dialog.accept()
    after = until_replaced(qtbot, window)
    assert after.session.candidates.ra[0] == 150.0


def test_planes_are_asked_for_with_the_line_to_type_next_time(qtbot, tmp_path: Path) -> None:
    for name in ("r1_sci.fits", "r1_new.fits", "r1_diff.fits"):
        write_image(tmp_path / name, pixels(), wcs=tan_wcs())
    table = write_list(tmp_path / "my list.csv")
    open_as_typed(table, radius=12)
    shown = found(qtbot, PlanesDialog)
    shown.lines[0][1].setCurrentText(str(tmp_path / "r1_sci.fits"))
    assert shown.next_time.isVisible()
    assert shown.next_time.text() == (
        f"next time: vetter '{table}' --image {tmp_path}/r1_sci.fits "
        f"--diff {tmp_path}/r1_diff.fits --radius 12"
    )


def test_a_script_is_told_instead(tmp_path: Path) -> None:
    with pytest.raises(ColumnsWanted, match=r"found id, 列 \(#2\), p q; name them"):
        app.open_window(write_odd(tmp_path), settings=WITHOUT_FITS)
    app.make_window_manager(WITHOUT_FITS, None, "ann").show_start()
