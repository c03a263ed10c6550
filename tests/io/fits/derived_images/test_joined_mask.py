"""Masks of several HDUs (lsst.images beyond 31 planes) are read as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.rubin_files import mask_hdu, write_rubin
from vetter.core.cutout.plane import Box
from vetter.io.field.planes import MaskPlane, image_of, open_plane

SHAPE = (6, 8)
FIRST = tuple(f"PLANE_{n}" for n in range(31))
SECOND = ("DETECTED", "COSMIC_RAY", "NOT_DEBLENDED")
Open = Callable[..., MaskPlane]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    first, second = np.zeros(SHAPE, np.int32), np.zeros(SHAPE, np.int32)
    first[0, 0] = 1 << 30
    second[1, 1], second[2, 2], second[3, 3] = 1, 2, 4
    masks = [mask_hdu(first, FIRST, 1), mask_hdu(second, SECOND, 2)]
    return write_rubin(tmp_path / "m.fits", np.ones(SHAPE), masks=masks)


def read(path: Path, **options: str) -> tuple[list[list[int]], MaskPlane]:
    plane = open_plane("mask", f"{path}[MASK]", **options)
    assert isinstance(plane, MaskPlane)
    bad = plane.read(Box(0, 0, SHAPE[1], SHAPE[0]))
    image_of(plane).close()
    return np.argwhere(bad).tolist(), plane


def test_bits_of_second_hdu_count(written: Path) -> None:
    bad, plane = read(written)
    assert bad == [[0, 0], [2, 2]]
    assert plane.note == "joined from 2 HDUs called MASK"


@pytest.mark.parametrize(
    ("option", "bad"),
    [
        ({"mask_bits": "detected"}, [[1, 1]]),
        ({"mask_bits": "30,33"}, [[0, 0], [3, 3]]),
        ({"mask_good": "COSMIC_RAY"}, [[0, 0], [1, 1], [3, 3]]),
    ],
)
def test_bits_of_second_hdu_are_chosen(
    written: Path, option: dict[str, str], bad: list[list[int]]
) -> None:
    assert read(written, **option)[0] == bad


def test_integers_hold_all_bits(written: Path) -> None:
    plane = open_plane("mask", f"{written}[MASK]")
    assert isinstance(plane, MaskPlane)
    bits = plane.read_both(Box(0, 0, SHAPE[1], SHAPE[0]))[1]
    image_of(plane).close()
    assert bits is not None and bits[0, 0] == 1 << 30 and bits[2, 2] == 1 << 32


def test_mask_of_one_hdu_is_not_joined(tmp_path: Path) -> None:
    path = write_rubin(tmp_path / "m.fits", np.ones(SHAPE))
    assert read(path)[1].note == ""


def test_second_hdu_alone_is_read_if_named(written: Path) -> None:
    plane = open_plane("mask", f"{written}[MASK,2]")
    bad = plane.read(Box(0, 0, SHAPE[1], SHAPE[0]))
    image_of(plane).close()
    assert np.argwhere(bad).tolist() == [[2, 2]]
