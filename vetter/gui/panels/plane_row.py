"""Row of panels in one scene with one camera, built once and used for every candidate."""

from __future__ import annotations

import math
from collections.abc import Set

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QTimer
from PyQt6.QtGui import QFont, QHelpEvent, QHideEvent
from PyQt6.QtWidgets import QToolTip, QWidget

from vetter.core.cutout.plane import Provenance
from vetter.core.display.rendering import Limits, Picture
from vetter.core.display.style import SHARING, DisplayStyle
from vetter.core.judgement.fit_table import can_fit
from vetter.gui.panels.layout.camera import Subject
from vetter.gui.panels.layout.turning import (
    North,
    face_north,
    turn_pixel,
    turn_vector,
    turns_to_north,
)
from vetter.gui.panels.panel_choice import PanelChoice, PictureStyle
from vetter.gui.panels.panel_scene import PanelScene
from vetter.gui.panels.plane_panel import (
    OWN_LIMITS,
    TITLE_HEIGHT,
    PanelContent,
    picture_to_image,
)
from vetter.gui.panels.readout import plane_value_texts
from vetter.gui.panels.stretch.limits_text import format_limits
from vetter.gui.panels.tools.blink import AutoBlink
from vetter.gui.panels.tools.hatch import Hatch
from vetter.gui.panels.tools.pixel_numbers import neighbourhood, number_texts
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.rendered_cutout import REFIT, SNR, RenderedCutout

VALUES_INTERVAL_MS = 25
"""Delay before the titles follow the pointer: at most forty updates a second."""


