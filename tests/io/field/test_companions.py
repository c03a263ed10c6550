"""MASK, VARIANCE and KERNEL beside IMAGE in Rubin's files are used, and that is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import SHAPE, pixels, tan_wcs, write_image, write_list
from tests.helpers.rubin_files import kernel_tree, mask_hdu, write_rubin
from vetter.core.cutout.plane import Provenance
from vetter.io.input_options import InputOptions

Open = Callable[..., Any]


@pytest.fixture
def rubin(tmp_path: Path, opened: Open) -> Open:
    """Opens a list on files of one field, given as planes or options by keyword."""
    path = write_list(tmp_path / "l.csv")

    def open_(**keywords: Any) -> Any:
        return opened(str(path), InputOptions.from_keywords(**keywords))

    return open_


def visit(folder: Path, **keywords: Any) -> str:
    return str(write_rubin(folder / "visit.fits", pixels(0), wcs=tan_wcs(), **keywords))


def test_mask_and_variance_beside_image_are_used(tmp_path: Path, rubin: Open) -> None:
    bits = np.zeros(SHAPE, np.int32)
    bits[30, 20], bits[31, 21] = 1, 1 << 4
    source = rubin(image=visit(tmp_path, masks=[mask_hdu(bits)]))
    cutout = source.cutout(0, 3)
    assert np.argwhere(cutout["mask"]).tolist() == [[3, 3]]
    np.testing.assert_array_equal(cutout["err"], np.full((7, 7), 3.0))
    assert source.plane_provenance["err"] is Provenance.CONVERTED
    assert "mask is visit.fits[MASK], beside the image" in source.notes
    assert "err is visit.fits[VARIANCE], beside the image" in source.notes


def test_given_mask_and_err_are_not_replaced(tmp_path: Path, rubin: Open) -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[30, 20] = 1
    given = write_image(tmp_path / "mask.fits", mask), write_image(tmp_path / "e.fits", pixels(5))
    source = rubin(image=visit(tmp_path), mask=str(given[0]), err=str(given[1]))
    cutout = source.cutout(0, 3)
    assert np.count_nonzero(cutout["mask"]) == 1
    np.testing.assert_array_equal(cutout["err"], pixels(5)[27:34, 17:24])
    assert not [note for note in source.notes if "beside the" in note]


def test_template_brings_its_own_error(tmp_path: Path, rubin: Open) -> None:
    template = write_rubin(tmp_path / "t.fits", pixels(1), variance=4.0, wcs=tan_wcs())
    cutout = rubin(image=visit(tmp_path), template=str(template)).cutout(0, 3)
    np.testing.assert_array_equal(cutout["template_err"], np.full((7, 7), 2.0))


def test_variance_of_difference_serves_an_image_without_one(tmp_path: Path, rubin: Open) -> None:
    diff = write_rubin(tmp_path / "d.fits", pixels(1), variance=16.0, wcs=tan_wcs())
    source = rubin(image=visit(tmp_path, variance=None), diff=str(diff))
    np.testing.assert_array_equal(source.cutout(0, 3)["err"], np.full((7, 7), 4.0))


def test_mask_beside_hdu_of_other_name_is_left(tmp_path: Path, rubin: Open) -> None:
    """HST's SCI has DQ and ERR beside it, whose bits have other meanings."""
    from astropy.io import fits

    path = Path(visit(tmp_path))
    with fits.open(path, mode="update") as hdus:
        hdus["IMAGE"].name = "SCI"
    source = rubin(image=str(path))
    assert source.plane_names == ("image", "err")
    assert source.plane_provenance["err"] is Provenance.ESTIMATED


def test_mask_of_other_shape_is_left(tmp_path: Path, rubin: Open) -> None:
    source = rubin(image=visit(tmp_path, masks=[mask_hdu(np.zeros((4, 4)))]))
    assert "mask" not in source.plane_names


BASIS = np.zeros((2, 3, 5))
BASIS[0, 1, 2], BASIS[1, 0, 4] = 1.0, 2.0
COEFFICIENTS = [[[0.8]], [[0.1, 0.05], [0.2, 0.0]]]


def difference(folder: Path, kernel: dict[str, Any], **keywords: Any) -> str:
    basis = keywords.pop("basis", BASIS)
    return str(
        write_rubin(
            folder / "d.fits", pixels(2), kernel=kernel, basis=basis, wcs=tan_wcs(), **keywords
        )
    )


def expected(x: int, y: int, x0: int = 0, y0: int = 0) -> float:
    """The convolved template at a pixel: its own value, and that two right and one below."""
    u, v = 2 * (x + x0 + 0.5) / SHAPE[1] - 1, 2 * (y + y0 + 0.5) / SHAPE[0] - 1
    template = pixels(1).astype(float)
    weight = 0.1 + 0.05 * u + 0.2 * v
    return float(0.8 * template[y, x] + weight * 2.0 * template[y - 1, x + 2])


