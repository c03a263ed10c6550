from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.alert_files import noise, record, stamp
from vetter.core.cutout.cutout import Cutout
from vetter.core.fit.adjust import fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.disappeared import judge_criterion
from vetter.errors import InputError
from vetter.io.alerts.cutout import packet_cutout
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import producer_of
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin


def cutout_of(packet: dict[str, Any]) -> Cutout:
    producer = producer_of(packet)
    assert producer is not None
    body = packet[producer.body]
    base = int(producer.one_based)
    meta = {"x": body.get(producer.x), "y": body.get(producer.y)}
    return packet_cutout(packet, producer, {k: v - base for k, v in meta.items() if v is not None})


def opened(path: Path) -> AlertSource:
    return open_alerts([path], None, None, None, InputOrigin())


def centroid(image: Any, start: tuple[float, float], width: float) -> tuple[float, float]:
    """With a Gaussian's weight, from where the candidate is said to be."""
    y, x = np.indices(image.shape)
    at = start
    for _ in range(50):
        r2 = (x - at[0]) ** 2 + (y - at[1]) ** 2
        weight = np.where(r2 < 16, np.exp(-0.5 * r2 / width**2), 0) * np.nan_to_num(image)
        at = (
            float((weight * x).sum() / weight.sum()),
            float((weight * y).sum() / weight.sum()),
        )
    return at


def test_science_template_and_difference_are_the_planes() -> None:
    cutout = cutout_of(record())
    assert cutout.plane_names == ("image", "template", "diff", "err")
    assert cutout.notes["err"] == "estimated from the image"


def test_the_candidate_is_at_the_fraction_of_xpos_about_the_middle() -> None:
    cutout = cutout_of(record(xpos=1500.25, ypos=200.75))
    assert cutout.position == pytest.approx((31.25, 30.75))
    assert cutout.origin == (1468, 169)


def test_on_a_cut_stamp_the_candidate_is_where_it_would_be_on_a_whole_one() -> None:
    sky = stamp(noise((63, 53)))
    packet = record(xpos=22.25, ypos=1500.0)
    for name in ("cutoutScience", "cutoutTemplate", "cutoutDifference"):
        packet[name] = {"fileName": "x", "stampData": sky}
    cutout = cutout_of(packet)
    assert cutout.shape == (63, 63)
    assert cutout.position == pytest.approx((31.25, 31.0))
    # Column 1 of the image, in FITS' count, is the first one that is there.
    assert cutout.origin == (-10, 1468)
    assert np.isnan(cutout["image"][:, :10]).all() and np.isfinite(cutout["image"][:, 10:]).all()


def test_real_ztf_candidates_are_where_the_packets_say(real_data: Path) -> None:
    source = opened(real_data / "labelled" / "ztf_alerts_51.parquet")
    other = opened(real_data / "alerts" / "ztf")
    off = []
    for alerts in (source, other):
        while alerts.grow() is not None:
            pass
        for row in range(len(alerts.candidates)):
            cutout = alerts.cutout(row)
            if abs(cutout.meta["scorr"]) > 20 and cutout.meta["isdiffpos"]:
                x, y = centroid(cutout["diff"], cutout.position, 1.2)
                off.append((x - cutout.position[0], y - cutout.position[1]))
        alerts.close()
    assert len(off) > 15
    assert np.abs(np.median(off, axis=0)).max() < 0.04
    # The middle pixel alone would leave a third of a pixel.
    assert np.median(np.abs(off)) < 0.1


