"""Answers on real data: a pair of exposures with injected sources, and survey packets."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmark.science.field_answers import Run, adjust, summarise
from tests.benchmark.science.fields import Candidates
from tests.benchmark.science.kinds import LOST
from vetter.benchmark.figures import Figure
from vetter.core.judgement.answer import Answer
from vetter.core.psf.models import Moffat

Array = npt.NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 5
"""Injections into the same pair, so that sources do not crowd it."""
BRIGHT_ROUNDS = 8
SOURCES, ARTEFACTS, BLANKS = 12, 30, 20
"""Sources and blank places of each injection, and stars at most."""
_NEW = (129.6, 128.6)
"""The pair's own new source, pixels; nothing is injected within 22 pixels."""


def real_data() -> Path:
    """Return the folder of real data, which may be absent."""
    return Path(os.environ.get("VETTER_REAL_DATA", ROOT.parent / "shared" / "data"))


def measure(folder: Path, only: str = "") -> Iterator[Figure]:
    """Yield a figure for each real input whose name contains ``only``; absent ones say so."""
    data = real_data()
    inputs: list[tuple[str, str, Callable[[Path, Path], Iterator[Figure]]]] = [
        ("real: DECam field, its planes", "decam_field", _decam_planes),
        ("real: DECam field, image and template", "decam_field", _decam_alone),
        ("real: DECam pair, injected sources", "decam_field", _decam_injected),
        ("real: DECam pair, new and faded", "decam_field", _decam_bright),
        ("real: Rubin packets", "alerts/lsst/rubin_sample_data_10_0.parquet", _rubin_packets),
        ("real: Rubin field", "cases/R01_rubin_dp2", _rubin_field),
        ("real: ZTF packets", "alerts/ztf", _ztf_packets),
    ]
    for name, path, run in inputs:
        if only not in name:
            continue
        if not (data / path).exists():
            yield Figure(name, {}, "", note=f"not run: no {data / path}; see VETTER_REAL_DATA")
            continue
        place = folder / path.replace("/", "-")
        place.mkdir(exist_ok=True)
        yield from run(data, place)


def _decam_planes(data: Path, folder: Path) -> Iterator[Figure]:
    """Check goal 6: the dipole is explained, the new source kept."""
    planes = {
        "image": data / "decam_field" / "science.fits",
        "template": data / "decam_field" / "template.fits",
        "convolved": data / "decam_field" / "convolved_template.fits",
        "err": data / "stdpipe" / "decam_err.fits",
    }
    yield _decam("real: DECam field, its planes", data, folder, planes)


def _decam_alone(data: Path, folder: Path) -> Iterator[Figure]:
    planes = {name: data / "decam_field" / f"{name}.fits" for name in ("template",)}
    planes["image"] = data / "decam_field" / "science.fits"
    yield _decam("real: DECam field, image and template", data, folder, planes)


def _decam(name: str, data: Path, folder: Path, planes: dict[str, Path]) -> Figure:
    words = [str(data / "decam_field" / "candidates_derived.csv"), "--one-based"]
    words += [word for plane, file in planes.items() for word in (f"--{plane}", str(file))]
    output = folder / "out.ecsv"
    run = adjust(words, output)
    if run.answers is None:
        return _failed(name, run)
    snr = [float(value) for value in _read(output)["adjust_snr"]]
    lobes, new = run.answers[:2], run.answers[2]
    values = {
        "lobes of the dipole not explained": float(np.sum(lobes != Answer.EXPLAINED)),
        "new source lost": float(new is not Answer.KEPT or not snr[2] > 40.0),
        "not judged": float(np.sum(run.answers == Answer.NOT_JUDGED)),
    }
    note = f"goal 6; the new source: {new}, S/N {snr[2]:.1f} (over 40); {_counts(run)}"
    return Figure(name, values, "", dict.fromkeys(list(values)[:2], 0.0), note)


def _decam_injected(data: Path, folder: Path) -> Iterator[Figure]:
    """Check goal 2 on a pair of single exposures: image, template and list alone."""
    name = "real: DECam pair, injected sources"
    lots = []
    for number in range(ROUNDS):
        lots.append(_run_injected(data, folder, np.random.default_rng(number)))
        if lots[-1][1].answers is None:
            yield _failed(name, lots[-1][1])
            return
    both = Candidates(
        *(np.concatenate([getattr(lot, part) for lot, _ in lots]) for part in ("x", "y")),
        np.concatenate([lot.role for lot, _ in lots]),
        np.concatenate([lot.snr for lot, _ in lots]),
    )
    answers = np.concatenate([run.answers for _, run in lots if run.answers is not None])
    yield summarise(name, both, Run(answers, sum(run.seconds for _, run in lots), ""))


