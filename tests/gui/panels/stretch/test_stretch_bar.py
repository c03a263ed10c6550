"""The stretch bar: what is chosen reaches the planes it is meant for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from vetter.core.display.interval import Interval
from vetter.core.display.stretch import STRETCHES
from vetter.core.display.style import GROUPS, DisplayStyle
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS
from vetter.gui.panels.stretch.limits_text import LimitsText
from vetter.gui.panels.stretch.presets import PresetButton
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.widgets.line_edits import NumberField
from vetter.review.cutouts.rendered_cutout import render_cutout


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[StretchBar]:
    bar = StretchBar(DisplayStyle(), make_keymap(COMMANDS))
    qtbot.addWidget(bar)
    yield bar


def choose(bar: StretchBar, title: str) -> None:
    """Choose an entry, whichever box has it, as a click does."""
    for box in bar.findChildren(QComboBox):
        index = box.findText(title)
        if index >= 0:
            box.setCurrentIndex(index)
            box.activated.emit(index)
            return
    raise AssertionError(f"no entry {title}")


def fields(bar: StretchBar) -> tuple[NumberField, NumberField]:
    low, high = bar.findChildren(NumberField)
    return low, high


def test_s_goes_round_the_stretches(bar: StretchBar) -> None:
    seen = [bar.looks.sky.stretch]
    for _ in STRETCHES[1:]:
        bar.next_stretch()
        seen.append(bar.looks.sky.stretch)
    assert sorted(seen) == sorted(STRETCHES)
    bar.next_stretch()
    bar.previous_stretch()
    assert bar.looks.sky.stretch == seen[-1]


def test_a_change_is_told_once(bar: StretchBar, qtbot: QtBot) -> None:
    told: list[DisplayStyle] = []
    bar.looks_changed.connect(told.append)
    bar.next_stretch()
    assert told == [bar.looks]


def test_the_scope_says_which_planes_change(bar: StretchBar) -> None:
    choose(bar, "difference")
    choose(bar, "log")
    assert [bar.looks.group_style(group).stretch for group in GROUPS] == ["asinh", "log", "linear"]


def test_all_planes_can_be_changed_at_once(bar: StretchBar) -> None:
    choose(bar, "all planes")
    choose(bar, "zscale")
    assert {bar.looks.group_style(group).interval.kind for group in GROUPS} == {"zscale"}


def test_the_boxes_show_the_scopes_look(bar: StretchBar) -> None:
    choose(bar, "difference")
    shown = [box.currentText() for box in bar.findChildren(QComboBox)]
    assert shown == ["difference", "by noise", "asinh", "diverging"]


def test_invert_is_for_all_planes(bar: StretchBar) -> None:
    bar.toggle_invert()
    assert all(bar.looks.group_style(group).invert for group in GROUPS)
    bar.toggle_invert()
    assert not any(bar.looks.group_style(group).invert for group in GROUPS)


def test_limits_can_be_each_planes_own(bar: StretchBar) -> None:
    bar.toggle_shared()
    assert not bar.looks.shared


def test_a_pair_of_percentages_is_typed_in(bar: StretchBar, qtbot: QtBot) -> None:
    choose(bar, "percentile")
    low, high = fields(bar)
    low.setText("5")
    high.setText("95")
    qtbot.keyClick(high, Qt.Key.Key_Return)
    assert bar.looks.sky.interval == Interval("percentile", 5, 95)


def test_manual_begins_with_the_limits_on_screen(bar: StretchBar) -> None:
    bar.show_limits({"image": (480.0, 609.5), "diff": (-30.0, 30.0), "mask": (0, 1)})
    choose(bar, "manual")
    assert bar.looks.sky.interval == Interval("manual", 480, 609.5)
    assert [field.text() for field in fields(bar)] == ["480", "609.5"]


@pytest.mark.parametrize("typed", ["", "abc", "120", "nan"])
def test_what_is_no_limit_is_put_back(bar: StretchBar, qtbot: QtBot, typed: str) -> None:
    choose(bar, "percentile")
    before = bar.looks
    low, _ = fields(bar)
    low.setText(typed)
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert bar.looks == before and low.text() == "0.5"


def test_escape_gives_up_what_was_typed(bar: StretchBar, qtbot: QtBot) -> None:
    choose(bar, "percentile")
    low, _ = fields(bar)
    qtbot.keyClicks(low, "77")
    qtbot.keyClick(low, Qt.Key.Key_Escape)
    assert low.text() == "0.5"


def test_fields_are_of_no_use_to_zscale(bar: StretchBar) -> None:
    choose(bar, "zscale")
    assert not any(field.isEnabled() or field.text() for field in fields(bar))


def test_dragging_changes_bias_and_contrast_of_the_planes_group(bar: StretchBar) -> None:
    bar.drag_contrast("adjusted", 0.1, 0.5)
    assert (bar.looks.difference.bias, bar.looks.difference.contrast) == pytest.approx((0.6, 2.0))
    assert (bar.looks.sky.bias, bar.looks.sky.contrast) == (0.5, 1.0)
    bar.reset_contrast()
    assert (bar.looks.difference.bias, bar.looks.difference.contrast) == (0.5, 1.0)


def test_dragging_on_a_mask_does_nothing(bar: StretchBar) -> None:
    before = bar.looks
    bar.drag_contrast("mask", 0.1, 0.5)
    assert bar.looks == before


def test_tab_reaches_all_but_the_fields(bar: StretchBar) -> None:
    policies = {
        widget.accessibleName() or getattr(widget, "text", str)(): widget.focusPolicy()
        for widget in bar.findChildren(QWidget)
        if isinstance(widget, (QComboBox, QAbstractButton, NumberField))
    }
    by_click = {name for name, way in policies.items() if way == Qt.FocusPolicy.ClickFocus}
    assert by_click == {"lower limit", "upper limit"}
    assert set(policies.values()) == {Qt.FocusPolicy.ClickFocus, Qt.FocusPolicy.TabFocus}


def test_letters_choose_nothing_in_a_box(bar: StretchBar, qtbot: QtBot) -> None:
    box = bar.findChildren(QComboBox)[2]
    before = box.currentText()
    qtbot.keyClick(box, Qt.Key.Key_L)
    assert box.currentText() == before
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() != before


def test_fields_are_hidden_where_the_limits_are_computed(bar: StretchBar) -> None:
    assert all(field.isHidden() for field in fields(bar))
    choose(bar, "sigma clipping")
    assert [field.text() for field in fields(bar)] == ["-2", "10"]
    assert not any(field.isHidden() for field in fields(bar))


def test_bar_never_widens_the_window(bar: StretchBar, qtbot: QtBot) -> None:
    bar.show()
    for width in (300, 500, 800, 1400):
        bar.resize(width, bar.height())
        QApplication.processEvents()
        shown = [w for w in bar.findChildren(QWidget) if w.isVisible() and w.parent() is bar]
        assert max(widget.geometry().right() for widget in shown) < width
        assert bar.width() == width


def test_unit_stands_beside_the_limits(bar: StretchBar) -> None:
    bar.show_limits({"image": (480.0, 609.5)}, "adu")
    assert bar.findChild(LimitsText).text() == "480 to 610 adu"
    choose(bar, "manual")
    bar.show_limits({"image": (480.0, 609.5)}, "adu")
    assert bar.findChild(LimitsText).text() == "adu"


def test_kind_of_a_plane_is_changed_and_told(bar: StretchBar) -> None:
    told: list[DisplayStyle] = []
    bar.looks_changed.connect(told.append)
    bar.set_kinds({"residuum": "difference"})
    assert told == [bar.looks] and bar.looks.group_of("residuum") == "difference"
    bar.drag_contrast("residuum", 0.1, 0.5)
    assert bar.looks.difference.bias == pytest.approx(0.6)


def test_handles_of_the_histogram_make_manual_limits(bar: StretchBar) -> None:
    bar.show_frame(render_cutout(FieldInMemory(), 0, 20, DisplayStyle()))
    assert bar.histogram.isHidden()
    bar.toggle_histogram()
    bar.histogram.limits_changed.emit(480.0, 700.0)
    assert bar.looks.sky.interval == Interval("manual", 480, 700)
    assert bar.looks.difference == DisplayStyle().difference


def test_next_preset_goes_round_and_back(bar: StretchBar) -> None:
    first, kinds = bar.looks, [bar.looks.sky.interval.kind]
    while True:
        bar.next_preset()
        if bar.looks == first:
            break
        kinds.append(bar.looks.sky.interval.kind)
    assert kinds == ["noise", "percentile", "sigma", "zscale", "minmax"]


def test_looks_from_a_session_are_shown_and_not_told(bar: StretchBar) -> None:
    told: list[DisplayStyle] = []
    bar.looks_changed.connect(told.append)
    bar.set_looks(DisplayStyle().with_("sky", stretch="square"))
    assert told == [] and bar.findChildren(QComboBox)[2].currentText() == "square"


def test_all_choices_are_made_without_the_mouse(bar: StretchBar) -> None:
    before = bar.looks.sky
    bar.next_colours()
    bar.next_interval()
    assert bar.looks.sky.cmap != before.cmap
    assert bar.looks.sky.interval.kind != before.interval.kind
    assert bar.looks.difference == DisplayStyle().difference
    bar.next_planes()
    bar.next_colours()
    assert bar.looks.difference.cmap != DisplayStyle().difference.cmap


def test_limits_are_typed_without_the_mouse(qtbot: QtBot, bar: StretchBar) -> None:
    choose(bar, "zscale")
    bar.show_limits({"image": (3.0, 8.0)})
    bar.show()
    bar.activateWindow()
    low, high = fields(bar)
    bar.type_limits()
    assert bar.looks.sky.interval == Interval("manual", 3.0, 8.0)
    qtbot.waitUntil(low.hasFocus, timeout=10000)
    qtbot.keyClicks(low, "5")
    qtbot.keyClick(low, Qt.Key.Key_Tab)
    assert high.hasFocus() and high.selectedText() == "8"
    qtbot.keyClicks(high, "9")
    qtbot.keyClick(high, Qt.Key.Key_Return)
    assert bar.looks.sky.interval == Interval("manual", 5.0, 9.0)
    assert not high.hasFocus()


def test_every_choice_has_a_name(bar: StretchBar) -> None:
    chosen = [*bar.findChildren(QComboBox), *bar.findChildren(NumberField)]
    assert len(chosen) == 6
    assert len({widget.accessibleName() for widget in chosen} - {""}) == 6


def test_histogram_is_shown_and_hidden(bar: StretchBar) -> None:
    shown = []
    for _ in range(3):
        bar.toggle_histogram()
        shown.append(not bar.histogram.isHidden())
    assert shown == [True, False, True]


def test_changes_are_for_this_candidate_or_all_again(bar: StretchBar) -> None:
    before = bar.is_per_candidate
    bar.toggle_per_candidate()
    assert bar.is_per_candidate is not before
    bar.toggle_per_candidate()
    assert bar.is_per_candidate is before


@pytest.mark.parametrize("dark", [True, False])
def test_histogram_has_the_theme(bar: StretchBar, dark: bool) -> None:
    bar.show_frame(render_cutout(FieldInMemory(), 0, 20, DisplayStyle()))
    bar.toggle_histogram()
    bar.set_theme(dark)
    image = bar.histogram.grab().toImage()
    assert (image.pixelColor(image.width() - 1, 0).lightness() < 100) == dark


def test_chosen_planes_of_the_blink_are_told(bar: StretchBar) -> None:
    told: list[DisplayStyle] = []
    bar.looks_changed.connect(told.append)
    bar.set_blinks(("image", "diff"))
    assert bar.looks.blinks == ("image", "diff") and told == [bar.looks]
    bar.set_blinks(("image", "diff"))
    assert len(told) == 1


def test_presets_of_the_session_come_back(bar: StretchBar) -> None:
    saved: list[dict[str, object]] = []
    bar.presets_changed.connect(saved.append)
    looks = DisplayStyle().with_("sky", stretch="square")
    bar.restore_presets({"mine": looks.record()})
    seen = []
    for _ in range(6):
        bar.next_preset()
        seen.append(bar.looks.sky.stretch)
    assert "square" in seen and saved == []


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_menu_of_the_presets_opens_by_key(bar: StretchBar) -> None:
    bar.show()
    menu = bar.findChild(PresetButton).menu()
    bar.show_presets()
    assert menu.isVisible()
    menu.close()


def test_buttons_do_what_their_keys_do(bar: StretchBar) -> None:
    bar.resize(1600, bar.height())
    bar.drag_contrast("image", 0.1, 0.5)
    before = bar.looks
    named = {b.text(): b for b in bar.findChildren(QAbstractButton) if not b.isHidden()}
    invert, shared, reset = (
        next(b for words, b in named.items() if words.lower().startswith(start))
        for start in ("invert", "shared", "reset")
    )
    invert.click()
    assert bar.looks.sky.invert and bar.looks.difference.invert
    shared.click()
    assert bar.looks.shared is not before.shared
    reset.click()
    assert (bar.looks.sky.bias, bar.looks.sky.contrast) == (0.5, 1.0)
    # There is nothing more to reset.
    assert reset.isHidden()


def test_limits_are_those_of_the_planes_in_scope(bar: StretchBar) -> None:
    bar.show_frame(render_cutout(FieldInMemory(), 0, 20, DisplayStyle()))
    of_sky = bar.findChild(LimitsText).text()
    choose(bar, "difference")
    of_differences = bar.findChild(LimitsText).text()
    assert of_sky != of_differences and of_differences.startswith("\N{MINUS SIGN}")
    choose(bar, "image planes")
    assert bar.findChild(LimitsText).text() == of_sky


@pytest.mark.parametrize(
    ("across", "up", "bias", "contrast"),
    [
        (0.0, 0.0, 0.5, 1.0),
        (-1.0, 0.0, -0.5, 1.0),
        (-1.2, 0.0, -0.5, 1.0),
        (1.0, 0.0, 1.5, 1.0),
        (1.2, 0.0, 1.5, 1.0),
        (0.0, -1.0, 0.5, 0.25),
        (0.0, -3.0, 0.5, 0.1),
        (0.0, 3.0, 0.5, 20.0),
    ],
)
def test_drag_ends_at_its_bounds(
    bar: StretchBar, across: float, up: float, bias: float, contrast: float
) -> None:
    bar.drag_contrast("image", across, up)
    assert (bar.looks.sky.bias, bar.looks.sky.contrast) == pytest.approx((bias, contrast))
