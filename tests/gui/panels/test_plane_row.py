"""The row of panels: what is shown where, and what the mouse does."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory, field
from tests.helpers.snapshots import pixels
from vetter.core.cutout.plane import Provenance
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.readout import plane_value_texts
from vetter.review.cutouts.rendered_cutout import FitPanel, RenderedCutout, render_cutout, repaint

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture(scope="module")
def source() -> FieldInMemory:
    return FieldInMemory()


@pytest.fixture
def frame(source: FieldInMemory) -> RenderedCutout:
    return render_cutout(source, 0, 20, DisplayStyle())


def single(image: Any, x: float, y: float, radius: float) -> RenderedCutout:
    return render_cutout(
        FieldInMemory({"image": image}, places=[[x, y]]), 0, radius, DisplayStyle()
    )


def on_screen(row: PlaneRow, plane: str, x: float, y: float) -> QPointF:
    """Where a cutout pixel of a plane's panel is, in the row's coordinates."""
    panel = row.panel(plane)
    placement = panel.placement()
    assert placement is not None
    return panel.mapToScene(QPointF(*placement.to_screen(x, y)))


def mouse(row: PlaneRow, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton = LEFT) -> None:
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    target = row.viewport()
    event = QMouseEvent(kind, at, at, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, event)


def drag(row: PlaneRow, start: QPointF, by: QPointF, button: Qt.MouseButton = LEFT) -> None:
    mouse(row, QEvent.Type.MouseButtonPress, start, button)
    mouse(row, QEvent.Type.MouseMove, start + by, button)
    mouse(row, QEvent.Type.MouseButtonRelease, start + by, button)


def wheel(row: PlaneRow, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(row.viewport(), event)


def test_one_panel_a_plane_in_the_frames_order(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    assert row.plane_names == ("image", "template", "convolved", "diff", "adjusted", "err")
    assert row.panel("diff").exhibit.range.startswith("\N{MINUS SIGN}")


def test_every_cutout_pixel_is_the_pictures_pixel_with_y_up(row: PlaneRow) -> None:
    image = np.arange(41.0 * 41).reshape(41, 41)
    frame = single(image, 20, 20, 3)
    row.set_reticle(False)
    row.show_frame(frame)
    grabbed = pixels(row.grab().toImage())
    for y in range(7):
        for x in range(7):
            at = on_screen(row, "image", x, y)
            red = int(frame.pictures["image"][y, x]) >> 16 & 255
            assert grabbed[int(at.y()), int(at.x())].tolist() == [red] * 3


def test_a_pixel_spans_half_a_pixel_on_each_side_of_its_centre(row: PlaneRow) -> None:
    image = np.zeros((21, 21))
    image[10, 10] = 1
    row.set_reticle(False)
    row.show_frame(single(image, 10, 10, 4))
    bright = np.argwhere(pixels(row.grab().toImage())[..., 0] > 230)
    (top, left), (bottom, right) = bright.min(axis=0), bright.max(axis=0) + 1
    corner, opposite = on_screen(row, "image", 3.5, 4.5), on_screen(row, "image", 4.5, 3.5)
    assert (left, top) == (corner.x(), corner.y())
    assert (right, bottom) == (opposite.x(), opposite.y())


@pytest.mark.parametrize("x, y", [(20.0, 20.0), (20.4, 19.7), (3.2, 36.9), (0.4, 0.4)])
def test_the_reticle_is_at_the_candidates_true_place(row: PlaneRow, x: float, y: float) -> None:
    frame = single(np.full((41, 41), 100.0), x, y, 20)
    row.show_frame(frame)
    with_reticle = pixels(row.grab().toImage()).astype(int)
    row.set_reticle(False)
    without = pixels(row.grab().toImage()).astype(int)
    drawn = np.argwhere(np.abs(with_reticle - without).max(axis=2) > 0)
    middle = (drawn.min(axis=0) + drawn.max(axis=0) + 1) / 2
    wanted = on_screen(row, "image", *frame.position)
    assert middle.tolist() == pytest.approx([wanted.y(), wanted.x()], abs=1)


@pytest.mark.parametrize("value", [0.0, 1e5], ids=["dark", "light"])
def test_the_reticle_is_seen_on_any_ground(row: PlaneRow, value: float) -> None:
    image = np.full((41, 41), value)
    image[0, 0] = 5e4
    row.show_frame(single(image, 20, 20, 20))
    with_reticle = pixels(row.grab().toImage()).astype(int)
    row.set_reticle(False)
    difference = np.abs(pixels(row.grab().toImage()).astype(int) - with_reticle).max(axis=2)
    assert (difference > 80).sum() > 40


def test_the_reticle_leaves_the_candidate_free(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    with_reticle = pixels(row.grab().toImage())
    row.set_reticle(False)
    changed = (pixels(row.grab().toImage()) != with_reticle).any(axis=2)
    assert frame.position is not None
    at = on_screen(row, "image", *frame.position)
    x, y = int(at.x()), int(at.y())
    assert changed.any() and not changed[y - 8 : y + 9, x - 8 : x + 9].any()


def test_loading_shows_nothing_of_the_candidate_before(
    row: PlaneRow, frame: RenderedCutout
) -> None:
    # The panels are as large as those of the candidate will be.
    row.set_pixels(41)
    row.show_loading("C7", frame.plane_names)
    never_seen = pixels(row.grab().toImage())
    row.show_frame(frame)
    row.show_loading("C7", frame.plane_names)
    assert (pixels(row.grab().toImage()) == never_seen).all()
    assert row.panel("image").exhibit.message == "loading C7"


def test_an_error_is_said_in_the_first_panel(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.show_frame(render_cutout(FieldInMemory(fails=(1,)), 1, 20, DisplayStyle()))
    assert row.plane_names[0] == "image"
    assert row.panel("image").exhibit.message == "C1.fits: wants an image, found none"
    assert row.panel("diff").exhibit.image is None


def test_panels_are_built_once_and_used_again(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    names = row.plane_names
    panels = [row.panel(name) for name in names]
    row.show_loading("C1", ("image", "diff"))
    seen = [name for name, panel in zip(names, panels, strict=True) if panel.isVisible()]
    assert seen == ["image", "diff", "adjusted"]
    row.show_frame(frame)
    assert [row.panel(name) for name in row.plane_names] == panels
    assert all(panel.isVisible() for panel in panels)


def test_the_adjusted_panel_stays_once_there_was_a_fit(
    row: PlaneRow, frame: RenderedCutout
) -> None:
    row.show_frame(frame)
    row.show_frame(repaint(frame, DisplayStyle(), FitPanel(np.zeros((41, 41)))))
    with_fit = row.plane_names
    assert "adjusted" in with_fit and row.panel("adjusted").exhibit.image is not None
    row.show_frame(frame)
    assert row.plane_names == with_fit
    assert row.panel("adjusted").exhibit.message == "not fitted"
    assert row.panel("adjusted").exhibit.image is None


def test_flip_shows_the_template_while_it_is_held(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.set_flip(True)
    assert row.panel("image").replacement is row.panel("template").exhibit
    row.set_flip(False)
    assert row.panel("image").replacement is None


def test_flip_held_over_a_move_shows_the_next_template(
    row: PlaneRow, frame: RenderedCutout, source: FieldInMemory
) -> None:
    row.show_frame(frame)
    row.set_flip(True)
    row.show_frame(render_cutout(source, 1, 20, DisplayStyle()))
    assert row.panel("image").replacement is row.panel("template").exhibit


def test_blink_goes_round_in_both_directions(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    seen = []
    for step in (1, 1, 1, -1):
        row.blink_step(step)
        stand_in = row.panel("image").replacement
        seen.append("image" if stand_in is None else stand_in.plane)
    assert seen == ["template", "convolved", "image", "convolved"]


def test_the_next_candidate_begins_with_its_image(
    row: PlaneRow, frame: RenderedCutout, source: FieldInMemory
) -> None:
    row.show_frame(frame)
    row.blink_step(1)
    row.show_frame(render_cutout(source, 1, 20, DisplayStyle()))
    assert row.panel("image").replacement is None


def test_without_a_template_blink_and_flip_do_nothing(row: PlaneRow) -> None:
    row.show_frame(single(np.eye(41), 20, 20, 5))
    row.blink_step(1)
    row.set_flip(True)
    assert row.panel("image").replacement is None


def test_the_wheel_zooms_all_panels_about_the_pointer(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    at = on_screen(row, "diff", 30, 10)
    wheel(row, at, 8)
    assert row.view.zoom == pytest.approx(4)
    moved = on_screen(row, "diff", 30, 10) - at
    assert abs(moved.x()) <= 1 and abs(moved.y()) <= 1
    image, diff = row.panel("image").placement(), row.panel("diff").placement()
    assert image is not None and diff is not None
    sides = row.panel("image").area.width / row.panel("diff").area.width
    assert image.scale / diff.scale == pytest.approx(sides, rel=0.05)


def test_dragging_pans(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.zoom_in()
    before = on_screen(row, "image", 20, 20)
    drag(row, before, QPointF(30, -14))
    moved = on_screen(row, "image", 20, 20) - before
    assert (moved.x(), moved.y()) == pytest.approx((30, -14), abs=1)


def test_a_double_click_makes_a_panel_large_and_back(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    before = [row.panel(name).geometry() for name in row.plane_names]
    mouse(row, QEvent.Type.MouseButtonDblClick, on_screen(row, "diff", 20, 20))
    sides = {name: row.panel(name).area.width for name in row.plane_names}
    assert max(sides, key=sides.__getitem__) == "diff"
    assert sides["diff"] > 2 * sides["image"]
    mouse(row, QEvent.Type.MouseButtonDblClick, on_screen(row, "image", 20, 20))
    assert [row.panel(name).geometry() for name in row.plane_names] == before


def test_the_key_makes_the_panel_under_the_pointer_large(
    row: PlaneRow, frame: RenderedCutout
) -> None:
    row.show_frame(frame)
    mouse(row, QEvent.Type.MouseMove, on_screen(row, "err", 20, 20), Qt.MouseButton.NoButton)
    row.toggle_large()
    assert row.large == "err"


def test_a_large_panel_goes_from_plane_to_plane(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    seen = []
    for _ in range(3):
        row.step_large(1)
        seen.append(row.large)
    assert seen == ["image", "template", "convolved"]


def test_zoom_is_one_view_in_panels_of_two_sizes(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.set_large("diff")
    wheel(row, on_screen(row, "image", 12, 30), 6)
    for name in ("image", "diff"):
        placement, area = row.panel(name).placement(), row.panel(name).area
        assert placement is not None
        middle = placement.to_pixel(area.left + area.width / 2, area.top + area.height / 2)
        wanted = frame.position
        assert wanted is not None
        view = row.view
        expected = np.floor(np.array(wanted) + 0.5) + (view.dx, view.dy)
        assert middle == pytest.approx(tuple(expected), abs=0.2)


def test_zoom_and_place_are_kept_for_the_next_candidate(
    row: PlaneRow, frame: RenderedCutout, source: FieldInMemory
) -> None:
    row.show_frame(frame)
    row.zoom_in()
    view = row.view
    row.show_loading("C1", frame.plane_names)
    row.show_frame(render_cutout(source, 1, 20, DisplayStyle()))
    assert row.view == view and view.zoom > 1


def test_zoom_keys_go_in_and_out_and_fit(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.zoom_in()
    row.zoom_in()
    row.zoom_out()
    assert row.view.zoom == pytest.approx(2**0.5)
    row.fit_view()
    assert row.view.zoom == 1 and row.view.fitted


def test_the_pointer_is_told_in_cutout_pixels(
    row: PlaneRow, frame: RenderedCutout, qtbot: QtBot
) -> None:
    row.show_frame(frame)
    with qtbot.waitSignal(row.pointer) as caught:
        mouse(row, QEvent.Type.MouseMove, on_screen(row, "err", 12, 33), Qt.MouseButton.NoButton)
    assert caught.args[0] == pytest.approx((12, 33), abs=0.2)


def test_outside_of_the_cutout_the_pointer_is_over_nothing(
    row: PlaneRow, frame: RenderedCutout, qtbot: QtBot
) -> None:
    row.show_frame(frame)
    with qtbot.waitSignal(row.pointer) as caught:
        mouse(row, QEvent.Type.MouseMove, on_screen(row, "err", 12, 41), Qt.MouseButton.NoButton)
    assert caught.args[0] is None


def test_the_contrast_drag_does_not_depend_on_zoom(
    row: PlaneRow, frame: RenderedCutout, qtbot: QtBot
) -> None:
    row.show_frame(frame)
    told = []
    row.contrast_dragged.connect(lambda *drag: told.append(drag))
    start = on_screen(row, "diff", 20, 20)
    drag(row, start, QPointF(30, -20), RIGHT)
    row.zoom_in()
    drag(row, start, QPointF(30, -20), RIGHT)
    assert told[0] == told[1] and told[0][0] == "diff"
    assert told[0][1] > 0 and told[0][2] > 0
    assert row.view.zoom > 1


def test_panels_take_no_keyboard_focus(row: PlaneRow) -> None:
    assert row.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_theme_changes_the_surroundings_and_not_the_pixels(
    row: PlaneRow, frame: RenderedCutout
) -> None:
    row.show_frame(frame)
    at = on_screen(row, "image", 5, 5)
    dark = pixels(row.grab().toImage())
    row.set_theme(False)
    light = pixels(row.grab().toImage())
    x, y = int(at.x()), int(at.y())
    assert (dark[y, x] == light[y, x]).all() and (dark[-1, -1] != light[-1, -1]).any()


def test_a_plane_of_another_field_gets_its_own_panel(row: PlaneRow) -> None:
    planes = field()
    places = planes.pop("places")
    planes["survey"] = planes["template"] / 1e3
    row.show_frame(render_cutout(FieldInMemory(planes, places), 0, 20, DisplayStyle()))
    assert row.plane_names[-1] == "survey" and row.panel("survey").exhibit.image is not None


def test_a_tool_tip_says_what_the_title_has_no_room_for(
    row: PlaneRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    source = FieldInMemory(notes={"err": "variance converted, of a file with a long name"})
    row.show_frame(render_cutout(source, 0, 20, DisplayStyle()))
    title = row.panel("err").mapToScene(QPointF(10, 5))
    at = title.toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, at, row.mapToGlobal(at))
    QApplication.sendEvent(row.viewport(), event)
    assert said[0].startswith("err\nvariance converted, of a file with a long name\nlimits 10 to ")
    at = on_screen(row, "err", 20, 20).toPoint()
    QApplication.sendEvent(row.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, row.mapToGlobal(at)))
    # Over the pixels there is none: it would cover them.
    assert said[1] == ""


def test_titles_tell_the_values_under_the_pointer(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    mouse(row, QEvent.Type.MouseMove, on_screen(row, "err", 12, 7), Qt.MouseButton.NoButton)
    told = {name: row.panel(name).value for name in row.plane_names if name != "adjusted"}
    values = plane_value_texts(frame, 12, 7)
    assert told == {name: values[name] for name in told}
    assert float(values["snr"]) == pytest.approx(
        float(values["diff"]) / float(values["err"]), rel=1e-3
    )
    row.set_flip(True)
    assert row.panel("image").value == told["template"]


def test_values_are_the_next_candidates_and_none_while_it_loads(
    row: PlaneRow, source: FieldInMemory, frame: RenderedCutout
) -> None:
    row.show_frame(frame)
    mouse(row, QEvent.Type.MouseMove, on_screen(row, "err", 12, 7), Qt.MouseButton.NoButton)
    row.show_loading("next", frame.plane_names)
    assert {row.panel(name).value for name in row.plane_names} == {""}
    coming = render_cutout(source, 1, 20, DisplayStyle())
    row.show_frame(coming)
    assert row.panel("image").value == plane_value_texts(coming, 12, 7)["image"]


ESTIMATED = {"err": Provenance.ESTIMATED}


def unmatched() -> FieldInMemory:
    """Image, template and difference; err is estimated."""
    planes = {n: p for n, p in field().items() if n not in ("convolved", "mask")}
    notes = {"err": "estimated from the image"}
    return FieldInMemory(planes, notes=notes, provenance=ESTIMATED)


def fitted(frame: RenderedCutout) -> RenderedCutout:
    return repaint(frame, DisplayStyle(), FitPanel(frame.planes["diff"]))


@pytest.fixture
def bad_column(source: FieldInMemory) -> RenderedCutout:
    """Return a frame with the field's bad column 121 near its candidate."""
    mask = np.zeros((400, 400), bool)
    mask[:, 203] = True
    planes = {name: plane for name, plane in field().items() if name not in ("mask", "places")}
    made = FieldInMemory(planes | {"mask": mask}, places=[[200.0, 200.0]])
    return render_cutout(made, 0, 20, DisplayStyle())


