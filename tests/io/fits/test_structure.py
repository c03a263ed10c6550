"""Headers and files of very many parts: long ones are read, longer ones are refused at once."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from tests.fuzzing import image_samples as images
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits import structure
from vetter.io.fits.header_blocks import MAX_CARDS
from vetter.io.fits.images import open_image
from vetter.io.fits.plain_images import read_plain
from vetter.io.fits.structure import sound_header

EMPTY = ("XTENSION= 'IMAGE   '", "BITPIX  =                    8", "NAXIS   =                    0")

CARDS: dict[str, Callable[[int], str]] = {
    "numbers": lambda i: f"K{i:07d}= {i:20d} / a number",
    "history": lambda i: f"HISTORY step {i}",
    "hierarch": lambda i: f"HIERARCH ESO DET KEY{i} = {i}",
    "continued": lambda i: "CONTINUE  'more&'" if i else "LONG    = 'text&'",
    "unclosed": lambda i: f"K{i:07d}= 'unclosed {i}",
}


def blocks(cards: list[str]) -> bytes:
    content = "".join(f"{card:<80}" for card in [*cards, "END"]).encode()
    return content + b" " * (-len(content) % 2880)


def with_more_cards(cards: list[str]) -> bytes:
    content = images.image()
    end = content.index(b"END" + b" " * 77)
    own = [content[start : start + 80].decode() for start in range(0, end, 80)]
    return blocks(own + cards) + content[-(-(end + 80) // 2880) * 2880 :]


@pytest.mark.parametrize("kind", CARDS)
def test_header_of_four_thousand_cards_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "long.fits"
    path.write_bytes(with_more_cards([CARDS[kind](i) for i in range(4_000)]))
    image = open_image(FitsName(path))
    plain = open_image(FitsName(_written(tmp_path / "short.fits", images.image())))
    region = (slice(0, 9), slice(0, 9))
    assert image.read(region).tolist() == plain.read(region).tolist()
    assert len(image.header) > (4_000 if kind != "continued" else 1)
    image.close()
    plain.close()


@pytest.mark.parametrize("kind", CARDS)
def test_header_of_too_many_cards_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "long.fits"
    path.write_bytes(with_more_cards([CARDS[kind](i) for i in range(MAX_CARDS + 1)]))
    with pytest.raises(InputError, match="does not end within 99972 cards; copy or write it"):
        open_image(FitsName(path))
    assert read_plain(path.read_bytes()) is None


@pytest.mark.parametrize("more", [0, 1])
def test_most_cards_are_whole_blocks(more: int, tmp_path: Path) -> None:
    path = tmp_path / "long.fits"
    own = images.image().index(b"END" + b" " * 77) // 80
    count = MAX_CARDS - own - 1 + more
    path.write_bytes(with_more_cards(["HISTORY step"] * count))
    if more:
        with pytest.raises(InputError, match="does not end"):
            open_image(FitsName(path))
    else:
        open_image(FitsName(path)).close()


@pytest.mark.parametrize("packed", [False, True])
def test_file_of_too_many_hdus_is_refused(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "MAX_HDUS", 50)
    content = images.image() + blocks([*EMPTY, "PCOUNT  = 0", "GCOUNT  = 1"]) * 50
    path = _written(tmp_path / "many.fits", gzip.compress(content) if packed else content)
    with pytest.raises(InputError, match="over 50 HDUs"):
        open_image(FitsName(path, 1))
    monkeypatch.setattr(structure, "MAX_HDUS", 51)
    open_image(FitsName(path)).close()


def test_only_cards_that_are_lost_are_left_out() -> None:
    cards = [
        "GAIN    = 1.5",
        "LONG    = 'one&'",
        "CONTINUE  'two'",
        "BAD     = 'open",
        "",
        "LAST    = 3",
    ]
    raw = blocks(cards)
    header = sound_header(fits.Header.fromstring(raw), raw)
    assert (header["GAIN"], header["LONG"], header["LAST"]) == (1.5, "onetwo", 3)
    assert isinstance(header.get("BAD", ""), str)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("cards", "blocks_of_data"),
    [
        ({}, 0),
        ({"BITPIX": 8, "NAXIS": 0}, 0),
        ({"BITPIX": 8, "NAXIS": 1, "NAXIS1": 2880}, 1),
        ({"BITPIX": 8, "NAXIS": 1, "NAXIS1": 2881}, 2),
        ({"NAXIS": 1, "NAXIS1": 2881}, 2),
        ({"BITPIX": -32, "NAXIS": 2, "NAXIS1": 72, "NAXIS2": 20}, 2),
        ({"BITPIX": 64, "NAXIS": 2, "NAXIS1": 72, "NAXIS2": 20}, 4),
        ({"BITPIX": 8, "NAXIS": 2, "NAXIS1": 2880, "NAXIS2": 0}, 0),
        ({"BITPIX": 8, "NAXIS": 1, "NAXIS1": 0}, 0),
        # Random groups: no first axis, but parameters, and several groups.
        ({"BITPIX": 8, "NAXIS": 2, "NAXIS1": 0, "NAXIS2": 2880, "PCOUNT": 2880, "GCOUNT": 3}, 6),
        ({"BITPIX": 16, "NAXIS": 2, "NAXIS1": 36, "NAXIS2": 20, "PCOUNT": 2000}, 2),
        ({"BITPIX": 8, "NAXIS": 2, "NAXIS1": 36, "NAXIS2": 80, "GCOUNT": 0}, 1),
    ],
)
def test_size_of_an_hdu_is_in_whole_blocks(cards: dict[str, int], blocks_of_data: int) -> None:
    header = blocks([f"{keyword:8}= {value:20}" for keyword, value in cards.items()])
    assert structure.hdu_size(header, "a.fits") == 2880 * (1 + blocks_of_data)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("NAXIS   =                 1000", "NAXIS is 1000, FITS allows 999"),
        ("ZNAXIS  =                 1000", "ZNAXIS is 1000, FITS allows 999"),
        ("TFIELDS =                 1000", "TFIELDS is 1000, FITS allows 999"),
        ("NAXIS1  =                   -1", "NAXIS1 is -1; copy"),
        ("PCOUNT  =                   -8", "PCOUNT is -8; copy"),
        ("naxis1  = '100'", "NAXIS1 is a text, not a number"),
        ("HIERARCH ZTILE1 = 'a'", "ZTILE1 is a text, not a number"),
    ],
)
def test_card_that_would_mislead_the_reader_is_refused(card: str, words: str) -> None:
    with pytest.raises(InputError, match=f"a.fits: a damaged FITS header: {words}"):
        structure.hdu_size(blocks([card]), "a.fits")


@pytest.mark.parametrize(
    "cards",
    [
        ["TFIELDS =                  999"],
        ["BITPIX  =                  -32"],
        ["NAXIS   =                    1", "NAXIS1  =                    0"],
        ["NAXIS   =                    1", "NAXIS1  =                  1-2"],
    ],
)
def test_card_at_the_limit_or_without_a_meaning_is_let_through(cards: list[str]) -> None:
    assert structure.hdu_size(blocks(cards), "a.fits") == 2880


def test_first_of_two_cards_counts() -> None:
    cards = ["NAXIS   =                    1", "NAXIS1  =                 2.9D3"]
    header = blocks([*cards, "NAXIS1  =                99999"])
    assert structure.hdu_size(header, "a.fits") == 2880 * 3


def test_number_of_hdus_may_be_the_largest() -> None:
    structure.check_count(structure.MAX_HDUS, "a.fits")
    with pytest.raises(InputError, match=f"a.fits: over {structure.MAX_HDUS} HDUs"):
        structure.check_count(structure.MAX_HDUS + 1, "a.fits")


def test_unpacked_bytes_are_all_once_the_last_hdu_has_ended(tmp_path: Path) -> None:
    content = images.image() + images.image().replace(
        b"SIMPLE  =                    T", b"XTENSION= 'IMAGE   '          "
    )
    path = tmp_path / "unpacked"
    path.write_bytes(content)
    assert structure.promised_by_headers(b"\x89PNG", "a.fits", path) is None
    is_all = structure.promised_by_headers(content[:2880], "a.fits", path)
    assert is_all is not None
    assert not is_all(0) and not is_all(len(content) // 2) and not is_all(len(content))
    path.write_bytes(content + b"no FITS" * 500)
    assert is_all(len(content) + 3500)


def test_file_ends_where_its_last_hdu_does() -> None:
    content = images.image()
    file = io.BytesIO(content + b"rest")
    file.read(9)
    file.seek(0)
    assert structure.check_structure(file, "a.fits") == len(content)
    assert file.tell() == 0


PRIMARY = blocks(["SIMPLE  =                    T", "BITPIX  = 8", "NAXIS   = 0"])
NEXT = blocks([*EMPTY[:1], "BITPIX  = 8", "NAXIS   = 1", "NAXIS1  = 2880"]) + b" " * 2880


@pytest.mark.parametrize(
    ("rest", "is_all"),
    [
        (b"", False),
        (NEXT[:1], False),
        (NEXT[:8], False),
        (NEXT[:9], False),
        (NEXT[:2879], False),
        # Only the next block tells that nothing follows.
        (NEXT, False),
        (NEXT[:-2880], False),
        (NEXT + b"\0", True),
        (b"SIMPLE  = ", False),
        (b"SIMPLER", True),
        (b"\0" * 2880, True),
        (b"XTENSION" + b" " * 80 * MAX_CARDS, True),
    ],
)
def test_bytes_behind_an_hdu_begin_another_or_end_the_file(
    tmp_path: Path, rest: bytes, is_all: bool
) -> None:
    path = tmp_path / "unpacked"
    path.write_bytes(PRIMARY)
    test = structure.promised_by_headers(PRIMARY, "a.fits", path)
    assert test is not None and not test(0) and not test(1) and not test(len(PRIMARY))
    path.write_bytes(PRIMARY + rest)
    if len(rest) > 80 * MAX_CARDS:
        with pytest.raises(InputError, match="it does not end within"):
            test(len(PRIMARY + rest))
    else:
        assert test(len(PRIMARY + rest)) is is_all


def test_unpacking_ends_at_too_many_hdus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_HDUS", 3)
    path = tmp_path / "unpacked"
    for count, refused in ((3, False), (4, True)):
        path.write_bytes(PRIMARY + NEXT * (count - 1))
        test = structure.promised_by_headers(PRIMARY, "a.fits", path)
        assert test is not None
        if refused:
            with pytest.raises(InputError, match="a.fits: over 3 HDUs"):
                test(path.stat().st_size)
        else:
            assert not test(path.stat().st_size)


@pytest.mark.parametrize("behind", [0, 1, 2**24, 2**24 + 1, 2**26])
def test_images_in_front_of_much_else_are_read(tmp_path: Path, behind: int) -> None:
    path = tmp_path / "a.fits"
    pixels = np.arange(6000, dtype=np.int16).reshape(60, 100)
    hdus = [fits.PrimaryHDU(pixels), fits.ImageHDU(pixels + 1), fits.ImageHDU(pixels + 2)]
    fits.HDUList(hdus).writeto(path)
    os.truncate(path, path.stat().st_size + behind)
    # Of up to 16 MiB astropy says that they are there.
    said = pytest.warns(AstropyUserWarning) if 0 < behind <= 2**24 else nullcontext()
    with path.open("rb") as file, structure.open_fits(file, "a.fits") as found:
        with said:
            assert len(found) == 3
        for number in (2, 0, 1):
            np.testing.assert_array_equal(found[number].data, pixels + number)
