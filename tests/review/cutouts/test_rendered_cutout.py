"""Frames: a cutout made ready, and what is said where it cannot be."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from astropy.io.fits import Header
from astropy.wcs import WCS

from tests.helpers.fake_field import FieldInMemory, field
from tests.helpers.fake_session import candidate_list
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import NOT_COVERING, Provenance
from vetter.core.cutout_source import PsfFwhm
from vetter.core.display.style import DisplayStyle
from vetter.review.cutouts.rendered_cutout import (
    NO_DATA,
    NOT_HERE,
    OFF_THE_IMAGE,
    REFIT,
    FitPanel,
    Shift,
    render_cutout,
    rendered_from,
    repaint,
)


def test_a_frame_has_a_picture_for_each_plane_in_the_sources_order() -> None:
    source = FieldInMemory()
    frame = render_cutout(source, 3, 20, DisplayStyle())
    assert frame.error is None and frame.name == "C3" and frame.row == 3
    names = tuple(name for name in frame.plane_names if name != "snr")
    assert names == source.plane_names
    assert tuple(frame.pictures) == frame.plane_names
    assert frame.shape == (41, 41)


def test_the_candidate_is_placed_with_its_fraction() -> None:
    frame = render_cutout(FieldInMemory(places=[[100.3, 57.75]]), 0, 20, DisplayStyle())
    assert frame.position == pytest.approx((20.3, 19.75))


def test_what_the_views_are_given_cannot_be_changed() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    for array in (*frame.planes.values(), *frame.pictures.values()):
        assert not array.flags.writeable


def test_a_cutout_that_cannot_be_read_is_an_error_in_words() -> None:
    frame = render_cutout(FieldInMemory(fails=(2,)), 2, 20, DisplayStyle())
    assert frame.error == "C2.fits: wants an image, found none"
    assert frame.cutout is None and not frame.pictures and frame.name == "C2"


def test_an_unexpected_failure_is_told_and_does_not_spread() -> None:
    source = FieldInMemory()
    source.places = source.places[:2]
    frame = render_cutout(source, 5, 20, DisplayStyle())
    assert frame.error is not None
    assert frame.error.startswith("no cutout: a fault of this program (IndexError")


def test_a_plane_without_values_says_so() -> None:
    planes = field()
    planes["template"] = np.full_like(planes["template"], np.nan)
    frame = render_cutout(FieldInMemory(planes), 0, 20, DisplayStyle())
    assert frame.states == {"template": NO_DATA}


def test_off_the_image_is_said_of_all_planes() -> None:
    frame = render_cutout(FieldInMemory(places=[[-300.0, 50.0]]), 0, 20, DisplayStyle())
    assert set(frame.states.values()) == {OFF_THE_IMAGE}
    assert "image" in frame.states and "mask" not in frame.states


class StampsOfNan(FieldInMemory):
    def cutout(self, row: int, radius: float) -> Cutout:
        shape = (21, 21)
        planes = {name: np.full(shape, np.nan) for name in ("image", "template", "diff")}
        return Cutout({**planes, "mask": np.ones(shape, bool)})


def test_stamps_of_nan_have_no_data_rather_than_no_place() -> None:
    frame = render_cutout(StampsOfNan(), 0, 20, DisplayStyle())
    for name in ("image", "template", "diff"):
        assert frame.states[name] == NO_DATA


def test_the_residual_of_a_fit_is_a_plane_with_a_picture() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    residual = np.zeros((41, 41))
    fitted = repaint(frame, DisplayStyle(), FitPanel(residual))
    assert fitted.planes["adjusted"] is residual and "adjusted" in fitted.pictures
    assert fitted.limits["adjusted"] == fitted.limits["diff"]
    assert "adjusted" not in frame.planes


def test_a_fit_without_residual_says_why() -> None:
    frame = render_cutout(
        FieldInMemory(), 0, 20, DisplayStyle(), FitPanel(None, "the fit: no good pixels")
    )
    assert frame.states["adjusted"] == "the fit: no good pixels"
    assert "adjusted" in frame.plane_names and "adjusted" not in frame.pictures


def test_a_residual_of_another_size_is_shown_about_the_same_centre() -> None:
    residual = np.zeros((31, 31))
    residual[15, 15] = 7
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle(), FitPanel(residual))
    shown = frame.planes["adjusted"]
    assert shown.shape == (41, 41) and shown[20, 20] == 7 and np.isnan(shown[0, 0])


def test_a_residual_without_a_common_centre_is_not_shown() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle(), FitPanel(np.zeros((30, 30))))
    assert "another shape" in frame.states["adjusted"] and "adjusted" not in frame.planes


def test_compass_and_scale_come_from_the_images_wcs() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [10, 20], [200, 200], [-1e-4, 1e-4]
    frame = render_cutout(FieldInMemory(wcs=wcs), 0, 20, DisplayStyle())
    assert (frame.north, frame.east) == pytest.approx((90, 180), abs=0.1)
    assert frame.pixel_scale == pytest.approx(0.36, rel=1e-3)


def test_compass_is_that_of_the_candidates_place() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    # The pole is ten columns and twenty rows from the candidate.
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [0, 90], [111, 78], [-1e-4, 1e-4]
    frame = render_cutout(FieldInMemory(wcs=wcs, places=[[100, 57]]), 0, 20, DisplayStyle())
    assert frame.north == pytest.approx(math.degrees(math.atan2(20, 10)), abs=0.5)


class Unplaced(FieldInMemory):
    """Cutouts of 21 by 31 pixels whose WCS cannot be used."""

    def cutout(self, row: int, radius: float) -> Cutout:
        header = {"CTYPE1": "RA---TAN", "CTYPE2": "RA---TAN", "CRVAL1": 1.0, "CRVAL2": 2.0}
        return Cutout({"image": np.ones((21, 31))}, {"ra": 1.0, "dec": 2.0}, Header(header))


def test_cutout_with_an_unusable_wcs_lacks_the_compass_alone() -> None:
    frame = render_cutout(Unplaced(), 0, 20, DisplayStyle())
    assert frame.error is None and frame.north is None
    assert frame.position == (15, 10) and "image" in frame.pictures


class PartOfStamp(FieldInMemory):
    """Parts of 9 columns and 11 rows of stamps that are fitted whole."""

    def cutout(self, row: int, radius: float) -> Cutout:
        cutout = Cutout({"image": np.ones((11, 9))})
        cutout.offset_in_whole = (3, 5)
        return cutout


@pytest.mark.parametrize(("shape", "fits"), [((21, 21), True), ((16, 12), True), ((15, 12), False)])
def test_residual_of_a_whole_stamp_is_shown_on_its_part(shape: tuple[int, int], fits: bool) -> None:
    residual = np.zeros(shape)
    residual[5 + 2, 3 + 4] = 7
    frame = render_cutout(PartOfStamp(), 0, 20, DisplayStyle(), FitPanel(residual))
    assert ("adjusted" in frame.planes) is fits
    if fits:
        assert np.argwhere(frame.planes["adjusted"] == 7).tolist() == [[2, 4]]
    else:
        assert "another shape" in frame.states["adjusted"]


def test_without_wcs_there_is_neither() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    assert frame.north is None and frame.pixel_scale is None


def test_a_shift_comes_and_goes_with_its_residual() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    fitted = repaint(frame, DisplayStyle(), FitPanel(np.zeros((41, 41)), shift=Shift(0.3, -0.2)))
    assert fitted.shift == (0.3, -0.2, False)
    assert repaint(fitted, DisplayStyle(), FitPanel(None, "no good pixel")).shift is None


@pytest.mark.parametrize("signed", [True, False], ids=["with diff", "without diff"])
@pytest.mark.parametrize(
    "before", [None, FitPanel(None, "fitting..."), FitPanel(np.ones((41, 41)))]
)
def test_a_fit_that_comes_later_is_drawn_as_if_it_had_been_there(before, signed) -> None:
    planes = field() if signed else {n: p for n, p in field().items() if n != "diff"}
    source, looks = FieldInMemory(planes), DisplayStyle()
    fit = FitPanel(np.random.default_rng(3).normal(0, 9, (41, 41)), None, Shift(0.3, -0.1))
    at_once = render_cutout(source, 0, 20, looks, fit)
    later = repaint(render_cutout(source, 0, 20, looks, before), looks, fit)
    assert later.plane_names == at_once.plane_names and later.limits == at_once.limits
    for name, picture in at_once.pictures.items():
        assert np.array_equal(later.pictures[name], picture)


def test_a_fit_that_is_taken_back_leaves_no_picture() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle(), FitPanel(np.ones((41, 41))))
    bare = repaint(frame, DisplayStyle(), FitPanel(None, "fitting..."))
    assert bare.states["adjusted"] == "fitting..."
    assert "adjusted" not in bare.pictures and "adjusted" not in bare.limits


def test_a_plane_that_lies_elsewhere_says_so_in_its_panel() -> None:
    planes = field()
    planes["template"] = np.full_like(planes["template"], np.nan)
    frame = render_cutout(FieldInMemory(planes), 0, 20, DisplayStyle())
    elsewhere = dataclasses.replace(frame, notes={"template": NOT_COVERING})
    assert repaint(elsewhere, DisplayStyle()).states == {"template": NOT_COVERING}


def test_snr_is_the_difference_over_its_noise() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    assert frame.cutout is not None
    wanted = frame.cutout["diff"] / frame.cutout["err"]
    np.testing.assert_allclose(frame.planes["snr"], wanted)
    assert frame.notes["snr"] == "diff / err" and "snr" not in frame.cutout
    assert frame.plane_names.index("snr") == frame.plane_names.index("err") + 1
    low, high = frame.limits["snr"]
    assert low == -high <= -9


def test_snr_takes_the_noise_of_the_template_in() -> None:
    diff, err = np.full((41, 41), 5.0), np.full((41, 41), 3.0)
    err[0, 0] = 0
    planes = {"image": diff, "diff": diff, "err": err, "template_err": np.full((41, 41), 4.0)}
    snr = render_cutout(FieldInMemory(planes, [[20, 20]]), 0, 20, DisplayStyle()).planes["snr"]
    assert snr[20, 20] == 1 and snr[0, 0] == pytest.approx(1.25)


def test_snr_of_no_noise_is_no_number() -> None:
    diff = np.ones((41, 41))
    planes = {"image": diff, "diff": diff, "err": 0 * diff}
    frame = render_cutout(FieldInMemory(planes, [[20, 20]]), 0, 20, DisplayStyle())
    assert frame.states["snr"] == NO_DATA and "snr" in frame.pictures


def test_snr_of_the_user_is_kept() -> None:
    diff = np.ones((41, 41))
    planes = {"image": diff, "diff": diff, "err": diff, "snr": 7 * diff}
    frame = render_cutout(FieldInMemory(planes, [[20, 20]]), 0, 20, DisplayStyle())
    assert (frame.planes["snr"] == 7).all() and "snr" not in frame.notes


def test_new_style_keeps_the_measured_noise() -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    again = repaint(frame, DisplayStyle().with_("sky", invert=True))
    assert again.noise is frame.noise and again.planes["snr"] is frame.planes["snr"]
    assert frame.noise.keys() == frame.limits.keys()


def test_plane_with_its_own_limits_is_named() -> None:
    image = np.random.default_rng(1).normal(100, 5, (41, 41))
    planes = {"image": image, "template": image + 9000}
    frame = render_cutout(FieldInMemory(planes, [[20, 20]]), 0, 20, DisplayStyle())
    assert frame.own_limits == {"template"}
    # In a blink it is as dark or bright as it is beside the image.
    assert list(frame.blinks) == ["template"]
    apart = repaint(frame, DisplayStyle(shared=False))
    assert apart.own_limits == frozenset()


def flat(**more: object) -> FieldInMemory:
    """Noise of 41 by 41 pixels with the candidate in the middle, and other planes of that size."""
    image = np.random.default_rng(1).normal(100, 5, (41, 41))
    return FieldInMemory({"image": image, **more}, [[20, 20]])


@pytest.mark.parametrize(
    ("place", "fwhm", "near"),
    [
        ((20, 28), None, True),
        ((29, 20), None, False),
        ((20, 26), PsfFwhm(3.0, ""), True),
        ((20, 27), PsfFwhm(3.0, ""), False),
    ],
)
def test_bad_pixel_is_near_within_two_fwhm(
    place: tuple[int, int], fwhm: PsfFwhm | None, near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, other = np.zeros((41, 41), bool), np.zeros((41, 41), bool)
    bad[place] = True
    source = flat(mask=other, template_mask=bad)
    monkeypatch.setattr(FieldInMemory, "fwhm", lambda source, measure=True: fwhm)
    frame = render_cutout(source, 0, 20, DisplayStyle())
    assert frame.is_bad_near is near and len(frame.hatch) > 0


def test_cutout_without_bad_pixels_has_no_hatch() -> None:
    frame = render_cutout(flat(mask=np.zeros((41, 41), bool)), 0, 20, DisplayStyle())
    assert not frame.is_bad_near and frame.hatch.shape == (0, 4)


def test_cutout_of_a_script_is_drawn_by_itself() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [10, 20], [10, 10], [-1e-4, 1e-4]
    cutout = flat(mask=np.eye(41, dtype=bool)).cutout(0, 10)
    cutout.wcs = wcs
    frame = rendered_from(candidate_list(4), 3, cutout, DisplayStyle())
    assert (frame.row, frame.name, frame.radius, frame.shape) == (3, "J003", 10, (21, 21))
    assert (frame.north, frame.east) == pytest.approx((90, 180), abs=0.1)
    assert frame.is_bad_near and frame.expected == () and frame.error is None


def test_planes_are_blinked_with_the_limits_of_the_image() -> None:
    image = np.random.default_rng(1).normal(100, 5, (41, 41))
    near, far = image + 3, image + 9000
    source = FieldInMemory(
        {"image": image, "near": near, "far": far, "diff": image - 100}, [[20, 20]]
    )
    looks = DisplayStyle(shared=False, blinks=("near", "far"))
    frame = render_cutout(source, 0, 20, looks)
    # The other has no value within the limits of the image, and keeps its picture.
    assert list(frame.blinks) == ["near"]
    assert (frame.blinks["near"] != frame.pictures["near"]).any()
    fitted = repaint(frame, looks, FitPanel(np.full((41, 41), 5.0)))
    assert list(fitted.blinks) == ["near", REFIT]
    assert (fitted.blinks[REFIT] & 0xFF).mean() < (fitted.pictures["image"] & 0xFF).mean()
    assert fitted.nbytes == sum(
        array.nbytes
        for arrays in (fitted.planes, fitted.pictures, fitted.blinks)
        for array in arrays.values()
    )


def test_refit_template_is_the_image_without_the_residual() -> None:
    residual = np.zeros((41, 41))
    residual[:, 20:] = 15
    frame = render_cutout(flat(), 0, 20, DisplayStyle(), FitPanel(residual))
    assert list(frame.blinks) == [REFIT]
    refit, image = frame.blinks[REFIT], frame.pictures["image"]
    assert (refit[:, :20] == image[:, :20]).all()
    assert ((refit & 0xFF) < (image & 0xFF))[:, 20:].mean() > 0.9


def test_noise_of_an_estimated_err_is_named_and_computed() -> None:
    planes = field()
    made = {"err": Provenance.ESTIMATED}
    frame = render_cutout(FieldInMemory(planes, provenance=made), 0, 20, DisplayStyle())
    assert frame.notes["snr"] == "diff / estimated err"
    assert frame.provenance["snr"] == Provenance.COMPUTED | Provenance.ESTIMATED
    given = render_cutout(FieldInMemory(planes), 0, 20, DisplayStyle())
    assert given.provenance["snr"] == Provenance.COMPUTED


class Damaged(FieldInMemory):
    def cutout(self, row: int, radius: float) -> Cutout:
        cutout = super().cutout(row, radius)
        del cutout["template"]
        cutout.unread = {"template": "template.fits: the disk is gone"}
        return cutout


def test_plane_that_cannot_be_read_keeps_its_panel_and_says_why() -> None:
    source = Damaged()
    frame = render_cutout(source, 0, 20, DisplayStyle(), FitPanel(None, "fitting..."))
    assert frame.states == {
        "template": "template.fits: the disk is gone",
        "adjusted": "fitting...",
    }
    names = [name for name in frame.plane_names if name != "snr"]
    assert names == ["image", "template", "convolved", "diff", "adjusted", "err", "mask"]


class Lacking(FieldInMemory):
    """Images that lack planes of the others."""

    def cutout(self, row: int, radius: float) -> Cutout:
        cutout = super().cutout(row, radius)
        for name in ("template", "convolved", "mask"):
            del cutout[name]
        cutout.unread = {"mask": "mask.fits: gone"}
        return cutout


def test_plane_that_an_image_lacks_keeps_its_panel_and_says_so() -> None:
    source = Lacking(notes={"convolved": "not made"})
    frame = render_cutout(source, 0, 20, DisplayStyle())
    assert frame.states == {
        "template": NOT_HERE,
        "convolved": "not made",
        "mask": "mask.fits: gone",
    }


class OfFwhm(FieldInMemory):
    """Candidates with a column of their FWHM."""

    fwhm_in_list: object = None

    def cutout(self, row: int, radius: float) -> Cutout:
        cutout = super().cutout(row, radius)
        cutout.meta["width"] = self.fwhm_in_list
        return cutout


def of_fwhm(fwhm: object, planes: dict[str, np.ndarray], place: float) -> OfFwhm:
    """A candidate whose row in the list has this FWHM."""
    source = OfFwhm(planes, [[place, place]])
    source.fwhm_in_list = fwhm
    roles = source.candidates.roles._replace(fwhm="width")
    source.candidates = dataclasses.replace(source.candidates, roles=roles)
    return source


def noise_for(fwhm: object) -> object:
    """The noise of a bright source's planes, without the source as far as its FWHM tells."""
    y, x = np.mgrid[:101, :101]
    image = np.random.default_rng(1).normal(100, 5, (101, 101))
    image += 1000 * np.exp(-((x - 50) ** 2 + (y - 50) ** 2) / 800)
    source = of_fwhm(fwhm, {"image": image}, 50)
    return render_cutout(source, 0, 50, DisplayStyle()).noise["image"]


