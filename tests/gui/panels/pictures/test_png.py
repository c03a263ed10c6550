from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QColor, QImage

from tests.helpers.fake_session import candidate_list
from tests.helpers.field_files import tan_wcs
from tests.helpers.snapshots import check_snapshot, pixels
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.sky_marks import MarkKind, SkyMark
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.camera import Area, Subject, View, place
from vetter.gui.panels.layout.turning import North, face_north
from vetter.gui.panels.panel_choice import PanelChoice, PictureStyle
from vetter.gui.panels.pictures.png import GAP, HEADING, PANEL, TITLE, ExportPicture
from vetter.gui.panels.tools.overlays import _PLANET
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.review.cutouts.rendered_cutout import rendered_from

LISTED = candidate_list(1, id=["0"])


def _cutout() -> Cutout:
    image = np.zeros((9, 9))
    image[1, 6] = 100.0
    return Cutout({"image": image, "mask": image > 50}, {"x": 6.0, "y": 1.0}, origin=(0, 0))


def test_y_points_up_and_x_to_the_right(qapp) -> None:
    image = ExportPicture(DisplayStyle(), LISTED).draw(0, _cutout())
    scale = PANEL / 9
    x, y = GAP + int(6.5 * scale), HEADING + TITLE + PANEL - int(1.5 * scale)
    mirrored = HEADING + TITLE + int(1.5 * scale)
    assert image.pixelColor(x, y).lightness() > 200
    assert image.pixelColor(x, mirrored).lightness() < 100


def test_every_plane_but_the_hatched_mask_has_a_panel(qapp) -> None:
    image = ExportPicture(DisplayStyle(), LISTED).draw(0, _cutout())
    assert image.width() == PANEL + 2 * GAP


def test_it_is_a_png_file(qapp) -> None:
    data = ExportPicture(DisplayStyle(), LISTED)(0, _cutout())
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert QImage.fromData(data).pixelColor(0, 0) == QColor("#1b1c1e")


def test_plane_without_values_has_words_in_its_panel(qapp) -> None:
    image = np.full((9, 9), np.nan)
    cutout = Cutout({"image": image}, {"x": 6.0, "y": 1.0}, origin=(0, 0))
    drawn = ExportPicture(DisplayStyle(), LISTED).draw(0, cutout)
    corner = GAP + 5, HEADING + TITLE + 5
    assert drawn.pixelColor(*corner) == QColor(DARK.base)
    half = PANEL // 2
    words = drawn.copy(GAP, HEADING + TITLE + half - 8, PANEL, 16)
    assert (pixels(words) > 100).any()


def test_range_of_values_is_in_the_title(qapp) -> None:
    drawn = ExportPicture(DisplayStyle(), LISTED).draw(0, _cutout())
    titles = [drawn.copy(GAP + place + 120, HEADING, 120, TITLE) for place in (0, PANEL + GAP)]
    # A mask has no range.
    assert [bool((pixels(title) > 100).any()) for title in titles] == [True, False]


def test_compass_is_drawn_if_the_cutout_has_a_wcs(qapp) -> None:
    cutout = _cutout()
    plain = ExportPicture(DisplayStyle(), LISTED).draw(0, cutout)
    cutout.wcs = tan_wcs()
    corner = GAP, HEADING + TITLE + PANEL - 70, 70, 70
    drawn = ExportPicture(DisplayStyle(), LISTED).draw(0, cutout)
    assert (pixels(drawn.copy(*corner)) != pixels(plain.copy(*corner))).any()


def test_predicted_place_of_minor_planet_is_in_picture(qapp) -> None:
    wcs = tan_wcs()
    ra, dec = (float(value) for value in wcs.all_pix2world(6.0, 1.0, 0))
    cutout = Cutout({"image": np.zeros((9, 9))}, {"ra": ra, "dec": dec}, wcs=wcs)
    far = (float(value) for value in wcs.all_pix2world(2.0, 6.0, 0))
    cutout.sky_marks = (SkyMark(MarkKind.PREDICTED, *far, label="433"),)
    drawn = ExportPicture(DisplayStyle(), LISTED).draw(0, cutout)
    scale = PANEL / 9
    x, y = GAP + round(2.5 * scale), HEADING + TITLE + PANEL - round(6.5 * scale)
    around = [drawn.pixelColor(x + a, y + b) for a in range(-9, 10) for b in range(-9, 10)]
    assert around.count(_PLANET) > 10


