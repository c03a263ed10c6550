from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from astropy.io import fits

from tests.helpers.alert_files import packed, record
from vetter.io.files.file_marks import Mark, mark_of


@pytest.mark.parametrize(
    ("content", "mark"),
    [
        (gzip.compress(b"a"), Mark.GZIP),
        (bz2.compress(b"a"), Mark.BZIP2),
        (lzma.compress(b"a"), Mark.XZ),
        (packed([record(1)]), Mark.AVRO),
        (fits.PrimaryHDU().header.tostring().encode(), Mark.FITS),
        (b"PAR1\x15\x04", Mark.PARQUET),
    ],
    ids=["gzip", "bzip2", "xz", "avro", "fits", "parquet"],
)
def test_a_file_is_told_by_its_first_bytes(content: bytes, mark: Mark) -> None:
    assert mark_of(content) is mark


def test_a_session_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.txt")) as database:
        database.execute("create table a (b)")
    assert mark_of((tmp_path / "a.txt").read_bytes()) is Mark.SESSION


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2\n", b"SIMPLE", b"SQLite format 3 is its name"])
def test_text_has_no_mark(content: bytes) -> None:
    assert mark_of(content) is None
