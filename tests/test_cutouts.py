"""The scripting face: names, imports, and STDPipe's documented steps."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from vetter import cutouts

NAMES = {
    "adjust_cutout": "cutout max_shift max_scale inner normalize fit_bg verbose fwhm",
    "disappeared": "cutout min_pval max_chi2_ratio scale_range max_snr",
    "get_cutout": "image candidate radius header wcs time filename name planes",
    "load_cutout": "filename",
    "write_cutout": "cutout filename",
    "crop_image": "data x1 y1 width height header",
    "crop_image_centered": "data x0 y0 r0 header",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_and_arguments(name: str) -> None:
    assert list(inspect.signature(getattr(cutouts, name)).parameters) == NAMES[name].split()


def test_all_names_are_there() -> None:
    assert [name for name in cutouts.__all__ if not hasattr(cutouts, name)] == []
    assert set(dir(cutouts)) == set(cutouts.__all__)
    with pytest.raises(AttributeError, match="no attribute 'downscale'"):
        cutouts.downscale


def test_imports_are_light() -> None:
    code = (
        "import sys; from vetter import cutouts, plots, templates; "
        "heavy = ('PyQt6', 'pyqtgraph', 'scipy', 'matplotlib', 'astroquery', 'requests',"
        " 'astropy.time', 'astropy.coordinates', 'astropy.visualization'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_documented_steps(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "decam_field"
    pixels = {n: fits.getdata(folder / f"{n}.fits").astype(float) for n in ("science", "template")}
    convolved = fits.getdata(folder / "convolved_template.fits").astype(float)
    err = fits.getdata(real_data / "stdpipe" / "decam_err.fits").astype(float)
    header = fits.getheader(folder / "science.fits")
    candidates: Any = Table.read(folder / "candidates_derived.ecsv")
    candidates["x"] -= 1
    candidates["y"] -= 1
    gone = {}
    for number, candidate in enumerate(candidates):
        cutout = cutouts.get_cutout(
            pixels["science"],
            candidate,
            20,
            mask=np.zeros((256, 256), bool),
            template=pixels["template"],
            convolved=convolved,
            err=err,
            header=header,
            filename="science.fits",
            time="2020-01-01",
        )
        options: dict[str, Any] = {"inner": 8, "max_shift": 1, "max_scale": 2.0, "fit_bg": True}
        assert cutouts.adjust_cutout(cutout, **options)
        meta = cutout["meta"]
        explained = meta["adjust_pval"] > 1e-5 or meta["adjust_chi2"] < 0.3 * meta["adjust_chi2_0"]
        gone[int(candidate["id"])] = bool(explained and 0.8 < meta["adjust_scale"] < 1.2)
        path = tmp_path / f"{number}.fits"
        cutouts.write_cutout(cutout, path)
        back = cutouts.load_cutout(path)
        assert back["adjusted"].tobytes() == cutout["adjusted"].tobytes()
        assert back["meta"]["adjust_chi2"] == meta["adjust_chi2"]
    # The dipole's two lobes go, the new source does not.
    assert gone[1] and gone[2]
    assert not gone[3]
