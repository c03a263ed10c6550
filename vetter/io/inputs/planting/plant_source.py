"""Test rows in any opened source, as its record asks for them."""

from __future__ import annotations

import dataclasses

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.known import find_known, hide_matches
from vetter.core.fakes.mixed_list import NO_FAKES, choose_repeats, mix_list
from vetter.core.fakes.plan import PLANT_KEY, PlantPlan
from vetter.core.fakes.planted_row import KNOWN, make_row
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.inputs.planting.plant_field import describe_mix, plant_field, planted_rows
from vetter.io.inputs.planting.planted_rows import PlantedRows


def plant(source: CutoutSource, plan: PlantPlan) -> CutoutSource:
    """Return a source with the test rows of a plan; itself without any.

    A list that is still loading is read to its end first, so that test rows can be anywhere.

    Raises
    ------
    InputError
        The source cannot hold such test rows.
    """
    if plan.is_empty:
        return source
    try:
        return _planted(source.read_whole_list(), plan)
    except BaseException:
        source.close()
        raise


def _planted(source: CutoutSource, plan: PlantPlan) -> CutoutSource:
    if not len(source.candidates):
        raise InputError(f"{source.title}: the list has no candidate to mix test rows with")
    if plan.practice and not isinstance(source, FieldSource):
        raise InputError(
            f"{source.title}: a practice needs a list with one image; try: vetter practice demo"
        )
    if plan.known and plan.added:
        raise InputError("--known: expected no --fakes and --repeats beside it")
    if plan.known:
        return _with_known(source, plan)
    if isinstance(source, FieldSource):
        return plant_field(source, plan)
    from vetter.io.night.night_source import NightSource

    if isinstance(source, NightSource):
        from vetter.io.inputs.planting.plant_night import plant_night

        return plant_night(source, plan)
    if plan.fakes or plan.artefacts:
        option = "--fakes" if plan.fakes else "--artefacts"
        raise InputError(
            f"{option}: {source.title} has no image of the field to hold artificial sources; "
            "use --known N or --repeats N"
        )
    return _with_repeats(source, plan)


def _with_repeats(source: CutoutSource, plan: PlantPlan) -> CutoutSource:
    rng = np.random.default_rng(plan.seed)
    listed = source.candidates
    repeated = choose_repeats(np.ones(len(listed), bool), plan.repeats, rng)
    mixed = mix_list(listed, NO_FAKES, repeated, rng)
    rows = planted_rows(listed, mixed, ())
    planted = PlantedRows(source, mixed.candidates, mixed.origin, rows, mixed)
    planted.extra_notes = (describe_mix(mixed, rows),)
    planted.record[PLANT_KEY] = plan.as_plain()
    return planted


def _with_known(source: CutoutSource, plan: PlantPlan) -> CutoutSource:
    """Return a source whose columns of matches are hidden; some known objects are test rows."""
    listed = source.candidates
    known = find_known(listed)
    if not len(known.rows):
        raise InputError(
            f"--known: no candidate of {source.title} is known to a catalogue by its columns"
        )
    rng = np.random.default_rng(plan.seed)
    chosen = np.sort(rng.permutation(len(known.rows))[: plan.known])
    rows = tuple(
        make_row(listed.key(int(known.rows[k])), KNOWN, {"match": known.words[k]})
        for k in chosen.tolist()
    )
    shown, hidden = hide_matches(listed)
    note = f"{format_count(len(rows), 'known object is a test row', 'known objects are test rows')}"
    note += f"; names are neutral meanwhile; hidden: {', '.join(hidden)}"
    return _with_list(source, shown, rows, note, plan)


def _with_list(
    source: CutoutSource,
    shown: CandidateList,
    rows: tuple[PlantedRow, ...],
    note: str,
    plan: PlantPlan,
) -> CutoutSource:
    """Return a source that shows the same rows in another list."""
    record = {**source.record, PLANT_KEY: plan.as_plain()}
    if isinstance(source, FieldSource):
        field = dataclasses.replace(source, candidates=shown, record=record)
        field.planted, field.extra_notes = rows, (*source.extra_notes, note)
        field.chooses_columns = False
        return field
    planted = PlantedRows(source, shown, np.arange(len(shown)), rows, None)
    planted.extra_notes, planted.record = (note,), record
    return planted
