"""Reading plain FITS: as astropy does, or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from vetter.io.fits.plain_images import read_plain


def content(*hdus: Any) -> bytes:
    whole = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(whole)
    return whole.getvalue()


def image(dtype: str, name: str = "A") -> Any:
    info = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else None
    values = [info.min, info.max, 1] if info else [np.nan, -1.5, 1e30]
    return fits.ImageHDU(np.array([values, values[::-1]], dtype), name=name)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_numbers_of_every_kind(dtype: str) -> None:
    raw = content(fits.PrimaryHDU(), image(dtype), image("f8", "B"))
    found = read_plain(raw)
    assert found is not None
    with fits.open(io.BytesIO(raw)) as hdus:
        assert [hdu.name for hdu in found] == [hdu.name for hdu in hdus]
        for ours, theirs in zip(found[1:], hdus[1:], strict=True):
            assert ours.data is not None
            assert ours.data.dtype == theirs.data.dtype.newbyteorder("=")
            np.testing.assert_array_equal(ours.data, theirs.data)
    assert found[0].data is None
    assert found[1].data is not None and found[1].data.flags.writeable


NOT_PLAIN = {
    "table": fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])]),
    "tiles": fits.CompImageHDU(np.zeros((20, 20), np.int16)),
    "cube": fits.ImageHDU(np.zeros((2, 3, 4))),
    "line": fits.ImageHDU(np.zeros(4)),
}


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_what_is_not_plain_is_left(kind: str) -> None:
    assert read_plain(content(fits.PrimaryHDU(), NOT_PLAIN[kind])) is None


@pytest.mark.parametrize(
    "card",
    ["BZERO   =                  5.0", "BSCALE  =                  2.0", "BSCALE  =21"],
)
def test_scaled_numbers_are_left(card: str) -> None:
    raw = content(fits.PrimaryHDU(), image("i2"))
    extname = raw.index(b"EXTNAME")
    assert read_plain(raw[:extname] + card.ljust(80).encode() + raw[extname + 80 :]) is None


@pytest.mark.parametrize("length", [0, 100, 2880, 4000, 5760, 5790])
def test_a_cut_file_is_left(length: int) -> None:
    raw = content(fits.PrimaryHDU(), image("f8"))
    found = read_plain(raw[:length])
    assert found is None or [hdu.name for hdu in found] == ["PRIMARY"]


def test_odd_files_are_read_as_astropy_does_or_left(real_data: Path) -> None:
    for path in sorted((real_data / "odd_fits").glob("*.fits")):
        found = read_plain(path.read_bytes())
        if found is None:
            continue
        with fits.open(path) as hdus:
            for ours, theirs in zip(found, hdus, strict=True):
                if ours.data is not None:
                    np.testing.assert_array_equal(ours.data, theirs.data)
