"""Asinh pixels of Pan-STARRS are made linear, and pixels that are linear stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import write_image
from vetter.core.cutout.plane import Box
from vetter.io.field.planes import FilePlane, image_of, open_plane

FLUX = np.linspace(-100, 50_000, 60 * 80).reshape(60, 80)
CARDS = {"BOFFSET": 10.0, "BSOFTEN": 50.0}


def asinh(flux: Any) -> Any:
    return (2.5 * np.log10(np.e) * np.arcsinh((flux - 10.0) / 100.0)).astype(np.float32)


def bright_in(row: int) -> Any:
    """Pixels that would be asinh magnitudes but for one in a row."""
    pixels = asinh(FLUX)
    pixels[row, 5] = 1e5
    return pixels


def plane_of(path: Path, name: str = "template") -> FilePlane:
    return open_plane(name, path)


@pytest.mark.parametrize("cards", [CARDS, {"BOFFSET": "10.0", "BSOFTEN": 50}])
def test_asinh_pixels_become_fluxes(tmp_path: Path, cards: dict[str, Any]) -> None:
    plane = plane_of(write_image(tmp_path / "s.fits", asinh(FLUX), cards))
    np.testing.assert_allclose(plane.read(Box(0, 0, 80, 60)), FLUX, rtol=1e-5, atol=1e-3)
    assert "linear" in plane.note
    image_of(plane).close()


def test_linear_header_has_no_asinh_cards(tmp_path: Path) -> None:
    plane = plane_of(write_image(tmp_path / "s.fits", asinh(FLUX), CARDS))
    assert not {"BOFFSET", "BSOFTEN"} & set(image_of(plane).header)
    image_of(plane).close()


def test_variance_in_asinh_becomes_errors(tmp_path: Path) -> None:
    plane = open_plane("err", write_image(tmp_path / "w.fits", asinh(FLUX), CARDS), "variance")
    box = Box(20, 30, 10, 5)
    expected = np.sqrt(FLUX[30:35, 20:30])
    np.testing.assert_allclose(plane.read(box), expected, rtol=1e-5)
    image_of(plane).close()


@pytest.mark.parametrize(
    ("pixels", "cards"),
    [
        (FLUX, {}),
        (FLUX, CARDS),
        (bright_in(0), CARDS),
        (bright_in(59), CARDS),
        (asinh(FLUX), {"BOFFSET": 10.0}),
        (asinh(FLUX), {"BOFFSET": 10.0, "BSOFTEN": 0.0}),
        (asinh(FLUX), {"BOFFSET": 10.0, "BSOFTEN": "n/a"}),
    ],
    ids=[
        "no cards",
        "linear already",
        "first row",
        "last row",
        "offset alone",
        "softening of 0",
        "text",
    ],
)
def test_other_pixels_stay(tmp_path: Path, pixels: Any, cards: dict[str, Any]) -> None:
    values = np.asarray(pixels, np.float32)
    plane = plane_of(write_image(tmp_path / "s.fits", values, cards))
    np.testing.assert_array_equal(plane.read(Box(0, 0, 80, 60)), values)
    image_of(plane).close()


@pytest.mark.parametrize("place", [(0, 0), (0, 79), (59, 0), (59, 79)])
@pytest.mark.parametrize(("value", "is_linear"), [(50.0, False), (50.1, True), (-50.1, True)])
def test_one_large_pixel_at_the_edge_shows_linear_pixels(
    tmp_path: Path, place: tuple[int, int], value: float, is_linear: bool
) -> None:
    pixels = np.ones((60, 80), np.float64)
    pixels[place] = value
    plane = plane_of(write_image(tmp_path / "s.fits", pixels, CARDS))
    assert ("linear already" in plane.note) is is_linear
    image_of(plane).close()
