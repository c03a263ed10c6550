"""The kernel of a difference image is read from its tree, or is said to be of no use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.rubin_files import kernel_tree, write_rubin
from vetter.io.fits.derived_images.rubin_kernel import KernelInFile, read_kernel

SHAPE = (6, 8)
BASIS = np.arange(30.0).reshape(2, 3, 5)
COEFFICIENTS = [[[1.0, 2.0]], [[3.0], [4.0]]]


def tree(**changes: Any) -> dict[str, Any]:
    return kernel_tree(COEFFICIENTS, SHAPE, (3, 1), **changes)


def kernel_of(path: Path, kernel: Any, basis: Any = BASIS, **options: Any) -> KernelInFile:
    return read_kernel(write_rubin(path, np.ones(SHAPE), kernel=kernel, basis=basis, **options))


def test_kernel_is_read_as_written(tmp_path: Path) -> None:
    found = kernel_of(tmp_path / "d.fits", tree(), yx0=(70, 50))
    assert found.problem == "" and found.origin == (50, 70)
    kernel = found.kernel
    assert kernel is not None and kernel.center == (3, 1)
    np.testing.assert_array_equal(kernel.basis, BASIS)
    assert [weight[1:] for weight in kernel.weights] == [(0, 8, 0, 6)] * 2
    for weight, coefficients in zip(kernel.weights, COEFFICIENTS, strict=True):
        np.testing.assert_array_equal(weight.coefficients, coefficients)


def test_basis_may_stand_in_the_tree_or_in_a_later_version_of_its_hdu(tmp_path: Path) -> None:
    held = kernel_of(tmp_path / "a.fits", tree(basis={"data": BASIS.tolist()}), None)
    wrapped = kernel_of(tmp_path / "b.fits", tree(basis={"value": {"data": BASIS.tolist()}}), None)
    path = write_rubin(
        tmp_path / "c.fits",
        np.ones(SHAPE),
        kernel=tree(basis={"source": "fits:KERNEL/BASIS,2"}),
        basis=np.zeros((2, 3, 5)),
    )
    with fits.open(path, mode="append") as hdus:
        hdus.append(fits.ImageHDU(BASIS, name="KERNEL/BASIS", ver=2))
    for found in (held, wrapped, read_kernel(path)):
        assert found.kernel is not None
        np.testing.assert_array_equal(found.kernel.basis, BASIS)


def test_centre_is_the_middle_unless_given_and_weights_are_chebyshev(tmp_path: Path) -> None:
    kernel = tree()
    del kernel["center_x"], kernel["center_y"]
    for field in kernel["spatial"]:
        del field["field_type"]
        field["bounds"] = {"bbox": field["bounds"]}
    found = kernel_of(tmp_path / "d.fits", kernel).kernel
    assert found is not None and found.center == (2, 1)
    assert [weight[1:] for weight in found.weights] == [(0, 8, 0, 6)] * 2


@pytest.mark.parametrize("kernel", [None, [1], "text"])
def test_image_without_a_kernel_has_none(tmp_path: Path, kernel: Any) -> None:
    assert kernel_of(tmp_path / "d.fits", kernel) == KernelInFile(None, (0, 0), "")
    assert KernelInFile() == (None, (0, 0), "")


def test_file_without_the_tree_has_no_kernel(tmp_path: Path) -> None:
    fits.PrimaryHDU(np.ones(SHAPE)).writeto(tmp_path / "d.fits")
    assert read_kernel(tmp_path / "d.fits") == KernelInFile()


def with_fields(**changes: Any) -> dict[str, Any]:
    """The tree whose second weight is changed."""
    kernel = tree()
    kernel["spatial"][1].update(changes)
    return kernel


def bounds(x0: int, x1: int, y0: int, y1: int) -> dict[str, Any]:
    return {"x": {"start": x0, "stop": x1}, "y": {"start": y0, "stop": y1}}


WIDE = {"data": np.ones((2, 1, 512)).tolist()}
TOO_WIDE = {"data": np.ones((2, 1, 513)).tolist()}


@pytest.mark.parametrize(
    "kernel",
    [
        tree(center_x=0, center_y=0),
        tree(center_x=4, center_y=2),
        tree(basis=WIDE, center_y=0),
        with_fields(coefficients={"data": [[1.0] * 400]}),
        with_fields(bounds=bounds(3, 4, 5, 6)),
    ],
    ids=["first pixel", "last pixel", "widest", "most coefficients", "one pixel"],
)
def test_kernel_at_its_limits_is_used(tmp_path: Path, kernel: dict[str, Any]) -> None:
    found = kernel_of(tmp_path / "d.fits", kernel)
    assert found.problem == "" and found.kernel is not None


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (tree(center_x=-1), "its centre is outside"),
        (tree(center_y=-1), "its centre is outside"),
        (tree(center_x=5), "its centre is outside"),
        (tree(center_y=3), "its centre is outside"),
        (tree(basis={"data": np.full((2, 3, 5), np.nan).tolist()}), "not finite"),
        (tree(basis={"data": BASIS[0].tolist()}), "2 weights for a basis of shape (3, 5)"),
        (tree(basis={"data": BASIS[:1].tolist()}), "2 weights for a basis of shape (1, 3, 5)"),
        (tree(basis={"data": [[[]], [[]]]}), "2 weights for a basis of shape (2, 1, 0)"),
        (tree(basis=TOO_WIDE, center_y=0), "a basis of 513 x 1 pixels"),
        (tree(basis={"source": "fits:NOWHERE"}), ""),
        (tree(basis={}), ""),
        (with_fields(field_type="SPLINE"), "a weight of type SPLINE, expected CHEBYSHEV"),
        (with_fields(coefficients={"data": [1.0, 2.0]}), "coefficients of shape (2,)"),
        (with_fields(coefficients={"data": [[1.0] * 401]}), "coefficients of shape (1, 401)"),
        (with_fields(coefficients={"data": [[np.inf]]}), "coefficients of shape (1, 1)"),
        (with_fields(bounds=bounds(4, 4, 0, 6)), "bounds without pixels"),
        (with_fields(bounds=bounds(0, 8, 5, 5)), "bounds without pixels"),
    ],
)
def test_kernel_that_cannot_be_used_is_said(
    tmp_path: Path, kernel: dict[str, Any], words: str
) -> None:
    found = kernel_of(tmp_path / "d.fits", kernel)
    assert found.kernel is None and found.origin == (0, 0)
    assert found.problem.startswith("its kernel cannot be used (") and words in found.problem


def test_tree_that_is_none_is_said(tmp_path: Path) -> None:
    text = np.frombuffer(b"[1]", np.uint8)
    column = fits.Column("JSON", "PB(3)", array=np.array([text], object))
    hdus = [fits.PrimaryHDU(np.ones(SHAPE)), fits.BinTableHDU.from_columns([column], name="JSON")]
    fits.HDUList(hdus).writeto(tmp_path / "d.fits")
    assert "the JSON table holds no tree" in read_kernel(tmp_path / "d.fits").problem
