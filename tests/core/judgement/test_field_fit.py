"""How a field's candidates are fitted, and what a result is kept under."""

from __future__ import annotations

import dataclasses
import types

import numpy as np
import pytest

from tests.helpers.plain_source import PlainSource
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import Fingerprint, PsfFwhm
from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.fit.field_normal import MATCHED_NORMAL, UNKNOWN_NORMAL
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.field_fit import NO_FWHM, fit_rows, make_field_fit
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.core.matching.match import FieldMatch
from vetter.core.psf.models import Gaussian, Moffat
from vetter.settings import FitSettings

PIXELS = (Fingerprint("image", "/a/image.fits", 10, 1, "abc"),)


def test_the_box_is_four_fwhm_and_a_pixel():
    fit = make_field_fit(PsfFwhm(3.0, "FWHM 3.00 px as you say"), FitSettings(), 20)
    assert fit.options.inner == 13
    assert (fit.options.max_shift, fit.options.max_scale, fit.options.fit_bg) == (1, 2, True)
    assert "as you say" in fit.description


@pytest.mark.parametrize("fwhm", [2.75, 3.0, 3.67])
def test_the_box_that_is_said_is_the_one_that_is_fitted(fwhm):
    fitting = make_field_fit(PsfFwhm(fwhm, "given"), FitSettings(), 20)
    (result,) = fit_rows(Planes(("image", "convolved", "err")), fitting, [0])
    assert fitting.description.endswith(f"fitted box {result.box:.0f} px")


class Planes(PlainSource):
    """A source of one plain cutout, which keeps what it was asked for."""

    candidates = (0,)

    def __init__(self, plane_names):
        self.plane_names, self.asked = plane_names, None

    def cutout_with(self, row, radius, names):
        self.asked = set(names)
        pixels = np.random.default_rng(1).normal(size=(41, 41))
        planes = {name: pixels + 1 for name in self.plane_names if name in names}
        return Cutout(planes, {"x": 20.0, "y": 20.0}, origin=(0, 0))


@pytest.mark.parametrize(
    ("plane_names", "unread"),
    [
        (("image", "template", "convolved", "diff", "err"), {"template", "diff"}),
        (("image", "template", "diff", "err"), {"diff"}),
    ],
)
def test_only_the_planes_of_a_fit_are_read(plane_names, unread):
    source = Planes(plane_names)
    (result,) = fit_rows(source, make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0), [0])
    assert set(plane_names) - source.asked == unread
    assert np.isfinite(result.chi2)


def test_a_fit_that_breaks_costs_its_own_result_alone(monkeypatch):
    from vetter.core.fit import adjust

    def breaking(cutouts, options, normals):
        if any(cutout.meta["id"] == 1 for cutout in cutouts):
            raise IndexError("off by one")
        return real(cutouts, options, normals)

    real = adjust.fit_many
    monkeypatch.setattr(adjust, "fit_many", breaking)

    class Three(Planes):
        def cutout_with(self, row, radius, names):
            cutout = super().cutout_with(row, radius, names)
            cutout.meta["id"] = row
            return cutout

    source = Three(("image", "convolved", "err"))
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    results = fit_rows(source, fit, [0, 1, 2])
    assert [bool(np.isfinite(result.chi2)) for result in results] == [True, False, True]
    assert results[1].reason == "unexpected IndexError in the fit: off by one"


def test_unknown_fwhm_is_missing_and_not_judged():
    fit = make_field_fit(None, FitSettings(), 20)
    assert fit.options.fwhm is None and fit.options.psf is None and fit.options.inner == 25.0
    assert fit.missing == NO_FWHM
    assert fit.description == f"{fit.missing}; fitted box 25 px"
    judged = fit.judge(Adjustment(True, chi2_0=900.0, chi2=280.0, df=285, pval=0.5, fwhm=3.0))
    assert judged == Judgement(Answer.NOT_JUDGED, fit.missing)


@pytest.mark.parametrize(
    ("fwhm", "display", "radius"),
    [(10.0, 8.0, 23), (3.1, 1.0, 10), (3.0, 9.0, 9), (3.0, 9.5, 9.5), (None, 1.0, 15)],
)
def test_the_cutout_holds_the_box_however_small_the_display(fwhm, display, radius):
    """Half of the box, a shift of one pixel, and two pixels that the spline needs."""
    width = None if fwhm is None else PsfFwhm(fwhm, "")
    assert make_field_fit(width, FitSettings(), display).radius == radius


