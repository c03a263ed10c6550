"""The fit's trustworthiness, on simulated cutouts of known truth: tables, not times.

They show how far the fit can be trusted, within its assumptions and outside them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.benchmark.figures import Figure
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.judgement.disappeared import judge
from vetter.core.judgement.evidence import cautions, in_short
from vetter.core.psf.models import Gaussian

Array = npt.NDArray[np.float64]

_PROMISED = 6
"""The first rows are within what is promised of p-values."""


@dataclass(frozen=True, slots=True)
class Field:
    """What all cutouts of a trial share.

    Attributes
    ----------
    size : int
        Side of the cutouts, pixels.
    fwhm : float
        Of the PSF, pixels.
    noise : float
        Sigma of the sky per pixel; the gain is such that a star's own noise is in ``err`` too.
    gain : float
        Electrons per unit of flux.
    template_noise : float
        The template's sigma in units of the image's; it is left out of ``err``.
    template_err : bool
        Whether an error plane of the template says so.
    err_factor : float
        ``err`` is this times the truth.
    correlation : float
        Of the noise of neighbouring pixels.
    """

    size: int = 41
    fwhm: float = 4.0
    noise: float = 10.0
    gain: float = 2.0
    template_noise: float = 0.0
    template_err: bool = False
    err_factor: float = 1.0
    correlation: float = 0.0

    def sky_noise(self) -> float:
        """Sigma of a PSF's flux against the sky: the S/N of a matched filter is flux over this."""
        middle = 0.5 * (self.size - 1)
        psf = Gaussian(self.fwhm).render((self.size, self.size), middle, middle)
        return self.noise / math.sqrt(float((psf * psf).sum()))

    def difference_noise(self) -> float:
        """As :meth:`sky_noise`, with the template's own noise."""
        return self.sky_noise() * math.hypot(1.0, self.template_noise)


@dataclass(frozen=True, slots=True)
class Truth:
    """One cutout: a template star that moved and changed, and perhaps a new source.

    ``flux`` is the star's, at ``star`` pixels (x, y) from the centre in the template; the image has
    it at ``dx``, ``dy`` from there and ``scale`` times as bright, and ``new`` flux at the centre.
    """

    flux: float
    star: tuple[float, float] = (0.0, 0.0)
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    new: float = 0.0


def simulate(field: Field, truth: Truth, rng: np.random.Generator) -> dict[str, Any]:
    """One cutout as a dict: ``image``, ``convolved``, ``err``, ``meta`` with ``fwhm``."""
    shape, middle = (field.size, field.size), 0.5 * (field.size - 1)
    psf = Gaussian(field.fwhm)
    x, y = middle + truth.star[0], middle + truth.star[1]
    template = 100.0 + truth.flux * psf.render(shape, x, y)
    model = truth.scale * truth.flux * psf.render(shape, x + truth.dx, y + truth.dy)
    model += truth.new * psf.render(shape, middle, middle)
    sigma = np.sqrt(field.noise**2 + np.maximum(model, 0.0) / field.gain)
    image = 1000.0 + model + sigma * _noise(shape, field.correlation, rng)
    if field.template_noise > 0:
        template = template + field.template_noise * field.noise * rng.standard_normal(shape)
    cutout = {
        "image": image,
        "convolved": template,
        "err": field.err_factor * sigma,
        "meta": {"x": middle, "y": middle, "fwhm": field.fwhm},
    }
    if field.template_err:
        cutout["template_err"] = np.full(shape, field.template_noise * field.noise)
    return cutout


def _noise(shape: tuple[int, int], correlation: float, rng: np.random.Generator) -> Array:
    """Unit Gaussian noise; neighbours correlated by a two-pixel kernel on each axis.

    The kernel (1, a, and so on for each axis) gives a / (1 + a^2), so up to 0.5.
    """
    if not correlation > 0:
        return rng.standard_normal(shape)
    a = (1.0 - math.sqrt(max(0.0, 1.0 - 4.0 * correlation**2))) / (2.0 * correlation)
    white = rng.standard_normal((shape[0] + 1, shape[1] + 1))
    white = white[1:] + a * white[:-1]
    white = white[:, 1:] + a * white[:, :-1]
    out: Array = white / (1.0 + a * a)
    return out


def dipole(field: Field, rng: np.random.Generator, snr: tuple[float, float] = (20, 300)) -> Truth:
    """A star that moved by up to 0.8 px and changed by up to 15%; S/N against the sky."""
    angle, radius = rng.uniform(0, 2 * math.pi), 0.8 * math.sqrt(rng.uniform())
    return Truth(
        flux=field.sky_noise() * math.exp(rng.uniform(*np.log(snr))),
        star=(rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)),
        dx=radius * math.cos(angle),
        dy=radius * math.sin(angle),
        scale=rng.uniform(1 / 1.15, 1.15),
    )


