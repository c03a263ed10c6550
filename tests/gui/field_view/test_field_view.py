"""The field view: what is shown, what a drag selects, and what is asked before it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QObject, QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolButton

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache
from tests.helpers.plain_source import PlainField, PlainFields, PlainSource
from tests.helpers.snapshots import check_snapshot, snapshot_font
from tests.helpers.turns import until_handled
from vetter.core.cutout.plane import ArrayPlane
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view import canvas as field_canvas
from vetter.gui.field_view.field_view import FieldView
from vetter.gui.field_view.points import is_inside_polygon
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of
from vetter.review.cutouts.field_picture import FieldPicture, FieldPictures

LEFT = Qt.MouseButton.LeftButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
COUNT = 40


def stars_at(places: np.ndarray, dx=0.0, dy=0.0, scale=1.0, **more) -> StarCalibration:
    """Stars at these positions; single values are those of all."""
    count = len(places)
    values = {"brightness": 1000.0, "chi2_ratio": 1.0, "snr": 0.5, **more}
    columns = {"dx": dx, "dy": dy, "scale": scale, **values}
    filled = {name: np.full(count, value) for name, value in columns.items()}
    return StarCalibration(x=places[:, 0], y=places[:, 1], **filled)


class FakeFits(QObject):
    changed = pyqtSignal(object)
    measured = pyqtSignal(int)

    def __init__(self, count: int) -> None:
        super().__init__()
        self.table = FitTable(count)
        self.stars: StarCalibration | None = None
        self.is_measured = False
        self.requested: list[int] = []

    def calibration(self, field: int) -> StarCalibration | None:
        return self.stars

    def request_field(self, field: int) -> None:
        self.requested.append(field)

    def fit_of(self, row: int):
        options = SimpleNamespace(max_shift=1.0)
        return SimpleNamespace(options=options) if self.is_measured else None


ANSWERS = {True: Answer.EXPLAINED, False: Answer.KEPT, None: Answer.NOT_JUDGED}


def found(table: FitTable, row: int, dx: float, dy: float, gone: bool | None, **more) -> None:
    fit = Adjustment(True, dx=dx, dy=dy, scale=more.pop("scale", 1.0), **more)
    table.set(row, fit, Judgement(ANSWERS[gone], ""))


@pytest.fixture
def session(qapp) -> FakeSession:
    """Forty candidates on a grid of 8 x 5 in an image of 400 x 400, the left half shifted."""
    columns, rows = np.arange(COUNT) % 8, np.arange(COUNT) // 8
    session = FakeSession(candidate_list(COUNT, x=25.0 + 50 * columns, y=40.0 + 80 * rows))
    session.source = PlainSource(
        candidates=session.candidates, plane_names=("image", "convolved"), shape=(400, 400)
    )
    return session


@pytest.fixture
def fits(session) -> FakeFits:
    fits = FakeFits(COUNT)
    for row in range(COUNT):
        shifted = row % 8 < 4
        found(fits.table, row, 0.5 * shifted, -0.3 * shifted, shifted)
    return fits


@pytest.fixture
def pictures(session) -> Iterator[FieldPictures]:
    pictures = FieldPictures(FakeCache(session.source))
    yield pictures
    pictures.close()


@pytest.fixture
def view(qtbot, session, fits, pictures) -> FieldView:
    view = FieldView(session, fits, pictures)
    qtbot.addWidget(view)
    view.resize(420, 760)
    view.show()
    return view


def at(view: FieldView, x: float, y: float) -> QPoint:
    return QPointF(*view.map.to_screen(np.array([[x, y]]))[0]).toPoint()


def zoom_in(view: FieldView, place: QPoint) -> None:
    """Turn the wheel at a place of the map."""
    where = QPointF(place)
    event = QWheelEvent(
        where,
        view.map.mapToGlobal(where),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        PLAIN,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.map.wheelEvent(event)


def drag(view: FieldView, *places: tuple[float, float], held=PLAIN) -> None:
    QTest.mousePress(view.map, LEFT, held, at(view, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(view.map, at(view, *place))
    QTest.mouseRelease(view.map, LEFT, held, at(view, *places[-1]))


LEFT_HALF = ((2, 2), (100, 100), (198, 398))


def test_a_rectangle_selects_what_is_in_it(view):
    drag(view, *LEFT_HALF)
    assert view.chosen == [row for row in range(COUNT) if row % 8 < 4]
    assert view.count.text().startswith("20 selected: 20 explained; dx +0.50, dy -0.30")


def test_a_lasso_selects_what_it_goes_around(view):
    view.lasso.click()
    drag(view, (2, 2), (120, 2), (120, 60), (2, 60))
    assert view.chosen == [0, 1]


def test_shift_adds_to_the_selection(view):
    drag(view, (2, 2), (30, 30), (48, 48))
    drag(view, (52, 2), (70, 30), (98, 48), held=SHIFT)
    assert view.chosen == [0, 1]


def test_the_plot_selects_by_shift(view):
    centre = view.plot.to_screen(np.array([[0.5, -0.3]]))[0]
    corners = [QPointF(*(centre + by)).toPoint() for by in (-15, 0, 15)]
    QTest.mousePress(view.plot, LEFT, PLAIN, corners[0])
    QTest.mouseMove(view.plot, corners[1])
    QTest.mouseRelease(view.plot, LEFT, PLAIN, corners[2])
    assert len(view.chosen) == 20


def test_a_click_goes_to_the_nearest(view, session):
    QTest.mouseClick(view.map, LEFT, PLAIN, at(view, 77, 43))
    assert session.current_row == 1


def test_a_verdict_for_a_group_is_asked_for_with_its_number(view, session):
    drag(view, *LEFT_HALF)
    assert view.decide(Verdict.REJECT)
    assert view.question.text.startswith("Reject 20 candidates?  19 of them have not been")
    assert not session.calls
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert session.calls == [("decide_group", view.chosen, Verdict.REJECT)]


def tabbed(view: FieldView, times: int) -> str:
    """What Tab reaches from the view on, that often."""
    view.window().activateWindow()
    view.setFocus()
    for _ in range(times):
        QTest.keyClick(view.window().focusWidget(), Qt.Key.Key_Tab)
    return view.window().focusWidget().text()


def test_tab_reaches_the_buttons_and_enter_presses_them(view, session):
    drag(view, *LEFT_HALF)
    assert [tabbed(view, times) for times in (1, 3, 5)] == ["Accept", "Maybe", "Lasso"]
    assert tabbed(view, 2) == "Reject"
    QTest.keyClick(view.window().focusWidget(), Qt.Key.Key_Return)
    assert view.question.text.startswith("Reject 20 candidates?") and not session.calls
    QTest.keyClick(view.window().focusWidget(), Qt.Key.Key_Return)
    assert session.calls == [("decide_group", view.chosen, Verdict.REJECT)]


def test_escape_at_a_button_is_the_views(view):
    drag(view, *LEFT_HALF)
    assert tabbed(view, 1) == "Accept"
    QTest.keyClick(view.buttons[0], Qt.Key.Key_Escape)
    assert view.chosen == []


def test_space_at_a_button_is_the_commands(view):
    drag(view, *LEFT_HALF)
    for times in (1, 5):
        tabbed(view, times)
        QTest.keyClick(view.window().focusWidget(), Qt.Key.Key_Space)
    assert view.question.text == "" and not view.lasso.isChecked()


def test_a_click_on_a_button_leaves_it_the_keyboard_of_others(view):
    drag(view, *LEFT_HALF)
    QTest.mouseClick(view.lasso, LEFT)
    assert view.lasso.isChecked() and not view.lasso.hasFocus()


def test_map_or_shifts_are_chosen_with_keys(view):
    view.resize(300, 500)
    for times, words in ((4, "Shifts"), (3, "Map"), (4, "Shifts")):
        assert tabbed(view, times) == words
        QTest.keyClick(view.window().focusWidget(), Qt.Key.Key_Return)
        assert view.plot.isVisible() == (words == "Shifts")
        assert view.map.isVisible() == (words == "Map")


def test_escape_says_no_then_drops_the_selection(view, session):
    drag(view, *LEFT_HALF)
    view.decide(Verdict.REJECT)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.question.text == "" and view.chosen and not session.calls
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.chosen == []


def test_without_a_selection_the_verdict_is_the_current_candidates(view):
    assert not view.decide(Verdict.REJECT)


def test_once_the_vetter_moves_on_keys_are_for_that_candidate_again(view, session):
    drag(view, *LEFT_HALF)
    view.decide(Verdict.REJECT)
    session.go_to_row(9)
    assert view.question.text == ""
    assert not view.decide(Verdict.REJECT)
    view.buttons[1].click()
    assert view.question.text.startswith("Reject 20")


def test_once_a_group_is_decided_keys_are_for_the_candidate_on_screen(view, session):
    drag(view, *LEFT_HALF)
    view.decide(Verdict.REJECT)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert session.calls == [("decide_group", view.chosen, Verdict.REJECT)]
    assert not view.decide(Verdict.ACCEPT)
    assert "verdict keys" not in view.count.text() and view.count.text().startswith("20 selected")


def test_a_selection_that_is_hidden_is_not_decided(view):
    drag(view, *LEFT_HALF)
    view.hide()
    assert not view.decide(Verdict.REJECT)
    assert view.chosen == []


def test_what_the_filter_hides_is_not_shown_and_not_decided(view, session):
    drag(view, *LEFT_HALF)
    session.queue.set_filter("x < 100")
    view.refresh()
    assert len(view.map.points.rows) == 10
    assert all(row % 8 < 2 for row in view.chosen) and len(view.chosen) == 10


def test_nothing_is_asked_where_nothing_can_be_decided(view, session):
    session.read_only = True
    drag(view, *LEFT_HALF)
    view.decide(Verdict.REJECT)
    assert view.question.text == ""


def test_hidden_it_gathers_nothing(qtbot, session, fits, pictures):
    view = FieldView(session, fits, pictures)
    qtbot.addWidget(view)
    fits.changed.emit([1])
    assert not view._soon.isActive() and fits.requested == []
    assert len(view.map.points.rows) == 0


def test_shown_it_follows_the_fits_but_not_each_of_them(view, fits):
    assert fits.requested == [0]
    before = view.map.points
    found(fits.table, 7, 0.9, 0.9, None)
    fits.changed.emit([7])
    fits.changed.emit([8])
    assert view.map.points is before and view._soon.isActive()
    view.refresh()
    assert view.map.points.shifts[7].tolist() == [0.9, 0.9]
    view.hide()


def test_the_current_one_is_compared_with_the_stars_around_it(view, session, fits):
    places = np.random.default_rng(1).uniform(0, 400, (60, 2))
    bad = places[:, 0] < 200
    fits.stars = stars_at(places, 0.5 * bad, -0.3 * bad)
    view.refresh()
    assert view.field_label.text().startswith("60 stars of the field: ")
    session.go_to_row(0)
    assert "misregistration" in view.candidate_label.text()
    found(fits.table, 7, 0.5, 0.4, True)
    session.go_to_row(7)
    assert "alone in its shift" in view.candidate_label.text()


def test_unfitted_candidates_are_counted_apart(qtbot, session, pictures):
    fits = FakeFits(COUNT)
    view = FieldView(session, fits, pictures)
    qtbot.addWidget(view)
    view.resize(420, 760)
    view.show()
    drag(view, *LEFT_HALF)
    assert view.count.text().startswith("20 selected, not fitted yet; ")
    assert view.candidate_label.text() == "J000: not fitted yet"
    found(fits.table, 1, 0.5, -0.3, True)
    view.refresh()
    said = "20 selected: 1 explained, 19 not fitted yet; "
    assert view.count.text().startswith(said)


def test_shift_on_its_bound_is_named_not_measured(view, session, fits):
    found(fits.table, 5, 1.0, 0.2, False, at_bound=("dx",))
    session.go_to_row(5)
    assert "on the bound, so it is not measured" in view.candidate_label.text()


def test_the_wheel_keeps_what_is_under_the_pointer(view):
    where = at(view, 125, 120)
    zoom_in(view, where)
    after = at(view, 125, 120)
    assert abs(after.x() - where.x()) <= 1 and abs(after.y() - where.y()) <= 1
    assert at(view, 175, 120).x() - after.x() > 45


def test_moving_on_does_not_paint_the_points_again(view, session):
    view.grab()
    layer = view.map.layer.picture
    session.go_to_row(3)
    view.grab()
    assert view.map.layer.picture is layer and layer is not None


def test_many_points_are_painted_bit_by_bit(qtbot, view, fits, monkeypatch):
    monkeypatch.setattr(field_canvas, "MAX_POINTS_AT_ONCE", 10)
    view.grab()
    before = view.map.layer.picture
    found(fits.table, 7, 0.9, 0.9, None)
    view.refresh()
    view.grab()
    assert view.map.layer.under_way and view.map.layer.picture is before
    qtbot.waitUntil(lambda: view.map.layer.picture is not before, timeout=30000)
    assert not view.map.layer.stale


def test_bit_by_bit_or_at_once_it_is_the_same_picture(qtbot, view, monkeypatch):
    at_once = [c.grab().toImage() for c in (view.map, view.plot)]
    for name in ("MAX_POINTS_AT_ONCE", "MARKS", "ARROWS"):
        monkeypatch.setattr(field_canvas, name, 7)
    view.refresh()
    view.grab()
    for canvas, image in zip((view.map, view.plot), at_once, strict=True):
        qtbot.waitUntil(lambda canvas=canvas: not canvas.layer.stale, timeout=30000)
        assert canvas.grab().toImage() == image


def test_another_images_points_are_not_shown_under_this_ones_name(view, session):
    numbers = np.arange(COUNT) // 20
    session.source = PlainFields(
        candidates=session.candidates,
        plane_names=("image", "convolved"),
        fields=(
            PlainField(shape=(400, 400), name="first"),
            PlainField(shape=(300, 300), name="second"),
        ),
        field_numbers=numbers,
        epochs=None,
    )
    view.refresh()
    session.go_to_row(25)
    assert not len(view.map.points.rows) and not len(view.plot.points.rows)
    assert view.map.layer.picture is None
    view._on_soon()
    assert view.map.points.rows.tolist() == list(range(20, 40))
    assert view.field_label.text() == "second: measuring the field..."


def test_a_refresh_waits_for_what_is_being_painted(qtbot, view, fits, monkeypatch):
    monkeypatch.setattr(field_canvas, "MAX_POINTS_AT_ONCE", 10)
    view.refresh()
    view.grab()
    points = view.map.points
    view._on_soon()
    assert view.map.points is points and view._soon.isActive()


@pytest.mark.parametrize("size", [(420, 760), (900, 420)])
def test_map_and_plot_stand_as_the_room_allows(qtbot, view, size):
    view.resize(*size)
    wide = size[0] > size[1]
    qtbot.waitUntil(lambda: (view.plot.x() > view.map.x()) is wide, timeout=30000)


def test_where_there_is_little_room_one_is_shown_at_a_time(qtbot, view):
    view.resize(400, 520)
    qtbot.waitUntil(lambda: view.plot.isHidden(), timeout=30000)
    assert view.map.isVisible() and view.pair.choice.isVisible()
    qtbot.waitUntil(lambda: min(view.map.width(), view.map.height()) > 250, timeout=30000)
    shifts = view.pair.choice.findChildren(QToolButton)[1]
    QTest.mouseClick(shifts, LEFT)
    assert view.plot.isVisible() and view.map.isHidden()
    view.resize(420, 760)
    qtbot.waitUntil(lambda: view.map.isVisible() and view.plot.isVisible(), timeout=30000)
    words = [button.text() for button in view.pair.choice.findChildren(QToolButton)]
    visible = [button.isVisible() for button in view.pair.choice.findChildren(QToolButton)]
    assert words == ["Map", "Shifts", "chi2", "S/N"] and visible == [False, True, True, True]


def test_plots_of_stars_are_chosen_beside_the_map(qtbot, view):
    for number, plot in zip((2, 3), view.star_plots, strict=True):
        QTest.mouseClick(view.pair.choice.findChildren(QToolButton)[number], LEFT)
        assert plot.isVisible() and view.map.isVisible() and view.plot.isHidden()
        assert sum(canvas.isVisible() for canvas in view.canvases) == 2


def test_tall_area_shows_no_more_than_fill_its_width(qtbot, view):
    view.resize(420, 1350)
    qtbot.waitUntil(lambda: view.pair.count == 3, timeout=30000)
    sides = [min(c.width(), c.height()) for c in view.canvases if c.isVisible()]
    assert len(sides) == 3 and min(sides) > 0.85 * (view.pair.width() - 1)
    view.resize(420, 2000)
    qtbot.waitUntil(lambda: all(c.isVisible() for c in view.canvases), timeout=30000)


def test_several_plots_make_the_window_no_taller(qtbot, view):
    view.resize(420, 2000)
    qtbot.waitUntil(lambda: all(c.isVisible() for c in view.canvases), timeout=30000)
    assert view.pair.count == 4 and view.minimumSizeHint().height() < 500


def test_wide_area_shows_all_canvases(qtbot, view):
    view.resize(1400, 520)
    qtbot.waitUntil(lambda: all(canvas.isVisible() for canvas in view.canvases), timeout=30000)
    assert view.pair.choice.isHidden()


def test_a_question_takes_no_width(qtbot, view):
    narrowest = view.minimumSizeHint().width()
    drag(view, *LEFT_HALF)
    view.ask(Verdict.REJECT)
    assert view.question.isVisible() and "have not been on screen" in view.question.text
    until_handled(qtbot)
    assert view.minimumSizeHint().width() == narrowest


def test_even_odd() -> None:
    corners = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    places = np.array([[0.5, 2], [2, 3], [3.5, 2], [5, 1], [2, 0.5]])
    assert is_inside_polygon(places, corners).tolist() == [True, False, True, False, True]


def test_inside_a_lasso_is_what_a_ray_crosses_it_an_odd_number_of_times_from() -> None:
    rng = np.random.default_rng(4)
    corners, places = rng.uniform(0, 10, (40, 2)), rng.uniform(-1, 11, (300, 2))
    edges = list(zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True))

    def odd(x: float, y: float) -> bool:
        crossed = [
            x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            for (x1, y1), (x2, y2) in edges
            if (y1 > y) != (y2 > y)
        ]
        return sum(crossed) % 2 == 1

    inside = is_inside_polygon(places, corners).tolist()
    assert inside == [odd(x, y) for x, y in places.tolist()] and 50 < sum(inside) < 250


def test_who_has_a_verdict_was_seen(view, session) -> None:
    session.codes[[0, 1]] = 2
    session.go_to_row(2)
    view._on_banded([0, 1, 2, 3, 9], False)
    view.ask(Verdict.ACCEPT)
    assert view.question.text == "Accept 5 candidates?  2 of them have not been on screen."


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_a_field_of_every_kind(view, session, fits, tones):
    view.setPalette(palette_of(tones))
    rng = np.random.default_rng(2)
    for row in range(COUNT):
        shift = 0.5 * (row % 8 < 4) + rng.normal(0, 0.05)
        found(fits.table, row, shift, -0.6 * shift, None, scale=2.0 ** (row % 5 / 2 - 1))
        fits.table.judge(row, Judgement(list(Answer)[row % 6], ""))
    fits.table.codes[[12, 30]] = 0
    found(fits.table, 6, 1.0, 1.0, False, at_bound=("dx", "dy"))
    session.codes[[1, 2]] = 2
    places = rng.uniform(0, 400, (50, 2))
    bad = places[:, 0] < 200
    fits.stars = stars_at(places, 0.5 * bad, -0.3 * bad)
    session.go_to_row(16)
    view.refresh()
    name = "dark" if tones is DARK else "light"
    view.map.setFont(snapshot_font())
    drag(view, (260, 60), (300, 200), (390, 290))
    view.map.resize(320, 340)
    check_snapshot(view.map.grab().toImage(), f"field_map_{name}")
    view.plot.setFont(snapshot_font())
    view.plot.resize(320, 340)
    check_snapshot(view.plot.grab().toImage(), f"shift_plot_{name}")
    view.hide()


@pytest.mark.parametrize(
    ("is_measured", "text"),
    [(False, "measuring the field..."), (True, "no stars to compare")],
)
def test_field_without_stars_says_why(view, fits, is_measured, text):
    fits.is_measured = is_measured
    view.refresh()
    assert view.field_label.text() == text


def test_too_few_stars_are_named(view, fits):
    fits.stars = stars_at(np.zeros((9, 2)))
    view.refresh()
    assert view.field_label.text().endswith("too few to calibrate answers")
    assert {plot.caption for plot in view.star_plots} == {"9 stars: fewer than 10"}


def test_measured_field_is_shown_soon(view, fits):
    fits.stars = stars_at(np.zeros((12, 2)))
    fits.measured.emit(0)
    assert view._soon.isActive()
    view.refresh()
    assert len(view.map.points.stars) == 12


def picture_of_field() -> FieldPicture:
    """An image of 400 x 400 with a bright corner at the lower left; north up, east left."""
    tones = np.full((100, 100), 0xFF202020, np.uint32)
    tones[:20, :30] = 0xFF707070
    return FieldPicture(tones, tones ^ np.uint32(0x00FFFFFF), (400.0, 400.0), 90.0, 180.0)


def tone_at(view: FieldView, x: float, y: float) -> int:
    image = view.map.grab().toImage()
    ratio = view.devicePixelRatioF()
    place = QPointF(*view.map.to_screen(np.array([[x, y]]))[0]) * ratio
    return image.pixelColor(place.toPoint()).red()


@pytest.mark.parametrize(
    ("tones", "corner", "sky"), [(DARK, 0x70, 0x20), (LIGHT, 0x8F, 0xDF)], ids=["dark", "light"]
)
def test_image_is_shown_behind_marks_and_can_be_hidden(view, tones, corner, sky):
    view.setPalette(palette_of(tones))
    blank = tone_at(view, 50, 10)
    view.map.set_picture(picture_of_field())
    assert (tone_at(view, 50, 10), tone_at(view, 300, 10)) == (corner, sky)
    view.picture.click()
    assert tone_at(view, 50, 10) == blank


def test_image_moves_with_zoom(view):
    view.setPalette(palette_of(DARK))
    view.map.set_picture(picture_of_field())
    zoom_in(view, at(view, 125, 82))
    assert (tone_at(view, 116, 75), tone_at(view, 124, 75)) == (0x70, 0x20)


def test_zoomed_marks_end_above_the_captions(view):
    view.map.set_picture(picture_of_field())
    zoom_in(view, at(view, 200, 200))
    assert view.map.points_frame.bottom() < view.map.frame.bottom() + 10


def test_compass_is_that_of_the_image(view):
    assert view.map.compass is None
    view.map.set_picture(picture_of_field())
    assert view.map.compass == (90.0, 180.0)


def test_image_of_current_field_is_requested_and_shown(qtbot, session, fits):
    class Imaged(PlainSource):
        image_plane = ArrayPlane("image", np.random.default_rng(1).normal(size=(40, 40)))

    session.source = Imaged(
        candidates=session.candidates, plane_names=("image", "convolved"), shape=(40, 40)
    )
    pictures = FieldPictures(FakeCache(session.source))
    view = FieldView(session, fits, pictures)
    qtbot.addWidget(view)
    with qtbot.waitSignal(pictures.ready, timeout=30000):
        view.show()
    blank = view.map.tones.base
    assert f"#{tone_at(view, 3, 30):02x}" != blank[:3]
    pictures.close()


def test_button_of_shown_plot_leaves_the_map_alone(qtbot, view):
    shifts = view.pair.choice.findChildren(QToolButton)[1]
    small = min(view.map.width(), view.map.height())
    QTest.mouseClick(shifts, LEFT)
    assert view.plot.isHidden() and not shifts.isChecked()
    qtbot.waitUntil(lambda: min(view.map.width(), view.map.height()) > small + 50, timeout=30000)
    QTest.mouseClick(shifts, LEFT)
    assert view.plot.isVisible() and shifts.isChecked()


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_map_over_its_image_is_painted_as_before(view, tones):
    view.setPalette(palette_of(tones))
    view.map.setFont(snapshot_font())
    view.map.set_picture(picture_of_field())
    view.map.resize(320, 340)
    name = "dark" if tones is DARK else "light"
    check_snapshot(view.map.grab().toImage(), f"field_map_image_{name}")


def test_blind_review_tells_no_fit(qtbot, session, fits, pictures) -> None:
    session.is_blind = True
    view = FieldView(session, fits, pictures)
    qtbot.addWidget(view)
    view.resize(420, 760)
    view.show()
    hidden = "hidden: blind review"
    assert view.field_label.text() == f"shifts of stars are {hidden}"
    drag(view, *LEFT_HALF)
    assert view.count.text() == f"20 selected, fits {hidden}; verdict keys ask for all"
