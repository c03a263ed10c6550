from __future__ import annotations

import os
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.fingerprint import files_fingerprint, list_fingerprint, plane_fingerprint


def test_a_list_is_known_by_all_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("a,b\n" * 5000)
    before = list_fingerprint("candidates", path).digest
    path.write_text("a,b\n" * 4999 + "a,c\n")
    assert list_fingerprint("candidates", path).digest != before


def test_time_and_place_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    os.utime(tmp_path / "b", (1, 1))
    assert (
        list_fingerprint("x", tmp_path / "a").digest == list_fingerprint("x", tmp_path / "b").digest
    )


@pytest.mark.parametrize("place", [10, 500_000, 999_000])
def test_a_plane_is_known_by_samples(tmp_path: Path, place: int) -> None:
    path = tmp_path / "p.fits"
    data = bytearray(1_000_000)
    path.write_bytes(data)
    before = plane_fingerprint("image", path).digest
    assert plane_fingerprint("image", path).digest == before
    data[place : place + 70_000] = b"x" * len(data[place : place + 70_000])
    path.write_bytes(data)
    # Between the samples nothing is seen: the last of them ends before the file does.
    assert (plane_fingerprint("image", path).digest == before) is (place == 999_000)


def test_the_hdu_counts(tmp_path: Path) -> None:
    path = tmp_path / "p.fits"
    path.write_bytes(b"content")
    assert (
        plane_fingerprint("err", path, "[1]").digest != plane_fingerprint("err", path, "[2]").digest
    )


def test_files_together(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_text("x")
    before = files_fingerprint("cutouts", paths)
    assert before.size == 2
    assert files_fingerprint("cutouts", paths[:1]).digest != before.digest


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list_fingerprint("candidates", tmp_path / "nothing")
