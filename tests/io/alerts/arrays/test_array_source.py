from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import noise
from vetter.core.cutout.plane import Provenance
from vetter.core.judgement.disappeared import why_not_judged
from vetter.errors import InputError
from vetter.io.alerts.arrays.array_source import NORMALISED, ArraySource
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, open_recorded


def triplets(count: int = 3, side: int = 21) -> Any:
    """Stamps with a new source in the middle, shape (count, side, side, 3)."""
    out = np.empty((count, side, side, 3), np.float32)
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    for row in range(count):
        new = 500 * np.exp(-(x**2 + y**2) / 6)
        template = noise((side, side), row + 1)
        image = noise((side, side), row + 100) + new
        out[row] = np.stack([image, template, image - template], axis=-1)
    return out


def written(folder: Path, array: Any, rows: int | None = None) -> Path:
    """The array's file, with a list of so many rows beside it."""
    np.save(folder / "night_triplets.npy", array)
    if rows is not None:
        lines = [f"ZTF{n},{100 + n},{10 + n},-5.0,{n % 2},{n}.5,7.0" for n in range(rows)]
        head = "objectId,candid,ra,dec,label,xpos,ypos"
        (folder / "night_candidates.csv").write_text("\n".join([head, *lines]) + "\n")
    return folder / "night_triplets.npy"


def opened(*inputs: Path, **options: Any) -> ArraySource:
    source = open_input([str(path) for path in inputs], InputOptions(**options))
    assert isinstance(source, ArraySource)
    return source


@pytest.mark.parametrize("named", ["array", "folder", "both", "both, list last"])
def test_row_i_of_the_list_belongs_to_stamp_i(tmp_path: Path, named: str) -> None:
    array, table = triplets(), tmp_path / "night_candidates.csv"
    path = written(tmp_path, array, 3)
    inputs = {"array": [path], "folder": [tmp_path], "both": [table, path]}
    source = opened(*inputs.get(named, [path, table]))
    listed = source.candidates
    assert listed.keys.tolist() == ["100", "101", "102"] and listed.ra.tolist() == [10, 11, 12]
    # Pixels are of the survey's image, which is not there.
    assert listed.roles.x is None and np.isnan(listed.x).all() and "xpos" in listed.columns
    cutout = source.cutout(2)
    for number, plane in enumerate(("image", "template", "diff")):
        np.testing.assert_array_equal(cutout[plane], array[2, :, :, number])
    assert cutout.position == (10.0, 10.0) and cutout["meta"]["objectId"] == "ZTF2"
    assert cutout.provenance["err"] is Provenance.ESTIMATED
    assert cutout.meta["name"] == listed.name(2)
    assert (
        "3 candidates of 21 x 21 px; the last axis is taken as science, template, difference"
        in (source.notes)
    )
    by_name = "night_candidates.csv: the list of these stamps, by its name"
    assert (by_name in source.notes) is (named in ("array", "folder"))
    assert not source.extra_cautions and not listed.cautions
    again = open_recorded(source.record)
    assert again.candidates.keys.tolist() == listed.keys.tolist()
    assert again.fingerprints == source.fingerprints
    assert [one.role for one in source.fingerprints] == ["candidates", "cutouts"]
    again.close()
    source.close()


def test_a_list_of_other_length_is_named_with_the_mend(tmp_path: Path) -> None:
    path = written(tmp_path, triplets(3), rows=4)
    table = tmp_path / "night_candidates.csv"
    said = f"{table}: 4 rows, but night_triplets.npy has 3 stamps: row i belongs to stamp i"
    with pytest.raises(InputError) as error:
        opened(table, path)
    assert str(error.value).startswith(said)
    source = opened(path)
    assert source.candidates.keys.tolist() == ["1", "2", "3"]
    (caution,) = source.extra_cautions
    assert caution.startswith(said) and caution.endswith("opened without a list")
    source.close()


def test_without_a_list_candidates_are_numbered(tmp_path: Path) -> None:
    source = opened(written(tmp_path, triplets()))
    assert source.candidates.keys.tolist() == ["1", "2", "3"]
    assert source.cutout(0).shape == (21, 21) and source.default_radius == 10
    for radius, side in ((4, 9), (9, 19), (10, 21), (30, 21)):
        assert source.cutout(0, radius).shape == (side, side)
    source.close()


def test_planes_may_come_before_the_pixels(tmp_path: Path) -> None:
    array = triplets()
    source = opened(written(tmp_path, np.moveaxis(array, 3, 1)))
    assert any("the second axis is taken as science" in note for note in source.notes)
    np.testing.assert_array_equal(source.cutout(1)["template"], array[1, :, :, 1])
    source.close()


def test_rows_without_data_are_noted_with_the_plane(tmp_path: Path) -> None:
    array = triplets(2)
    array[0, 3, :, 0] = np.nan
    array[1, 3, :, 2] = np.nan
    array[1, :, :, 2] *= -1
    source = opened(written(tmp_path, array))
    first, second = source.cutout(0).notes, source.cutout(1).notes
    assert first["image"] == "no data in 1 row" and not {"template", "diff"} & first.keys()
    assert second["diff"] == "turned: was template - image; no data in 1 row"
    source.close()


