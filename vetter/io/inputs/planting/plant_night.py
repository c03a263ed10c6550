"""Several images of a night, with test rows in their joint list."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.fakes.mixed_epochs import mix_epochs
from vetter.core.fakes.mixed_list import (
    NO_FAKES,
    Added,
    choose_repeats,
    mix_list,
    take_rows,
)
from vetter.core.fakes.plan import PLANT_KEY, PlantPlan
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.inputs.planting.field_optics import measure_optics
from vetter.io.inputs.planting.field_sources import FieldFakes, make_fakes
from vetter.io.inputs.planting.plant_field import (
    added_rows,
    describe_mix,
    planted_rows,
    with_fakes,
)
from vetter.io.night.night_source import NightField, NightSource


def plant_night(source: NightSource, plan: PlantPlan) -> NightSource:
    """Return a night with artificial sources and repeats in its images and joint list.

    Each image gets fakes by its number of candidates; images with fakes are opened at once.

    Raises
    ------
    InputError
        The images cannot hold artificial sources.
    """
    rng = np.random.default_rng(plan.seed)
    fakes = _make_fakes(source, plan, rng)
    if (plan.fakes or plan.artefacts) and not fakes:
        raise InputError(f"{source.title}: no room for artificial sources on its images")
    added = _join([added_rows(source.images[k].with_planes(), f, k) for k, f in fakes.items()])
    finite = np.isfinite(source.candidates.x) & np.isfinite(source.candidates.y)
    repeated = choose_repeats(finite, plan.repeats, rng)
    mixed = mix_list(source.candidates, added, repeated, rng, source.field_numbers)
    numbers = np.where(
        mixed.origin < 0,
        added.group[np.where(mixed.origin < 0, -1 - mixed.origin, 0)] if len(added.group) else 0,
        source.field_numbers[np.maximum(mixed.origin, 0)],
    )
    source.open_fields.close()
    images = [
        _with_rows(image, take_rows(mixed.candidates, np.flatnonzero(numbers == k)), fakes.get(k))
        for k, image in enumerate(source.images)
    ]
    times = np.array([image.mjd for image in images])[numbers]
    rows = planted_rows(source.candidates, mixed, list(fakes.values()))
    planted = dataclasses.replace(
        source,
        candidates=mixed.candidates,
        images=images,
        field_numbers=numbers,
        epochs=mix_epochs(source.epochs, mixed, times),
        record={**source.record, PLANT_KEY: plan.as_plain()},
        extra_notes=(*source.extra_notes, describe_mix(mixed, rows)),
    )
    planted.planted = rows
    return planted


def _make_fakes(
    source: NightSource, plan: PlantPlan, rng: np.random.Generator
) -> dict[int, FieldFakes]:
    """Return the fakes of each image that has any, by its number."""
    counts = np.array([len(image.candidates) for image in source.images], float)
    shares = rng.multinomial(plan.fakes, counts / counts.sum())
    artefacts = rng.multinomial(plan.artefacts, counts / counts.sum())
    made: dict[int, FieldFakes] = {}
    for number in np.flatnonzero(shares + artefacts).tolist():
        field = source.images[number].with_planes()
        optics = measure_optics(dataclasses.replace(field, record=source.record), rng)
        count, others = int(shares[number]), int(artefacts[number])
        fakes = make_fakes(field, optics, count, rng, others)
        if len(fakes):
            made[number] = fakes
    return made


def _join(parts: list[Added]) -> Added:
    if not parts:
        return NO_FAKES
    return Added(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _with_rows(image: NightField, rows: CandidateList, fakes: FieldFakes | None) -> NightField:
    """Return an image with other rows in its list, and the light of its fakes."""
    # replace() calls __post_init__ only: what was measured is measured again.
    rows = dataclasses.replace(rows, notes=image.candidates.notes)
    opening: Callable[[], FieldSource] = partial(_open_planted, image.opening, rows, fakes)
    return dataclasses.replace(image, candidates=rows, opening=opening)


def _open_planted(
    opening: Callable[[], FieldSource], rows: CandidateList, fakes: FieldFakes | None
) -> FieldSource:
    return with_fakes(opening(), fakes, rows)
