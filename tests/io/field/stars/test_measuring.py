"""Measurement of what the fits of a field need, on simulated pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_pairs import NEW, NEW_FLUX, SIDE, make_pair, open_pair
from vetter.core.cutout.plane import Box
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.field_fit import NO_FWHM, FieldFit, fit_rows
from vetter.core.matching.match import FieldMatch
from vetter.core.matching.scale_match import ScaleMatch
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel
from vetter.io.field.field_source import FieldSource
from vetter.io.field.stars import measuring
from vetter.io.field.stars.measuring import prepare_field_fit, saturation_of
from vetter.settings import FitSettings

SETTINGS = FitSettings()


class Measured:
    """A field with what was measured on it, and the fits of its two candidates."""

    def __init__(self, source: FieldSource) -> None:
        self.source = source
        self.fit, self.record = self.prepare()
        self.fits = fit_rows(source, self.fit, [0, 1])

    def prepare(self, kept: Any = None) -> tuple[FieldFit, Any]:
        return prepare_field_fit(self.source.fields[0], self.source.record, SETTINGS, 20.0, kept)

    @property
    def new(self) -> tuple[Adjustment, Judgement]:
        return self.fits[0], self.fit.judge(self.fits[0])

    @property
    def moved(self) -> Judgement:
        return self.fit.judge(self.fits[1])

    @property
    def match(self) -> Any:
        assert self.fit.measured is not None
        return self.fit.measured.match

    @property
    def noise(self) -> Any:
        assert self.fit.measured is not None
        return self.fit.measured.noise


def measure(folder: Path, planes: dict[str, Any], *names: str, **how: Any) -> Iterator[Measured]:
    source = open_pair(folder, {name: planes[name] for name in names}, **how)
    yield Measured(source)
    source.close()


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Image and template alone, the template the sharper one."""
    yield from measure(tmp_path_factory.mktemp("blind"), make_pair(), "image", "template")


@pytest.fixture(scope="module")
def blurred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Image and template alone, the image the sharper one."""
    pair = make_pair(image_fwhm=2.6, template_fwhm=3.4)
    yield from measure(tmp_path_factory.mktemp("blurred"), pair, "image", "template")


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Image, matched template and errors, all of them right."""
    yield from measure(tmp_path_factory.mktemp("matched"), make_pair(), "image", "convolved", "err")


def assert_answered(found: Measured) -> None:
    fit, judgement = found.new
    assert found.fit.missing == ""
    assert judgement.answer is Answer.KEPT
    assert fit.prior_flux == pytest.approx(NEW_FLUX, abs=4 * fit.prior_flux_err)
    assert judgement.stars >= 20


def test_pair_without_matched_template_and_errors_is_answered(blind: Measured) -> None:
    assert_answered(blind)
    assert blind.moved.answer is Answer.EXPLAINED


def test_sharper_template_is_convolved(blind: Measured) -> None:
    assert isinstance(blind.match, FieldMatch) and blind.match.direction == "template"
    assert "template matched here" in blind.fit.description


def test_missing_errors_are_measured_on_the_difference(blind: Measured) -> None:
    assert isinstance(blind.noise, NoiseModel)
    sky = float(np.median(blind.noise.sky.values))
    # A sky of sigma 10, and the template's of sigma 10, smoothed by the kernel.
    assert 10.0 < sky < 11.5


def test_normal_of_the_field_is_its_registration(blind: Measured) -> None:
    normal = blind.fit.normal_at(*NEW)
    assert normal.shift_err == pytest.approx(0.15, abs=0.05)
    assert np.hypot(normal.dx, normal.dy) < 0.1


def test_kept_record_is_not_measured_again(
    blind: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "choose_field_fit", None)
    again, record = blind.prepare(blind.record)
    assert record is None
    assert again.signature(()) == blind.fit.signature(())
    assert fit_rows(blind.source, again, [0, 1])[0].chi2 == blind.fits[0].chi2


