"""Whether the templates of a run are in the flux units of their images: said once, for a field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import CutoutSource, ImageField
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.judgement.flux_scale import ENOUGH, of_fits, of_stars, on_one_side
from vetter.errors import VetterError
from vetter.headless.fit_columns import FitColumns
from vetter.headless.progress import say
from vetter.io.field.star_fits import star_fits


def with_flux_units(
    source: CutoutSource, fittings: Sequence[FieldFit], results: FitColumns
) -> list[FieldFit]:
    """How each image's fits are judged, once its stars have been asked about its template.

    They are asked only where most fits find the same wrong with its flux. What they say stands
    against every judgement, and is said; what only the candidates' fits say is said.
    """
    rows = np.arange(len(source.candidates))
    scales = results.column("adjust_scale", 0, len(rows))
    fields, checked = source.fields, []
    for number, (field, fitting) in enumerate(zip(fields, fittings, strict=True)):
        own = scales[source.on_field(rows, number)]
        low, high = fitting.settings.scale_low, fitting.settings.scale_high
        if on_one_side(own, low, high):
            words = of_stars(_star_scales(field, fitting), low, high)
            if words:
                fitting = fitting._replace(unlike=words)
            elif words is None:
                words = of_fits(own, low, high, fitting.options.max_scale)
            if words:
                name = field.name if len(fields) > 1 else ""
                say(f"{name}: {words}" if name else words)
        checked.append(fitting)
    return checked


def _star_scales(field: ImageField, fitting: FieldFit) -> npt.NDArray[np.float64]:
    """Of stars from all over the image, as many as will do."""
    found: list[float] = []
    try:
        for stars, _ in star_fits(field, fitting):
            found += [star[4] for star in stars]
            if len(found) >= ENOUGH:
                break
    except VetterError as error:
        # The candidates could be fitted: without its stars the image is judged as it was.
        say(f"its stars cannot be fitted: {error}")
    return np.array(found)