def _decam_bright(data: Path, folder: Path) -> Iterator[Figure]:
    """Count answers on bright sources that are new or faded, alone and beside the few stars."""
    name = "real: DECam pair, new and faded"
    beside: list[bool] = []
    answers: list[Answer] = []
    for number in range(ROUNDS, ROUNDS + BRIGHT_ROUNDS):
        rng = np.random.default_rng(number)
        candidates, run = _run_injected(data, folder, rng, (15.0, 200.0), is_signed=True)
        if run.answers is None:
            yield _failed(name, run)
            return
        sources = run.answers[candidates.role == "source"]
        answers += list(sources)
        beside += [place % 2 == 1 for place in range(len(sources))]
    near = np.array(beside)
    lost = np.array([answer in LOST for answer in answers])
    explained = np.array([answer is Answer.EXPLAINED for answer in answers])
    values = {
        "alone lost": 100.0 * float(np.mean(lost[~near])),
        "beside stars explained": 100.0 * float(np.mean(explained[near])),
        "beside stars lost": 100.0 * float(np.mean(lost[near])),
    }
    budgets = dict.fromkeys(list(values)[:2], 0.0)
    note = f"S/N 15 to 200, both signs; {np.sum(~near)} alone, {np.sum(near)} beside stars"
    yield Figure(name, values, "%", budgets, note)


def _run_injected(
    data: Path,
    folder: Path,
    rng: np.random.Generator,
    snr: tuple[float, float] = (5.0, 100.0),
    is_signed: bool = False,
) -> tuple[Candidates, Run]:
    """Inject sources into the pair, and run ``vetter adjust`` on image, template and list."""
    from astropy.io import fits
    from astropy.table import Table

    place = data / "decam_field"
    template_file = place / "single_template_18b.fits"
    with fits.open(place / "single_science_04b.fits") as hdus:
        image, header = np.array(hdus[0].data, float), hdus[0].header
    template = np.array(fits.getdata(template_file), float)
    fwhm = float(header["FWHM"])
    injected, candidates = _inject(image, template, fwhm, rng, snr, is_signed)
    image_file, list_file = folder / "image.fits", folder / "list.csv"
    fits.writeto(image_file, injected, header, overwrite=True)
    Table({"x": candidates.x, "y": candidates.y}).write(list_file, overwrite=True)
    words = [str(list_file), "--image", str(image_file), "--template", str(template_file)]
    return candidates, adjust(words, folder / "out.ecsv")


def _inject(
    image: Array,
    template: Array,
    fwhm: float,
    rng: np.random.Generator,
    limits: tuple[float, float],
    is_signed: bool,
) -> tuple[Array, Candidates]:
    """Return an image with sources, every second near a star or galaxy, and its candidates.

    Half of them, by chance, are taken away from the image instead, if they are signed.
    """
    stars = _peaks(template, fwhm)
    # Hosts of sources are none of the stars that are candidates themselves.
    artefacts, hosts = stars[:, ::2][:, :ARTEFACTS], stars[:, 1::2]
    psf = Moffat(fwhm, 3.0)
    sky = sum(_robust_variance(plane) for plane in (image, template))
    places: list[tuple[float, float]] = []
    for _ in range(5000):
        if len(places) == SOURCES:
            break
        x, y = rng.uniform(20, np.array(image.shape[::-1]) - 20)
        if len(places) % 2:
            # Not on the very star: no fit tells such a source from a variable star.
            away, angle = rng.uniform(0.5, 2.0) * fwhm, rng.uniform(0.0, 2.0 * np.pi)
            x, y = hosts[:, rng.integers(hosts.shape[1])]
            x, y = x + away * np.cos(angle), y + away * np.sin(angle)
        apart = [np.hypot(x - u, y - v) for u, v in [*places, _NEW]]
        is_inside = 12 <= x <= image.shape[1] - 13 and 12 <= y <= image.shape[0] - 13
        if is_inside and min(apart) > 22:
            places.append((x, y))
    snr = np.exp(rng.uniform(*np.log(limits), len(places)))
    if is_signed:
        snr *= rng.choice((-1.0, 1.0), len(snr))
    injected = image.copy()
    for (x, y), wanted in zip(places, snr, strict=True):
        shape = psf.render(image.shape, x, y)
        # The gain of these frames is 4 electrons a count; the difference has the noise of both.
        variance = sky + (np.maximum(image, 0.0) + np.maximum(template, 0.0)) / 4.0
        injected += wanted / np.sqrt((shape**2 / variance).sum()) * shape
    known = np.hstack([np.array([*places, _NEW]).T, stars])
    tries = rng.uniform(15, np.array(image.shape[::-1]) - 15, (2000, 2))
    clear = [at for at in tries if np.hypot(*(known - at[:, None])).min() > 3 * fwhm]
    blank = np.array(clear[:BLANKS]).reshape(-1, 2).T
    near = np.array([min(np.hypot(*(np.array(places).T - at[:, None]))) for at in artefacts.T])
    artefacts = artefacts[:, near > 15]
    x, y = np.hstack([np.array(places).T, artefacts, blank])
    counts = (len(places), artefacts.shape[1], blank.shape[1])
    role = np.repeat(["source", "artefact", "blank"], counts)
    return injected, Candidates(x, y, role, np.append(snr, np.full(sum(counts[1:]), np.nan)))


