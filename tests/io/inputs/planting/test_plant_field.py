from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import write_image, write_list
from vetter.core.cutout_source import CutoutSource
from vetter.core.fakes.plan import PlantPlan
from vetter.core.fakes.planted_row import truth_of
from vetter.core.psf.models import Gaussian
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, open_recorded

SIDE, FWHM, SIGMA = 160, 3.0, 5.0
PLACES = np.array([[30.0, 30.0], [80.25, 31.5], [131.5, 40.0], [33.0, 120.75], [120.0, 128.5]])


def write_planes(folder: Path, seed: int = 0, **more: Any) -> dict[str, str]:
    """Write a field of noise alone; the difference is image - convolved."""
    rng = np.random.default_rng(seed)
    sky = 100.0 + rng.normal(0, SIGMA, (2, SIDE, SIDE))
    pixels = {
        "image": sky[0],
        "template": sky[1],
        "diff": sky[0] - 100.0,
        "err": np.full((SIDE, SIDE), SIGMA),
    }
    pixels |= more
    return {
        name: str(write_image(folder / f"{name}.fits", data, {"GAIN": 2.0, "MAGZP": 25.0}))
        for name, data in pixels.items()
    }


@pytest.fixture(autouse=True)
def opened() -> Iterator[None]:
    """Close what a test opened."""
    yield
    while _OPENED:
        _OPENED.pop().close()


_OPENED: list[CutoutSource] = []


def open_field(folder: Path, planes: dict[str, str], **options: Any) -> FieldSource:
    path = folder / "list.ecsv"
    if not path.exists():
        keys = [f"night-{k}" for k in range(len(PLACES))]
        write_list(path, id=keys, x=PLACES[:, 0], y=PLACES[:, 1], score=np.arange(5.0))
    how = InputOptions.from_keywords(planes=planes, fwhm=FWHM, **options)
    source = open_input(str(path), how)
    assert isinstance(source, FieldSource)
    _OPENED.append(source)
    return source


def fakes_of(source: FieldSource) -> list[tuple[int, Any]]:
    """Return row and truth of each artificial source."""
    rows = [row for row in source.planted if row.kind == "fake"]
    return [(source.candidates.row_of(row.key), truth_of(row)) for row in rows]


def fitted_flux(pixels: Any, x: float, y: float) -> float:
    psf = Gaussian(FWHM).render(pixels.shape, x, y)
    values = np.nan_to_num(pixels - np.nanmedian(pixels))
    return float((values * psf).sum() / (psf * psf).sum())


@pytest.mark.parametrize("plane", ["image", "diff"])
def test_planted_flux_is_in_image_and_difference(tmp_path: Path, plane: str) -> None:
    with_errors = write_planes(tmp_path)
    source = open_field(tmp_path, with_errors, fakes=12, seed=2)
    pulls = []
    for row, truth in fakes_of(source):
        cutout = source.cutout(row, 10)
        assert cutout.origin is not None
        x, y = truth["x"] - cutout.origin[0], truth["y"] - cutout.origin[1]
        flux = fitted_flux(cutout[plane], x, y)
        pulls.append((flux - truth["flux"]) / (truth["flux"] / truth["snr"]))
    assert len(pulls) == 12
    assert abs(np.mean(pulls)) < 1.0
    assert 0.5 < np.std(pulls) < 1.7


def test_template_stays_as_it_is(tmp_path: Path) -> None:
    planes = write_planes(tmp_path)
    plain, source = open_field(tmp_path, planes), open_field(tmp_path, planes, fakes=5)
    for row, _ in fakes_of(source):
        box = source.cutout(row, 10)
        assert box.origin is not None
        x, y = box.origin[0] + 10, box.origin[1] + 10
        np.testing.assert_array_equal(box["template"], plain.cutout_at(x, y, 10)["template"])