@pytest.mark.parametrize(
    ("settings", "prints"),
    [
        (FitSettings(max_shift=2), PIXELS),
        (FitSettings(), (dataclasses.replace(PIXELS[0], digest="other"),)),
    ],
    ids=["options", "pixels"],
)
def test_other_options_or_pixels_have_another_signature(settings, prints):
    fwhm = PsfFwhm(3.0, "")
    mine = make_field_fit(fwhm, FitSettings(), 20).signature(PIXELS)
    assert make_field_fit(fwhm, settings, 20).signature(prints) != mine


def test_neither_place_nor_list_nor_limits_change_the_signature():
    fwhm = PsfFwhm(3.0, "")
    moved = dataclasses.replace(PIXELS[0], path="/b/image.fits", mtime_ns=2)
    listed = Fingerprint("candidates", "/a/list.csv", 5, 1, "zzz")
    mine = make_field_fit(fwhm, FitSettings(), 20).signature(PIXELS)
    assert make_field_fit(fwhm, FitSettings(max_snr=4), 20).signature((listed, moved)) == mine


class Broken(Planes):
    """The same with planes that cannot be read."""

    def __init__(self, plane_names, broken):
        super().__init__(plane_names)
        self.broken = broken

    def cutout_with(self, row, radius, names):
        cutout = super().cutout_with(row, radius, names)
        for name in self.broken:
            cutout.planes.pop(name, None)
        cutout.unread = dict.fromkeys(self.broken, "it is gone")
        return cutout


@pytest.mark.parametrize("broken", ["err", "convolved", "mask", "image"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_plane_that_cannot_be_read_is_why_there_is_no_fit(broken, count):
    source = Broken(("image", "template", "convolved", "err", "mask"), [broken])
    rows = list(range(count))
    results = fit_rows(source, make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0), rows)
    assert {result.reason for result in results} == {f"no {broken}: it is gone"}
    assert all(result.unread for result in results)


def test_a_fit_does_without_planes_that_it_does_not_need():
    source = Broken(("image", "template", "convolved", "err"), ["template", "diff"])
    (result,) = fit_rows(source, make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0), [0])
    assert result.converged and not result.unread


STAR_COLUMNS = ("x", "y", "brightness", "dx", "dy", "scale", "chi2_ratio", "snr")


def make_calibration(dx=0.3):
    """Make twenty equal stars of a field."""
    x = np.linspace(50, 850, 20)
    ones = np.ones(20)
    return StarCalibration(
        x=x, y=x, brightness=1e4 * ones, dx=dx * ones, dy=0 * ones, scale=1.05 * ones,
        chi2_ratio=ones, snr=0.5 * ones,
    )  # fmt: skip


class Listed(Planes):
    """Two candidates with positions."""

    candidates = types.SimpleNamespace(x=np.array([100.0, np.nan]), y=np.array([100.0, 5.0]))


def test_fits_get_the_normals_of_their_positions():
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    source = Listed(("image", "convolved", "err"))
    calibrated = fit._replace(calibration=make_calibration())
    first, second = fit_rows(source, calibrated, [0, 1])
    assert (first.normal.dx, first.normal.scale) == pytest.approx((0.3, 1.05))
    assert first.normal.shift_err == pytest.approx(0.02)
    assert second.normal == UNKNOWN_NORMAL
    assert {result.normal for result in fit_rows(source, fit, [0, 1])} == {UNKNOWN_NORMAL}


@pytest.mark.parametrize("stars", [None, 4])
def test_matched_field_of_few_stars_has_the_normal_of_its_match(stars):
    kernel = np.ones((1, 1, 1))
    match = FieldMatch(kernel, np.zeros(1), 0.0, (900, 900), "template", 1.0, 4, 1.0, "")
    calibration = make_calibration()
    few = StarCalibration(**{name: getattr(calibration, name)[:stars] for name in STAR_COLUMNS})
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    fit = fit._replace(calibration=None if stars is None else few)
    assert fit.normal_at(100.0, 100.0) == UNKNOWN_NORMAL
    matched = fit._replace(measured=MeasuredPlanes(match))
    assert matched.normal_at(100.0, 100.0) == MATCHED_NORMAL
    assert matched._replace(calibration=calibration).normal_at(100.0, 100.0).dx > 0.2


