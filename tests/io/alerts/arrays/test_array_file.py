from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vetter.errors import InputError
from vetter.io.alerts.arrays import array_file
from vetter.io.alerts.arrays.array_file import is_array_file, open_stamp_array


def triplets(count: int = 5, rows: int = 7, columns: int = 9) -> Any:
    """Pixels that differ, shape (count, rows, columns, 3)."""
    return np.arange(count * rows * columns * 3, dtype=np.float64).reshape(count, rows, columns, 3)


def saved(path: Path, array: Any) -> Path:
    np.save(path, array)
    return path


@pytest.mark.parametrize(
    "array",
    [
        triplets(),
        triplets().astype(">f4"),
        triplets().astype(np.uint16),
        np.asfortranarray(triplets()),
        np.moveaxis(triplets(), -1, 1),
        np.ascontiguousarray(np.moveaxis(triplets(), -1, 1)),
    ],
    ids=["floats", "big-endian", "whole", "Fortran", "second axis, strides", "second axis"],
)
def test_stamps_are_read_one_by_one(tmp_path: Path, array: Any) -> None:
    path = saved(tmp_path / "a.npy", array)
    assert is_array_file(path)
    stamps = open_stamp_array(path)
    assert (stamps.count, stamps.shape) == (5, (7, 9)) and not stamps.cautions
    for row in (4, 0):
        found = stamps.stamp(row)
        assert found.dtype.isnative and found.dtype.kind == "f"
        np.testing.assert_array_equal(found, np.moveaxis(triplets()[row], -1, 0))
    stamps.close()


def test_one_candidate_is_an_array_of_one(tmp_path: Path) -> None:
    stamps = open_stamp_array(saved(tmp_path / "a.npy", triplets()[2]))
    assert stamps.count == 1 and "one candidate" in stamps.cautions[0]
    np.testing.assert_array_equal(stamps.stamp(0)[1], triplets()[2, :, :, 1])
    stamps.close()


def test_two_axes_of_three_are_told(tmp_path: Path) -> None:
    stamps = open_stamp_array(saved(tmp_path / "a.npy", triplets(2, 3, 8).reshape(2, 3, 8, 3)))
    assert stamps.is_channel_last and "the last is taken" in stamps.cautions[0]
    stamps.close()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_hold_stamps_and_columns(tmp_path: Path, save: Any) -> None:
    path = tmp_path / "a.npz"
    names, objects = np.array(["a", "b", "c", "d", "e"]), np.array([None] * 5)
    save(path, cube=triplets(3), x=triplets(), label=np.arange(5), name=names, more=objects)
    assert is_array_file(path)
    stamps = open_stamp_array(path)
    assert stamps.name == "x" and stamps.count == 5
    np.testing.assert_array_equal(stamps.stamp(3), np.moveaxis(triplets()[3], -1, 0))
    assert list(stamps.columns) == ["label", "name"]
    assert stamps.columns["name"].tolist() == names.tolist()
    assert stamps.notes == ("a.npz: left out cube, more",)
    stamps.close()


class Harm:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_nothing_of_a_file_is_executed(tmp_path: Path) -> None:
    harm = Harm(tmp_path / "harm")
    pickle.loads(pickle.dumps(Harm(tmp_path / "proof")))
    assert (tmp_path / "proof").exists()
    path = saved(tmp_path / "a.npy", np.array([harm, triplets()], object))
    with pytest.raises(InputError, match="an array of Python objects.*numpy.stack"):
        open_stamp_array(path)
    np.savez(tmp_path / "b.npz", triplets=np.array([harm, None], object))
    with pytest.raises(InputError, match="an array of Python objects"):
        open_stamp_array(tmp_path / "b.npz")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "array, words",
    [
        (np.zeros((63, 63)), "found a numpy array of float64 and shape (63, 63)"),
        (np.zeros((5, 9, 9)), "shape (5, 9, 9)"),
        (np.zeros((5, 9, 9, 4)), "shape (5, 9, 9, 4)"),
        (np.zeros((0, 9, 9, 3)), "shape (0, 9, 9, 3)"),
        (np.zeros((1, 1300, 2, 3), np.int8), "shape (1, 1300, 2, 3)"),
        (np.zeros((2, 3, 3, 3), complex), "complex128"),
        (np.zeros((2, 3, 3, 3), [("a", "f4")]), "expected stamps of shape (N, rows, columns, 3)"),
    ],
)
def test_other_arrays_are_refused_in_words(tmp_path: Path, array: Any, words: str) -> None:
    with pytest.raises(InputError) as error:
        open_stamp_array(saved(tmp_path / "a.npy", array))
    assert words in str(error.value) and "as FITS" in str(error.value)


def test_damage_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.npy", triplets())
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(InputError, match="cut short"):
        open_stamp_array(path)
    path.write_bytes(whole.replace(b"'descr'", b"'other'"))
    with pytest.raises(InputError, match="a damaged array of numpy"):
        open_stamp_array(path)
    np.savez_compressed(tmp_path / "b.npz", x=triplets())
    whole = (tmp_path / "b.npz").read_bytes()
    (tmp_path / "b.npz").write_bytes(whole[:-30])
    with pytest.raises(InputError, match=r"a damaged \.npz file"):
        open_stamp_array(tmp_path / "b.npz")
    (tmp_path / "b.npz").write_bytes(whole)
    monkeypatch.setattr(array_file, "_ALWAYS_UNPACKED_BYTES", 1000)
    monkeypatch.setattr(array_file, "_MAX_RATIO", 1)
    with pytest.raises(InputError, match=r"unpacks to over \d+ bytes; write the array as \.npy"):
        open_stamp_array(tmp_path / "b.npz")


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npy", triplets())
    stamps = open_stamp_array(path)
    with path.open("rb+") as file:
        file.truncate(1000)
    with pytest.raises(InputError, match="stamp 5 is gone"):
        stamps.stamp(4)
    stamps.close()


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("<f2", np.float32),
        ("<f4", np.float32),
        (">f4", np.float32),
        ("<f8", np.float64),
        ("u1", np.float32),
        ("<i2", np.float32),
        ("<u2", np.float32),
        # A whole number beyond 2**24 has no place in single precision.
        ("<i4", np.float64),
        ("<i8", np.float64),
    ],
)
def test_pixels_keep_their_precision(tmp_path: Path, stored: str, read: type) -> None:
    array = (triplets(2) % 200).astype(stored)
    stamps = open_stamp_array(saved(tmp_path / "a.npy", array))
    found = stamps.stamp(1)
    stamps.close()
    assert found.dtype == read
    assert np.array_equal(found, np.moveaxis(array[1], -1, 0))
