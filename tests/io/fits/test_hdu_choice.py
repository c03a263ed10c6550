"""Which HDU of a file is the image, and the words where none is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from vetter.errors import InputError
from vetter.io.files.hdu_names import Extension, FitsName
from vetter.io.fits.hdu_choice import (
    choose_image,
    describe_hdus,
    image_shape,
    is_name_or_synonym,
    number_of,
)

PATH = Path("a.fits")


def image(name: str = "", shape: tuple[int, ...] = (3, 4), version: int | None = None) -> Any:
    hdu = fits.ImageHDU(np.zeros(shape, np.float32), name=name)
    if version is not None:
        hdu.header["EXTVER"] = version
    return hdu


def table(name: str = "TAB") -> Any:
    return fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])], name=name)


def hdus(*more: Any, first: Any = None) -> fits.HDUList:
    return fits.HDUList([fits.PrimaryHDU() if first is None else first, *more])


@pytest.mark.parametrize(
    ("parts", "prefer", "number"),
    [
        ([image("SCI"), image("ERR")], None, 1),
        ([table(), image("ERR"), image("SCI")], None, 2),
        ([image("ERR"), image("SCI")], "image", 2),
        ([image("SCI"), image("IMAGE")], "image", 2),
        ([image("DQ"), image("SCI")], "MASK", 1),
        ([image("ERR"), image("SCI")], "template", 1),
        ([table("SCI"), image("ERR")], "image", 2),
        ([image("CUBE", (2, 3, 4)), image("SCI")], None, 2),
        ([image("ONE", (1, 3, 4)), image("SCI")], None, 1),
        ([image("LINE", (7,)), image("SCI")], None, 2),
    ],
)
def test_first_image_or_the_preferred_is_chosen(
    parts: list[Any], prefer: str | None, number: int
) -> None:
    listed = hdus(*parts)
    chosen, _ = choose_image(FitsName(PATH), listed, prefer)
    assert listed.index(chosen) == number


@pytest.mark.parametrize(
    ("name", "slices"),
    [
        (FitsName(PATH, 1), ()),
        (FitsName(PATH, 2, (1,)), (1,)),
        (FitsName(PATH, 3), (0, 0)),
        (FitsName(PATH, 4, (2,)), (0, 2)),
        (FitsName(PATH, 4, (0, 2)), (0, 2)),
    ],
)
def test_slices_are_a_number_for_each_axis(name: FitsName, slices: tuple[int, ...]) -> None:
    listed = hdus(image(), image("", (2, 3, 4)), image("", (1, 1, 3, 4)), image("", (1, 5, 3, 4)))
    _, chosen = choose_image(name, listed)
    assert chosen.slices == slices


@pytest.mark.parametrize(
    ("parts", "name", "words"),
    [
        (
            [table()],
            FitsName(PATH),
            r"expected a two-dimensional image, found \[0\] PRIMARY no data, \[1\] TAB table",
        ),
        ([table()], FitsName(PATH, 1), "expected a two-dimensional image, found"),
        (
            [image("", (2, 3, 4))],
            FitsName(PATH),
            r"found a cube of 4x3x2; choose a slice as a.fits\[1\]\[k\], k from 0",
        ),
        ([image("", (2, 2, 3, 4))], FitsName(PATH, 1, (0,)), r"a.fits\[1\]\[k\]\[k\], k from 0"),
        ([image("", (2, 3, 4))], FitsName(PATH, 1, (2,)), r"no slice \[2\], the cube has 2"),
        (
            [image("SCI")],
            FitsName(PATH, "REF"),
            r"a.fits: no HDU \[REF\]; found \[0\] PRIMARY no data, \[1\] SCI 4x3",
        ),
        ([image("SCI")], FitsName(PATH, 2), r"a.fits: no HDU \[2\]; found"),
    ],
)
def test_what_is_no_image_is_told(parts: list[Any], name: FitsName, words: str) -> None:
    with pytest.raises(InputError, match=words):
        choose_image(name, hdus(*parts))


@pytest.mark.parametrize(
    ("versions", "extension", "number"),
    [
        ((None, None), ("SCI", 1), 1),
        ((None, None), ("sci", 2), 2),
        ((1, 2), ("SCI", 2), 2),
        ((2, 1), ("SCI", 2), 1),
        ((None, None), "SCI", 1),
        ((None, None), 2, 2),
    ],
)
def test_version_is_the_cards_or_the_place(
    versions: tuple[int | None, ...], extension: Extension, number: int
) -> None:
    parts = [image("SCI", version=version) for version in versions]
    assert number_of(FitsName(PATH, extension), hdus(*parts)) == number


@pytest.mark.parametrize(("versions", "version"), [((1, 3), 2), ((None, None), 3)])
def test_version_that_is_not_there_is_told(versions: tuple[int | None, ...], version: int) -> None:
    parts = [image("SCI", version=one) for one in versions]
    with pytest.raises(InputError, match=rf"no HDU \[SCI,{version}\]; found"):
        number_of(FitsName(PATH, ("SCI", version)), hdus(*parts))


def test_hdus_are_described_up_to_six() -> None:
    few = hdus(image("SCI", (2, 3)), table())
    assert describe_hdus(few) == "[0] PRIMARY no data, [1] SCI 3x2, [2] TAB table"
    many = hdus(*(image() for _ in range(6)))
    assert describe_hdus(many).endswith("[5] 4x3, ...")
    assert (
        describe_hdus(many, 7).endswith("[6] 4x3")
        and describe_hdus(many, 1) == "[0] PRIMARY no data, ..."
    )
    assert describe_hdus([]) == "nothing"
    data = fits.GroupData(np.zeros((1, 2, 3)), bitpix=-32, parnames=["u"], pardata=[np.zeros(1)])
    groups = fits.GroupsHDU(data)
    assert image_shape(groups) == () and describe_hdus([groups]).endswith("random groups")
    assert image_shape(image("", (2, 3))) == (2, 3) and image_shape(table()) == ()


@pytest.mark.parametrize(
    ("extension", "wanted", "same"),
    [
        ("SCI", "image", True),
        ("Image", "image", True),
        ("REF", "template", True),
        ("SCI", "mask", False),
    ],
)
def test_name_or_its_synonym_is_a_plane(extension: str, wanted: str, same: bool) -> None:
    assert is_name_or_synonym(extension, wanted) is same
