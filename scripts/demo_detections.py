"""Detect on a difference image by matched filter and measure, as a survey's pipeline would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from demo_scene import ZERO_POINT, Array
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter


@dataclass(frozen=True)
class Detection:
    """One detection; x and y are 0-based pixels, flux in counts."""

    x: float
    y: float
    flux: float
    flux_err: float
    snr: float
    fwhm: float
    elong: float
    positive_share: float
    flags: int

    @property
    def mag(self) -> float:
        """Magnitude of the flux's size, also where it is negative."""
        return float(ZERO_POINT - 2.5 * np.log10(abs(self.flux)))

    @property
    def mag_err(self) -> float:
        return float(1.0857 * self.flux_err / abs(self.flux))


def detect(diff: Array, err: Array, mask: NDArray[np.uint8], sigma: float) -> list[Detection]:
    """Peaks of |S/N| above 5.5 in the matched filter of a Gaussian of ``sigma`` px.

    Parameters
    ----------
    diff, err : (ny, nx) arrays
        Difference and its 1 sigma; NaN where there is none.
    mask : (ny, nx) uint8
        Bad bits: they are flagged, not left out.
    """
    good = np.isfinite(diff) & np.isfinite(err)
    weight = np.where(good, 1 / np.where(good, err, 1) ** 2, 0)
    # filter() is correlation with the unit-sum PSF; the squared PSF is a narrower Gaussian.
    signal = gaussian_filter(np.where(good, diff, 0) * weight, sigma)
    norm = gaussian_filter(weight, sigma / np.sqrt(2)) / (4 * np.pi * sigma**2)
    snr = np.where(norm > 0, signal / np.sqrt(np.maximum(norm, 1e-12)), 0)
    peaks = (np.abs(snr) == maximum_filter(np.abs(snr), 13)) & (np.abs(snr) > 5.5)
    peaks[:6] = peaks[-6:] = False
    peaks[:, :6] = peaks[:, -6:] = False
    return [
        _measure(diff, mask, int(x), int(y), signal[y, x] / norm[y, x], snr[y, x], sigma)
        for y, x in np.argwhere(peaks)
    ]


def _measure(
    diff: Array, mask: NDArray[np.uint8], x: int, y: int, flux: float, snr: float, sigma: float
) -> Detection:
    half = 6
    y0, x0 = max(y - half, 0), max(x - half, 0)
    box = np.nan_to_num(diff[y0 : y + half + 1, x0 : x + half + 1]) * np.sign(flux)
    v, u = np.mgrid[y0 : y0 + box.shape[0], x0 : x0 + box.shape[1]].astype(float)
    cx, cy = float(x), float(y)
    for _ in range(8):  # windowed centroid, as SExtractor's XWIN
        window = np.exp(-0.5 * ((u - cx) ** 2 + (v - cy) ** 2) / sigma**2) * np.maximum(box, 0)
        total = window.sum() or 1.0
        cx += 2 * float((window * (u - cx)).sum() / total)
        cy += 2 * float((window * (v - cy)).sum() / total)
        cx, cy = float(np.clip(cx, x - 2, x + 2)), float(np.clip(cy, y - 2, y + 2))
    window = np.exp(-0.5 * ((u - cx) ** 2 + (v - cy) ** 2) / (1.1 * sigma) ** 2) * np.maximum(
        box, 0
    )
    total = window.sum() or 1.0
    xx = float((window * (u - cx) ** 2).sum() / total)
    yy = float((window * (v - cy) ** 2).sum() / total)
    xy = float((window * (u - cx) * (v - cy)).sum() / total)
    spread = np.hypot((xx - yy) / 2, xy)
    major, minor = (xx + yy) / 2 + spread, max((xx + yy) / 2 - spread, 0.05)
    # The window, narrow so that wings and neighbours count little, narrows what it weighs:
    # 1/true = 1/measured - 1/window.
    mean = (xx + yy) / 2
    true = 1 / max(1 / mean - 1 / (1.1 * sigma) ** 2, 0.02)
    near = box[half - 3 : half + 4, half - 3 : half + 4]
    share = float(np.maximum(near, 0).sum() / max(np.abs(near).sum(), 1e-9))
    bad = int(np.bitwise_or.reduce(mask[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3], axis=None))
    return Detection(
        x=cx,
        y=cy,
        flux=float(flux),
        flux_err=float(abs(flux / snr)),
        snr=float(abs(snr)),
        fwhm=float(2.3548 * np.sqrt(true)),
        elong=float(np.sqrt(major / minor)),
        positive_share=share,
        flags=bad,
    )
