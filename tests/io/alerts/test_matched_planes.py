"""Packets that bring PSF and noise of their stamps, or lack some of it, in fits."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.alert_files import packed, record
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import Adjustment
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.disappeared import why_not_judged
from vetter.core.judgement.field_fit import fit_rows
from vetter.core.psf.models import Gaussian
from vetter.io.alerts.matched_planes import CROSS_MATCHED, FROM_DIFFERENCE, NO_NOISE
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.source import AlertSource
from vetter.io.field.stars.psf import choose_field_fit
from vetter.io.input_options import InputOrigin
from vetter.settings import FitSettings

SHAPE = (41, 41)
FIELDS = {
    "image": "cutoutScience",
    "template": "cutoutTemplate",
    "diff": "cutoutDifference",
}
WIDTHS = {"image": 4.0, "template": 3.2, "diff": 4.0}
SIGMAS = {"image": 3.0, "template": 1.0, "diff": 3.2}

Scene = dict[str, dict[str, Any]]


def make_scene(
    shift: float = 0.0, source: float = 0.0, star: float = 5000.0, seed: int = 1
) -> Scene:
    """Image, PSF and sigma of three stamps: a star, moved in the image, and a new source."""
    rng = np.random.default_rng(seed)
    scene: Scene = {}
    for name, width in WIDTHS.items():
        psf, sigma = Gaussian(width), SIGMAS[name]
        pixels = rng.normal(0, sigma, SHAPE)
        if name != "diff":
            pixels += star * psf.render(SHAPE, 20 + (shift if name == "image" else 0), 20)
        if name != "template":
            pixels += source * psf.render(SHAPE, 20, 20)
        scene[name] = {
            "pixels": pixels,
            "psf": psf.render((25, 25), 12, 12),
            "sigma": np.full(SHAPE, sigma),
        }
    return scene


def make_stamp(pixels: Any, psf: Any = None, sigma: Any = None) -> bytes:
    """A stamp with its noise and PSF, as Rubin's packets have it."""
    hdus = fits.HDUList([fits.PrimaryHDU(np.asarray(pixels, np.float32))])
    if sigma is not None:
        hdu = fits.ImageHDU(np.asarray(sigma, np.float32) ** 2, name="UNCERT")
        hdu.header["UTYPE"] = "VarianceUncertainty"
        hdus.append(hdu)
    if psf is not None:
        hdus.append(fits.ImageHDU(np.asarray(psf, np.float32), name="PSFIMAGE"))
    out = io.BytesIO()
    hdus.writeto(out)
    return out.getvalue()


def opened(folder: Path, scene: Mapping[str, Mapping[str, Any] | None]) -> AlertSource:
    stamps = {
        FIELDS[name]: None if parts is None else {"fileName": "x", "stampData": make_stamp(**parts)}
        for name, parts in scene.items()
    }
    path = folder / "packets.avro"
    whole = {"xpos": 1500.0, "ypos": 200.0, "publisher": "somebody"}
    path.write_bytes(packed([record(1, **whole, **stamps)]))
    return open_alerts([path], None, None, None, InputOrigin())


def fitted(source: AlertSource) -> tuple[Adjustment, Answer]:
    fitting = choose_field_fit(source, source.record, FitSettings(), source.default_radius)
    result = fit_rows(source, fitting, [0])[0]
    return result, fitting.judge(result).answer


def test_shifted_star_is_explained(tmp_path: Path) -> None:
    source = opened(tmp_path, make_scene(shift=0.3))
    result, answer = fitted(source)
    assert result.dx == pytest.approx(0.3, abs=0.03)
    assert answer is Answer.EXPLAINED and not result.caveats
    assert result.psf == "PSF of the cross-convolution"


@pytest.mark.parametrize("star", [0.0, 2000.0])
def test_new_source_is_kept_with_its_flux(tmp_path: Path, star: float) -> None:
    result, answer = fitted(opened(tmp_path, make_scene(source=1500.0, star=star)))
    assert answer is Answer.KEPT
    assert result.raw_flux == pytest.approx(1500.0, rel=0.1)
    assert result.psf_share > 0.8