class Masked(Planes):
    """One cutout of which all is masked, as around a saturated core."""

    def cutout_with(self, row, radius, names):
        pixels = np.full((41, 41), 100.0)
        pixels[20, 20] = 64500.0
        planes = {"image": pixels, "convolved": pixels, "err": np.ones_like(pixels)}
        return Cutout({**planes, "mask": np.ones(pixels.shape, bool)}, {"x": 20.0, "y": 20.0})


@pytest.mark.parametrize(("level", "named"), [(65535.0, True), (np.inf, False)])
def test_saturation_is_why_too_few_pixels_are_good(level, named):
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    fit = fit._replace(measured=MeasuredPlanes(saturation=level))
    (result,) = fit_rows(Masked(("image", "convolved", "err", "mask")), fit, [0])
    assert not result.converged
    assert result.reason.startswith("the star is saturated: ") is named


def test_a_fit_that_breaks_keeps_the_normals_of_the_others(monkeypatch):
    from vetter.core.fit import adjust

    real = adjust.fit_many

    def breaking(cutouts, options, normals):
        if len(cutouts) > 1:
            raise IndexError("off by one")
        return real(cutouts, options, normals)

    monkeypatch.setattr(adjust, "fit_many", breaking)
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    fit = fit._replace(calibration=make_calibration())
    results = fit_rows(Listed(("image", "convolved", "err")), fit, [0, 1])
    assert [np.isfinite(result.normal.shift_err) for result in results] == [True, False]


def test_other_stars_have_another_signature():
    fit = make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20)
    signatures = {
        fit._replace(calibration=stars).signature(PIXELS)
        for stars in (None, make_calibration(), make_calibration(0.31), make_calibration())
    }
    assert len(signatures) == 3


def test_field_judges_by_its_calibration():
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    source = Listed(("image", "convolved", "err"))
    calibrated = fit._replace(calibration=make_calibration())
    (result,) = fit_rows(source, calibrated, [0])
    assert calibrated.judge(result).stars == 20
    assert fit.judge(result).stars == 0


def test_limits_of_the_settings_decide():
    settings = FitSettings(max_snr=9.0, scale_low=0.5, scale_high=3.0, max_chi2_ratio=0.9)
    dipole = Adjustment(
        True, dx=0.4, dy=0.1, scale=1.0, chi2_0=9000.0, chi2=280.0, df=283, fwhm=4.0,
        raw_flux=4000.0, raw_flux_err=60.0, psf_snr=67.0, star_flux=40000.0, prior_flux=0.0,
        prior_flux_err=100.0, shift_chi2=281.0, scale_chi2=7000.0, scale_alone=0.9,
        scale_alone_err=0.01,
    )  # fmt: skip
    width = PsfFwhm(4.0, "given")
    usual = make_field_fit(width, FitSettings(), 20.0)
    own = make_field_fit(width, settings, 20.0)
    for changes, answers in (
        ({}, (Answer.EXPLAINED, Answer.EXPLAINED)),
        ({"prior_flux": 800.0}, (Answer.KEPT, Answer.ORDINARY)),
        ({"scale": 2.9}, (Answer.ORDINARY, Answer.EXPLAINED)),
        ({"scale": 0.6}, (Answer.ORDINARY, Answer.EXPLAINED)),
        ({"chi2": 4000.0}, (Answer.KEPT, Answer.EXPLAINED)),
    ):
        changed = dataclasses.replace(dipole, **changes)
        assert (usual.judge(changed).answer, own.judge(changed).answer) == answers, changes


@pytest.mark.parametrize(
    ("has_own", "missing", "fwhm", "answer"),
    [
        (False, "no match", 3.0, "no match"),
        (True, "no match", 3.0, None),
        (True, "no match", np.nan, "no match"),
        (True, "", np.nan, NO_FWHM),
        (False, "", np.nan, "no PSF: its FWHM is unknown; give the FWHM"),
    ],
)
def test_what_is_missing_spares_those_with_a_psf_of_their_own(has_own, missing, fwhm, answer):
    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    fit = fit._replace(has_own_psfs=has_own, missing=missing)
    reason = fit.judge(Adjustment(True, chi2_0=900.0, chi2=280.0, df=285, fwhm=fwhm)).reason
    assert reason == answer or (answer is None and missing not in reason)
    failed = fit.judge(make_failure("cut short"))
    assert failed == Judgement(Answer.NOT_JUDGED, "no fit: cut short")