def test_planes_without_a_panel_are_left_out(qapp) -> None:
    style = PictureStyle(PanelChoice({"mask": False}))
    image = ExportPicture(DisplayStyle(), LISTED, style).draw(0, _cutout())
    assert image.width() == PANEL + 2 * GAP


def test_picture_has_the_zoom_of_the_panels(qapp) -> None:
    pixels_wide = []
    for zoom in (1.0, 2.0):
        unmarked = PanelChoice({"mask": False}, hatched=False)
        style = PictureStyle(unmarked, View(zoom, fitted=False), reticle=False)
        drawn = ExportPicture(DisplayStyle(), LISTED, style).draw(0, _cutout())
        panel = pixels(drawn.copy(GAP, HEADING + TITLE, PANEL, PANEL))[:, :, 0]
        pixels_wide.append(int((panel > 200).any(axis=0).sum()))
    assert pixels_wide[1] == 2 * pixels_wide[0] > 0


def test_picture_is_turned_as_the_panels_are(qapp) -> None:
    cutout = Cutout({"image": np.zeros((9, 9))}, {"x": 4.0, "y": 4.0}, origin=(0, 0))
    cutout.planes["image"][3, 6] = 100.0
    wcs = tan_wcs()
    turn = np.radians(30)
    wcs.wcs.cd = wcs.pixel_scale_matrix @ [
        [np.cos(turn), np.sin(turn)],
        [-np.sin(turn), np.cos(turn)],
    ]
    wcs.wcs.set()
    cutout.wcs = wcs
    frame = rendered_from(LISTED, 0, cutout, DisplayStyle())
    assert frame.north is not None
    _shown, tilt = face_north(frame, North.EXACT)
    assert abs(tilt) > 20
    style = PictureStyle(reticle=False, compass=False, north=North.EXACT)
    drawn = ExportPicture(DisplayStyle(), LISTED, style).draw(0, cutout)
    at = place(Area(GAP, HEADING + TITLE, PANEL, PANEL), Subject(9, 9, 4, 4, tilt), View())
    across, down = at.to_screen(6, 3)
    assert drawn.pixelColor(int(across), int(down)).lightness() > 200


def test_reticle_is_left_out_where_the_panels_have_none(qapp) -> None:
    cutout = Cutout({"image": np.zeros((9, 9))}, {"x": 4.0, "y": 4.0}, origin=(0, 0))
    drawn = [
        ExportPicture(DisplayStyle(), LISTED, PictureStyle(reticle=shown)).draw(0, cutout)
        for shown in (True, False)
    ]
    assert drawn[0] != drawn[1]


def _strokes(drawn: QImage, panel: int) -> int:
    """The number of a panel's pixels in the colour of the hatch."""
    left = GAP + panel * (PANEL + GAP)
    seen = pixels(drawn.copy(left, HEADING + TITLE, PANEL, PANEL))
    return int((seen == (255, 122, 102)).all(axis=2).sum())


def test_bad_pixels_are_hatched_as_in_the_panels(qapp) -> None:
    mask = np.zeros((9, 9), bool)
    mask[:2] = True
    cutout = Cutout({"image": np.zeros((9, 9)), "mask": mask}, {"x": 4.0, "y": 4.0})
    both = PictureStyle(PanelChoice({"mask": True}))
    drawn = ExportPicture(DisplayStyle(), LISTED, both).draw(0, cutout)
    assert _strokes(drawn, 0) > 100 and _strokes(drawn, 1) == 0
    plain = PictureStyle(PanelChoice(hatched=False))
    drawn = ExportPicture(DisplayStyle(), LISTED, plain).draw(0, cutout)
    assert drawn.width() == 2 * PANEL + 3 * GAP and _strokes(drawn, 0) == 0


def test_light_theme_makes_light_surroundings(qapp) -> None:
    drawn = ExportPicture(DisplayStyle(), LISTED, PictureStyle(dark=False)).draw(0, _cutout())
    assert drawn.pixelColor(0, 0) == QColor(LIGHT.window)


def test_picture_of_the_export_has_its_reticle(snapshot_application) -> None:
    drawn = ExportPicture(DisplayStyle(), LISTED).draw(0, _cutout())
    check_snapshot(drawn, "export_picture")