def test_noise_of_a_match_is_that_of_both(tmp_path: Path) -> None:
    cutout = opened(tmp_path, make_scene(star=0.0)).fit_cutout(0, 20, ())
    inner = slice(8, 33), slice(8, 33)
    scatter = float(np.std((cutout["image"] - cutout["convolved"])[inner]))
    assert scatter == pytest.approx(np.hypot(3.0, 1.0), rel=0.1)
    assert float(np.median(cutout["err"][inner])) == pytest.approx(np.hypot(3.0, 1.0), rel=0.02)


def test_noise_of_a_match_is_the_same_on_any_sky(tmp_path: Path) -> None:
    scene = make_scene(star=5000.0)
    plain = opened(tmp_path, scene).fit_cutout(0, 20, ())
    for name in ("image", "template"):
        scene[name]["pixels"] = scene[name]["pixels"] + 1000
    bright = opened(tmp_path, scene).fit_cutout(0, 20, ())
    inner = slice(12, 29), slice(12, 29)
    np.testing.assert_allclose(plain["err"][inner], bright["err"][inner], rtol=0.01)
    # Where the star is, its PSFs add their error.
    peak = float(plain["convolved"][20, 20])
    assert plain["err"][20, 20] > 0.03 * peak - 1 > 2 * np.nanmedian(plain["err"])


def test_planes_of_a_match_say_where_they_come_from(tmp_path: Path) -> None:
    source = opened(tmp_path, make_scene())
    cutout = source.fit_cutout(0, 20, ())
    assert list(cutout.planes) == ["image", "err", "convolved"]
    assert all(cutout.provenance[name] is Provenance.COMPUTED for name in cutout.planes)
    assert cutout.notes["convolved"] == CROSS_MATCHED
    assert cutout.notes["err"] == "of both, and 3% of the template for the PSFs"
    assert cutout.fit_normal == FieldNormal(shift_err=0.2, scale_err=0.01)
    assert why_not_judged(source) == ""
    assert f"fits: {CROSS_MATCHED}; not calibrated, " in "\n".join(source.notes)


def test_planes_shown_stay_those_of_the_packet(tmp_path: Path) -> None:
    scene = make_scene()
    cutout = opened(tmp_path, scene).cutout(0)
    for name in scene:
        np.testing.assert_array_equal(cutout[name], np.float32(scene[name]["pixels"]))


def test_fit_without_noise_is_not_judged(tmp_path: Path) -> None:
    scene = make_scene(source=900)
    for parts in scene.values():
        del parts["sigma"]
    source = opened(tmp_path, scene)
    result, answer = fitted(source)
    assert answer is Answer.NOT_JUDGED and result.caveats == (NO_NOISE,)
    assert result.psf_snr > 20 and result.psf_share > 0.9
    assert why_not_judged(source) == NO_NOISE
    note = source.fit_cutout(0, 20, ()).notes["convolved"]
    assert note == f"{FROM_DIFFERENCE}; not matched by PSFs: the image has no pixel with noise"


def test_noise_is_that_of_the_difference(tmp_path: Path) -> None:
    scene = {name: {"pixels": parts["pixels"]} for name, parts in make_scene().items()}
    scene["image"]["pixels"] = scene["image"]["pixels"] * 5
    cutout = opened(tmp_path, scene).fit_cutout(0, 20, ())
    assert float(np.median(cutout["err"])) == pytest.approx(SIGMAS["diff"], rel=0.1)
    assert set(cutout.planes) == {"image", "diff", "err", "convolved"}
    np.testing.assert_array_equal(
        cutout["convolved"], np.float64(cutout["image"]) - np.float64(cutout["diff"])
    )
    assert cutout.provenance["convolved"] is Provenance.COMPUTED


def without(name: str, part: str) -> Scene:
    """A scene whose stamp of a name lacks a part."""
    scene = make_scene(source=1500.0)
    del scene[name][part]
    return scene