class PlaneRow(PanelScene):
    """Panels of one frame, one per plane, in one row or two. See `PanelScene` for the mouse.

    Parameters
    ----------
    choice : PanelChoice, optional
        The planes that have a panel.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        font: QFont | None = None,
        choice: PanelChoice | None = None,
    ) -> None:
        super().__init__(parent, font)
        self._choice = choice or PanelChoice()
        self._given: set[str] = set()
        self._fit_seen = False
        self._row: int | None = None
        self._radius = math.nan
        self._blinked: str | None = None
        self._flipped = False
        self._swiping = False
        self._flickers = False
        self.north = North.AS_READ
        self._turns = 0
        self._magnifies = False
        self._cursor: tuple[int, int] | None = None
        self._turned_frames: list[tuple[RenderedCutout, tuple[RenderedCutout, float]]] = []
        self.auto_blink = AutoBlink(self)
        self.auto_blink.stepped.connect(self._on_auto_blink)
        self._frame: RenderedCutout | None = None
        self._hatches: list[Hatch] = []
        """Those of the candidate on screen and of the one painted ahead, with their stamps."""
        self._exhibited: tuple[RenderedCutout, tuple[str, ...], list[PanelContent]] | None = None
        self._pixel: tuple[float, float] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(VALUES_INTERVAL_MS)
        self._soon.timeout.connect(self._repaint_soon)
        self.pointer.connect(self._on_pointer)

    @property
    def choice(self) -> PanelChoice:
        """Choice of the planes that have a panel."""
        return self._choice

    @property
    def planes(self) -> dict[str, str]:
        """All planes of the candidate on screen, with or without a panel, and the note on each."""
        frame = self._frame
        names = self._names if frame is None else frame.plane_names
        if can_fit(names) and "adjusted" not in names:
            names = _with_adjusted(names)
        notes = {} if frame is None else frame.notes
        texts = {name: notes.get(name, "") for name in names}
        return texts | ({"adjusted": "residuals of the fit"} if "adjusted" in texts else {})

    @property
    def planes_to_blink(self) -> dict[str, str]:
        """All planes that the blink can go through, and the note on each."""
        planes = self.planes
        return planes | ({REFIT: "shifted and scaled by the fit"} if "adjusted" in planes else {})

    @property
    def unseen_mask(self) -> Picture | None:
        """Picture of the mask if a bad pixel is near and the mask has no panel; else None."""
        frame = self._frame
        if frame is None or not frame.is_bad_near:
            return None
        masks = (name for name in frame.pictures if DisplayStyle.group(name) == "mask")
        return next((frame.pictures[name] for name in masks if name not in self._names), None)

    @property
    def picture_style(self) -> PictureStyle:
        """Style of pictures that look as the panels do."""
        stage = self._stage
        dark = stage.tones is DARK
        return PictureStyle(
            self._choice, stage.view, stage.reticle, stage.compass, dark, self.north
        )

    def set_choice(self, choice: PanelChoice) -> None:
        """Change the planes that have panels, from the next frame on."""
        self._choice = choice
        self._forget_painted()

    def show_frame(self, frame: RenderedCutout) -> None:
        """Show a candidate; `flush` or the event loop paints it."""
        if frame.row != self._row:
            self._cursor = None
            self._blinked = self._blinked if self._swiping else None
        self._row = frame.row
        self.set_names(self._names_of(frame))
        self._set_panel_pixels(frame)
        self._put(frame)
        self.show_prepared(frame)

    def prepare(self, frame: RenderedCutout) -> None:
        """Paint the frame that is likely to be shown next into memory, while the window is idle.

        Its key then costs one copy of pixels instead of a paint. Any change of the view discards
        the copy, and the frame is painted as usual.
        """
        shown = self._frame
        moving = (
            self._cursor is not None
            or self._magnifies
            or self._flipped
            or self._swiping
            or self.auto_blink.is_on
        )
        if shown is None or moving or self._names_of(frame) != self._names:
            return
        blinked, self._blinked = self._blinked, None
        now = self._exhibited
        self._put(frame)
        self.keep_painted(frame)
        coming, self._exhibited = self._exhibited, now
        self._blinked = blinked
        self._put(shown)
        # These exhibits serve both the paint ahead and the later display.
        self._exhibited = coming

    @property
    def frame(self) -> RenderedCutout | None:
        """Frame on screen; None before the first, and while a candidate is loading."""
        return self._frame

    @property
    def prepared(self) -> RenderedCutout | None:
        """Frame that was painted ahead and is still valid, or None."""
        subject = None if self._prepared is None else self._prepared[0]
        return subject if isinstance(subject, RenderedCutout) else None

    def _set_panel_pixels(self, frame: RenderedCutout) -> None:
        """Make panels end at the last pixel, as long as all cutouts have one size.

        With stamps of many sizes the panels would jump from one candidate to the next.
        """
        if frame.shape is None:
            return
        pixels = max(frame.shape)
        if frame.radius != self._radius:
            self._radius = frame.radius
            self.set_pixels(pixels)
        elif pixels != self._pixels:
            self.set_pixels(0)

    def _names_of(self, frame: RenderedCutout) -> tuple[str, ...]:
        """Return the panels for a frame, which stay the same from one candidate to the next."""
        names = frame.plane_names
        if not names:
            return self._names or ("image",)
        # If one candidate brings a plane that is not estimated, all have its panel from then on.
        made = frame.provenance
        self._given.update(
            n
            for n in names
            if Provenance.ESTIMATED not in made.get(n, Provenance.GIVEN)
            and n not in self._choice.optional
        )
        return self._with_panels(names, self._given)

    def _with_panels(self, names: tuple[str, ...], given: Set[str]) -> tuple[str, ...]:
        """Return the planes that have panels, with the fit's panel wherever a fit is possible."""
        said = self._choice.user_choice
        self._fit_seen = self._fit_seen or "adjusted" in names or can_fit(names)
        if "adjusted" not in names and said.get("adjusted", self._fit_seen):
            names = _with_adjusted(names)
        panels = given - {name for name in names if self._choice.is_hatch_only(name)}
        return tuple(n for n in names if said.get(n, n in panels or n == "adjusted")) or names

    def _put(self, frame: RenderedCutout) -> None:
        """Give a frame to the panels, whose names are already set, without painting."""
        stage = self._stage
        self._turns = 0 if self.north is North.AS_READ else turns_to_north(frame.north)
        shown, tilt = self._turned(frame)
        stage.north, stage.east, stage.pixel_scale = shown.north, shown.east, shown.pixel_scale
        stage.shift, stage.marks = shown.shift, shown.marks
        self._set_hatch(shown)
        shape = shown.shape
        x, y = shown.position or (0.0, 0.0)
        stage.subject = None if shape is None else Subject(shape[1], shape[0], x, y, tilt)
        if (
            self._exhibited is None
            or self._exhibited[0] is not shown
            or self._exhibited[1] != self._names
        ):
            self._exhibited = (shown, self._names, panel_contents(shown, self._names))
        for name, exhibit in zip(self._names, self._exhibited[2], strict=True):
            self._panels[name].exhibit = exhibit
        self._frame = frame
        self._show_cursor()
        self._show_magnifier()
        self._set_stand_in()
        self._set_values()

    def _set_hatch(self, shown: RenderedCutout) -> None:
        if not self._choice.hatched:
            self._stage.hatch = Hatch()
            return
        kept = (hatch for hatch in self._hatches if hatch.has_strokes(shown.hatch))
        hatch = next(kept, None) or Hatch(shown.hatch)
        self._hatches = [hatch, *(other for other in self._hatches if other is not hatch)][:2]
        self._stage.hatch = hatch

    def _turned(self, frame: RenderedCutout) -> tuple[RenderedCutout, float]:
        """Return a frame as it is on the screen, and its tilt; the last ones are kept."""
        if self.north is North.AS_READ:
            return frame, 0.0
        for known, shown in self._turned_frames:
            if known is frame:
                return shown
        shown = face_north(frame, self.north)
        self._turned_frames = [*self._turned_frames[-1:], (frame, shown)]
        return shown

    def set_magnifier(self, magnifies: bool) -> None:
        """Start or stop to show the pixels around the pointer, or the candidate, enlarged."""
        self._magnifies = magnifies
        self._show_magnifier()
        self._repaint_soon()

    def _show_magnifier(self) -> None:
        frame = self._frame
        pixel = self._pixel or (None if frame is None else frame.position)
        has = self._magnifies and frame is not None and frame.shape is not None
        self._stage.magnified = None
        if has and pixel is not None and frame is not None and frame.shape is not None:
            x, y = (math.floor(value + 0.5) for value in pixel)
            self._stage.magnified = turn_pixel(x, y, frame.shape, self._turns)

    def move_cursor(self, across: int, up: int) -> None:
        """Move the pixel cursor on the screen, by pixels; it begins at the candidate.

        Titles and readout tell the value and place of its pixel, as under the pointer, and one
        panel the numbers around it. A movement of the mouse takes the cursor away.
        """
        frame = self._frame
        if frame is None or frame.shape is None or frame.position is None:
            return
        rows, columns = frame.shape
        if self._cursor is None:
            x, y = (math.floor(value + 0.5) for value in frame.position)
        else:
            dx, dy = turn_vector(across, up, -self._turns)
            x, y = round(self._cursor[0] + dx), round(self._cursor[1] + dy)
        self._cursor = min(max(x, 0), columns - 1), min(max(y, 0), rows - 1)
        self._show_cursor()
        self.pointer.emit((float(self._cursor[0]), float(self._cursor[1])))
        self._repaint_soon()

    def _show_cursor(self) -> None:
        """Give the panels the place of the cursor, and one panel the numbers around it."""
        stage, frame, cursor = self._stage, self._frame, self._cursor
        table = self.large or (self._names[0] if self._names else None)
        stage.cursor = None
        for panel in self._panels.values():
            panel.numbers = ()
        if frame is None or frame.shape is None or cursor is None:
            return
        stage.cursor = turn_pixel(*cursor, frame.shape, self._turns)
        plane = None if table is None else frame.planes.get(table)
        if plane is not None and table is not None:
            window = neighbourhood(plane, *cursor)
            self._panels[table].numbers = number_texts(np.rot90(window, -self._turns))

    def _emit_pointer(self, position: QPointF) -> None:
        if self._cursor is not None:
            self._cursor = None
            self._show_cursor()
            self._repaint_soon()
        super()._emit_pointer(position)

    def set_north(self, way: North) -> None:
        """Turn all panels so that north is up, or show them as read."""
        self.north = way
        self._turned_frames = []
        self._forget_painted()
        if self._frame is not None:
            self.show_frame(self._frame)

    def to_cutout(self, x: float, y: float) -> tuple[float, float]:
        """Return the cutout pixel at a pixel of the turned picture."""
        shape = None if self._frame is None else self._frame.shape
        if shape is None or not self._turns:
            return x, y
        rows, columns = shape
        on_screen = (columns, rows) if self._turns % 2 else (rows, columns)
        return turn_pixel(x, y, on_screen, -self._turns)

    def show_loading(self, name: str, plane_names: tuple[str, ...]) -> None:
        """Show the loading text of a candidate and remove all pixels of the one before."""
        self._row = None
        self._blinked = None
        self._stage.subject = None
        self._stage.hatch = Hatch()
        if plane_names:
            expected = self._given.union(plane_names).difference(self._choice.estimated)
            plane_names = self._with_panels(plane_names, expected | self._given)
        self.set_names(plane_names or self._names or ("image",))
        for plane in self._names:
            self._panels[plane].exhibit = PanelContent(plane, message=f"loading {name}")
        self._frame = None
        self._set_stand_in()
        self._set_values()
        self._repaint_soon()

    @property
    def is_flipped(self) -> bool:
        """Whether the template is shown in the image's panel."""
        return self._flipped

    def set_flip(self, flipped: bool) -> None:
        """Show the template in the image's panel while ``flipped``."""
        if flipped != self._flipped:
            self._flipped = flipped
            self._show_stand_in()

    def blink_step(self, step: int) -> None:
        """Show the next plane of the blink in the large panel, or in the image's."""
        cycle, host = self._blink_planes(), self._blink_host()
        if len(cycle) < 2:
            return
        now = self._blinked if self._blinked in cycle else host
        at = cycle.index(now) if now in cycle else -1
        self._blinked = cycle[(at + step) % len(cycle)]
        self._show_stand_in()

    @property
    def is_blinking(self) -> bool:
        """Whether the blink through all planes goes on by itself."""
        return self.auto_blink.is_on and not self._flickers

    @property
    def is_flickering(self) -> bool:
        """Whether the panel changes by itself between image and refit template."""
        return self.auto_blink.is_on and self._flickers

    @property
    def is_swiping(self) -> bool:
        """Whether a divider follows the pointer."""
        return self._swiping

    @property
    def can_blink(self) -> bool:
        """Whether blink or swipe go on, or there are two planes to change between."""
        return self._swiping or self.auto_blink.is_on or len(self._blink_planes()) > 1

    @property
    def can_flicker(self) -> bool:
        """Whether the candidate has a refit template, or a blink goes on that would end."""
        return self.auto_blink.is_on or (self._frame is not None and REFIT in self._frame.blinks)

    def toggle_auto_blink(self) -> bool:
        """Start or stop the automatic blink through all planes; return whether it blinks."""
        return self._toggle_blink(flickers=False)

    def toggle_flicker(self) -> bool:
        """Change by itself between image and refit template, or stop.

        Returns
        -------
        bool
            False if this candidate has no fit to compare with.
        """
        can = self.can_flicker
        if can:
            self._toggle_blink(flickers=True)
        return can

    def toggle_swipe(self) -> bool:
        """Show the blinked plane right of a divider that follows the pointer, or not.

        Returns
        -------
        bool
            Whether there is a plane to compare with.
        """
        can = self._swiping or len(self._blink_planes()) > 1
        self._swiping = can and not self._swiping
        self._stage.divider = 0.5 if self._swiping else None
        if not self._swiping:
            self._blinked = None
            self._show_stand_in()
        elif self._blinked is None:
            self.blink_step(1)
        return can

    def set_large(self, plane: str | None) -> None:
        """Make one panel large; the blink goes on there."""
        super().set_large(plane)
        if self._frame is not None:
            self._show_stand_in()

    def _toggle_blink(self, flickers: bool) -> bool:
        was_on = self.is_flickering if flickers else self.is_blinking
        self.auto_blink.stop()
        self._flickers = flickers
        if was_on:
            self._blinked = None
            self._show_stand_in()
        else:
            self.auto_blink.start()
        return not was_on

    def _on_auto_blink(self) -> None:
        if not self._flickers:
            self.blink_step(1)
        elif self._frame is not None:
            has_refit = REFIT in self._frame.blinks
            self._blinked = REFIT if has_refit and self._blinked != REFIT else "image"
            self._show_stand_in()

    def _show_stand_in(self) -> None:
        self._set_stand_in()
        self._set_values()
        self._repaint_panel_soon(self._blink_host())

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Show the full title as a tool tip of the title; over the pixels it would cover them."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._panel_at(QPointF(event.pos()))
            over_title = found is not None and found[1].y() < TITLE_HEIGHT
            tip = plain_tip(found[0].exhibit.tip) if found and over_title else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return bool(super().viewportEvent(event))

    def _on_pointer(self, pixel: object) -> None:
        self._pixel = pixel if isinstance(pixel, tuple) else None
        if self._magnifies:
            self._show_magnifier()
            if not self._soon.isActive():
                self._soon.start()
        if self._swiping and self._pixel is not None:
            self._move_divider(*self._pixel)
        before = [self._panels[name].value for name in self._names]
        self._set_values()
        now = [self._panels[name].value for name in self._names]
        # Qt emits the leave event after the panels are hidden.
        if now != before and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _move_divider(self, x: float, y: float) -> None:
        """Move the divider of the swipe to a cutout pixel; it is the same in any panel."""
        host = self._blink_host()
        panel = None if host is None else self._panels[host]
        placement = None if panel is None else panel.placement()
        shape = None if self._frame is None else self._frame.shape
        if panel is not None and placement is not None and shape is not None:
            x, y = turn_pixel(x, y, shape, self._turns)
            across = placement.to_screen(x, y)[0] - panel.area.left
            self._stage.divider = min(max(across / panel.area.width, 0.0), 1.0)
            if not self._soon.isActive():
                self._soon.start()

    def _set_values(self) -> None:
        """Set each title to its plane's value under the pointer."""
        texts: dict[str, str] = {}
        if self._frame is not None and self._pixel is not None:
            texts = plane_value_texts(self._frame, *self._pixel)
        for name in self._names:
            panel = self._panels[name]
            panel.value = texts.get((panel.replacement or panel.exhibit).plane, "")

    def hideEvent(self, event: QHideEvent | None) -> None:
        self._soon.stop()
        self.auto_blink.stop()
        super().hideEvent(event)

    def _blink_planes(self) -> list[str]:
        """Return the planes to blink between, including planes without a panel."""
        frame = self._frame
        if frame is None or self._blink_host() is None:
            return []
        chosen = () if frame.looks is None else frame.looks.blinks
        names = [name for name in (*frame.pictures, REFIT) if name in chosen]
        return [name for name in names or (*SHARING, REFIT) if _has_picture(frame, name)]

    def _blink_host(self) -> str | None:
        """Return the plane in whose panel others are shown; None without one."""
        return self.large or ("image" if "image" in self._names else None)

    def _set_stand_in(self) -> None:
        frame, other, host = self._frame, self._blinked, self._blink_host()
        if self._flipped and frame is not None:
            templates = (name for name in SHARING if name not in ("image", host))
            other = next((name for name in templates if name in frame.pictures), host)
        elif other not in self._blink_planes():
            other = None
        shown = None if frame is None or host is None or other == host else other
        for name in self._names:
            stand_in = self._exhibit_of(shown) if shown is not None and name == host else None
            self._panels[name].replacement = stand_in

    def _exhibit_of(self, plane: str) -> PanelContent:
        assert self._frame is not None
        frame, _tilt = self._turned(self._frame)
        if plane in frame.blinks:
            image, pixels = picture_to_image(frame.blinks[plane])
            limits = _range_text(frame.limits.get("image"))
            return PanelContent(plane, image, range=limits, pixels=pixels)
        if plane in self._names:
            return self._panels[plane].exhibit
        return _exhibit(frame, plane, first=False)


