"""Inputs made to harm, or that a night may bring: refused in one line, soon, and for little."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from astropy.io import fits

from tests.fuzzing import image_samples as images
from tests.fuzzing import list_samples as lists
from tests.fuzzing import own_samples as own
from tests.helpers.alert_files import packed, record
from tests.helpers.peak_memory import at_most
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import load_cutout
from vetter.io.files import compressed
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import sound_header
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.tables.candidates import read_candidates

MOST_KILOBYTES = 300_000


@pytest.fixture(autouse=True)
def little_memory() -> object:
    """A test in which much more memory is taken fails."""
    with at_most(MOST_KILOBYTES):
        yield


def with_cards(content: bytes, after: bytes = b"", **values: object) -> bytes:
    """FITS with other values in cards, the first of each behind some bytes."""
    start = content.index(after)
    head, rest = content[:start], content[start:]
    for keyword, value in values.items():
        place = rest.index(f"{keyword:<8}=".encode())
        rest = rest[: place + 10] + str(value).rjust(20).encode() + rest[place + 30 :]
    return head + rest


def write(path: Path, content: bytes, size: int | None = None) -> Path:
    path.write_bytes(content)
    if size is not None:
        # A file with a hole: it takes no room on the disk.
        os.truncate(path, size)
    return path


HUGE_IMAGES = {
    "more than there is": (with_cards(images.image(), NAXIS1=50000, NAXIS2=50000), "cut short"),
    "axes without end": (with_cards(images.image(), NAXIS=2147483647), "NAXIS is 2147483647"),
    "a length in words": (
        with_cards(images.image(), NAXIS1="'10000000000E'", NAXIS2=2147483647),
        "NAXIS1 is a text",
    ),
    "columns without end": (
        with_cards(images.tiles(), b"XTENSION", TFIELDS=2147483647),
        "TFIELDS is 2147483647",
    ),
    "one tile of 40 GB": (
        with_cards(images.tiles(), ZNAXIS1=10**5, ZNAXIS2=10**5, ZTILE1=10**5, ZTILE2=10**5),
        "promises tiles of 100000 x 100000 pixels",
    ),
    "gzip bomb": (gzip.compress(bytes(2**20)) * 400, "unpacks to over"),
    "bzip2 bomb": (bz2.compress(bytes(2**22)) * 100, "unpacks to over"),
    "xz bomb": (lzma.compress(bytes(2**22), preset=0) * 100, "unpacks to over"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(3000), "expected a FITS image"),
    "zip": (b"PK\3\4" + bytes(3000), "a damaged packed file"),
    "pickle": (b"\x93NUMPY\1\0" + bytes(3000), "expected a FITS image"),
    "empty": (b"", "is empty"),
}


@pytest.mark.parametrize("name", HUGE_IMAGES)
def test_images(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_MAX_UNLIMITED_TEXT_BYTES", 2**24)
    content, message = HUGE_IMAGES[name]
    with pytest.raises(InputError, match=message):
        open_image(FitsName(write(tmp_path / "a.fits", content)))


def test_a_file_with_a_hole_is_read_where_it_is_looked_at(tmp_path: Path) -> None:
    huge = with_cards(images.image(), NAXIS1=50000, NAXIS2=50000)
    image = open_image(FitsName(write(tmp_path / "a.fits", huge[:2880], 10_000_005_120)))
    assert image.read((slice(40000, 40009), slice(49990, 50000))).shape == (9, 10)
    image.close()


def test_zeros_behind_the_last_image_are_not_looked_through(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", images.cube(), 8 * 10**9)
    with pytest.raises(InputError, match="no HDU"):
        open_image(FitsName(path, "ERR"))
    image = open_image(FitsName(path, "TEMPLATE"))
    assert image.read((slice(0, 5), slice(0, 5))).shape == (5, 5)
    image.close()


def test_fits_with_a_bomb_behind_it_is_read(tmp_path: Path) -> None:
    content = gzip.compress(images.image()) + gzip.compress(bytes(2**20)) * 4000
    image = open_image(FitsName(write(tmp_path / "a.fits.gz", content)))
    assert image.shape == images.SHAPE
    image.close()


def test_packed_fits_that_promises_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "_MAX_UNLIMITED_BYTES", 2**24)
    header = with_cards(images.image(), NAXIS1=10**5, NAXIS2=10**5)[:2880]
    content = gzip.compress(header) + gzip.compress(bytes(2**20)) * 40
    with pytest.raises(InputError, match="unpacks to over 16777216 bytes"):
        open_image(FitsName(write(tmp_path / "a.fits.gz", content)))


TABLE, HEAP = lists.table("fits"), lists.wide_table()
TABLES = {
    "more rows than there are": (with_cards(TABLE, b"XTENSION", NAXIS2=10**9), None, "cut short"),
    "a heap of 53 GB": (with_cards(HEAP, b"XTENSION", NAXIS2=10**9), None, "cut short"),
    "a table many times over": (
        with_cards(HEAP, b"XTENSION", GCOUNT=10**9),
        None,
        "cut short",
    ),
    "a hundred million rows": (
        with_cards(TABLE, b"XTENSION", NAXIS2=10**8),
        6 * 10**9,
        "100000000 rows are more than a list",
    ),
    "wide numbers": (
        lists.DAOPHOT.replace(b"%-14.3f", b"%-2147483647.3f"),
        None,
        "format is thousands of letters wide",
    ),
    "no rows": (b"id,x,y\n", None, "no rows"),
    "a column called by a page": (
        b"id," + b"x" * 5000 + b"\n1,2\n",
        None,
        r"found id, x{57}\.\.\.",
    ),
    "no positions": (b"foo,bar\n1,2\n", None, "expected columns of positions"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(3000), None, "a JPEG picture"),
}


@pytest.mark.parametrize("name", TABLES)
def test_lists(tmp_path: Path, name: str) -> None:
    content, size, message = TABLES[name]
    with pytest.raises(InputError, match=message):
        read_candidates(write(tmp_path / "list.dat", content, size))


def test_a_bomb_of_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_MAX_UNLIMITED_TEXT_BYTES", 2**24)
    content = gzip.compress(b"id,x,y\n") + gzip.compress(b"1,2,3\n" * 170_000) * 40
    with pytest.raises(InputError, match="unpacks to over"):
        read_candidates(write(tmp_path / "list.csv.gz", content))


def test_a_table_that_ends_before_it_begins(tmp_path: Path) -> None:
    image = write(tmp_path / "image.fits", images.image())
    path = write(tmp_path / "l.ldac", with_cards(lists.ldac(), b"XTENSION", NAXIS2=-1))
    with pytest.raises(InputError, match="NAXIS2 is -1"):
        open_input(str(path), InputOptions(planes={"image": str(image)}))


def test_a_cutout_of_gigabytes(tmp_path: Path) -> None:
    path = write(tmp_path / "c.fits", own.cutout_file(tmp_path), 10**10)
    with pytest.raises(InputError, match="too large for a cutout"):
        load_cutout(path)


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def device(folder: Path) -> Path:
    return Path("/dev/zero")


def loop(folder: Path) -> Path:
    (folder / "loop").symlink_to("loop")
    return folder / "loop"


@pytest.mark.parametrize("make", [pipe, device, loop], ids=lambda make: make.__name__)
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    image = write(tmp_path / "image.fits", images.image())
    good = write(tmp_path / "list.csv", lists.table("ascii.csv"))
    reason = "a pipe or a device|Too many levels|no such file"
    with pytest.raises(InputError, match=reason):
        open_input(str(path), InputOptions(planes={"image": str(image)}))
    with pytest.raises(InputError, match=reason):
        open_input(str(path))
    with pytest.raises(InputError, match=reason):
        open_input(str(good), InputOptions(planes={"image": str(path)}))
    with pytest.raises(InputError, match=f"{reason}|cannot read"):
        load_cutout(path)


def test_folders_with_loops_and_pipes_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    os.mkfifo(tmp_path / "2.avro")
    (tmp_path / "3.avro").symlink_to("/dev/zero")
    write(tmp_path / "1.avro", packed([record()]))
    source = open_input(str(tmp_path)).read_whole_list()
    assert len(source.candidates) == 1
    source.close()


NAMES = ["a b.csv", "a[1].csv", "[1].csv", "*.csv", "a%20%s%n.csv", "ü 星.csv", "n" * 240 + ".csv"]


@pytest.mark.parametrize("name", [*NAMES, "new\nline.csv", os.fsdecode(b"raw\xff.csv")], ids=ascii)
def test_names(tmp_path: Path, name: str) -> None:
    image = write(tmp_path / f"{name[:200]} image.fits", images.image())
    path = write(tmp_path / name, lists.table("ascii.csv"))
    source = open_input(str(path), InputOptions(planes={"image": str(image)}))
    assert source.cutout(0, 5).shape == (11, 11)
    assert all("\udcff" in name or note.isprintable() or "\n" in name for note in source.notes)
    source.close()
    path.write_bytes(b"id,x,y\n")
    with pytest.raises(InputError, match="no rows") as caught:
        read_candidates(path)
    assert str(caught.value).isprintable()
    assert str(caught.value).encode()


def test_cards_that_cannot_be_read_are_text_or_left_out() -> None:
    cards = [f"{card:<80}" for card in ("GAIN    = 1.5", "CDELT1  = '1.2", "OBJECT  = 'M 31'")]
    raw = "".join([*cards, "END".ljust(80)])
    header = sound_header(fits.Header.fromstring(raw), raw.encode())
    assert header["GAIN"] == 1.5
    assert header["OBJECT"] == "M 31"
    assert isinstance(header.get("CDELT1", ""), str)
    assert all(re.match("[A-Z]+", str(card)) for card in header.cards)
