"""The panels side by side: one scene, one camera, built once and used for every candidate."""

from __future__ import annotations

import math
from collections.abc import Set

from PyQt6.QtCore import QEvent, QPointF, QTimer
from PyQt6.QtGui import QFont, QHelpEvent, QHideEvent
from PyQt6.QtWidgets import QToolTip, QWidget

from vetter.core.cutout.plane import Provenance
from vetter.core.display.style import SHARING
from vetter.core.judgement.fit_table import fittable
from vetter.gui.panels.camera import Subject
from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.panels.panel_scene import PanelScene
from vetter.gui.panels.plane_panel import Exhibit, as_image
from vetter.gui.panels.readout import values
from vetter.gui.widgets.plain_text import plain_tip
from vetter.review.cutouts.rendered_cutout import RenderedCutout

VALUES_PAUSE_MS = 25
"""The titles follow the pointer at most forty times a second."""


class PlaneRow(PanelScene):
    """Shows a frame: one panel a plane, in one row or two. See `PanelScene` for the mouse.

    Parameters
    ----------
    choice : PanelChoice, optional
        Which planes have a panel.
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
        self._hung: tuple[RenderedCutout, tuple[str, ...], list[Exhibit]] | None = None
        self._pixel: tuple[float, float] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(VALUES_PAUSE_MS)
        self._soon.timeout.connect(self._repaint_soon)
        self.pointer.connect(self._on_pointer)

    def expect_fit(self) -> None:
        """Keep a place for the panel of the fit, from the first candidate on."""
        self._fit_seen = True

    @property
    def choice(self) -> PanelChoice:
        """Which planes have a panel."""
        return self._choice

    @property
    def planes(self) -> dict[str, str]:
        """All planes of the candidate on screen, with and without panel; what is said of each."""
        frame = self._frame
        names = self._names if frame is None else frame.plane_names
        if fittable(names) and "adjusted" not in names:
            names = _with_adjusted(names)
        notes = {} if frame is None else frame.notes
        known = {name: notes.get(name, "") for name in names}
        return known | ({"adjusted": "what a fit leaves"} if "adjusted" in known else {})

    def set_choice(self, choice: PanelChoice) -> None:
        """Have panels for other planes, from the next frame that is shown on."""
        self._choice = choice
        self._forget_painted()

    def show_frame(self, frame: RenderedCutout) -> None:
        """Show a candidate; painted by `flush`, or when the event loop comes to it."""
        if frame.row != self._row:
            self._blinked = "image"
        self._row = frame.row
        self.set_names(self._names_of(frame))
        self._size_up(frame)
        self._put(frame)
        self.show_prepared(frame)

    def prepare(self, frame: RenderedCutout) -> None:
        """Paint the frame that is likely to be shown next, out of sight, while nothing is done.

        Its key then costs one copy of pixels instead of a paint. Whatever changes the view
        meanwhile makes it worthless, and the frame is painted as any other.
        """
        shown = self._frame
        if shown is None or self._flipped or self._names_of(frame) != self._names:
            return
        blinked, self._blinked = self._blinked, "image"
        now = self._hung
        self._put(frame)
        self.keep_painted(frame)
        coming, self._hung = self._hung, now
        self._blinked = blinked
        self._put(shown)
        # Made once, for the paint ahead and for when it shows.
        self._hung = coming

    @property
    def prepared(self) -> RenderedCutout | None:
        """What was painted ahead, and has not been made worthless since."""
        subject = None if self._prepared is None else self._prepared[0]
        return subject if isinstance(subject, RenderedCutout) else None

    def _size_up(self, frame: RenderedCutout) -> None:
        """Have panels that end where the pixels do, as long as all cutouts have one size.

        Stamps of many sizes would have the panels jump from one candidate to the next.
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
        """The panels for a frame: they keep their size and place from one to the next."""
        names = frame.plane_names
        if not names:
            return self._names or ("image",)
        if self._choice.fits_stay:
            self._fit_seen = self._fit_seen or "adjusted" in names
        # Where one candidate's plane is no estimate, all have its panel from then on.
        made = frame.provenance
        self._given.update(
            n for n in names if Provenance.ESTIMATED not in made.get(n, Provenance.GIVEN)
        )
        return self._with_panels(names, self._given)

    def _with_panels(self, names: tuple[str, ...], given: Set[str]) -> tuple[str, ...]:
        """Those of the planes that have panels; the fit's has one where it is kept a place."""
        said = self._choice.said
        if "adjusted" not in names and said.get("adjusted", self._fit_seen):
            names = _with_adjusted(names)
        return tuple(n for n in names if said.get(n, n in given or n == "adjusted")) or names

    def _put(self, frame: RenderedCutout) -> None:
        """Hand a frame to the panels, whose names are set; nothing is painted yet."""
        stage = self._stage
        stage.north, stage.east, stage.pixel_scale = frame.north, frame.east, frame.pixel_scale
        stage.shift = frame.shift
        shape = frame.shape
        x, y = frame.position or (0.0, 0.0)
        stage.subject = None if shape is None else Subject(shape[1], shape[0], x, y)
        if self._hung is None or self._hung[0] is not frame or self._hung[1] != self._names:
            self._hung = (frame, self._names, exhibits(frame, self._names))
        for name, exhibit in zip(self._names, self._hung[2], strict=True):
            self._panels[name].exhibit = exhibit
        self._frame = frame
        self._set_stand_in()
        self._set_values()

    def show_loading(self, name: str, plane_names: tuple[str, ...]) -> None:
        """Say that a candidate is coming; no pixel of another one stays on screen."""
        self._row = None
        self._blinked = "image"
        self._stage.subject = None
        if plane_names:
            expected = self._given.union(plane_names).difference(self._choice.estimated)
            plane_names = self._with_panels(plane_names, expected | self._given)
        self.set_names(plane_names or self._names or ("image",))
        for plane in self._names:
            self._panels[plane].exhibit = Exhibit(plane, words=f"loading {name}")
        self._frame = None
        self._set_stand_in()
        self._set_values()
        self._repaint_soon()

    @property
    def flipped(self) -> bool:
        """Whether the template stands in the image's place."""
        return self._flipped

    def set_flip(self, flipped: bool) -> None:
        """Show the template in the image's place, as long as it is set."""
        if flipped != self._flipped:
            self._flipped = flipped
            self._set_stand_in()
            self._set_values()
            self._repaint_soon()

    def blink_step(self, step: int) -> None:
        """Show the next of image, template and convolved template in the image's place."""
        cycle = self._blinking()
        if len(cycle) < 2:
            return
        at = cycle.index(self._blinked) if self._blinked in cycle else 0
        self._blinked = cycle[(at + step) % len(cycle)]
        self._set_stand_in()
        self._set_values()
        self._repaint_soon()

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Tool tips: what a title has no room for."""
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
        # Qt reports that the pointer has left after it has hidden the panels.
        if now != before and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _set_values(self) -> None:
        """Each title tells the value of what its panel shows under the pointer."""
        words: dict[str, str] = {}
        if self._frame is not None and self._pixel is not None:
            words = values(self._frame, *self._pixel)
        for name in self._names:
            panel = self._panels[name]
            panel.value = words.get((panel.stand_in or panel.exhibit).plane, "")

    def hideEvent(self, event: QHideEvent | None) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _blinking(self) -> list[str]:
        """The planes to blink between, those without a panel of their own among them."""
        if self._frame is None or "image" not in self._names:
            return []
        return [name for name in SHARING if name in self._frame.pictures]

    def _set_stand_in(self) -> None:
        if "image" not in self._panels:
            return
        other, cycle = self._blinked, self._blinking()
        if self._flipped:
            other = next((name for name in cycle if name != "image"), "image")
        shown = other in cycle and other != "image"
        self._panels["image"].stand_in = self._exhibit_of(other) if shown else None

    def _exhibit_of(self, plane: str) -> Exhibit:
        if plane in self._names:
            return self._panels[plane].exhibit
        assert self._frame is not None
        return _exhibit(self._frame, plane, first=False)


def _with_adjusted(names: tuple[str, ...]) -> tuple[str, ...]:
    """The panel of the fit where frames have it: beside the difference."""
    at = names.index("diff") + 1 if "diff" in names else len(names)
    return (*names[:at], "adjusted", *names[at:])


def exhibits(frame: RenderedCutout, names: tuple[str, ...]) -> list[Exhibit]:
    """Return what the panels of these planes show, in this order."""
    return [_exhibit(frame, name, first=name == names[0]) for name in names]


def _exhibit(frame: RenderedCutout, plane: str, first: bool) -> Exhibit:
    note = frame.notes.get(plane, "")
    words = frame.states.get(plane, "")
    if frame.error is not None:
        return Exhibit(plane, words=frame.error if first else "no cutout")
    picture = frame.pictures.get(plane)
    if picture is None:
        return Exhibit(plane, words=words or "not fitted", note="" if note == words else note)
    image, pixels = as_image(picture)
    ends = frame.limits.get(plane)
    shown_range = "" if ends is None else f"{_short(ends[0])} to {_short(ends[1])}"
    return Exhibit(plane, image, words, note, shown_range, pixels)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "\N{MINUS SIGN}")