def _has_picture(frame: RenderedCutout, plane: str) -> bool:
    return plane in frame.pictures or plane in frame.blinks


def _with_adjusted(names: tuple[str, ...]) -> tuple[str, ...]:
    """Add the fit's panel after the difference, or at the end."""
    at = names.index("diff") + 1 if "diff" in names else len(names)
    return (*names[:at], "adjusted", *names[at:])


def panel_contents(frame: RenderedCutout, names: tuple[str, ...]) -> list[PanelContent]:
    """Return what the panels of these planes show, in this order."""
    return [_exhibit(frame, name, first=name == names[0]) for name in names]


def _exhibit(frame: RenderedCutout, plane: str, first: bool) -> PanelContent:
    note = frame.notes.get(plane, "")
    words = frame.states.get(plane, "")
    if frame.error is not None:
        return PanelContent(plane, message=frame.error if first else "no cutout")
    picture = frame.pictures.get(plane)
    if picture is None:
        return PanelContent(
            plane, message=words or "not fitted", note="" if note == words else note
        )
    image, pixels = picture_to_image(picture)
    limits = _range_text(frame.limits.get(plane))
    if plane in frame.own_limits:
        limits = f"{OWN_LIMITS} {limits}"
    unit = "" if plane == SNR else frame.unit
    return PanelContent(plane, image, words, note, limits, pixels, unit)


def _range_text(ends: Limits | None) -> str:
    return "" if ends is None else format_limits(*ends)