def test_bad_pixels_are_hatched_in_all_panels(row: PlaneRow, bad_column: RenderedCutout) -> None:
    row.set_choice(PanelChoice(hatched=False))
    row.show_frame(bad_column)
    before = row.grab().toImage()
    row.set_choice(PanelChoice({"mask": True}))
    row.show_frame(bad_column)
    after = row.grab().toImage()
    changed = {}
    for name in row.plane_names:
        spot = on_screen(row, name, 23, 9).toPoint()
        around = QRect(spot - QPoint(2, 2), spot + QPoint(2, 2))
        changed[name] = before.copy(around) != after.copy(around)
    assert changed == dict.fromkeys(row.plane_names, True) | {"adjusted": False, "mask": False}


def test_without_the_hatch_the_mask_has_its_panel(
    row: PlaneRow, bad_column: RenderedCutout
) -> None:
    row.show_frame(bad_column)
    assert "mask" not in row.plane_names
    row.set_choice(PanelChoice(hatched=False))
    row.show_frame(bad_column)
    assert "mask" in row.plane_names


@pytest.mark.parametrize(("place", "near"), [(200.0, True), (190.0, False)])
def test_a_mask_is_offered_where_bad_pixels_are_near(
    row: PlaneRow, bad_column: RenderedCutout, place: float, near: bool
) -> None:
    mask = np.zeros((400, 400), bool)
    mask[:, 203] = True
    planes = {"image": np.ones((400, 400)), "mask": mask}
    source = FieldInMemory(planes, places=[[place, 200.0]])
    row.show_frame(render_cutout(source, 0, 20, DisplayStyle()))
    assert (row.unseen_mask is not None) == near


