"""The panels as pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from astropy.wcs import WCS
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory, field
from tests.helpers.snapshots import check_snapshot, snapshot_font
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE
from vetter.core.cutout.plane import Provenance
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.plane_row import PlaneRow
from vetter.review.cutouts.rendered_cutout import (
    FitPanel,
    RenderedCutout,
    Shift,
    render_cutout,
    repaint,
)

Draw = Callable[..., QImage]


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[PlaneRow]:
    row = PlaneRow(font=snapshot_font())
    qtbot.addWidget(row)
    row.resize(780, 540)
    yield row


def sky() -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [10, 20], [200, 200]
    wcs.wcs.cd = [[-7e-5, 1e-5], [1e-5, 7e-5]]
    return wcs


def frame_of(number: int = 0, radius: float = 20, **options: object) -> RenderedCutout:
    return render_cutout(FieldInMemory(**options), number, radius, DisplayStyle())


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_six_planes_with_compass_and_scale_bar(row: PlaneRow, dark: bool) -> None:
    row.set_theme(dark)
    row.show_frame(frame_of(wcs=sky()))
    check_snapshot(row.grab().toImage(), f"six_planes_{'dark' if dark else 'light'}")


def test_north_up_exactly_turns_all_that_is_drawn(row: PlaneRow) -> None:
    frame = frame_of(places=[[118.3, 206.8]], wcs=sky())
    residual = frame.planes["diff"] * 0.5
    fitted = repaint(frame, DisplayStyle(), FitPanel(residual, None, Shift(0.9, 0.0)))
    row.set_north(North.EXACT)
    row.show_frame(dataclasses.replace(fitted, north=58.0, east=148.0))
    row.move_cursor(-9, 6)
    check_snapshot(row.grab().toImage(), "north_exact")


def test_zoomed_in_on_the_candidate(row: PlaneRow) -> None:
    row.show_frame(frame_of(wcs=sky()))
    row.zoom_in()
    row.zoom_in()
    check_snapshot(row.grab().toImage(), "zoomed")


def test_a_corner_of_the_image(row: PlaneRow) -> None:
    row.show_frame(frame_of(places=[[3.3, 6.8]]))
    check_snapshot(row.grab().toImage(), "corner")


def test_a_cutout_that_is_not_square(row: PlaneRow) -> None:
    planes = field(size=80)
    planes.pop("places")
    cut = {name: plane[:48, :63] for name, plane in planes.items()}
    source = FieldInMemory(cut, places=[[31, 24]])
    whole = {name: plane.pixels for name, plane in source.planes.items()}
    source.cutout = lambda row, radius: Cutout(whole, {"x": 31.4, "y": 40.2}, origin=(0, 0))
    row.show_frame(render_cutout(source, 0, 20, DisplayStyle()))
    check_snapshot(row.grab().toImage(), "not_square")


def test_one_bright_pixel_under_the_reticle(row: PlaneRow) -> None:
    image = np.zeros((40, 40))
    image[21, 18] = 100
    row.show_frame(frame_of(planes={"image": image}, places=[[18.0, 21.0]], radius=5))
    check_snapshot(row.grab().toImage(), "one_pixel")


def test_states_are_said_in_words(row: PlaneRow) -> None:
    planes = field()
    planes["template"] = np.full_like(planes["template"], np.nan)
    made = {"err": Provenance.ESTIMATED}
    source = FieldInMemory(planes, notes={"err": ESTIMATED_NOISE}, provenance=made)
    frame = render_cutout(
        source, 0, 20, DisplayStyle(), FitPanel(None, "the fit: no template here")
    )
    row.show_frame(frame)
    check_snapshot(row.grab().toImage(), "states")


def test_loading_shows_a_name_and_no_pixels(row: PlaneRow) -> None:
    row.show_frame(frame_of())
    row.show_loading("J0421+3312", ("image", "template", "diff"))
    check_snapshot(row.grab().toImage(), "loading")


def test_the_residual_of_a_fit_is_a_panel_of_its_own(row: PlaneRow) -> None:
    frame = frame_of()
    residual = frame.planes["diff"] * 0.2
    row.show_frame(repaint(frame, DisplayStyle(), FitPanel(residual)))
    check_snapshot(row.grab().toImage(), "adjusted")


def shifted(shift: Shift) -> RenderedCutout:
    frame = frame_of()
    return repaint(frame, DisplayStyle(), FitPanel(frame.planes["diff"] * 0.2, shift=shift))


def test_the_shift_of_a_fit_is_an_arrow_on_the_difference(row: PlaneRow) -> None:
    row.show_frame(shifted(Shift(0.8, -0.45)))
    check_snapshot(row.grab().toImage(), "shift")


@pytest.mark.parametrize("switch", ["set_reticle", "set_compass"])
def test_the_arrow_goes_with_the_reticle_and_with_the_compass(row: PlaneRow, switch: str) -> None:
    pictures = []
    for frame in (shifted(Shift(0.8, -0.45)), shifted(Shift(0.1, 0.1))):
        getattr(row, switch)(False)
        row.show_frame(frame)
        pictures.append(row.grab().toImage())
    assert pictures[0] == pictures[1]


def test_flip_shows_the_template_in_the_images_place(row: PlaneRow) -> None:
    row.show_frame(frame_of())
    row.set_flip(True)
    check_snapshot(row.grab().toImage(), "flip")


def test_pixel_cursor_has_values_and_numbers(row: PlaneRow) -> None:
    row.show_frame(frame_of())
    row.move_cursor(1, 0)
    row.move_cursor(0, 1)
    check_snapshot(row.grab().toImage(), "cursor")


def test_bad_pixels_are_hatched_and_in_the_mask(row: PlaneRow) -> None:
    row.show_frame(frame_of(places=[[118.0, 100.0]]))
    check_snapshot(row.grab().toImage(), "bad_pixels")
