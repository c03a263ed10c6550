"""Marks on the sky in pixels: predicted places, dipoles and trails."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.sky_marks import MarkKind, SkyMark, pixel_marks

UP, LEFT = 90.0, 180.0


@pytest.mark.parametrize(
    ("angle", "north", "east", "vector"),
    [
        (0, UP, LEFT, (0, 10)),
        (90, UP, LEFT, (-10, 0)),
        (0, -90, 180, (0, -10)),
        (90, -90, 180, (-10, 0)),
        (180, UP, LEFT, (0, -10)),
        (45, UP, LEFT, (-7.0711, 7.0711)),
    ],
)
def test_position_angle_turns_from_north_to_east(
    angle: float, north: float, east: float, vector: tuple[float, float]
) -> None:
    mark = SkyMark(MarkKind.DIPOLE, 10.0, 20.0, 2.0, angle, "")
    found = pixel_marks([mark], (10.0, 20.0), (15.0, 14.0), north, east, 0.2)[0]
    assert (found.x, found.y) == pytest.approx((15.0, 14.0))
    assert (found.dx, found.dy) == pytest.approx(vector, abs=1e-3)


@pytest.mark.parametrize("north", [90.0, -90.0, 30.0])
@pytest.mark.parametrize("handed", [1, -1], ids=["east left", "east right"])
def test_place_is_as_far_in_pixels_as_on_the_sky(north: float, handed: int) -> None:
    east = north + 90 * handed
    offsets = {"north": (0.0, 7.2), "east": (3.6, 0.0)}
    for (across, up), direction in zip(offsets.values(), (north, east), strict=True):
        mark = SkyMark(MarkKind.DETECTION, 100.0 + across / 3600 * 2, 60.0 + up / 3600, label="a")
        found = pixel_marks([mark], (100.0, 60.0), (15.0, 14.0), north, east, 0.36)[0]
        size, angle = (across + up) / 0.36, np.radians(direction)
        assert (found.x - 15, found.y - 14) == pytest.approx(
            (size * np.cos(angle), size * np.sin(angle)), abs=1e-3
        )
        assert (found.kind, found.label, found.dx, found.dy) == (MarkKind.DETECTION, "a", 0, 0)


def test_place_across_ra_zero_is_near() -> None:
    mark = SkyMark(MarkKind.PREDICTED, 359.9999, 60.0001)
    found = pixel_marks([mark], (0.0001, 60.0), (15.0, 15.0), UP, LEFT, 0.36)[0]
    # 0.72 arcsec of RA at Dec 60 are 0.36 arcsec west, to the right; 0.36 arcsec north.
    assert (found.x, found.y) == pytest.approx((16.0, 16.0), abs=1e-4)
