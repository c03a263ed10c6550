"""The fit's trustworthiness, on simulated cutouts of known truth: tables, not times.

They show how far the fit can be trusted, within its assumptions and outside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from tests.helpers.simulated_cutouts import (
    Field,
    Truth,
    dipole,
    field_options,
    new_source,
    peaked,
    run,
)
from vetter.benchmark.figures import Figure
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.judgement.disappeared import judge_criterion
from vetter.core.judgement.evidence import cautions, shorten_caution

_PROMISED = 6
"""The first rows are within what is promised of p-values."""


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
    kinds = Counter(
        shorten_caution(line).split(" by about")[0] for said in warnings for line in said
    )
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
    ours = [judge_criterion(fit).disappeared for fit in fits]
    theirs = [judge_criterion(replace(fit, at_bound=(), snr=0.0)).disappeared for fit in fits]
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
