"""Headers as blocks of bytes: where they end, and what their cards say."""

from __future__ import annotations

import io

import pytest

from vetter.io.fits.header_blocks import (
    BLOCK,
    EXTENSION,
    START,
    EndlessHeader,
    card_value,
    find_blocks,
    read_blocks,
)


def header(*cards: str) -> bytes:
    text = "".join(f"{card:<80}" for card in ("SIMPLE  =                    T", *cards))
    return text.ljust(-(-len(text) // BLOCK) * BLOCK).encode("ascii")


def test_file_is_left_behind_the_last_block() -> None:
    file = io.BytesIO(header(*["HISTORY x"] * 40, "END") + b"pixels")
    blocks = read_blocks(file)
    assert blocks is not None
    assert (len(blocks.raw), blocks.end) == (2 * BLOCK, 41 * 80)
    assert file.read() == b"pixels"


@pytest.mark.parametrize("card", ["HISTORY the END     of it", "EXTEND  =                    T"])
def test_end_inside_a_card_ends_no_header(card: str) -> None:
    blocks = find_blocks(header(card, "LAST    = 1", "END"), 0)
    assert blocks is not None and blocks.end == 3 * 80


def test_header_is_found_behind_other_bytes() -> None:
    content = header("END") + header("A       = 1", "END")
    blocks = find_blocks(content, BLOCK)
    assert blocks is not None
    assert (blocks.raw, blocks.end) == (content[BLOCK:], 160)


@pytest.mark.parametrize("length", [0, 100, BLOCK - 1, BLOCK, 2 * BLOCK - 1])
def test_header_cut_short_is_none(length: int) -> None:
    content = header(*["HISTORY x"] * 40, "END")[:length]
    assert read_blocks(io.BytesIO(content)) is None
    assert find_blocks(content, 0) is None


def test_header_that_begins_otherwise_is_none() -> None:
    content = header("END")
    assert read_blocks(io.BytesIO(content), (EXTENSION,)) is None
    assert read_blocks(io.BytesIO(content), (START,)) is not None


def test_header_longer_than_the_most_is_endless() -> None:
    content = header(*["HISTORY x"] * 40, "END")
    assert read_blocks(io.BytesIO(content), most=2 * BLOCK) is not None
    with pytest.raises(EndlessHeader):
        read_blocks(io.BytesIO(content), most=2 * BLOCK - 1)


def test_cards_are_those_with_values_before_end() -> None:
    blocks = find_blocks(
        header(
            "NAME    = 'a = b' / text",
            "COMMENT no = value",
            "HIERARCH ESO DET=5",
            "ODD     =5",
            "",
            "END",
            "AFTER   = 1",
        ),
        0,
    )
    assert blocks is not None
    assert {keyword: value.rstrip() for keyword, value in blocks.cards()} == {
        "SIMPLE": "                   T",
        "NAME": "'a = b' / text",
        "HIERARCH ESO DET": "5",
        "ODD": "=5",
    }


def test_cards_that_are_not_wanted_are_left_out() -> None:
    blocks = find_blocks(header("A       = 1", "B       = 2", "HIERARCH A B = 3", "END"), 0)
    assert blocks is not None
    assert [keyword for keyword, _ in blocks.cards({"B"})] == ["B"]


@pytest.mark.parametrize(
    ("cards", "told"), [(["END"], False), (["END", "JUNK"], True), (["END     x"], True)]
)
def test_what_follows_the_end_is_told(cards: list[str], told: bool) -> None:
    blocks = find_blocks(header(*cards), 0)
    assert blocks is not None and blocks.has_text_after_end() is told


def test_card_value_skips_its_like_in_a_comment() -> None:
    text = header("COMMENT was CRPIX1  = 3", "CRPIX1  = 7.5", "END").decode("ascii")
    assert card_value(text, "CRPIX1").strip() == "7.5"
    assert card_value(text, "CRPIX2") == ""