def test_a_plane_that_is_only_estimated_has_no_panel(row: PlaneRow) -> None:
    row.show_frame(render_cutout(unmatched(), 0, 20, DisplayStyle()))
    assert row.plane_names == ("image", "template", "diff", "adjusted")


def test_once_a_plane_was_given_its_panel_stays(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.show_frame(render_cutout(FieldInMemory(provenance=ESTIMATED), 1, 20, DisplayStyle()))
    assert "err" in row.plane_names


def test_a_fit_on_demand_moves_no_panel(row: PlaneRow) -> None:
    unfitted = render_cutout(unmatched(), 0, 20, DisplayStyle())
    row.show_frame(unfitted)
    before = [row.panel(name).geometry() for name in row.plane_names]
    row.show_frame(fitted(unfitted))
    assert [row.panel(name).geometry() for name in row.plane_names] == before


def test_the_vetters_word_on_panels_goes_before_the_rule(row: PlaneRow) -> None:
    row.set_choice(PanelChoice({"err": True, "template": False, "adjusted": True}))
    row.show_frame(render_cutout(unmatched(), 0, 20, DisplayStyle()))
    assert row.plane_names == ("image", "diff", "adjusted", "err")


def test_while_it_loads_only_planes_that_will_be_shown_have_panels(row: PlaneRow) -> None:
    row.set_choice(PanelChoice(estimated=frozenset({"err"})))
    row.show_loading("J1", ("image", "template", "diff", "err"))
    assert row.plane_names == ("image", "template", "diff", "adjusted")


def test_a_plane_without_a_panel_is_still_blinked_and_flipped_to(row: PlaneRow) -> None:
    row.set_choice(PanelChoice({"template": False}))
    row.show_frame(render_cutout(unmatched(), 0, 20, DisplayStyle()))
    row.blink_step(1)
    stand_in = row.panel("image").replacement
    assert stand_in is not None and stand_in.plane == "template"
    row.blink_step(1)
    row.set_flip(True)
    stand_in = row.panel("image").replacement
    assert stand_in is not None and stand_in.plane == "template"


def test_all_planes_can_be_chosen_from_those_without_a_panel_too(row: PlaneRow) -> None:
    row.show_frame(render_cutout(unmatched(), 0, 20, DisplayStyle()))
    assert list(row.planes) == ["image", "template", "diff", "adjusted", "err", "snr"]
    assert row.planes["err"] == "estimated from the image"


def test_panels_are_as_large_as_the_pixels_while_all_cutouts_have_one_size(
    row: PlaneRow, frame: RenderedCutout
) -> None:
    row.show_frame(frame)
    row.set_large("image")
    side = row.panel("image").area.width
    assert side % 41 == 0
    smaller = {name: picture[:30, :30] for name, picture in frame.pictures.items()}
    row.show_frame(dataclasses.replace(frame, row=1, pictures=smaller))
    loose = row.panel("image").area.width
    assert loose > side
    # From one size to the next nothing jumps any more.
    row.show_frame(dataclasses.replace(frame, row=2))
    assert row.panel("image").area.width == loose


def test_snr_has_a_panel_if_chosen_only(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    assert "snr" not in row.plane_names
    row.set_choice(PanelChoice({"snr": True}))
    row.show_frame(frame)
    assert row.plane_names[-2:] == ("err", "snr")


def test_snr_of_the_input_has_a_panel() -> None:
    pixels = np.ones((41, 41))
    given = FieldInMemory(
        {"image": pixels, "diff": pixels, "err": pixels, "snr": pixels}, [[20, 20]]
    )
    assert PanelChoice.of(given).has_panel_by_default("snr")
    assert not PanelChoice.of(FieldInMemory()).has_panel_by_default("snr")


def test_title_says_that_a_plane_has_its_own_limits(row: PlaneRow) -> None:
    image = np.random.default_rng(1).normal(100, 5, (41, 41))
    planes = {"image": image, "template": image + 9000}
    row.show_frame(render_cutout(FieldInMemory(planes, [[20, 20]]), 0, 20, DisplayStyle()))
    assert row.panel("template").exhibit.range.startswith("own limits 90")
    assert "own" not in row.panel("image").exhibit.range


def test_tip_of_a_title_has_the_unit(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(dataclasses.replace(frame, unit="adu"))
    assert row.panel("image").exhibit.tip.endswith(" adu")


@pytest.mark.parametrize(
    ("room", "words"), [(400, "own limits 1 to 2"), (80, "own limits"), (40, "own"), (5, "own")]
)
def test_own_limits_are_said_in_little_room(row: PlaneRow, room: float, words: str) -> None:
    row.show_frame(render_cutout(FieldInMemory(), 0, 20, DisplayStyle()))
    assert row.panel("image")._fitting_range("own limits 1 to 2", room) == words
