"""A list with its planes, with test rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Whereabouts, find_whereabouts
from vetter.core.candidates.placement.pixel_convention import pixels_to_sky
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.mixed_list import NO_FAKES, Added, MixedList, choose_repeats, mix_list
from vetter.core.fakes.plan import PLANT_KEY, PlantPlan
from vetter.core.fakes.planted_row import REPEAT, make_row
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.inputs.planting.field_optics import measure_optics
from vetter.io.inputs.planting.field_sources import FieldFakes, make_fakes
from vetter.io.inputs.planting.planted_planes import plant_planes


def plant_field(source: FieldSource, plan: PlantPlan) -> FieldSource:
    """Return a field with artificial sources and repeats in its list and planes.

    The files stay open and belong to the returned source.

    Raises
    ------
    InputError
        The field cannot hold artificial sources.
    """
    rng = np.random.default_rng(plan.seed)
    fakes: FieldFakes | None = None
    if plan.fakes or plan.artefacts:
        optics = measure_optics(source, rng)
        fakes = make_fakes(source, optics, plan.fakes, rng, plan.artefacts)
        if not len(fakes):
            raise InputError(f"{source.title}: no room for artificial sources on its image")
    usable = find_whereabouts(source.candidates.x, source.candidates.y, source.shape)
    repeated = choose_repeats(usable == Whereabouts.ON, plan.repeats, rng)
    added = NO_FAKES if fakes is None else added_rows(source, fakes, 0)
    mixed = mix_list(source.candidates, added, repeated, rng)
    if plan.practice:
        mixed = mixed.added_alone()
        source.title = f"Practice: {source.title}"
    planted = with_fakes(source, fakes, mixed.candidates)
    planted.record = {**source.record, PLANT_KEY: plan.as_plain()}
    planted.planted = planted_rows(source.candidates, mixed, [] if fakes is None else [fakes])
    planted.extra_notes = (*source.extra_notes, describe_mix(mixed, planted.planted))
    # The columns on screen are not those of the file.
    planted.chooses_columns = False
    return planted


def added_rows(source: FieldSource, fakes: FieldFakes, group: int) -> Added:
    """Return the rows that an image's fakes add to the list, in image number ``group``."""
    x, y = fakes.x, fakes.y
    ra, dec = np.full((2, len(x)), np.nan)
    if source.wcs is not None and len(x):
        ra, dec = pixels_to_sky(source.wcs, x, y)
    return Added(x, y, ra, dec, np.full(len(x), group, np.intp))


def with_fakes(
    source: FieldSource, fakes: FieldFakes | None, candidates: CandidateList
) -> FieldSource:
    """Return a field with another list, and the light of fakes in its planes."""
    planes = source.field_planes
    if fakes is not None:
        planes = plant_planes(planes, fakes.light, fakes.extra_variance, fakes.diff_scale)
    return dataclasses.replace(source, candidates=candidates, field_planes=planes)


def planted_rows(
    candidates: CandidateList, mixed: MixedList, fakes: Sequence[FieldFakes]
) -> tuple[PlantedRow, ...]:
    """Return the test rows of a mixed list, given the unmixed list and the fakes in their order."""
    keys = mixed.candidates.keys
    kinds = [kind for one in fakes for kind in one.kinds]
    truths = [truth for one in fakes for truth in one.truths]
    rows = [
        make_row(str(keys[row]), kind, truth)
        for row, kind, truth in zip(mixed.rows_of_fakes().tolist(), kinds, truths, strict=True)
    ]
    rows += [
        make_row(str(keys[row]), REPEAT, {"of": candidates.key(int(mixed.origin[row]))})
        for row in mixed.repeats.tolist()
    ]
    return tuple(rows)


def describe_mix(mixed: MixedList, rows: tuple[PlantedRow, ...]) -> str:
    """Return a note on the test rows, the neutral names and the hidden columns."""
    note = f"{format_count(len(rows), 'test row is', 'test rows are')} mixed into the list; "
    note += "names are neutral meanwhile"
    if mixed.is_shuffled:
        note += ", the order is shuffled"
    if mixed.hidden:
        note += f", and {format_count(len(mixed.hidden), 'column is', 'columns are')} hidden: "
        note += ", ".join(mixed.hidden)
    return f"{note}; exports have all back, without the test rows"