@pytest.mark.parametrize(
    ("x", "y", "turned"),
    [(14, 12, True), (10, 8, True), (15, 10, False), (9, 10, False), (12, 13, False)],
)
def test_flag_turns_a_candidate_that_is_bright_in_the_middle(
    tmp_path: Path, x: int, y: int, turned: bool
) -> None:
    # Pixels that follow neither image nor template: the five by five in the middle decide.
    stamps = [noise((21, 25), seed) - 100 for seed in (1, 2, 3)]
    stamps[2][y, x] = 2000
    np.savez(tmp_path / "a.npz", triplets=np.stack(stamps, -1)[None], isdiffpos=np.array(["f"]))
    source = opened(tmp_path / "a.npz")
    assert (source.cutout(0).provenance.get("diff") is Provenance.TURNED) is turned
    source.close()


def test_other_arrays_of_an_archive_are_columns(tmp_path: Path) -> None:
    columns = {"label": np.array([0, 1, 1]), "candid": np.array([7, 8, 9])}
    np.savez(tmp_path / "a.npz", triplets=triplets(), **columns)
    source = opened(tmp_path / "a.npz")
    assert source.candidates.keys.tolist() == ["7", "8", "9"]
    assert source.candidates.column("label").tolist() == [0, 1, 1]
    source.close()


def test_a_class_is_no_identity(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", triplets=triplets(), label=np.array([0, 1, 1]))
    source = opened(tmp_path / "a.npz")
    assert source.candidates.keys.tolist() == ["1", "2", "3"]
    source.close()


@pytest.mark.parametrize("scale", ["norm 1", "0 to 1", "as measured"])
def test_fits_of_normalised_stamps_are_not_judged(tmp_path: Path, scale: str) -> None:
    array = triplets().astype(np.float64)
    if scale == "norm 1":
        array /= np.sqrt((array**2).sum(axis=(1, 2), keepdims=True))
    elif scale == "0 to 1":
        array -= array.min(axis=(1, 2), keepdims=True)
        array /= array.max(axis=(1, 2), keepdims=True)
    source = opened(written(tmp_path, array))
    is_measured = scale == "as measured"
    assert source.unjudged == (None if is_measured else NORMALISED)
    assert why_not_judged(source) == ("err is only estimated" if is_measured else NORMALISED)
    assert any(NORMALISED in note for note in source.notes) is not is_measured
    for cutout in (source.cutout(0), source.cutout(0, 5)):
        assert cutout.fit_caveat == ("" if is_measured else NORMALISED)
    source.close()


@pytest.mark.parametrize(
    ("low", "high", "rows", "is_normalised"),
    [(0, 1, 8, True), (0, 1, 7, False), (0, 500, 9, False), (-5, 1, 9, False)],
)
def test_first_eight_stamps_tell_whether_all_are_normalised(
    tmp_path: Path, low: float, high: float, rows: int, is_normalised: bool
) -> None:
    array = triplets(9).astype(np.float64)
    first = array[:rows] - array[:rows].min(axis=(1, 2), keepdims=True)
    array[:rows] = low + (high - low) * first / first.max(axis=(1, 2), keepdims=True)
    source = opened(written(tmp_path, array))
    assert source.unjudged == (NORMALISED if is_normalised else None)
    source.close()


def test_a_difference_the_other_way_round_is_turned(tmp_path: Path) -> None:
    array = triplets()
    array[1, :, :, 2] *= -1
    source = opened(written(tmp_path, array))
    turned = source.cutout(1)
    np.testing.assert_array_equal(turned["diff"], -array[1, :, :, 2])
    assert turned.provenance["diff"] is Provenance.TURNED
    assert "diff" not in source.cutout(0).provenance
    source.close()


def test_stamps_of_one_object_are_its_epochs(tmp_path: Path) -> None:
    path = written(tmp_path, triplets(4))
    rows = ["ZTF1,2460002.5", "ZTF2,2460001.5", "ZTF1,2460001.5", "ZTF1,2460001.5"]
    (tmp_path / "night_candidates.csv").write_text("\n".join(["objectId,jd", *rows]) + "\n")
    source = opened(path)
    epochs = source.object_epochs
    assert epochs is not None and epochs.times.tolist() == [60002.0, 60001.0, 60001.0, 60001.0]
    # Two of one image are two objects.
    assert epochs.rows(0) == [2, 0] and epochs.rows(1) == [1] and epochs.rows(3) == [3]
    assert any(note.startswith("epochs by the list's object id") for note in source.notes)
    source.close()


def test_without_a_time_there_are_no_epochs(tmp_path: Path) -> None:
    source = opened(written(tmp_path, triplets(), 3))
    assert source.object_epochs is None
    source.close()


def test_columns_may_be_chosen_and_planes_not(tmp_path: Path) -> None:
    path = written(tmp_path, triplets(), 3)
    source = opened(path, columns={"key": "objectId"})
    assert source.candidates.keys.tolist() == ["ZTF0", "ZTF1", "ZTF2"]
    source.close()
    with pytest.raises(InputError, match="stamps bring their own planes, found --image too"):
        opened(path, planes={"image": "a.fits"})


def test_a_real_training_set_opens(real_data: Path) -> None:
    source = opened(real_data / "labelled" / "usage_triplets.npy")
    assert len(source.candidates) == 39 and source.cutout(38).shape == (63, 63)
    assert source.unjudged == NORMALISED and "label" in source.candidates.columns
    assert any("long identities have lost digits" in note for note in source.notes)
    source.close()
