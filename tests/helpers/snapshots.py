"""Snapshots: a widget's pixels against an image kept in tests/images.

Where they differ, what was got, what was wanted and the difference are left in test-output/.
After a change that was meant, run the tests with VETTER_WRITE_IMAGES=1 and look at each image
before it is committed.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QFont, QFontDatabase, QImage

IMAGES = Path(__file__).resolve().parent.parent / "images"
OUTPUT = Path(__file__).resolve().parents[2] / "test-output"

# A channel may be this far off, and more than that in so few pixels: rounding, not a shift.
_CLOSE, _FEW = 6, 12


@lru_cache(maxsize=1)
def snapshot_font() -> QFont:
    """The same letters on every machine: DejaVu Sans as matplotlib brings it, not hinted."""
    matplotlib = pytest.importorskip("matplotlib", reason="its copy of DejaVu Sans is wanted")
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    number = QFontDatabase.addApplicationFont(str(path))
    font = QFont(QFontDatabase.applicationFontFamilies(number)[0])
    font.setPixelSize(12)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


def pixels(image: QImage) -> Any:
    """RGB, shape (rows, columns, 3), first row uppermost."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    memory = image.constBits()
    assert memory is not None
    memory.setsize(image.sizeInBytes())
    rows = np.frombuffer(memory, np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), 2::-1].copy()


def check_snapshot(image: QImage, name: str) -> None:
    """Fail where an image differs from tests/images/NAME.png."""
    path = IMAGES / f"{name}.png"
    if os.environ.get("VETTER_WRITE_IMAGES"):
        IMAGES.mkdir(exist_ok=True)
        assert image.save(str(path))
        return
    got = pixels(image)
    if not path.exists():
        _keep(name, got=image)
        pytest.fail(f"no image {path.name} in {IMAGES}; what was got is in {OUTPUT}")
    wanted_image = QImage(str(path))
    wanted = pixels(wanted_image)
    if got.shape != wanted.shape:
        _keep(name, got=image, want=wanted_image)
        pytest.fail(f"{name}: wants {wanted.shape[:2]} pixels, got {got.shape[:2]}; see {OUTPUT}")
    off = np.abs(got.astype(int) - wanted.astype(int)).max(axis=2)
    count = int((off > _CLOSE).sum())
    if count > _FEW:
        grey = np.ascontiguousarray(np.clip(off * 4, 0, 255).astype(np.uint8))
        height, width = grey.shape
        difference = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
        _keep(name, got=image, want=wanted_image, difference=difference)
        pytest.fail(f"{name}: {count} pixels differ, by up to {off.max()}; see {OUTPUT}")


def _keep(name: str, **images: QImage) -> None:
    OUTPUT.mkdir(exist_ok=True)
    for what, image in images.items():
        image.save(str(OUTPUT / f"{name}-{what}.png"))
