"""Headers and files of very many parts: long ones are read, longer ones are refused at once."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from astropy.io import fits

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
