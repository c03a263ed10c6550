"""Stars of the field fitted as its candidates are: what is normal in each part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vetter.review.fits.fit_messages import StarFits

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.judgement.field_fit import FieldFit


def survey(source: CutoutSource, fit: FieldFit, number: int = 0) -> Iterator[StarFits]:
    """Fit the stars of an image, part by part; nothing where the input is no field.

    See :func:`vetter.io.field.star_fits.star_fits`.
    """
    # Opening a field is what brings this module in, in the fitting process.
    from vetter.io.field.star_fits import star_fits

    for stars, left in star_fits(source.fields[number], fit):
        yield StarFits(stars, left, number)
