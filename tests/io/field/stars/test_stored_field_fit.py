"""Record of a field's fit options and measurements in a session."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vetter.core.cutout_source import Fingerprint, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit, make_field_fit
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.core.matching.difference_match import DifferenceMatch
from vetter.core.matching.match import FieldMatch
from vetter.core.matching.scale_match import ScaleMatch
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.correlation import Correlation
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.psf.models import Gaussian, Moffat, PsfImage
from vetter.io.field.stars.stored_field_fit import (
    field_digest,
    make_record,
    restore_field_fit,
    setting_name,
    stored_fits,
)
from vetter.settings import FitSettings

RNG = np.random.default_rng(5)
GRID = np.array([0.0, 50.0, 99.0])


def make_map(low: float, high: float) -> CoarseMap:
    return CoarseMap(GRID, GRID, RNG.uniform(low, high, (3, 3)))


NOISE = NoiseModel(
    sky=make_map(4, 5),
    background=make_map(-1, 1),
    level=make_map(100, 101),
    signal_noise=0.1 + 0.2,
    photon_noise=1 / 3,
    model_error=0.01,
    reach=2,
    correlation=Correlation(RNG.uniform(0, 0.2, (5, 5))),
    template_share=0.3,
    factor=1.0,
    description="measured on the difference",
)
MATCHES = {
    "field": FieldMatch(
        kernels=RNG.normal(size=(3, 5, 5)) / 25,
        background=RNG.normal(size=3),
        sky=100.1,
        shape=(100, 100),
        direction="template",
        scale=1.02,
        stars=31,
        residual=1.1,
        description="matched here on 31 stars",
    ),
    "difference": DifferenceMatch(-2.5, "matched template is image + diff / 2.5"),
    "scale": ScaleMatch(2.305, 12),
    "none": None,
}
NOISES = {
    "model": NOISE,
    "check": ErrCheck(make_map(1.1, 1.3), NOISE, "err times 1.2"),
    "none": None,
}
PSFS = {
    "image": PsfImage(RNG.uniform(0.1, 1, (31, 31)), 2.0, "PSF from 31 stars of the field"),
    "gaussian": Gaussian(math.pi),
    "moffat": Moffat(3.3, 2.9, 0.8, 0.4),
}


def make_fit(match: str = "field", noise: str = "model", psf: str = "image") -> FieldFit:
    count = 30
    values = RNG.normal(size=(8, count))
    values[3, 4] = math.nan
    sky = {f"sky_{name}": values[0] for name in ("x", "y", "snr", "chi2_ratio")}
    chosen = PSFS[psf]
    fit = make_field_fit(PsfFwhm(chosen.fwhm, "of stars"), FitSettings(), 20.0, chosen)
    return fit._replace(
        measured=MeasuredPlanes(MATCHES[match], NOISES[noise]),
        calibration=StarCalibration(*values, **sky),
        missing="",
    )


def through_json(record: Any) -> Any:
    """The record as a session gives it back."""
    return json.loads(json.dumps(record))


def restore(record: Any, of: str = "pixels") -> FieldFit | None:
    return restore_field_fit(through_json(record), of, FitSettings())


def restore_good(fit: FieldFit) -> FieldFit:
    restored = restore(make_record(fit, "pixels"))
    assert restored is not None
    return restored


@pytest.mark.parametrize("psf", PSFS)
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("match", MATCHES)
def test_record_gives_the_fit_to_the_bit(match: str, noise: str, psf: str) -> None:
    fit = make_fit(match, noise, psf)
    restored = restore_good(fit)
    assert make_record(restored, "") == make_record(fit, "")
    assert restored.signature(()) == fit.signature(())
    assert (restored.settings, restored.description) == (fit.settings, fit.description)
    assert restored.options == replace(fit.options, psf=restored.options.psf)


def test_restored_match_gives_the_same_planes() -> None:
    planes = {name: RNG.normal(100, 5, (30, 30)) for name in ("image", "template")}
    wanted, found = (
        fit.measured.match.apply(planes, 20, 30)
        for fit in (make_fit(), restore_good(make_fit()))
        if fit.measured is not None and fit.measured.match is not None
    )
    assert np.array_equal(wanted.convolved, found.convolved)


@pytest.mark.parametrize("noise", ["model", "check"])
def test_restored_noise_gives_the_same_errors(noise: str) -> None:
    planes = [RNG.uniform(100, 900, (30, 30)) for _ in range(3)]
    errors = []
    for fit in (make_fit(noise=noise), restore_good(make_fit(noise=noise))):
        assert fit.measured is not None
        found = fit.measured.noise
        if isinstance(found, ErrCheck):
            errors.append(found.apply(*planes, 20, 30))
        elif found is not None:
            errors.append(found.err(*planes[:2], 20, 30))
    assert len(errors) == 2
    assert np.array_equal(*errors)


def test_restored_calibration_is_the_same() -> None:
    fit = make_fit()
    restored = restore_good(fit)
    assert fit.calibration is not None and restored.calibration is not None
    assert restored.calibration.digest == fit.calibration.digest
    assert restored.normal_at(3.0, 4.0) == fit.normal_at(3.0, 4.0)


def test_settings_are_those_of_now() -> None:
    record = through_json(make_record(make_fit(), "pixels"))
    restored = restore_field_fit(record, "pixels", FitSettings(max_snr=9.0))
    assert restored is not None and restored.settings.max_snr == 9.0


@pytest.mark.parametrize("record", ["text", 3, [], None, True, {}, {"of": "pixels"}], ids=str)
def test_record_of_another_type_is_measured_again(record: object) -> None:
    assert restore(record) is None


def test_record_of_other_pixels_is_measured_again() -> None:
    assert restore(make_record(make_fit(), "pixels"), "others") is None


def test_record_with_a_changed_number_is_measured_again() -> None:
    record = make_record(make_fit(), "pixels")
    record["fit"]["fields"]["radius"] = {"float": (21.0).hex()}
    assert restore(record) is None


def sign(content: Any) -> dict[str, Any]:
    """A record whose sum is right, as a forger would make it."""
    text = json.dumps(content, sort_keys=True)
    return {"of": "pixels", "fit": content, "sum": hashlib.sha256(text.encode()).hexdigest()[:24]}


def test_signed_record_is_read() -> None:
    assert restore(sign(make_record(make_fit(), "")["fit"])) is not None


ARRAY = {"array": "AAAA", "dtype": "<f8", "shape": [1]}


@pytest.mark.parametrize(
    "radius",
    [
        {"class": "Path", "fields": {}},
        {"class": ["FieldFit"], "fields": {}},
        {"class": "Gaussian", "fields": {"width": 3}},
        {"class": "Gaussian", "fields": [1]},
        {"class": "PsfImage", "fields": {"image": ARRAY}},
        {"fields": {}},
        {"float": "text"},
        {"float": 3},
        {"tuple": 3},
        ARRAY,
        {**ARRAY, "dtype": "|O"},
        {**ARRAY, "array": "!"},
        {**ARRAY, "shape": [-1]},
        {**ARRAY, "shape": "ab"},
    ],
    ids=str,
)
def test_forged_value_is_measured_again(radius: object) -> None:
    content = copy.deepcopy(make_record(make_fit(), "")["fit"])
    content["fields"]["radius"] = radius
    assert restore(sign(content)) is None


@pytest.mark.parametrize("name", ["os.system", "system", "eval", "Popen", "FieldFit.__init__"])
def test_record_executes_nothing(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    content = {"class": name, "fields": {"command": "echo executed", "args": "echo executed"}}
    assert restore(sign(content)) is None
    assert "executed" not in capfd.readouterr().out


@pytest.mark.parametrize("part", ["options", "measured", "calibration"])
def test_part_of_another_class_is_measured_again(part: str) -> None:
    content = copy.deepcopy(make_record(make_fit(), "")["fit"])
    content["fields"][part] = {"class": "Gaussian", "fields": {"fwhm": {"float": "0x1p1"}}}
    assert restore(sign(content)) is None


def test_value_without_a_record_is_refused() -> None:
    with pytest.raises(TypeError, match="no record of set"):
        make_record(make_fit()._replace(description=set()), "")  # type: ignore[arg-type]


def test_settings_of_a_session_hold_records_by_image() -> None:
    settings = {setting_name(0): {"of": "a"}, setting_name(12): {"of": "b"}, "fit": {"psf": 1}}
    assert stored_fits(settings) == {0: {"of": "a"}, 12: {"of": "b"}}


@pytest.mark.parametrize("name", ["9" * 5000, "²", "-1", " 1", ""], ids=str.__len__)
def test_setting_of_absurd_image_is_no_record(name: str) -> None:
    assert stored_fits({f"fit of field {name}": {}}) == {}


def files(**changed: str) -> list[Fingerprint]:
    digests = {"image": "a", "template": "b", "candidates": "c"} | changed
    return [Fingerprint(role, f"{role}.fits", 1, 2, digest) for role, digest in digests.items()]


@pytest.mark.parametrize(
    "other",
    [
        (files(image="x"), FitSettings(), {}),
        (files(template="x"), FitSettings(), {}),
        (files(candidates="x"), FitSettings(), {}),
        (files(), FitSettings(max_shift=2.0), {}),
        (files(), FitSettings(), {"fwhm": 3.0}),
        (files(), FitSettings(), {"psf": "moffat"}),
    ],
    ids=["image", "template", "list", "settings", "fwhm", "psf"],
)
def test_other_pixels_or_options_are_another_digest(other: tuple[Any, Any, Any]) -> None:
    assert field_digest(*other) != field_digest(files(), FitSettings(), {})


def test_order_of_files_does_not_matter() -> None:
    assert field_digest(files()[::-1], FitSettings(), {}) == field_digest(
        files(), FitSettings(), {}
    )