def _robust_variance(plane: Array) -> float:
    """Return the variance of the sky, from pixels five apart, so that wide wings drop out."""
    steps = plane[:, 5:] - plane[:, :-5]
    return 0.5 * (1.4826 * float(np.median(np.abs(steps)))) ** 2


def _peaks(template: Array, fwhm: float) -> Array:
    """Return positions (2, n) of objects of the template above 20 sigma, the brightest first."""
    from scipy.ndimage import gaussian_filter, maximum_filter

    smooth = gaussian_filter(template, fwhm / 2.35)
    sigma = 1.4826 * float(np.median(np.abs(smooth - np.median(smooth))))
    is_peak = smooth == maximum_filter(smooth, size=2 * round(fwhm) + 1)
    y, x = np.nonzero(is_peak & (smooth > np.median(smooth) + 20 * sigma))
    ny, nx = template.shape
    inside = (x > 12) & (x < nx - 13) & (y > 12) & (y < ny - 13)
    inside &= np.hypot(x - _NEW[0], y - _NEW[1]) > 8
    order = np.argsort(-smooth[y, x][inside])
    return np.array([x[inside], y[inside]], float)[:, order]


def _rubin_packets(data: Path, folder: Path) -> Iterator[Figure]:
    """Check goal 5 by the packets' own reliability and dipole flag."""
    name, output = "real: Rubin packets", folder / "out.ecsv"
    run = adjust([str(data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet")], output)
    if run.answers is None:
        yield _failed(name, run)
        return
    table = _read(output)
    reliability = np.ma.filled(np.ma.asarray(table["reliability"], float), np.nan)
    is_dipole = np.array([str(value) == "True" for value in table["isDipole"]])
    explained = run.answers == Answer.EXPLAINED
    low, high = reliability < 0.5, reliability >= 0.5
    values = {
        "reliability < 0.5 left": 100.0 * float(np.mean(~explained[low])),
        "dipoles left": 100.0 * float(np.mean(~explained[is_dipole])),
        "reliability >= 0.5 explained": 100.0 * float(np.mean(explained[high])),
    }
    budgets = dict(zip(values, (55.0, 25.0, 2.0), strict=True))
    note = f"goal 5; {low.sum()}, {is_dipole.sum()} and {high.sum()} packets; {_counts(run)}"
    yield Figure(name, values, "%", budgets, note)


def _rubin_field(data: Path, folder: Path) -> Iterator[Figure]:
    """Check 25 stars that moved by 0.15 px, and a new source."""
    name, output = "real: Rubin field", folder / "out.ecsv"
    run = adjust([str(data / "cases" / "R01_rubin_dp2" / "dia_source.parquet")], output)
    if run.answers is None:
        yield _failed(name, run)
        return
    values = {
        "moved stars not explained": float(np.sum(run.answers[:25] != Answer.EXPLAINED)),
        "new source lost": float(run.answers[25] is not Answer.KEPT),
    }
    yield Figure(name, values, "", {"new source lost": 0.0}, _counts(run))


def _ztf_packets(data: Path, folder: Path) -> Iterator[Figure]:
    name, output = "real: ZTF packets", folder / "out.ecsv"
    run = adjust([str(data / "alerts" / "ztf")], output)
    if run.answers is None:
        yield _failed(name, run)
        return
    values = {"not judged": 100.0 * float(np.mean(run.answers == Answer.NOT_JUDGED))}
    yield Figure(name, values, "%", note=_counts(run))


def _read(output: Path) -> Any:
    from astropy.table import Table

    return Table.read(output)


def _failed(name: str, run: Run) -> Figure:
    last = (run.text.strip().splitlines() or ["no text"])[-1]
    return Figure(name, {"failed runs": 1.0}, "", {"failed runs": 0.0}, last)


def _counts(run: Run) -> str:
    counts = Counter(str(answer) for answer in run.answers if run.answers is not None)
    answers = ", ".join(f"{number} {answer}" for answer, number in counts.most_common())
    return f"{answers}; {run.seconds:.1f} s"