def test_real_rubin_candidates_are_where_the_stamps_say(real_data: Path) -> None:
    source = opened(real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet")
    off = []
    for row in range(len(source.candidates)):
        cutout = source.cutout(row)
        meta = cutout.meta
        if meta["snr"] > 15 and not meta["isDipole"]:
            x, y = centroid(cutout["diff"], cutout.position, 2.0)
            off.append((x - cutout.position[0], y - cutout.position[1]))
        assert cutout.wcs is not None
        sky = cutout.wcs.all_world2pix([[meta["ra"], meta["dec"]]], 0)[0]
        assert sky == pytest.approx(cutout.position, abs=0.01)
    source.close()
    assert len(off) >= 4
    assert np.abs(off).max() < 0.1


def test_rubin_brings_errors_and_a_psf(real_data: Path) -> None:
    source = opened(real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet")
    cutout = source.cutout(0)
    fwhm = source.fwhm()
    source.close()
    assert cutout.notes["err"] == "variance converted"
    assert cutout.psf_image is not None and cutout.psf_image.shape == (41, 41)
    assert fwhm is not None and 3 < fwhm.value < 8
    # The noise of the difference's sky is what err says.
    sky = cutout["diff"][np.hypot(*(np.indices(cutout.shape) - 14.5)) > 9]
    assert 0.8 < np.std(sky) / np.median(cutout["err"]) < 1.2


def test_fits_of_packets_are_not_judged(real_data: Path) -> None:
    source = opened(real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet")
    rubin = source.cutout(9)
    source.close()
    for cutout in (rubin, cutout_of(record())):
        fit = fit_many([cutout], FitOptions(inner=13, fit_bg=True))[0]
        judgement = judge_criterion(fit)
        assert judgement.disappeared is None
        assert "template is not matched" in judgement.reason or not fit.converged


def test_detected_pixels_are_not_bad() -> None:
    mask = fits.ImageHDU(np.zeros((63, 63), np.int32), name="MASK")
    mask.header["MP_SAT"], mask.header["HIERARCH MP_DETECTED"] = 1, 5
    mask.data[1, 2], mask.data[3, 4] = 2, 32
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(noise()), mask]).writeto(out)
    cutout = cutout_of(record(cutoutDifference={"fileName": "x", "stampData": out.getvalue()}))
    assert cutout["mask"][1, 2] and not cutout["mask"][3, 4]
    assert cutout.bits["mask"][3, 4] == 32


def test_a_stamp_that_is_missing_leaves_the_others() -> None:
    cutout = cutout_of(record(cutoutTemplate=None))
    assert cutout.plane_names == ("image", "diff", "err")
    assert cutout.notes["template"] == "there is none"


def test_no_stamps_are_said() -> None:
    packet = record(cutoutTemplate=None, cutoutScience=None)
    packet["cutoutDifference"] = {"fileName": "x", "stampData": b""}
    with pytest.raises(InputError, match=r"image: there is none; .*diff: is empty"):
        cutout_of(packet)


@pytest.mark.parametrize(
    "cards",
    [
        {"CRPIX1": 1.0, "CRPIX2": 1.0, "CRVAL1": 10.0, "CRVAL2": 95.0},
        {"CRPIX1": "text", "CRVAL1": 10.0},
        {"CRPIX1": 1.0, "CRVAL1": 10.0, "CDELT1": 0.0, "CDELT2": 0.0},
        {"CTYPE1": "RA---XXX", "CTYPE2": "DEC--XXX", "CRPIX1": 1.0},
    ],
)
def test_a_wcs_that_cannot_be_used_is_no_error(cards: dict[str, Any]) -> None:
    sky = stamp(noise(), **cards)
    cutout = cutout_of(record(cutoutScience={"fileName": "x", "stampData": sky}))
    assert cutout.wcs is None or cutout.wcs.has_celestial
    assert cutout.position == pytest.approx((31.25, 30.75))


def test_a_stamp_that_cannot_be_read_is_told_apart_from_one_that_is_not_there() -> None:
    damaged = {"fileName": "t.fits", "stampData": b"\xff\xd8\xff\xe0 no JPEG"}
    cutout = cutout_of(record(cutoutTemplate=damaged, cutoutDifference=None))
    assert list(cutout.unread) == ["template"] and "picture" in cutout.unread["template"]
    (result,) = fit_many([cutout], FitOptions())
    assert result.reason.startswith("no template: stamp: a picture that cannot be read")
