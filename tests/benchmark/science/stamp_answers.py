"""Answers on simulated stamps: percent of each, beside the goal for the wrong ones."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tests.benchmark.science.kinds import Kind, list_kinds
from tests.benchmark.science.stamps import SIDE, Conditions, Scene, psf_image, simulate
from vetter.benchmark.figures import Figure
from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjust import fit_many
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.field_fit import FieldFit, make_field_fit, widen_shift
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.settings import FitSettings

Places = list[tuple[float, float]]

STAMPS, QUICK_STAMPS = 200, 40
STARS, BLANKS = 60, 60
"""Stars and blank places of a field on which its answers are calibrated."""
FIELD_SIDE = 900.0
"""Side of the field over which the stamps are spread, pixels."""
MOST_NOT_JUDGED = 10.0
"""Goal for all kinds: largest share that is not judged, percent."""


def measure(count: int = STAMPS, only: str = "") -> Iterator[Figure]:
    """Yield a figure for each kind whose name contains ``only``."""
    for kind in list_kinds():
        if only in kind.name:
            yield summarise(kind, judge_kind(kind, count))


def judge_kind(kind: Kind, count: int) -> list[Judgement]:
    """Simulate and judge about ``count`` stamps of a kind, the same ones each time."""
    judgements: list[Judgement] = []
    for fwhm in kind.fwhms:
        rng = np.random.default_rng([zlib.crc32(kind.name.encode()), round(10 * fwhm)])
        of = replace(kind.conditions, fwhm=fwhm)
        fitting = calibrate(field_fit(of), of, kind, rng)
        number = -(-count // len(kind.fwhms))
        stamps = simulate(of, kind.draw(of, number, rng), number, rng)
        fits = fit_many(stamps.cutouts(), fitting.options, _normals(fitting, _places(number, rng)))
        judgements += [fitting.judge(fit) for fit in fits]
    return judgements


def calibrate(fitting: FieldFit, of: Conditions, kind: Kind, rng: np.random.Generator) -> FieldFit:
    """Return the fits of a field with what its stars and its blank sky show, as on real fields."""
    stars = simulate(of, kind.stars(of, STARS, rng), STARS, rng).cutouts()
    blanks = simulate(of, Scene(), BLANKS, rng).cutouts()
    star_places, blank_places = _places(STARS, rng), _places(BLANKS, rng)
    first = StarCalibration.from_fits(star_places, fit_many(stars, fitting.options))
    wide = widen_shift(fitting, first)
    if wide is not fitting:
        fitting = wide
        first = StarCalibration.from_fits(star_places, fit_many(stars, fitting.options))
    fitting = fitting._replace(calibration=first)
    star_fits, blank_fits = (
        fit_many(cutouts, fitting.options, _normals(fitting, places))
        for cutouts, places in ((stars, star_places), (blanks, blank_places))
    )
    calibration = StarCalibration.from_fits(star_places, star_fits, blank_places, blank_fits)
    return fitting._replace(calibration=calibration)


def _normals(fitting: FieldFit, places: Places) -> list[FieldNormal]:
    return [fitting.normal_at(x, y) for x, y in places]


def _places(count: int, rng: np.random.Generator) -> Places:
    return [(x, y) for x, y in rng.uniform(0.0, FIELD_SIDE, (count, 2)).tolist()]


def field_fit(of: Conditions) -> FieldFit:
    """Return the fits of a simulated field, by the settings of the window."""
    psf = psf_image(of)
    fwhm = PsfFwhm(psf.fwhm, "simulated")
    return make_field_fit(fwhm, FitSettings(), 0.5 * (SIDE - 1), psf)


def summarise(kind: Kind, judgements: Sequence[Judgement]) -> Figure:
    """Return the percentages of the answers, with the goals as budgets."""
    counts = Counter(judgement.answer for judgement in judgements)
    percent = {answer: 100.0 * counts[answer] / len(judgements) for answer in Answer}
    values: dict[str, float] = {}
    budgets: dict[str, float] = {}
    note = ""
    if kind.wrong:
        values["wrong"] = sum(percent[answer] for answer in kind.wrong)
        note = f"goal {kind.goal}; wrong: {', '.join(sorted(kind.wrong))}"
        if kind.most is not None:
            budgets["wrong"] = kind.most
    values.update({answer.value: share for answer, share in percent.items() if share})
    values.setdefault(Answer.NOT_JUDGED.value, 0.0)
    if not kind.may_abstain:
        budgets[Answer.NOT_JUDGED.value] = MOST_NOT_JUDGED
    return Figure(kind.name, values, "%", budgets, note)
