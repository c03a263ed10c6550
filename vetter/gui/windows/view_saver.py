"""View on screen as a file (PNG, SVG or PDF) or on the clipboard, drawn as exports are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PyQt6.QtCore import QBuffer, QIODevice, QMarginsF, QObject, QSize, QSizeF, QThread
from PyQt6.QtGui import QColor, QImage, QPageLayout, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PyQt6.QtWidgets import QFileDialog, QWidget

from vetter.core.columns.broker_columns import tile_facts
from vetter.core.columns.facts import MISSING_TEXT
from vetter.errors import InputError, VetterError
from vetter.gui.panels.pictures.png import draw_view, encode_png, picture_size
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.widgets.verdict_style import WORDS
from vetter.gui.windows.page_stack import Pages
from vetter.gui.windows.window import application
from vetter.io.export.file_names import safe_name
from vetter.io.export.tables.escapes import escape_control
from vetter.io.files.atomic import write_atomic
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout
from vetter.review.session import Session

FORMATS = {"png": "PNG picture", "svg": "SVG drawing", "pdf": "PDF page"}


class Drawing(NamedTuple):
    """Something to be drawn on any device.

    Attributes
    ----------
    name : str
        Name of the candidate or of the page.
    size : QSize
        Size in screen units.
    draw : callable
        Draws it with a painter.
    """

    name: str
    size: QSize
    draw: Callable[[QPainter], None]


class ViewSaver(QObject):
    """Saver of what is on screen: the panels with their heading, or the page of the grid.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    pages : Pages
        Source of the grid, if it is in front.
    plane_row : PlaneRow
        Source of planes, zoom and marks.
    say : callable
        Shows a line in the status bar; ``important=True`` shows it for longer.
    parent : QWidget
        Parent of the dialog.
    """

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        pages: Pages,
        plane_row: PlaneRow,
        say: Callable[..., None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache = session, cache
        self._pages, self._plane_row, self._say = pages, plane_row, say
        self._parent = parent
        self._writing: _Writing | None = None

    def copy(self) -> None:
        """Copy the view to the clipboard."""
        drawing = self._drawing()
        clipboard = application().clipboard()
        if drawing is not None and clipboard is not None:
            clipboard.setImage(draw_on_image(drawing, self._parent.devicePixelRatioF()))
            self._say(f"copied the picture of {drawing.name}")

    def ask(self) -> None:
        """Ask for the file of the view, beside the session or the list."""
        drawing = self._drawing()
        if drawing is None:
            return
        folder = self._session.results_folder or Path.cwd()
        dialog = QFileDialog(self._parent, "Save the view", str(folder))
        dialog.setObjectName("save view")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{title} (*.{kind})" for kind, title in FORMATS.items()])
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{safe_name(drawing.name)}.png")
        dialog.filterSelected.connect(_SuffixOf(dialog).follow)
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: str) -> None:
        """Write the view to a file in the background; its ending is the format."""
        drawing, kind = self._drawing(), Path(path).suffix.lower().removeprefix(".")
        if drawing is None:
            return
        if kind not in FORMATS:
            self._say(f"not saved: end the name in .{', .'.join(FORMATS)}")
            return
        try:
            content = encode(drawing, kind, self._parent.devicePixelRatioF())
        except VetterError as error:
            self._say(f"not saved: {error}", important=True)
            return
        self.close()
        self._writing = _Writing(Path(path), content, self)
        self._writing.finished.connect(self._on_written)
        self._writing.start()

    def close(self) -> None:
        """Wait for the end of a file that is being written."""
        if self._writing is not None:
            self._writing.wait()

    def _on_written(self) -> None:
        writing = self._writing
        if writing is not None and writing.isFinished():
            self._writing = None
            self._say(
                f"not saved: {writing.problem}" if writing.problem else f"saved {writing.path}",
                important=bool(writing.problem),
            )

    def _drawing(self) -> Drawing | None:
        """Return what is on screen; None, with a message, if that is nothing."""
        session, grid = self._session, self._pages.grid
        if grid is not None and self._pages.currentWidget() is grid:
            return Drawing("grid", grid.size(), _Rendering(grid))
        row = session.current_row
        frame = None if row < 0 or session.is_blank else self._cache.peek(row)
        if frame is None:
            self._say("nothing to save: no candidate is on screen")
            return None
        return Drawing(frame.name, *self._panels(frame))

    def _panels(self, frame: RenderedCutout) -> tuple[QSize, Callable[[QPainter], None]]:
        row, session, plane_row = frame.row, self._session, self._plane_row
        planes, style = plane_row.plane_names, plane_row.picture_style
        side = max(120, round(plane_row.panel(planes[0]).area.width))
        facts = [
            f"{fact.caption} {text}"
            for fact in tile_facts(session.columns, session.candidates)
            if (text := fact.text(row)) != MISSING_TEXT
        ]
        line = "   ".join([WORDS[int(session.codes[row])], *facts])

        def draw(painter: QPainter) -> None:
            draw_view(painter, frame, planes, style, side, line)

        return picture_size(planes, side), draw


def draw_on_image(drawing: Drawing, ratio: float = 1.0) -> QImage:
    """Return a drawing as an image with this number of pixels per screen unit."""
    image = QImage(drawing.size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    drawing.draw(painter)
    painter.end()
    return image


def encode(drawing: Drawing, kind: str, ratio: float = 1.0) -> bytes:
    """Return a drawing as a file's bytes.

    Parameters
    ----------
    drawing : Drawing
    kind : str
        One of `FORMATS`.
    ratio : float
        Pixels of a PNG per screen unit.

    Raises
    ------
    VetterError
        Qt cannot draw or encode it.
    """
    if kind == "png":
        return encode_png(draw_on_image(drawing, ratio), drawing.name)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    painter = QPainter()
    device = _svg_device(buffer, drawing.size) if kind == "svg" else _pdf_device(buffer, drawing)
    if not painter.begin(device):
        raise VetterError(f"{drawing.name}: no {FORMATS[kind]} could be made")
    drawing.draw(painter)
    painter.end()
    return buffer.data().data()


def _svg_device(buffer: QBuffer, size: QSize) -> QPaintDevice:
    # Imported here: only an SVG needs the module.
    from PyQt6.QtCore import QRect
    from PyQt6.QtSvg import QSvgGenerator

    device = QSvgGenerator()
    device.setOutputDevice(buffer)
    device.setSize(size)
    device.setViewBox(QRect(0, 0, size.width(), size.height()))
    device.setTitle("vetter")
    return device


def _pdf_device(buffer: QBuffer, drawing: Drawing) -> QPaintDevice:
    device = QPdfWriter(buffer)
    # One screen unit is one point.
    device.setResolution(72)
    page = QPageSize(QSizeF(drawing.size), QPageSize.Unit.Point, "view")
    upright = QPageLayout.Orientation.Portrait
    device.setPageLayout(QPageLayout(page, upright, QMarginsF(0, 0, 0, 0)))
    device.setTitle(escape_control(drawing.name))
    device.setCreator("vetter")
    return device


class _Rendering:
    """Drawing of a widget as it is on screen."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def __call__(self, painter: QPainter) -> None:
        self._widget.render(painter)


class _SuffixOf(QObject):
    """Ending of the name in a file dialog, which follows the chosen format."""

    def __init__(self, dialog: QFileDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog

    def follow(self, name_filter: str) -> None:
        """Take over the ending of a filter, as ``PNG picture (*.png)``."""
        kind = name_filter.rpartition("*.")[2].rstrip(")")
        self._dialog.setDefaultSuffix(kind)
        chosen = self._dialog.selectedFiles()
        if chosen:
            self._dialog.selectFile(Path(chosen[0]).with_suffix(f".{kind}").name)


class _Writing(QThread):
    """Thread that writes one file; the saver owns it and waits for its end."""

    def __init__(self, path: Path, content: bytes, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("save view")
        self.path = path
        self._content = content
        self.problem = ""
        """Reason why the file could not be written; empty if it was."""

    def run(self) -> None:
        try:
            write_atomic(self.path, self._content)
        except (InputError, OSError) as error:
            self.problem = str(error)