@pytest.mark.parametrize(
    ("kind", "given", "psf"),
    [
        ("stars", None, Gaussian(3.0)),
        ("gaussian", None, Gaussian(3.0)),
        ("moffat", None, Moffat(3.0, 2.5)),
        ("moffat", Gaussian(3.0), Gaussian(3.0)),
    ],
)
def test_psf_is_the_one_given_or_that_of_the_settings(kind, given, psf):
    settings = FitSettings(psf=kind, moffat_beta=2.5)
    fit = make_field_fit(PsfFwhm(3.0, "as you say"), settings, 20.0, given)
    assert fit.options.psf == psf
    assert fit.description == f"{psf.description}; as you say; fitted box 13 px"


def test_own_psfs_have_another_signature():
    fit = make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20)
    assert fit._replace(has_own_psfs=True).signature(PIXELS) != fit.signature(PIXELS)


@pytest.mark.parametrize(
    ("names", "fields", "read"),
    [
        (("image", "template", "convolved", "err"), [0], False),
        (("image", "template", "convolved", "err"), [0, 1], True),
        (("image", "template", "err"), [0], True),
    ],
)
def test_template_is_read_where_a_candidate_may_have_it_alone(names, fields, read):
    source = type("Fields", (Planes,), {"fields": fields})(names)
    fit_rows(source, make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0), [0])
    assert ("template" in source.asked) is read


@pytest.mark.parametrize("template", ["template", "convolved"])
@pytest.mark.parametrize(("level", "named"), [(65535.0, True), (np.inf, False)])
def test_saturation_of_the_template_is_why_too_few_pixels_are_good(template, level, named):
    class Saturated(Planes):
        def cutout_with(self, row, radius, names):
            flat, star = np.full((41, 41), 100.0), np.full((41, 41), 100.0)
            star[20, 20] = 64500.0
            planes = {"image": flat, template: star, "err": np.ones_like(flat)}
            return Cutout({**planes, "mask": np.ones(flat.shape, bool)}, {"x": 20.0, "y": 20.0})

    fit = make_field_fit(PsfFwhm(3.0, "given"), FitSettings(), 20.0)
    fit = fit._replace(measured=MeasuredPlanes(template_saturation=level))
    (result,) = fit_rows(Saturated(("image", template, "err", "mask")), fit, [0])
    assert result.reason.startswith("the star is saturated: no good pixel") is named


class OfSurveys(Planes):
    """Candidates with FWHMs, a normal and a PSF of their own, as packets have."""

    has_own_widths = True
    widths = (3.0, 4.0, None, 3.0, 3.0)

    def own_fwhm(self, row, cutout):
        return None if self.widths[row] is None else PsfFwhm(self.widths[row], "own")

    def cutout_with(self, row, radius, names):
        cutout = super().cutout_with(row, radius, names)
        cutout.fit_psf = Gaussian(5.0) if row == 3 else None
        cutout.fit_normal = MATCHED_NORMAL if row == 1 else None
        return cutout


@pytest.mark.parametrize(
    ("own", "widths", "boxes"),
    [
        (True, [4.0, 3.0, 5.0, np.nan, 3.0], [17, 13, 21, 25, 13]),
        (False, [6.0, 6.0, 5.0, 6.0, 6.0], [25, 25, 21, 25, 25]),
    ],
    ids=["own", "the field's"],
)
def test_each_candidate_is_fitted_with_its_own_psf(own, widths, boxes):
    fit = make_field_fit(PsfFwhm(6.0, "given"), FitSettings(), 20.0)._replace(has_own_psfs=own)
    found = fit_rows(OfSurveys(("image", "convolved", "err")), fit, [1, 0, 3, 2, 4])
    np.testing.assert_equal([result.fwhm for result in found], widths)
    assert [result.box for result in found] == boxes
    assert [result.normal for result in found] == [MATCHED_NORMAL, *[UNKNOWN_NORMAL] * 4]