@pytest.mark.parametrize("origin", [(0, 0), (7, 5)])
def test_kernel_of_difference_makes_convolved(
    tmp_path: Path, rubin: Open, origin: tuple[int, int]
) -> None:
    x0, y0 = origin
    template = write_rubin(tmp_path / "t.fits", pixels(1), wcs=tan_wcs(), yx0=(y0, x0))
    diff = difference(tmp_path, kernel_tree(COEFFICIENTS, SHAPE, (2, 1)), yx0=(y0, x0))
    source = rubin(image=visit(tmp_path), template=str(template), diff=diff)
    convolved = source.cutout(0, 3)["convolved"]
    # The first candidate's pixel is (20, 30).
    for dx, dy in ((0, 0), (-3, -3), (3, 1)):
        value = convolved[3 + dy, 3 + dx]
        assert value == pytest.approx(expected(20 + dx, 30 + dy, x0, y0), rel=1e-6)
    assert "convolved: the template convolved with the kernel of d.fits" in source.notes
    assert source.plane_provenance["convolved"] is Provenance.COMPUTED


def test_error_of_template_follows_the_kernel(tmp_path: Path, rubin: Open) -> None:
    template = write_rubin(tmp_path / "t.fits", pixels(1), variance=4.0, wcs=tan_wcs())
    diff = difference(tmp_path, kernel_tree([[[0.6]], [[0.4]]], SHAPE, (2, 1)))
    cutout = rubin(image=visit(tmp_path), template=str(template), diff=diff).cutout(0, 3)
    # 4 (0.6^2 + (0.4 x 2)^2) is 4.
    np.testing.assert_allclose(cutout["template_err"], np.full((7, 7), 2.0), rtol=1e-6)


def test_basis_in_the_tree_is_read(tmp_path: Path, rubin: Open) -> None:
    kernel = kernel_tree(COEFFICIENTS, SHAPE, (2, 1), basis={"data": BASIS.tolist()})
    template = write_rubin(tmp_path / "t.fits", pixels(1), wcs=tan_wcs())
    diff = difference(tmp_path, kernel, basis=None)
    source = rubin(image=visit(tmp_path), template=str(template), diff=diff)
    assert source.cutout(0, 3)["convolved"][3, 3] == pytest.approx(expected(20, 30), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spatial": []}, "0 weights"),
        ({"basis": {"source": "fits:NOWHERE"}}, "NOWHERE"),
        ({"center_x": 99}, "centre"),
        ({"spatial": [{"field_type": "SPLINE"}] * 2}, "SPLINE"),
    ],
)
def test_kernel_that_cannot_be_used_is_a_caution(
    tmp_path: Path, rubin: Open, change: dict[str, Any], words: str
) -> None:
    template = write_rubin(tmp_path / "t.fits", pixels(1), wcs=tan_wcs())
    diff = difference(tmp_path, kernel_tree(COEFFICIENTS, SHAPE, (2, 1)) | change)
    source = rubin(image=visit(tmp_path), template=str(template), diff=diff)
    assert "convolved" not in source.plane_names
    assert any(
        "d.fits: its kernel cannot be used" in c and words in c for c in source.extra_cautions
    )


def test_difference_without_kernel_makes_no_convolved(tmp_path: Path, rubin: Open) -> None:
    template = write_rubin(tmp_path / "t.fits", pixels(1), wcs=tan_wcs())
    diff = write_rubin(tmp_path / "d.fits", pixels(2), wcs=tan_wcs())
    source = rubin(image=visit(tmp_path), template=str(template), diff=str(diff))
    assert "convolved" not in source.plane_names and source.extra_cautions == ()


def test_night_has_the_planes_beside_each_image(tmp_path: Path, opened: Open) -> None:
    visit(tmp_path)
    write_list(tmp_path / "l.csv")
    text = '[[field]]\nname = "a"\ncandidates = "l.csv"\nimage = "visit.fits"\n'
    (tmp_path / "n.toml").write_text(text)
    night = opened(str(tmp_path / "n.toml"))
    assert night.plane_names == ("image", "err", "mask")
    np.testing.assert_array_equal(night.cutout(0, 3)["err"], np.full((7, 7), 3.0))
    assert any(note.endswith("mask is visit.fits[MASK], beside the image") for note in night.notes)


def test_night_shows_a_contradiction_of_the_wcs_at_once(tmp_path: Path, opened: Open) -> None:
    from astropy.io import fits

    path = Path(visit(tmp_path))
    with fits.open(path, mode="update") as hdus:
        hdus["IMAGE"].header.update({"CD1_1": -1e-4, "CD2_2": 1e-4, "CDELT1": -3e-4})
    write_list(tmp_path / "l.csv")
    text = '[[field]]\nname = "a"\ncandidates = "l.csv"\nimage = "visit.fits"\n'
    (tmp_path / "n.toml").write_text(text)
    cautions = opened(str(tmp_path / "n.toml")).candidates.cautions
    assert any("visit.fits[IMAGE]: CD and" in c or "visit.fits: CD and" in c for c in cautions)