def test_errors_grow_as_those_of_real_light(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    image = 100.0 + rng.normal(0, SIGMA, (SIDE, SIDE))
    image[70:90, 70:90] += np.linspace(500, 4000, 20)
    err = np.sqrt(SIGMA**2 + np.maximum(image - 100.0, 0) / 2.0)
    source = open_field(tmp_path, write_planes(tmp_path, image=image, err=err), fakes=8, seed=1)
    sky = [(row, truth) for row, truth in fakes_of(source) if truth["place"] == "sky"]
    row, truth = max(sky, key=lambda one: one[1]["flux"])
    cutout = source.cutout(row, 10)
    peak = truth["flux"] * Gaussian(FWHM).render((21, 21), 10, 10).max()
    expected = np.sqrt(SIGMA**2 + peak / 2.0)
    assert cutout["err"][8:13, 8:13].max() == pytest.approx(expected, rel=0.1)


def test_neighbour_shows_the_same_light(tmp_path: Path) -> None:
    source = open_field(tmp_path, write_planes(tmp_path), fakes=8, seed=1)
    row, _ = fakes_of(source)[0]
    x, y = round(float(source.candidates.x[row])), round(float(source.candidates.y[row]))
    whole = source.cutout(row, 5)["image"]
    beside = source.cutout_at(x + 5, y, 5)["image"]
    np.testing.assert_array_equal(whole[:, 5:], beside[:, :6])


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    image = np.random.default_rng(1).normal(100, SIGMA, (SIDE, SIDE)).astype(np.int16)
    source = open_field(tmp_path, write_planes(tmp_path, image=image), fakes=8)
    for row, _ in fakes_of(source):
        pixels = source.cutout(row, 8)["image"]
        np.testing.assert_array_equal(pixels, np.round(pixels))


def test_computed_difference_holds_the_light_once(tmp_path: Path) -> None:
    planes = write_planes(tmp_path)
    planes["convolved"] = planes.pop("template")
    del planes["diff"]
    source = open_field(tmp_path, planes, fakes=8)
    row, _ = max(fakes_of(source), key=lambda one: one[1]["flux"])
    cutout = source.cutout(row, 8)
    np.testing.assert_allclose(cutout["diff"], cutout["image"] - cutout["convolved"])
    alone = source.cutout_with(row, 8, ["diff"])["diff"]
    np.testing.assert_array_equal(alone, cutout["diff"])


def test_variance_of_weight_map_grows(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    image = 100.0 + rng.normal(0, SIGMA, (SIDE, SIDE))
    image[70:90, 70:90] += 2000.0
    planes = write_planes(tmp_path, image=image)
    variance = SIGMA**2 + np.maximum(image - 100.0, 0) / 2.0
    weight = str(write_image(tmp_path / "weight.fits", 1.0 / variance))
    del planes["err"]
    source = open_field(tmp_path, planes, fakes=8, weight=weight)
    row, _ = max(fakes_of(source), key=lambda one: one[1]["snr"])
    err = source.cutout(row, 8)["err"]
    assert err[6:11, 6:11].max() > 1.05 * np.median(err)


def test_record_opens_the_same_rows_and_pixels(tmp_path: Path) -> None:
    source = open_field(tmp_path, write_planes(tmp_path), fakes=6, repeats=2, seed=9)
    again = open_recorded(source.record)
    _OPENED.append(again)
    assert again.planted == source.planted
    assert again.candidates.keys.tolist() == source.candidates.keys.tolist()
    for row in range(len(source.candidates)):
        np.testing.assert_array_equal(again.cutout(row, 8)["image"], source.cutout(row, 8)["image"])


def test_another_seed_chooses_other_places(tmp_path: Path) -> None:
    planes = write_planes(tmp_path)
    first, second = (open_field(tmp_path, planes, fakes=6, seed=seed) for seed in (1, 2))
    assert {t["x"] for _, t in fakes_of(first)}.isdisjoint(t["x"] for _, t in fakes_of(second))


def test_magnitude_is_that_of_the_header(tmp_path: Path) -> None:
    _, truth = fakes_of(open_field(tmp_path, write_planes(tmp_path), fakes=1))[0]
    assert truth["mag"] == pytest.approx(25.0 - 2.5 * np.log10(truth["flux"]), abs=1e-3)


def test_repeat_shows_the_pixels_of_its_original(tmp_path: Path) -> None:
    source = open_field(tmp_path, write_planes(tmp_path), repeats=2)
    for planted in source.planted:
        row = source.candidates.row_of(planted.key)
        original = source.candidates.row_of(truth_of(planted)["of"])
        assert row != original
        np.testing.assert_array_equal(
            source.cutout(row, 8)["image"], source.cutout(original, 8)["image"]
        )


def test_metadata_of_fake_has_the_keys_of_others(tmp_path: Path) -> None:
    source = open_field(tmp_path, write_planes(tmp_path), fakes=3)
    real = source.candidates.row_of("night-0")
    fake, _ = fakes_of(source)[0]
    assert list(source.cutout(fake, 8).meta) == list(source.cutout(real, 8).meta)
    assert "score" not in source.cutout(real, 8).meta


def test_field_without_room_is_refused(tmp_path: Path) -> None:
    planes = write_planes(tmp_path, diff=np.full((SIDE, SIDE), np.nan))
    with pytest.raises(InputError, match="no room for artificial sources"):
        open_field(tmp_path, planes, fakes=3)


def test_plan_that_is_forged_is_refused() -> None:
    for plain in ({"fakes": -1}, {"fakes": 10**9}, {"fakes": 1.5}, {"other": 1}, [3]):
        with pytest.raises(ValueError):
            PlantPlan.from_record({"plant": plain})


def test_artefacts_are_moved_stars_and_hits(tmp_path: Path) -> None:
    image = 100.0 + np.random.default_rng(1).normal(0, SIGMA, (SIDE, SIDE))
    for x in range(55, 130, 25):
        for y in range(60, 110, 24):
            image += 9000.0 * Gaussian(FWHM).render((SIDE, SIDE), x, y)
    source = open_field(tmp_path, write_planes(tmp_path, image=image), artefacts=6)
    truths = [truth_of(row) for row in source.planted]
    assert [row.kind for row in source.planted] == ["artefact"] * 6
    assert [truth["artefact"] for truth in truths].count("dipole") == 3
    dipoles = [row for row in source.planted if truth_of(row)["artefact"] == "dipole"]
    pixels = source.cutout(source.candidates.row_of(dipoles[0].key), 6)["diff"]
    assert pixels.max() > 3 * SIGMA
    assert pixels.min() < -3 * SIGMA


def test_pixels_without_planted_light_are_those_of_the_file(tmp_path: Path) -> None:
    planes = write_planes(tmp_path)
    plain, source = open_field(tmp_path, planes), open_field(tmp_path, planes, fakes=3)
    far = np.ones((SIDE, SIDE), bool)
    for _, truth in fakes_of(source):
        y, x = np.mgrid[:SIDE, :SIDE]
        far &= np.hypot(x - truth["x"], y - truth["y"]) > 4 * FWHM + 30
    y, x = np.argwhere(far)[0]
    for name in ("image", "diff", "err"):
        np.testing.assert_array_equal(
            source.cutout_at(x, y, 9)[name], plain.cutout_at(x, y, 9)[name]
        )


@pytest.mark.parametrize("scale", [0.25, -1.0])
def test_difference_of_another_scale_holds_scaled_light(tmp_path: Path, scale: float) -> None:
    rng = np.random.default_rng(0)
    sky = 100.0 + rng.normal(0, SIGMA, (2, SIDE, SIDE))
    planes = write_planes(tmp_path, image=sky[0], diff=scale * (sky[0] - sky[1]), template=sky[1])
    plain, source = open_field(tmp_path, planes), open_field(tmp_path, planes, fakes=6)
    row, _ = fakes_of(source)[0]
    x, y = float(source.candidates.x[row]), float(source.candidates.y[row])
    added = {
        name: source.cutout_at(x, y, 3)[name] - plain.cutout_at(x, y, 3)[name]
        for name in ("image", "diff")
    }
    np.testing.assert_allclose(added["diff"], scale * added["image"], atol=1e-9)


def test_zero_point_is_that_of_the_list_without_one_in_the_header(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sky = 100.0 + rng.normal(0, 0.5, (2, SIDE, SIDE))
    fluxes = np.array([900.0, 1500.0, 2000.0, 3000.0, 5000.0])
    for (x, y), flux in zip(PLACES, fluxes, strict=True):
        sky[0] += flux * Gaussian(FWHM).render((SIDE, SIDE), x, y)
    pixels = {"image": sky[0], "template": sky[1], "diff": sky[0] - 100.0}
    planes = {n: str(write_image(tmp_path / f"{n}.fits", data)) for n, data in pixels.items()}
    mag = np.round(27.5 - 2.5 * np.log10(fluxes), 3)
    write_list(tmp_path / "list.ecsv", id=list("abcde"), x=PLACES[:, 0], y=PLACES[:, 1], mag=mag)
    _, truth = fakes_of(open_field(tmp_path, planes, fakes=1))[0]
    assert truth["mag"] == pytest.approx(27.5 - 2.5 * np.log10(truth["flux"]), abs=0.1)
