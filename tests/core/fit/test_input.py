"""What a fit reads of a cutout: planes, good pixels, box, PSF, position, caveats and notes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.input import FitContext, FitInput, read_fit_input, read_fit_inputs

OPTIONS = FitOptions()


def planes(**changes: Any) -> dict[str, Any]:
    """21 x 21 pixels that tell rows from columns; the template is not convolved."""
    y, x = np.mgrid[:21.0, :21.0]
    given = {"image": 100 + x % 4, "template": 10 + y % 3, "err": np.full((21, 21), 2.0)}
    return {**given, **changes}


def read(options: FitOptions = OPTIONS, **changes: Any) -> FitInput:
    found = read_fit_input(planes(**changes), options)
    assert isinstance(found, FitInput)
    return found


def context(options: FitOptions = OPTIONS, **changes: Any) -> FitContext:
    return read(options, **changes).about


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": None}, "there is no image plane"),
        ({"template": None}, "there is no convolved or template plane"),
        ({"err": None}, "there is no err plane"),
        ({"image": np.ones(21)}, "a plane is not a two-dimensional array of numbers"),
        ({"err": np.full((21, 21), "a")}, "a plane is not a two-dimensional array of numbers"),
        (
            {name: np.ones((0, 21)) for name in ("image", "template", "err")},
            "the cutout has no pixels",
        ),
        ({"err": np.ones((21, 20))}, "err has another shape than image"),
        ({"template": np.ones((20, 21))}, "template has another shape than image"),
        ({"mask": np.zeros((20, 21), bool)}, "mask has another shape than image"),
        ({"template_mask": np.zeros((20, 21))}, "template_mask has another shape than image"),
        ({"template_err": np.ones((20, 21))}, "template_err has another shape than image"),
        (
            {"err": np.zeros((21, 21))},
            "no good pixel: all are masked, off the image, without an error or near template holes",
        ),
        (
            {"template": np.full((21, 21), np.nan)},
            "no good pixel: all are masked, off the image, without an error or near template holes",
        ),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, Any], reason: str) -> None:
    found = read_fit_input(planes(**changes), OPTIONS)
    assert isinstance(found, Adjustment)
    assert not found.converged and found.reason == reason


def test_plain_planes_are_read_alike_alone_and_together() -> None:
    together = read_fit_inputs([planes(), planes(image=planes()["image"] + 7)], OPTIONS)
    for found, alone in zip(together, (read(), read(image=planes()["image"] + 7)), strict=True):
        assert isinstance(found, FitInput)
        assert found.usable is found.unknown is found.template_variance is None
        np.testing.assert_array_equal(found.image, alone.image)
        np.testing.assert_array_equal(found.template, alone.template)
        assert (found.bg, found.tbg) == pytest.approx((alone.bg, alone.tbg))
        assert found.about == alone.about


def test_plane_with_a_bad_pixel_is_read_alike_alone_and_together() -> None:
    err = np.full((21, 21), 2.0)
    err[3, 4] = 0
    for found in (read(err=err), *read_fit_inputs([planes(err=err)] * 2, OPTIONS)):
        assert isinstance(found, FitInput) and found.usable is not None
        assert np.argwhere(~found.usable).tolist() == [[3, 4]] and found.unknown is None


@pytest.mark.parametrize(
    ("value", "usable"),
    [(2.1e-6, True), (1.9e-6, False), (0, False), (-1, False), (np.nan, False), (np.inf, False)],
)
def test_error_below_a_millionth_of_the_others_is_none(value: float, usable: bool) -> None:
    err = np.full((21, 21), 2.0)
    err[3, 4] = value
    found = read(err=err)
    assert (found.usable is None or found.usable.all()) == usable
    assert found.usable is None or found.usable.sum() >= 440


def test_modes_are_of_the_good_pixels() -> None:
    image, mask, row = planes()["image"], np.zeros((21, 21), int), np.arange(21)
    image[:2], mask[2:5] = np.nan, 8
    found = read(image=image, mask=mask)
    good = planes()["image"][5:]
    assert found.bg == pytest.approx(2.5 * np.median(good) - 1.5 * good.mean())
    rest = planes()["template"][(row < 2) | (row > 4)]
    assert found.tbg == pytest.approx(2.5 * np.median(rest) - 1.5 * rest.mean())
    assert found.usable is not None and found.unknown is not None
    np.testing.assert_array_equal(found.usable.T, np.tile(row >= 5, (21, 1)))
    np.testing.assert_array_equal(found.unknown.T, np.tile(row < 2, (21, 1)))
    assert (found.image[:2] == found.bg).all() and np.isnan(image[:2]).all()


@pytest.mark.parametrize(("max_shift", "reach"), [(0, 2), (1, 3), (2, 4), (99, 12)])
def test_pixels_near_a_hole_of_the_template_do_not_count(max_shift: float, reach: int) -> None:
    template = planes()["template"].astype(float)
    template[1, 20] = np.nan
    found = read(FitOptions(max_shift), template=template)
    y, x = np.mgrid[:21, :21]
    assert found.usable is not None and found.unknown is not None
    np.testing.assert_array_equal(~found.usable, (abs(y - 1) <= reach) & (abs(x - 20) <= reach))
    assert np.argwhere(found.unknown).tolist() == [[1, 20]] and np.isfinite(found.template).all()


def test_error_of_the_template_is_squared_and_noted() -> None:
    noise = np.full((21, 21), 3.0)
    noise[2, 2] = np.nan
    found = read(template_err=noise)
    assert found.template_variance is not None and found.template_variance[0, 0] == 9
    assert found.usable is not None and np.argwhere(~found.usable).tolist() == [[2, 2]]
    assert found.about.notes == ("the template's error is added, times the scale",)
    assert context().notes == ()


@pytest.mark.parametrize(
    ("given", "fwhm", "note"),
    [
        ({"fwhm": 3.5}, 3.5, "FWHM from the cutout's metadata"),
        ({"fwhm": "3.5"}, 3.5, "FWHM from the cutout's metadata"),
        ({"fwhm": 0}, np.nan, "the FWHM in the cutout's metadata is no width"),
        ({"fwhm": "wide"}, np.nan, "the FWHM in the cutout's metadata is no width"),
        ({"fwhm": np.ma.masked}, np.nan, "the FWHM in the cutout's metadata is no width"),
        ({"fwhm": None}, np.nan, None),
    ],
)
def test_width_is_that_of_the_metadata(given: Any, fwhm: float, note: str | None) -> None:
    about = context(meta=given)
    assert about.fwhm == pytest.approx(fwhm, nan_ok=True)
    assert (about.psf is None) == np.isnan(fwhm)
    assert about.notes == (() if note is None else (note,))


@pytest.mark.parametrize(
    ("fwhm", "found", "notes"),
    [
        (4.0, 4.0, ()),
        (0.0, np.nan, ("FWHM 0.0 is no width: taken as not known",)),
        (-1.0, np.nan, ("FWHM -1.0 is no width: taken as not known",)),
    ],
)
def test_width_of_the_options_comes_first(
    fwhm: float, found: float, notes: tuple[str, ...]
) -> None:
    about = context(FitOptions(fwhm=fwhm), meta={"fwhm": 3.5})
    assert about.fwhm == pytest.approx(found, nan_ok=True) and about.notes == notes


@pytest.mark.parametrize(
    ("meta", "position"),
    [
        ({}, (10, 10)),
        ({"x": 57.25, "y": 3.75}, (10.25, 9.75)),
        ({"x": 57.5, "y": -3.4}, (9.5, 9.6)),
        ({"x": 57.4, "y": 3.6}, (10.4, 9.6)),
        ({"x": "57.25", "y": np.nan}, (10.25, 10)),
        ({"x": "west", "y": None}, (10, 10)),
    ],
)
def test_position_is_the_centre_and_the_fractions_of_the_pixel(
    meta: dict[str, Any], position: tuple[float, float]
) -> None:
    assert context(FitOptions(fwhm=3), meta=meta).position == pytest.approx(position)
    assert np.isnan(context(meta=meta).position).all()


def test_position_of_a_cutout_is_its_own() -> None:
    cutout = Cutout(planes(), {"x": 57.25, "y": 33.75, "fwhm": 3.0}, origin=(50, 20))
    found = read_fit_input(cutout, OPTIONS)
    assert isinstance(found, FitInput) and found.about.position == (7.25, 13.75)


@pytest.mark.parametrize(
    ("options", "box", "psf_box"),
    [
        (FitOptions(), (0, 21), (0, 21)),
        (FitOptions(fwhm=3), (0, 21), (0, 21)),
        (FitOptions(inner=9), (6, 15), (6, 15)),
        (FitOptions(inner=9, fwhm=3), (6, 15), (4, 17)),
        (FitOptions(inner=13, fwhm=3), (4, 17), (4, 17)),
        (FitOptions(inner=15, fwhm=3), (3, 18), (3, 18)),
        (FitOptions(inner_fwhm=2, fwhm=3), (7, 14), (4, 17)),
        (FitOptions(inner=9, inner_fwhm=2), (6, 15), (6, 15)),
    ],
)
def test_box_of_the_psf_is_four_widths_and_a_pixel(
    options: FitOptions, box: tuple[int, int], psf_box: tuple[int, int]
) -> None:
    about = context(options)
    assert about.box == (slice(*box), slice(*box))
    assert about.psf_box == (slice(*psf_box), slice(*psf_box))


@pytest.mark.parametrize(("fwhm", "is_fitted"), [(5.0, True), (5.24, True), (5.25, False)])
def test_cutout_smaller_than_the_psf_has_none(fwhm: float, is_fitted: bool) -> None:
    about = context(FitOptions(fwhm=fwhm))
    assert about.fwhm == fwhm and (about.psf is not None) == is_fitted
    assert about.notes == (() if is_fitted else ("the cutout is smaller than 4 FWHM + 1 = 22 px",))
    assert bool(about.psf_text) == is_fitted


@pytest.mark.parametrize(
    ("changes", "matched"),
    [
        ({}, False),
        ({"convolved": np.ones((21, 21))}, True),
        ({"meta": {"template_matched": True}}, True),
        ({"meta": {"template_matched": 0}, "convolved": np.ones((21, 21))}, False),
    ],
)
def test_template_that_is_not_matched_is_a_caveat(changes: dict[str, Any], matched: bool) -> None:
    about = context(**changes)
    caveat = "the template is not matched to the image's PSF and flux"
    assert about.caveats == (() if matched else (caveat,))
    assert about.template == ("convolved" if "convolved" in changes else "template")


def test_origin_of_the_planes_is_told() -> None:
    cutout = Cutout({**planes(), "convolved": np.ones((21, 21))}, {})
    cutout.provenance["err"] = Provenance.ESTIMATED
    cutout.provenance["convolved"] = Provenance.REPROJECTED
    cutout.notes["err"] = "from the image"
    found = read_fit_input(cutout, OPTIONS)
    assert isinstance(found, FitInput)
    assert found.about.caveats == (
        "err is only estimated",
        "the template is not matched to the image's PSF and flux",
    )
    assert found.about.notes == ("err from the image",)


@pytest.mark.parametrize(("max_shift", "told"), [(10, False), (10.5, True)])
def test_shift_beyond_half_of_the_cutout_is_told(max_shift: float, told: bool) -> None:
    note = "max_shift 10.5 is more than 10, half of the cutout"
    assert context(FitOptions(max_shift)).notes == ((note,) if told else ())


def test_plane_that_could_not_be_read_is_the_reason() -> None:
    cutout = Cutout(planes(), {})
    cutout.unread = {"mask": "cut short"}
    found = read_fit_input(cutout, OPTIONS)
    assert isinstance(found, Adjustment) and found.unread and "mask" in found.reason
    cutout.unread = {"diff": "cut short"}
    assert isinstance(read_fit_input(cutout, OPTIONS), FitInput)
