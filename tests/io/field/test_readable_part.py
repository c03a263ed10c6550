"""What is measured on a plane of which a part cannot be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.errors import InputError
from vetter.io.field.planes import ReadablePart


class Holed(ArrayPlane):
    """A plane of which nothing that touches the first rows can be read."""

    def read(self, box: Box) -> Any:
        if box.y0 < 10:
            raise InputError("a damaged tile")
        return super().read(box)


@pytest.mark.parametrize(("dtype", "fill"), [(float, np.nan), (bool, False)])
def test_what_can_be_read_of_a_large_box_is(dtype: type, fill: Any) -> None:
    pixels = np.ones((1000, 1000), dtype)
    plane = ReadablePart(Holed("image", pixels))
    read = plane.read(Box(0, 0, 1000, 1000))
    assert read.shape == (1000, 1000) and plane.is_mask == (dtype is bool)
    np.testing.assert_array_equal(read[:10], np.full((10, 1000), fill))
    assert (read[250:] == 1).all()


def test_a_plane_of_which_all_can_be_read_is_as_it_is() -> None:
    pixels = np.arange(30000.0).reshape(300, 100)
    plane = ReadablePart(ArrayPlane("image", pixels))
    np.testing.assert_array_equal(plane.read(Box(0, 0, 100, 300)), pixels)
