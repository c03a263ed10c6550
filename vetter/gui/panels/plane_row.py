"""Row of panels in one scene with one camera, built once and used for every candidate."""

from __future__ import annotations

import math
from collections.abc import Set

from PyQt6.QtCore import QEvent, QPointF, QTimer
from PyQt6.QtGui import QFont, QHelpEvent, QHideEvent
from PyQt6.QtWidgets import QToolTip, QWidget

from vetter.core.cutout.plane import Provenance
from vetter.core.display.style import SHARING
from vetter.core.judgement.fit_table import can_fit
from vetter.gui.panels.camera import Subject
from vetter.gui.panels.panel_choice import PanelChoice, PictureStyle
from vetter.gui.panels.panel_scene import PanelScene
from vetter.gui.panels.plane_panel import PanelContent, picture_to_image
from vetter.gui.panels.readout import plane_value_texts
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.rendered_cutout import RenderedCutout

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
        self._blinked = "image"
        self._flipped = False
        self._frame: RenderedCutout | None = None
        self._exhibited: tuple[RenderedCutout, tuple[str, ...], list[PanelContent]] | None = None
        self._pixel: tuple[float, float] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(VALUES_INTERVAL_MS)
        self._soon.timeout.connect(self._repaint_soon)
        self.pointer.connect(self._on_pointer)

    def expect_fit(self) -> None:
        """Reserve the panel of the fit from the first candidate on."""
        self._fit_seen = True

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
    def picture_style(self) -> PictureStyle:
        """Style of pictures that look as the panels do."""
        stage = self._stage
        dark = stage.tones is DARK
        return PictureStyle(self._choice, stage.view, stage.reticle, stage.compass, dark)

    def set_choice(self, choice: PanelChoice) -> None:
        """Change the planes that have panels, from the next frame on."""
        self._choice = choice
        self._forget_painted()

    def show_frame(self, frame: RenderedCutout) -> None:
        """Show a candidate; `flush` or the event loop paints it."""
        if frame.row != self._row:
            self._blinked = "image"
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
        if shown is None or self._flipped or self._names_of(frame) != self._names:
            return
        blinked, self._blinked = self._blinked, "image"
        now = self._exhibited
        self._put(frame)
        self.keep_painted(frame)
        coming, self._exhibited = self._exhibited, now
        self._blinked = blinked
        self._put(shown)
        # These exhibits serve both the paint ahead and the later display.
        self._exhibited = coming

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
        if self._choice.keeps_fit_panel:
            self._fit_seen = self._fit_seen or "adjusted" in names
        # If one candidate brings a plane that is not estimated, all have its panel from then on.
        made = frame.provenance
        self._given.update(
            n for n in names if Provenance.ESTIMATED not in made.get(n, Provenance.GIVEN)
        )
        return self._with_panels(names, self._given)

    def _with_panels(self, names: tuple[str, ...], given: Set[str]) -> tuple[str, ...]:
        """Return the planes that have panels, with the fit's panel if it is reserved."""
        said = self._choice.user_choice
        if "adjusted" not in names and said.get("adjusted", self._fit_seen):
            names = _with_adjusted(names)
        return tuple(n for n in names if said.get(n, n in given or n == "adjusted")) or names

    def _put(self, frame: RenderedCutout) -> None:
        """Give a frame to the panels, whose names are already set, without painting."""
        stage = self._stage
        stage.north, stage.east, stage.pixel_scale = frame.north, frame.east, frame.pixel_scale
        stage.shift, stage.marks = frame.shift, frame.marks
        shape = frame.shape
        x, y = frame.position or (0.0, 0.0)
        stage.subject = None if shape is None else Subject(shape[1], shape[0], x, y)
        if (
            self._exhibited is None
            or self._exhibited[0] is not frame
            or self._exhibited[1] != self._names
        ):
            self._exhibited = (frame, self._names, panel_contents(frame, self._names))
        for name, exhibit in zip(self._names, self._exhibited[2], strict=True):
            self._panels[name].exhibit = exhibit
        self._frame = frame
        self._set_stand_in()
        self._set_values()

    def show_loading(self, name: str, plane_names: tuple[str, ...]) -> None:
        """Show the loading text of a candidate and remove all pixels of the one before."""
        self._row = None
        self._blinked = "image"
        self._stage.subject = None
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
            self._set_stand_in()
            self._set_values()
            self._repaint_soon()

    def blink_step(self, step: int) -> None:
        """Show the next of image, template and convolved template in the image's panel."""
        cycle = self._blink_planes()
        if len(cycle) < 2:
            return
        at = cycle.index(self._blinked) if self._blinked in cycle else 0
        self._blinked = cycle[(at + step) % len(cycle)]
        self._set_stand_in()
        self._set_values()
        self._repaint_soon()

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Show the full title as a tool tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._panel_at(QPointF(event.pos()))
            tip = plain_tip(found[0].exhibit.tip) if found else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return bool(super().viewportEvent(event))

    def _on_pointer(self, pixel: object) -> None:
        self._pixel = pixel if isinstance(pixel, tuple) else None
        before = [self._panels[name].value for name in self._names]
        self._set_values()
        now = [self._panels[name].value for name in self._names]
        # Qt emits the leave event after the panels are hidden.
        if now != before and self.isVisible() and not self._soon.isActive():
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
        super().hideEvent(event)

    def _blink_planes(self) -> list[str]:
        """Return the planes to blink between, including planes without a panel."""
        if self._frame is None or "image" not in self._names:
            return []
        return [name for name in SHARING if name in self._frame.pictures]

    def _set_stand_in(self) -> None:
        if "image" not in self._panels:
            return
        other, cycle = self._blinked, self._blink_planes()
        if self._flipped:
            other = next((name for name in cycle if name != "image"), "image")
        shown = other in cycle and other != "image"
        self._panels["image"].replacement = self._exhibit_of(other) if shown else None

    def _exhibit_of(self, plane: str) -> PanelContent:
        if plane in self._names:
            return self._panels[plane].exhibit
        assert self._frame is not None
        return _exhibit(self._frame, plane, first=False)


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
    ends = frame.limits.get(plane)
    shown_range = "" if ends is None else f"{_format_limit(ends[0])} to {_format_limit(ends[1])}"
    return PanelContent(plane, image, words, note, shown_range, pixels)


def _format_limit(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "\N{MINUS SIGN}")
