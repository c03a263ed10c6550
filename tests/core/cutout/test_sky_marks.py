"""Marks on the sky in pixels: predicted places, dipoles and trails."""

from __future__ import annotations

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


def test_place_across_ra_zero_is_near() -> None:
    mark = SkyMark(MarkKind.PREDICTED, 359.9999, 60.0001)
    found = pixel_marks([mark], (0.0001, 60.0), (15.0, 15.0), UP, LEFT, 0.36)[0]
    # 0.72 arcsec of RA at Dec 60 are 0.36 arcsec west, to the right; 0.36 arcsec north.
    assert (found.x, found.y) == pytest.approx((16.0, 16.0), abs=1e-4)
