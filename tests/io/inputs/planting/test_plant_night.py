from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.night_files import write_night
from vetter.core.fakes.planted_row import truth_of
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.night.night_source import NightSource


def open_night(folder: Path, **options: int) -> NightSource:
    path = folder / "night.toml"
    if not path.exists():
        write_night(folder)
    source = open_input(str(path), InputOptions.from_keywords(fwhm=3.0, **options))
    assert isinstance(source, NightSource)
    return source


def test_fakes_are_on_images_of_the_night(tmp_path: Path) -> None:
    source = open_night(tmp_path, fakes=4, seed=1)
    try:
        assert len(source.candidates) == 9
        for planted in source.planted:
            row = source.candidates.row_of(planted.key)
            cutout = source.cutout(row, 6)
            assert cutout.meta["name"] == source.candidates.name(row)
            assert cutout.meta["field"] == source.images[source.field_of(row)].name
            x, y = round(truth_of(planted)["x"]), round(truth_of(planted)["y"])
            assert abs(source.candidates.x[row] - x) < 3
            plain = source.images[source.field_of(row)].with_planes().cutout_at(x, y, 1)
            assert np.nansum(plain["image"] - 100) > 0
    finally:
        source.close()


def test_real_keys_of_a_night_stay(tmp_path: Path) -> None:
    plain = open_night(tmp_path)
    keys = set(plain.candidates.keys)
    plain.close()
    source = open_night(tmp_path, fakes=3, repeats=1)
    source.close()
    assert keys < set(source.candidates.keys)


def test_rows_of_each_image_are_its_own(tmp_path: Path) -> None:
    source = open_night(tmp_path, fakes=4, repeats=2, seed=3)
    try:
        for number, image in enumerate(source.images):
            rows = np.flatnonzero(source.field_numbers == number)
            assert image.candidates.keys.tolist() == source.candidates.keys[rows].tolist()
        assert (np.diff(source.field_numbers) >= 0).all()
    finally:
        source.close()


def test_fake_has_no_other_epoch(tmp_path: Path) -> None:
    source = open_night(tmp_path, fakes=4, seed=1)
    source.close()
    for planted in source.planted:
        row = source.candidates.row_of(planted.key)
        assert source.epochs.rows(row) == [row]


@pytest.mark.parametrize("seed", [0, 1])
def test_repeat_shares_the_epochs_of_its_original(tmp_path: Path, seed: int) -> None:
    source = open_night(tmp_path, repeats=1, seed=seed)
    source.close()
    (planted,) = source.planted
    row = source.candidates.row_of(planted.key)
    original = source.candidates.row_of(truth_of(planted)["of"])
    others = set(source.epochs.rows(original)) - {original}
    assert set(source.epochs.rows(row)) == others | {row}
