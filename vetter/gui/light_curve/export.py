"""Formats that pyqtgraph's export dialog offers for a light curve: a picture and a table."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QMessageBox
from pyqtgraph import GraphicsItem, GraphicsScene, PlotItem
from pyqtgraph.exporters import CSVExporter, Exporter, ImageExporter


class CurvePicture(ImageExporter):
    """Picture as on screen, in the formats that Qt writes."""

    Name = "Picture (PNG, JPEG, TIFF)"

    def export(self, fileName: str | None = None, **options: bool) -> object:
        if fileName is None or _can_write(fileName):
            return super().export(fileName, **options)
        return False


class CurveTable(CSVExporter):
    """Table of the epochs, with columns for each filter and kind."""

    Name = "Table (CSV)"

    def __init__(self, item: GraphicsScene | GraphicsItem) -> None:
        # The dialog also offers the whole scene and the view box, for which pyqtgraph raises.
        scene = item if isinstance(item, GraphicsScene) else item.scene()
        super().__init__(next(plot for plot in scene.items() if isinstance(plot, PlotItem)))

    def export(self, fileName: str | None = None) -> None:
        if fileName is None or _can_write(fileName):
            super().export(fileName)


def offer_formats() -> None:
    """Have pyqtgraph's dialog offer these formats only.

    Its others fail: SVG with closed paths of Qt 6.11, Print with PyQt6, HDF5 without h5py.
    """
    Exporter.Exporters[:] = [CurvePicture, CurveTable]


def _can_write(path: str) -> bool:
    """Return whether a file can be written; if not, show the user why."""
    try:
        open(path, "ab").close()
    except OSError as error:
        box = QMessageBox(QApplication.activeWindow())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Light curve not exported")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"{path}: cannot be written: {error.strerror}; choose another file")
        box.open()
        return False
    return True
