"""The readout: what is under the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.wcs import WCS
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from vetter.core.cutout.cutout import Cutout
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.readout import Readout, plane_value_texts, position_text
from vetter.review.cutouts.rendered_cutout import FitPanel, RenderedCutout, render_cutout

RAMP = np.arange(40.0 * 40).reshape(40, 40)


@pytest.fixture
def readout(qtbot: QtBot) -> Readout:
    readout = Readout()
    qtbot.addWidget(readout)
    readout.show()
    return readout


def frame_of(**planes: np.ndarray) -> RenderedCutout:
    return render_cutout(FieldInMemory(planes, places=[[20, 10]]), 0, 5, DisplayStyle())


def test_pixels_are_counted_from_1_in_the_whole_image() -> None:
    assert position_text(frame_of(image=RAMP), 5, 5).startswith("FITS x 21.0  y 11.0")


def test_the_value_of_every_plane_is_said() -> None:
    mask = RAMP > 1000
    said = plane_value_texts(frame_of(image=RAMP, diff=RAMP - 420.5, mask=mask), 6.3, 4.6)
    assert said == {"image": "421", "diff": "0.5", "mask": "good"}


@pytest.mark.parametrize(("value", "said"), [(np.nan, "NaN"), (np.inf, "inf"), (1e-7, "1e-07")])
def test_odd_values_are_said(value: float, said: str) -> None:
    image = RAMP.copy()
    image[10, 20] = value
    assert plane_value_texts(frame_of(image=image), 5, 5) == {"image": said}


def test_the_bits_of_a_mask_are_said() -> None:
    source = FieldInMemory({"mask": RAMP > 1}, places=[[20, 10]])
    bits = np.full((11, 11), 6)
    bad = Cutout({"mask": bits > 0}, {"x": 20, "y": 10}, origin=(15, 5), bits={"mask": bits})
    source.cutout = lambda row, radius: bad
    assert plane_value_texts(render_cutout(source, 0, 5, DisplayStyle()), 2, 2) == {
        "mask": "bad (6)"
    }


def test_the_fits_residual_is_among_the_values() -> None:
    source = FieldInMemory({"image": RAMP}, places=[[20, 10]])
    frame = render_cutout(source, 0, 5, DisplayStyle(), FitPanel(np.full((11, 11), -2.5)))
    assert plane_value_texts(frame, 5, 5)["adjusted"] == "-2.5"


def test_right_ascension_and_declination_in_both_notations() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [65.263625, 33.201361], [6, 6], [-1e-4, 1e-4]
    source = FieldInMemory({"image": RAMP}, places=[[20, 10]])
    cut = Cutout({"image": RAMP[5:16, 15:26]}, {"x": 20, "y": 10}, wcs=wcs, origin=(15, 5))
    source.cutout = lambda row, radius: cut
    frame = render_cutout(source, 0, 5, DisplayStyle())
    assert position_text(frame, 5, 5).endswith("04:21:03.27  +33:12:04.9   65.263625  +33.201361")
    assert position_text(frame, 5, 5, degrees=False).endswith("04:21:03.27  +33:12:04.9")


def test_outside_of_the_cutout_nothing_is_said() -> None:
    frame = frame_of(image=RAMP)
    assert position_text(frame, -0.6, 5) == position_text(frame, 5, 10.5) == ""
    assert plane_value_texts(frame, -0.6, 5) == plane_value_texts(frame, 5, 10.5) == {}


def test_the_text_follows_the_pointer(readout: Readout, qtbot: QtBot) -> None:
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    qtbot.waitUntil(lambda: "FITS x 21.0  y 11.0" in readout.text(), timeout=30000)
    readout.show_pointer(None)
    qtbot.waitUntil(lambda: readout.text() == "", timeout=30000)


def test_a_new_candidate_under_a_still_pointer_is_read(readout: Readout) -> None:
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    readout.update_now()
    elsewhere = FieldInMemory({"image": RAMP}, places=[[25, 10]])
    readout.show_frame(render_cutout(elsewhere, 0, 5, DisplayStyle()))
    readout.update_now()
    assert readout.text().startswith("FITS x 26.0")


def test_while_a_candidate_is_loading_nothing_is_said(readout: Readout) -> None:
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    readout.update_now()
    readout.show_frame(None)
    readout.update_now()
    assert readout.text() == ""


def test_it_covers_what_lies_behind_it_only_where_it_says_something(readout: Readout) -> None:
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    readout.update_now()
    assert readout.autoFillBackground()
    readout.show_pointer(None)
    readout.update_now()
    assert not readout.autoFillBackground()


def test_readout_hidden_starts_no_timer(readout: Readout) -> None:
    readout.show_pointer((5.0, 5.0))
    readout.hide()
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((6.0, 5.0))
    assert not any(timer.isActive() for timer in readout.findChildren(QTimer))


def test_readout_shown_again_reads_new_frame(readout: Readout, qtbot: QtBot) -> None:
    readout.show_pointer((5.0, 5.0))
    readout.hide()
    readout.show_frame(frame_of(image=RAMP))
    readout.show()
    qtbot.waitUntil(lambda: readout.text().startswith("FITS x 21.0"), timeout=30000)


def test_position_that_does_not_fit_is_left_out(readout: Readout) -> None:
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    readout.resize(readout.sizeHint())
    readout.update_now()
    assert readout.text().startswith("FITS x 21.0")
    readout.resize(40, 20)
    readout.update_now()
    assert readout.text() == ""


def test_width_is_that_of_the_longest_position(readout: Readout) -> None:
    before = readout.sizeHint()
    readout.show_frame(frame_of(image=RAMP))
    readout.show_pointer((5.0, 5.0))
    readout.update_now()
    assert readout.sizeHint() == before and readout.minimumSizeHint().width() == 0
    readout.set_narrow(True, compact=True)
    assert readout.sizeHint().width() < before.width()
