"""A file that is one plain image is read as astropy would read it, and nothing else is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.fits import images
from vetter.io.fits.images import open_image, sole_image


def image(kind: str = "f4", **cards: object) -> fits.PrimaryHDU:
    hdu = fits.PrimaryHDU(np.arange(12, dtype=kind).reshape(3, 4))
    for keyword, value in cards.items():
        hdu.header[keyword] = value
    hdu.header["COMMENT"] = "said of it"
    hdu.header["HIERARCH ESO TEL NAME"] = "far away"
    return hdu


@pytest.mark.parametrize(
    "hdu",
    [image(), image("u2"), image("i4", BLANK=3), image(EXTNAME="DQ"), image("i2", BSCALE=2.0)],
    ids=["float", "unsigned", "blank", "named", "scaled"],
)
def test_it_is_read_as_by_astropy(
    hdu: fits.PrimaryHDU, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hdu.writeto(tmp_path / "one.fits")
    found = []
    for _ in range(2):
        opened = open_image(parse_fits_name(tmp_path / "one.fits"), "mask")
        cards = [(card.keyword, card.value, card.comment) for card in opened.header.cards]
        pixels = opened.read((slice(0, 3), slice(1, 4)))
        found.append((opened.name, opened.shape, cards, pixels.dtype, pixels.tolist()))
        opened.close()
        monkeypatch.setattr(images, "sole_image", lambda file, label: None)
    assert str(found[0]) == str(found[1])


def test_astropy_is_not_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image().writeto(tmp_path / "one.fits")
    monkeypatch.delattr(images, "open_fits")
    open_image(parse_fits_name(tmp_path / "one.fits")).close()


@pytest.mark.parametrize(
    "hdus",
    [
        [image(), fits.ImageHDU(np.zeros((3, 4)))],
        [fits.PrimaryHDU(np.zeros((2, 3, 4)))],
        [fits.PrimaryHDU()],
        [fits.PrimaryHDU(), fits.CompImageHDU(np.zeros((3, 4)))],
    ],
    ids=["with another", "a cube", "nothing", "compressed"],
)
def test_all_else_is_left_to_astropy(hdus: list[fits.PrimaryHDU]) -> None:
    file = io.BytesIO()
    fits.HDUList(hdus).writeto(file)
    file.seek(0)
    assert sole_image(file, "file") is None


@pytest.mark.parametrize(
    ("card", "instead"),
    [
        (b"NAXIS   =                    2", b"NAXIS   =                  2.5"),
        (b"SIMPLE  =                    T", b"SIMPLE  =                    F"),
        (b"NAXIS1  =                    4", b"NAXIS2  =                    4"),
        (b"COMMENT said of it", b"COMMENT said of \xff\xff"),
    ],
    ids=["half an axis", "not simple", "twice", "not ASCII"],
)
def test_what_is_not_certain_is_left_to_astropy(card: bytes, instead: bytes) -> None:
    file = io.BytesIO()
    image().writeto(file)
    content = file.getvalue()
    assert content.count(card) == 1
    assert sole_image(io.BytesIO(content.replace(card, instead)), "file") is None


def test_what_comes_behind_it_is_left_to_astropy() -> None:
    file = io.BytesIO()
    image().writeto(file)
    assert sole_image(io.BytesIO(file.getvalue() + b" "), "file") is None


@pytest.mark.parametrize("letters", ["é°", "Zürich"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_letters_that_fits_does_not_allow_are_no_reason_to_refuse_it(
    tmp_path: Path, letters: str, encoding: str
) -> None:
    path = tmp_path / "one.fits"
    image(OBSERVER="x" * 20).writeto(path)
    written = letters.encode(encoding)
    path.write_bytes(path.read_bytes().replace(b"x" * len(written), written, 1))
    opened = open_image(parse_fits_name(path))
    assert (
        opened.read((slice(0, 3), slice(0, 4))).tolist() == np.arange(12.0).reshape(3, 4).tolist()
    )
    assert opened.header["OBSERVER"].endswith("x") and "?" in opened.header["OBSERVER"]
    opened.close()