def new_source(
    field: Field,
    rng: np.random.Generator,
    snr: float = 15.0,
    distance: tuple[float, float] | None = (2.0, 4.0),
    ratio: tuple[float, float] = (0.3, 3.0),
    misregistration: float = 0.2,
) -> Truth:
    """A new source of that S/N against the sky, near a star of ``ratio`` times its flux, or alone.

    The template is off by up to ``misregistration`` pixels, as difference images are.
    """
    new = snr * field.sky_noise()
    if distance is None:
        # Something has to be in the template: a faint star at the cutout's edge.
        return Truth(flux=new, star=(-9.0, 7.0), new=new)
    angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(*distance)
    return Truth(
        flux=new * math.exp(rng.uniform(*np.log(ratio))),
        star=(away * math.cos(angle), away * math.sin(angle)),
        dx=rng.uniform(-misregistration, misregistration),
        dy=rng.uniform(-misregistration, misregistration),
        new=new,
    )


def run(
    field: Field,
    draw: Callable[[Field, np.random.Generator], Truth],
    count: int,
    options: FitOptions,
    seed: int,
) -> list[Adjustment]:
    """Fit ``count`` cutouts drawn with a fixed seed."""
    from vetter.core.fit.adjust import fit_many

    rng = np.random.default_rng(seed)
    found: list[Adjustment] = []
    while len(found) < count:
        lot = [simulate(field, draw(field, rng), rng) for _ in range(min(200, count - len(found)))]
        found += fit_many(lot, options)
    return found


def field_options(field: Field) -> FitOptions:
    """The options of the window and of ``vetter adjust``: a box of 4 FWHM + 1, free background."""
    return FitOptions(
        max_shift=1.0, max_scale=2.0, inner_fwhm=4.0, fit_bg=True, fwhm=field.fwhm, check_err=True
    )


_Draw = Callable[[Field, np.random.Generator], Truth]


