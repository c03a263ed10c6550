"""Against what STDPipe 0.4.1 computed on the same cutouts: never a worse minimum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from scipy.ndimage import shift

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.fit.adjust import fit
from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.fit.weights import compute_weights
from vetter.core.judgement.fit_answer import answer_fit

CUTOUTS = [f"sim_{n:02d}" for n in range(30)] + [f"decam_{n:02d}" for n in range(1, 9)]
CASES = ("inner12_bg", "inner12_fixedbg", "full_bg")


def load(folder: Path, name: str) -> dict[str, Any]:
    with fits.open(folder / "stdpipe" / f"{name}.fits") as hdus:
        cutout: dict[str, Any] = {h.name.lower(): h.data.astype(float) for h in hdus[1:]}
        cutout["meta"] = {"x": hdus[0].header["x"], "y": hdus[0].header["y"]}
    return cutout


def case_of(folder: Path, name: str, case: str) -> dict[str, Any]:
    cases = json.loads((folder / "stdpipe" / "adjust.json").read_text())
    found = [c for c in cases if c["cutout"] == name and c["case"] == case]
    assert len(found) == 1
    return dict(found[0])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", CUTOUTS)
def test_chi2_is_never_higher(real_data: Path, name: str, case: str) -> None:
    cutout, wanted = load(real_data, name), case_of(real_data, name, case)
    options = FitOptions(**wanted["options"])
    result = fit(cutout, options)
    assert result.converged
    if not wanted["ok"]:
        # STDPipe has no fit: better than none is what there is to ask for.
        assert result.chi2 <= result.chi2_0
        return
    theirs = wanted["stdpipe"]
    taken = read_fit_input(cutout, options)
    assert isinstance(taken, FitInput)
    weight = compute_weights([taken], [1.0])[0][taken.about.box]
    # Its dx and dy are the wrong way round, which is how scipy wants them.
    shift_there = theirs["dx"], theirs["dy"]
    model = shift(taken.template - theirs["tbg"], shift_there, mode="reflect") * theirs["scale"]
    residual = (taken.image - theirs["bg"] - model)[taken.about.box] * weight
    assert result.chi2 <= np.sum(residual**2) * (1 + 1e-6)
    if not np.any(cutout["mask"]) and taken.unknown is None:
        assert result.chi2 <= theirs["chi2"] * (1 + 1e-6)
        assert result.chi2_0 == pytest.approx(theirs["chi2_0"], rel=1e-9)


BRIGHT = (1, 3, 6, 12, 13, 18, 19, 21, 22)


@pytest.mark.parametrize("name", [f"sim_{n:02d}" for n in BRIGHT])
def test_simulated_truth_is_found(real_data: Path, name: str) -> None:
    truth = case_of(real_data, name, "inner12_bg")["truth"]
    result = fit(load(real_data, name), FitOptions(1, 2, 13, None, True))
    assert (result.dx, result.dy) == pytest.approx((truth["dx"], truth["dy"]), abs=0.04)
    assert result.scale == pytest.approx(truth["scale"], abs=0.02)


def decam_cutout(folder: Path, x: float, y: float) -> dict[str, Any]:
    files = {
        "image": "decam_field/science.fits",
        "convolved": "decam_field/convolved_template.fits",
        "err": "stdpipe/decam_err.fits",
    }
    box = Box.around(x, y, 20)
    cutout: dict[str, Any] = {
        name: ArrayPlane(name, fits.getdata(folder / path).astype(float)).read(box)
        for name, path in files.items()
    }
    cutout["meta"] = {"x": x, "y": y}
    return cutout


@pytest.mark.parametrize("inner_fwhm", [None, 4.0])
def test_the_real_dipole_disappears(real_data: Path, inner_fwhm: float | None) -> None:
    options = FitOptions(1, 2, 17, inner_fwhm, True, 4.0)
    result = fit(decam_cutout(real_data, 60.4, 181.5), options)
    assert result.chi2_0 > 40000
    assert answer_fit(result).disappeared is True
    assert result.dx == pytest.approx(0.21, abs=0.02)


def test_the_real_new_source_stays(real_data: Path) -> None:
    options = FitOptions(1, 2, None, 4.0, True, 4.0)
    result = fit(decam_cutout(real_data, 128.6, 127.6), options)
    assert answer_fit(result).disappeared is False
    assert result.snr > 20