def with_part(name: str, part: str, value: Any) -> Scene:
    scene = make_scene(source=1500.0)
    scene[name][part] = value(scene[name][part])
    return scene


def bordered(pixels: Any) -> Any:
    """Pixels without data in the outer seven rows on one side."""
    return np.where(np.arange(SHAPE[0])[:, None] < 7, np.nan, pixels)


ANSWERED: dict[str, Scene | dict[str, Any]] = {
    "border without data": with_part("image", "pixels", bordered),
    "template's border without data": with_part("template", "pixels", bordered),
    "border without noise": with_part("image", "sigma", bordered),
    "PSFs of two sizes": with_part("template", "psf", lambda p: p[3:-3, 3:-3]),
    "PSF of even size": with_part("template", "psf", lambda p: p[:-1, :-1]),
    "PSF that is not square": with_part("template", "psf", lambda p: p[2:-2]),
    "PSF larger than the stamp": with_part("image", "psf", lambda p: np.pad(p, 30)),
    "template without PSF": without("template", "psf"),
    "template without noise": without("template", "sigma"),
    "template's PSF without data": with_part("template", "psf", lambda p: p * np.nan),
    "template's PSF of no flux": with_part("template", "psf", lambda p: p * 0),
    "template without data": with_part("template", "pixels", lambda p: p * np.nan),
    "template's noise without data": with_part("template", "sigma", lambda p: p * np.nan),
    "image's noise of zeros": with_part("image", "sigma", lambda p: p * 0),
    "no template": {**make_scene(source=1500.0), "template": None},
    "no difference": {**make_scene(source=1500.0), "diff": None},
    "large flux": with_part("image", "pixels", lambda p: p * 1e20),
}


@pytest.mark.parametrize("scene", ANSWERED.values(), ids=ANSWERED)
def test_odd_packets_are_judged(tmp_path: Path, scene: Scene) -> None:
    result, answer = fitted(opened(tmp_path, scene))
    assert result.converged and not result.caveats, (result.reason, result.caveats)
    assert answer is not Answer.NOT_JUDGED


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "image without data": (with_part("image", "pixels", lambda p: p * np.nan), "no good pixel"),
    "no difference and no PSF": (
        {**without("image", "psf"), "diff": None},
        "the template is not matched to the image's PSF and flux",
    ),
    "no template and no difference": (
        {**make_scene(), "template": None, "diff": None},
        "there is no convolved or template plane",
    ),
    "no image": ({**make_scene(), "image": None}, "there is no image plane"),
    "stamps of four pixels": (
        {name: {k: v[:2, :2] for k, v in parts.items()} for name, parts in make_scene().items()},
        "",
    ),
}


@pytest.mark.parametrize(("scene", "reason"), REFUSED.values(), ids=REFUSED)
def test_packet_that_cannot_be_judged_has_a_reason(
    tmp_path: Path, scene: dict[str, Any], reason: str
) -> None:
    result, answer = fitted(opened(tmp_path, scene))
    said = "; ".join((result.reason, *result.caveats))
    assert answer is Answer.NOT_JUDGED
    assert reason in said and "unexpected" not in said


def test_rubin_packets_are_judged(real_data: Path) -> None:
    path = real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet"
    source = open_alerts([path], None, None, None, InputOrigin()).read_whole_list()
    fitting = choose_field_fit(source, source.record, FitSettings(), source.default_radius)
    fits_ = fit_rows(source, fitting, range(25))
    assert all(fit.converged and not fit.caveats for fit in fits_)
    shares = np.array([fit.psf_share for fit in fits_])
    real = source.candidates.column("reliability") >= 0.5
    pairs = shares[real][:, None] > shares[~real]
    assert pairs.mean() > 0.85
    dipoles = source.candidates.column("isDipole").astype(bool)
    answers = [fitting.judge(fit).answer for fit in fits_]
    assert sum(answers[row] is Answer.EXPLAINED for row in np.flatnonzero(dipoles)) >= 3
    source.close()