@dataclass(frozen=True, slots=True)
class PValues:
    """One row: how far p-values are from uniform, and what the window says of such fits.

    ``kolmogorov`` is the probability of so large a departure from uniform; ``below`` the
    part of p-values under 1e-5; ``warned`` the part of fits that the window warns of, and
    ``warning`` the warnings of over 5% of them; ``promised`` whether p is to be uniform there.
    """

    case: str
    kolmogorov: float
    below: float
    chi2_ratio: float
    warned: float
    warning: str
    promised: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One row: the part of candidates that disappear, and by the reference's criterion alone.

    ``least`` is how many have to, and ``most`` what they have to stay under; None: only shown.
    """

    case: str
    count: int
    disappeared: float
    reference: float
    not_judged: int
    least: float | None = None
    most: float | None = None


def peaked(
    field: Field, rng: np.random.Generator, peak: tuple[float, float] = (10.0, 300.0)
) -> Truth:
    """A dipole whose brightest pixel has a S/N of ``peak``, its own photon noise included."""
    middle = 0.5 * (field.size - 1)
    share = float(Gaussian(field.fwhm).render((field.size, field.size), middle, middle).max())
    snr = math.exp(rng.uniform(*np.log(peak)))
    own = snr * snr / field.gain
    height = 0.5 * (own + math.sqrt(own * own + 4.0 * snr * snr * field.noise**2))
    return replace(dipole(field, rng), flux=height / share)


def p_value_table(count: int = 2000, seed: int = 11) -> Iterator[PValues]:
    """The p-value where it should be uniform, and where it need not be."""
    wide = FitOptions(max_shift=1.0, max_scale=2.0, fit_bg=True, check_err=True)
    field = Field()
    cases: list[tuple[str, Field, FitOptions]] = [
        (f"FWHM {fwhm:g}, whole cutout", Field(fwhm=fwhm), wide) for fwhm in (3.0, 4.0, 6.0)
    ]
    cases += [
        (f"FWHM {fwhm:g}, box of 4 FWHM + 1", Field(fwhm=fwhm), field_options(field))
        for fwhm in (3.0, 4.0, 6.0)
    ]
    cases += [
        ("background held", field, replace(wide, fit_bg=False)),
        ("FWHM 2", Field(fwhm=2.0), wide),
        ("template as noisy as the image", Field(template_noise=1.0), wide),
        ("the same, template_err given", Field(template_noise=1.0, template_err=True), wide),
        ("err 10% low", Field(err_factor=0.9), wide),
        ("neighbours correlated 0.5", Field(correlation=0.5), wide),
    ]
    for number, (name, sky, options) in enumerate(cases):
        options = replace(options, fwhm=sky.fwhm)
        promised = number < _PROMISED
        yield _p_values(name, run(sky, peaked, count, options, seed), options, promised)


def _p_values(case: str, fits: list[Adjustment], options: FitOptions, promised: bool) -> PValues:
    from scipy.stats import kstest

    found = np.array([fit.pval for fit in fits])
    warnings = [cautions(fit) for fit in fits]
    # How much by is another number each time.
    kinds = Counter(in_short(line).split(" by about")[0] for said in warnings for line in said)
    common = [f"{kind} ({n / len(fits):.0%})" for kind, n in kinds.items() if n > 0.05 * len(fits)]
    return PValues(
        case,
        float(kstest(found, "uniform").pvalue),
        float(np.mean(found < 1e-5)),
        float(np.mean([fit.chi2 / fit.df for fit in fits])),
        sum(map(bool, warnings)) / len(fits),
        "; ".join(common),
        promised,
    )


def explained_table(count: int = 500, seed: int = 12) -> Iterator[Explained]:
    """Dipoles, which should disappear, and new sources, which should not."""
    close = partial(new_source, distance=(0.0, 2.0))
    draws: list[tuple[str, _Draw, float | None, float | None]] = [
        ("dipoles to 0.8 px and 15%, S/N 20 to 300", dipole, 0.95, None),
        ("new, S/N 15, alone", partial(new_source, distance=None), None, 0.01),
        ("new, S/N 15, 2 to 4 px from a star", new_source, None, 0.01),
        ("new, S/N 15, 0 to 2 px from a star", close, None, None),
        ("new, S/N 10, alone", partial(new_source, snr=10.0, distance=None), None, None),
        ("new, S/N 10, 2 to 4 px from a star", partial(new_source, snr=10.0), None, None),
    ]
    for fwhm in (3.0, 4.0, 6.0):
        field = Field(fwhm=fwhm)
        for name, draw, least, most in draws:
            fits = run(field, draw, count, field_options(field), seed)
            yield replace(_explained(f"FWHM {fwhm:g}: {name}", fits), least=least, most=most)
    for given in (False, True):
        field = Field(template_noise=1.0, template_err=given)
        said = "template as noisy as the image, template_err " + ("given" if given else "not given")
        # As bright as against the noise of the difference.
        bright = partial(new_source, snr=15.0 * field.difference_noise() / field.sky_noise())
        for name, draw in ((draws[0][0], dipole), ("new, S/N 15, 2 to 4 px from a star", bright)):
            fits = run(field, draw, count, field_options(field), seed)
            yield _explained(f"{said}: {name}", fits)


def _explained(case: str, fits: list[Adjustment]) -> Explained:
    ours = [judge(fit).disappeared for fit in fits]
    theirs = [judge(replace(fit, at_bound=(), snr=0.0)).disappeared for fit in fits]
    return Explained(
        case,
        len(fits),
        sum(found is True for found in ours) / len(fits),
        sum(found is True for found in theirs) / len(fits),
        sum(found is None for found in ours),
    )


def measure(seeded_p: int = 2000, seeded_e: int = 500) -> Iterator[Figure]:
    """All rows of both tables, each with what is asserted of it, as they are done.

    Parameters
    ----------
    seeded_p, seeded_e : int
        Cutouts of each row: for p-values, and for what disappears. Seeds are fixed.
    """
    return chain(_p_value_figures(seeded_p), _explained_figures(seeded_e))


def _p_value_figures(count: int) -> Iterator[Figure]:
    for row in p_value_table(count):
        values = {
            "Kolmogorov-Smirnov p": row.kolmogorov,
            "below 1e-5": row.below,
            "chi2/df": row.chi2_ratio,
            "warned": row.warned,
        }
        note = row.warning and f"the window warns: {row.warning}"
        if row.promised:
            kept = "kept" if row.kolmogorov > 0.01 else "NOT kept"
            note = f"promised uniform, p > 0.01: {kept}" + (f"; {note}" if note else "")
        yield Figure(f"p-values of {count:,}: {row.case}", values, "", note=note)


def _explained_figures(count: int) -> Iterator[Figure]:
    for row in explained_table(count):
        values = {
            "disappeared": row.disappeared,
            "by STDPipe's criterion": row.reference,
            "not judged": row.not_judged / row.count,
        }
        note = ""
        if row.least is not None:
            note = f"at least {row.least:g}: {_kept(row.disappeared >= row.least)}"
        if row.most is not None:
            note = f"under {row.most:g}: {_kept(row.disappeared < row.most)}"
        yield Figure(f"{row.case}, {row.count}", values, "", note=note)


def _kept(kept: bool) -> str:
    return "kept" if kept else "NOT kept"