def test_noise_is_measured_beside_the_candidate_by_its_own_fwhm() -> None:
    usual = noise_for(None)
    assert noise_for(20.0) != usual and noise_for(1) != usual
    for fwhm in (20.1, 0.9, float("nan"), "3"):
        assert noise_for(fwhm) == usual


@pytest.mark.parametrize(("fwhm", "brightest"), [(2.0, 200), (None, 9000)])
def test_limits_of_a_cutout_in_memory_are_those_of_the_window(fwhm, brightest) -> None:
    image = np.random.default_rng(1).normal(0, 5, (41, 41))
    # The neighbour is within twice the usual FWHM of the candidate, and beyond twice its own.
    image[20, 20], image[20, 26] = 200, 9000
    source = of_fwhm(fwhm, {"image": image, "diff": image}, 20)
    shown = render_cutout(source, 0, 20, DisplayStyle())
    drawn = rendered_from(source.candidates, 0, source.cutout(0, 20), DisplayStyle())
    assert drawn.limits == shown.limits
    assert shown.limits["diff"] == (-brightest, brightest)
    assert shown.limits["image"][1] == brightest


def test_frame_without_pictures_has_no_shape() -> None:
    frame = render_cutout(FieldInMemory(fails=(2,)), 2, 20, DisplayStyle())
    assert frame.shape is None and frame.nbytes == 0 and frame.radius == 20
    assert repaint(frame, DisplayStyle(shared=False)) is frame