def test_record_of_other_options_is_measured_again(
    blind: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(measuring, "choose_field_fit", lambda *options: asked.append(options))
    monkeypatch.setattr(measuring, "complete_field_fit", lambda _field, _fit: blind.fit)
    options = blind.source.fields[0], blind.source.record, FitSettings(max_shift=2.0), 20.0
    assert prepare_field_fit(*options, blind.record)[1] is not None
    assert len(asked) == 1


def test_convolved_image_keeps_the_candidate_and_its_flux(blurred: Measured) -> None:
    assert isinstance(blurred.match, FieldMatch) and blurred.match.direction == "image"
    assert_answered(blurred)
    planes = blurred.source.planes_for_fits(blurred.fit.measured).planes
    x, y = round(NEW[0]), round(NEW[1])
    box = Box(x - 5, y - 5, 11, 11)
    difference = planes["image"].read(box) - planes["convolved"].read(box)
    rows, columns = np.mgrid[y - 5 : y + 6, x - 5 : x + 6]
    total = difference.sum()
    # The noise of a sum over 121 pixels of sigma 14, correlated, is some 200.
    assert total == pytest.approx(NEW_FLUX, rel=0.15)
    place = (columns * difference).sum() / total, (rows * difference).sum() / total
    assert place == pytest.approx(NEW, abs=0.4)


def test_psf_of_a_convolved_image_is_broader(blurred: Measured) -> None:
    assert blurred.fit.options.fwhm == pytest.approx(3.4, abs=0.15)


def test_right_planes_are_used_as_given(matched: Measured) -> None:
    assert_answered(matched)
    assert matched.match is None and matched.noise is None
    assert matched.moved.answer is Answer.EXPLAINED


def test_template_in_other_units_is_rescaled(tmp_path: Path, matched: Measured) -> None:
    pair = make_pair()
    pair["convolved"] = 2.3 * pair["convolved"]
    (found,) = measure(tmp_path, pair, "image", "convolved", "err")
    assert isinstance(found.match, ScaleMatch)
    assert found.match.scale == pytest.approx(1 / 2.3, rel=0.01)
    assert_answered(found)
    assert found.new[0].prior_flux == pytest.approx(matched.new[0].prior_flux, rel=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_template_of_noise_is_not_in_other_units(tmp_path: Path, seed: int) -> None:
    pair = make_pair()
    level, sigma = float(np.median(pair["convolved"])), float(np.median(pair["err"]))
    pair["convolved"] = np.random.default_rng(seed).normal(level, sigma, (SIDE, SIDE))
    (found,) = measure(tmp_path, pair, "image", "convolved", "err")
    assert found.match is None
    assert "flux scale" not in found.fit.description


@pytest.mark.parametrize("factor", [0.8, 2.0])
def test_wrong_errors_are_corrected(tmp_path: Path, matched: Measured, factor: float) -> None:
    pair = make_pair()
    pair["err"] = factor * pair["err"]
    (found,) = measure(tmp_path, pair, "image", "convolved", "err")
    assert isinstance(found.noise, ErrCheck)
    assert found.noise.factor == pytest.approx(1 / factor, rel=0.05)
    assert "by the scatter of the difference" in found.fit.description
    assert_answered(found)
    wanted = matched.new[0].prior_flux_err
    assert found.new[0].prior_flux_err == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize(
    ("how", "missing"),
    [
        ({}, NO_FWHM),
        ({"fwhm": 3.4}, "no matched template: 0 stars of 0 usable in image and template"),
    ],
    ids=["no FWHM", "no match"],
)
def test_field_without_stars_says_the_one_missing_thing(
    tmp_path: Path, how: dict[str, Any], missing: str
) -> None:
    rng = np.random.default_rng(1)
    blank = {name: rng.normal(1000, 10, (SIDE, SIDE)) for name in ("image", "template")}
    (found,) = measure(tmp_path, blank, "image", "template", **how)
    assert found.fit.missing.startswith(missing)
    assert found.new[1].answer is Answer.NOT_JUDGED
    assert found.new[1].reason == found.fit.missing


def test_field_without_a_template_is_not_measured(tmp_path: Path) -> None:
    source = open_pair(tmp_path, {"image": make_pair()["image"]})
    fit, record = prepare_field_fit(source.fields[0], source.record, SETTINGS, 20.0)
    source.close()
    assert (fit.measured, fit.calibration, record) == (None, None, None)


def test_candidate_on_a_star_has_a_higher_limit(blind: Measured) -> None:
    assert blind.moved.flux_limit > 2 * blind.new[1].flux_limit
    assert blind.fits[1].star_flux > blind.fits[0].star_flux


@pytest.mark.parametrize(
    ("value", "level"),
    [(65535, 65535.0), (6e4, 6e4), (0, None), (-1, None), (True, None), ("6e4", None)],
    ids=str,
)
def test_saturation_is_a_positive_number_of_the_header(value: object, level: Any) -> None:
    assert saturation_of({"SATURATE": value}) == level
    assert saturation_of({}) is None
