"""Headers of cutout files scanned for the list, and the columns made from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vetter.io.cutouts.listing import (
    HeaderScan,
    extend_candidates,
    list_candidates,
    make_table,
    scan_first_image,
    scan_planes,
    scan_primary,
)

FIRST = "SIMPLE  =                    T"
NEXT = "XTENSION= 'IMAGE   '"


def header(*cards: str) -> bytes:
    text = "".join(f"{card:<80}" for card in (*cards, "END"))
    return text.ljust(-(-len(text) // 2880) * 2880).encode()


def card(keyword: str, value: object) -> str:
    return f"{keyword:<8}= {value:>20}"


def scanned(folder: Path, *cards: str) -> HeaderScan:
    path = folder / "a.fits"
    path.write_bytes(header(FIRST, *cards))
    scan = scan_primary(path)
    assert scan is not None
    return scan


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("'text  '", "text"),
        ("'it''s' / a comment", "it's"),
        ("'a / b'", "a / b"),
        ("T", True),
        ("F / no", False),
        ("-12 / a number", -12),
        ("1.5D3", 1500.0),
        ("2.5E-1", 0.25),
        ("(1, 2)", None),
        ("'open", None),
        ("", None),
    ],
)
def test_value_of_a_card_is_of_its_type(tmp_path: Path, value: str, found: Any) -> None:
    values = scanned(tmp_path, f"KEY     = {value}").values
    assert values == ({} if found is None else {"key": found})
    assert found is None or type(values["key"]) is type(found)


@pytest.mark.parametrize(
    ("cards", "axes", "size"),
    [
        ({}, (), 0),
        ({"BITPIX": 16}, (), 0),
        ({"BITPIX": -32, "NAXIS": 2, "NAXIS1": 5, "NAXIS2": 7}, (5, 7), 140),
        ({"BITPIX": 8, "NAXIS": 1, "NAXIS1": 9, "PCOUNT": 4}, (9,), 13),
        ({"BITPIX": 64, "NAXIS": 3, "NAXIS1": 2, "NAXIS2": 1, "NAXIS3": 3}, (2, 1, 3), 48),
        ({"NAXIS": 2, "NAXIS1": 5}, (5, 0), 0),
        ({"NAXIS": 1, "NAXIS1": 9, "PCOUNT": -99}, (9,), 0),
        ({"NAXIS": 1, "NAXIS1": 2**40 - 1}, (2**40 - 1,), 2**40 - 1),
        ({"NAXIS": 1, "NAXIS1": 2**40}, (0,), 0),
        ({"NAXIS": "'two'", "NAXIS1": 9}, (), 0),
        ({"NAXIS": 10**6}, (0,) * 999, 0),
    ],
)
def test_axes_and_bytes_are_those_of_the_structure(
    tmp_path: Path, cards: dict[str, object], axes: tuple[int, ...], size: int
) -> None:
    scan = scanned(tmp_path, *(card(name, value) for name, value in cards.items()))
    assert (scan.axes, scan.data_bytes, scan.values) == (axes, size, {})


@pytest.mark.parametrize(("cards", "is_read"), [(400 * 36 - 2, True), (400 * 36 - 1, False)])
def test_header_has_at_most_400_blocks(tmp_path: Path, cards: int, is_read: bool) -> None:
    path = tmp_path / "a.fits"
    path.write_bytes(header(FIRST, *["HISTORY x"] * cards))
    assert (scan_primary(path) is not None) is is_read


def test_planes_are_images_with_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    grid = [card("BITPIX", 8), card("NAXIS", 2), card("NAXIS1", 5), card("NAXIS2", 7)]
    parts = [
        header(FIRST, card("BITPIX", 8), card("NAXIS", 0)),
        header(NEXT, *grid, "EXTNAME = 'IMAGE   '") + bytes(2880),
        header(NEXT, *grid) + bytes(2880),
        header(NEXT, *grid[:2], card("NAXIS1", 5), card("NAXIS2", 0), "EXTNAME = 'none'"),
        header(NEXT, card("BITPIX", 8), card("NAXIS", 1), card("NAXIS1", 5), "EXTNAME = 'line'")
        + bytes(2880),
        header(NEXT, *grid, "EXTNAME = 'Diff'") + bytes(2880),
    ]
    path.write_bytes(b"".join(parts))
    assert scan_planes(path) == {"image": (7, 5), "diff": (7, 5)}
    path.write_bytes(b"no FITS")
    assert scan_planes(path) is None and scan_first_image(path) is None


@pytest.mark.parametrize(
    ("first", "second", "axes"),
    [
        (
            [card("NAXIS", 0), "NIGHT   = 5"],
            [card("NAXIS", 2), "NAXIS1  = 5", "NAXIS2  = 7"],
            (5, 7),
        ),
        ([card("NAXIS", 2), "NAXIS1  = 2", "NAXIS2  = 3", "NIGHT   = 5"], [], (2, 3)),
        ([card("NAXIS", 0)], [card("NAXIS", 1), "NAXIS1  = 5"], None),
        ([card("NAXIS", 0)], [card("NAXIS", 2), "NAXIS1  = 5", "NAXIS2  = 7", "TFIELDS = 1"], None),
        (
            [card("NAXIS", 0), "NIGHT   = 5"],
            [card("NAXIS", 2), "NAXIS1  = 8", "NAXIS2  = 7", "TFIELDS = 1", "ZIMAGE  = T"]
            + ["ZNAXIS1 = 30", "ZNAXIS2 = 20"],
            (30, 20),
        ),
        ([card("NAXIS", 0)], [], None),
    ],
)
def test_first_image_is_in_the_first_two_hdus(
    tmp_path: Path, first: list[str], second: list[str], axes: tuple[int, ...] | None
) -> None:
    path = tmp_path / "a.fits"
    path.write_bytes(header(FIRST, *first) + (header(NEXT, *second) if second else b""))
    scan = scan_first_image(path)
    assert (None if scan is None else scan.axes) == axes
    assert scan is None or scan.values["night"] == 5


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        ([1, None, 3], "i", [1, None, 3]),
        ([2**63 - 1, 1 - 2**63], "i", [2**63 - 1, 1 - 2**63]),
        ([2**63, 1], "f", [2.0**63, 1.0]),
        ([True, False], "b", [True, False]),
        ([True, 2], "i", [1, 2]),
        ([1, 2.5], "f", [1.0, 2.5]),
        ([1.5, "inf"], "f", [1.5, np.inf]),
        ([1, "two", None], "U", ["1", "two", None]),
        ([1.5, True], "U", ["1.5", "True"]),
    ],
)
def test_column_holds_all_its_values(values: list[Any], kind: str, found: list[Any]) -> None:
    column = make_table([{} if value is None else {"a": value} for value in values])["a"]
    assert column.dtype.kind == kind and column.tolist() == found


def test_more_files_keep_the_names_of_those_before() -> None:
    def scans(*names: str) -> list[HeaderScan]:
        return [
            HeaderScan({"id": name, "x": 1.5, "y": 2.5} if name else {}, "", (5, 5), 25)
            for name in names
        ]

    paths = [Path(f"/d/{name}") for name in ("a.fits", "b.fits.gz", "c.fits", "d.fits", "e.fits")]
    first = list_candidates(paths[:2], scans("one", "two"))
    assert first.keys.tolist() == ["one", "two"] and first.roles.one_based is False
    more = extend_candidates(first, paths, scans("one", "two", "one", "one", ""))
    assert more.keys.tolist() == ["one", "two", "one#2", "one#3", "e"]
    assert list(more.table["file"]) == ["a", "b", "c", "d", "e"]
    np.testing.assert_array_equal(more.x, [1.5] * 4 + [np.nan])
