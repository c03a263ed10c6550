"""Candidates whose stamps are one array of numpy, as a source of cutouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import columns_by_name
from vetter.core.candidates.epochs import Epochs, label_by_identity, one_per_image
from vetter.core.coordinates.times import mjd_array
from vetter.core.cutout.cutout import Cutout, crop_cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import Array, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PsfFwhm
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.alerts.arrays.array_file import StampArray, open_stamp_array
from vetter.io.alerts.arrays.list_beside import list_beside
from vetter.io.alerts.cutout import TURNED_NOTE, rows_without_data
from vetter.io.alerts.difference_sign import is_turned
from vetter.io.alerts.packets.producers import is_positive
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import list_fingerprint, plane_fingerprint
from vetter.io.files.hdu_names import FitsName
from vetter.io.input_options import InputOptions, InputOrigin

PLANES = ("image", "template", "diff", "err")
NORMALISED = "each stamp is normalised on its own: fluxes of image and template do not compare"
"""Reason why fits of such stamps are not judged."""

_OBJECTS = ("objectid", "diaobjectid")
_SAMPLE = 8
_UNIT = 1e-3


@dataclass(eq=False)
class ArraySource(CutoutSource):
    """Source of the candidates in a `StampArray`.

    Attributes
    ----------
    array : StampArray
    candidates : CandidateList
        Row i belongs to stamp i.
    record : dict
    prints : tuple of Fingerprint
    radius, given_fwhm : float or None
        The cutouts' radius and the PSF's FWHM from the user, pixels.
    extra_notes, extra_cautions : tuple of str
        Notes and cautions that come before all others.
    """

    array: StampArray
    candidates: CandidateList
    record: dict[str, Any]
    prints: tuple[Fingerprint, ...]
    radius: float | None = None
    given_fwhm: float | None = None
    extra_notes: tuple[str, ...] = ()
    extra_cautions: tuple[str, ...] = ()
    plane_names: tuple[str, ...] = PLANES
    title: str = field(init=False)
    default_radius: float = field(init=False)
    _epochs: Epochs | None = field(init=False)
    plane_provenance: Mapping[str, Provenance] = field(
        default_factory=lambda: {"err": Provenance.ESTIMATED}
    )

    def __post_init__(self) -> None:
        self.title = self.array.path.name
        self.default_radius = self.radius or (max(self.array.shape) - 1) / 2
        self._epochs = _epochs_of(self.candidates)
        if self._are_normalised():
            self.unjudged = NORMALISED

    @property
    def object_epochs(self) -> Epochs | None:
        """Return the stamps of each object; None if no object has several."""
        return self._epochs

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines on the array, the order of its planes, and the list."""
        array = self.array
        rows, columns = array.shape
        axis = "last" if array.is_channel_last else "second"
        notes = [
            f"{format_count(array.count, 'candidate')} of {columns} x {rows} px; the {axis} axis "
            "is taken as science, template, difference",
            *array.notes,
        ]
        if self.unjudged:
            notes.append(f"fits are shown, not judged: {self.unjudged}")
        if self._epochs is not None:
            notes.append("epochs by the list's object id and time: some objects have several")
        return (*self.extra_notes, *notes, *self.candidates.notes)

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the array and the list."""
        return self.prints

    def cutout(self, row: int, radius: float | None = None) -> Cutout:
        """Return the cutout of one candidate, cropped to a smaller radius.

        Raises
        ------
        InputError
            The stamp cannot be read any more.
        """
        image, template, diff = self.array.stamp(row)
        meta = self.candidates.candidate(row)
        meta.setdefault("name", self.candidates.name(row))
        cutout = Cutout({"image": image, "template": template}, meta)
        self._put_difference(cutout, diff)
        with np.errstate(all="ignore"):
            cutout["err"] = estimate_err(image)
        cutout.notes["err"] = ESTIMATED_NOISE
        cutout.provenance["err"] = Provenance.ESTIMATED
        cutout.fit_caveat = self.unjudged or ""
        for name in ("image", "template", "diff"):
            note = rows_without_data(cutout[name])
            if note:
                cutout.notes[name] = "; ".join(filter(None, (cutout.notes.get(name), note)))
        return cutout if radius is None else crop_cutout(cutout, radius)

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM from the user or the list; there is no field to measure it on."""
        return known_fwhm(self.given_fwhm, self.candidates, None, None)

    def close(self) -> None:
        """Close the file."""
        self.array.close()

    def _put_difference(self, cutout: Cutout, diff: Array) -> None:
        """Set ``diff`` as image - template, whatever the survey's sign."""
        middle = (self.array.shape[1] - 1) // 2, (self.array.shape[0] - 1) // 2
        positive = is_positive(cutout.meta.get("isdiffpos"))
        with np.errstate(all="ignore"):
            turned = is_turned(diff, cutout["image"], cutout["template"], positive, middle)
        if turned:
            diff = -diff
            cutout.provenance["diff"] = Provenance.TURNED
            cutout.notes["diff"] = TURNED_NOTE
        cutout["diff"] = diff

    def _are_normalised(self) -> bool:
        """Return whether the first stamps have norm 1, or run from 0 to 1, each on its own."""
        planes = [p for row in range(min(_SAMPLE, self.array.count)) for p in self.array.stamp(row)]
        found = [_is_normalised(plane) for plane in planes if np.isfinite(plane).any()]
        return bool(found) and all(found)


def _epochs_of(listed: CandidateList) -> Epochs | None:
    """Return the rows of each object, by its id and the time; None if no object has several."""
    names, time = columns_by_name(listed.columns), listed.roles.time
    column = next((names[name] for name in _OBJECTS if name in names), None)
    if column is None or time is None or listed.column(time).dtype.kind not in "iuf":
        return None
    times = mjd_array(listed.column(time), time)
    _, images = np.unique(times, return_inverse=True)
    # A stamp without a time is alone on its image.
    alone = np.flatnonzero(np.isnan(times))
    images[alone] = len(times) + np.arange(len(alone))
    labels = label_by_identity(listed.column(column).astype(str))
    epochs = Epochs(one_per_image(labels, images, times, listed.ra, listed.dec), times)
    return epochs if epochs.has_several else None


def _is_normalised(plane: Array) -> bool:
    with np.errstate(all="ignore"):
        norm = float(np.sqrt(np.nansum(np.square(plane, dtype=np.float64))))
        low, high = float(np.nanmin(plane)), float(np.nanmax(plane))
    return abs(norm - 1) < _UNIT or (abs(low) < _UNIT and abs(high - 1) < _UNIT)


def open_array(
    path: Path, table: Path | None, options: InputOptions, origin: InputOrigin
) -> ArraySource:
    """Open an array of stamps with its list: the given one, else that beside the array.

    Without a list the candidates are numbered, and have the other arrays of an .npz file as
    columns. A list beside the array with another number of rows is not used, and a caution says
    so.

    Parameters
    ----------
    path : Path
    table : Path or None
    options : InputOptions
    origin : InputOrigin

    Raises
    ------
    InputError
        The array or the given list cannot be used, or they differ in length.
    """
    array = open_stamp_array(path)
    try:
        return _with_list(array, table, options, origin)
    except BaseException:
        array.close()
        raise


def _with_list(
    array: StampArray, table: Path | None, options: InputOptions, origin: InputOrigin
) -> ArraySource:
    path, notes, cautions = array.path, origin.notes, (*origin.cautions, *array.cautions)
    candidates = None
    if table is None:
        table = _list_beside(path)
        if table is not None:
            candidates, problem = _usable(array, table, options)
            said = problem or f"{table.name}: the list of these stamps, by its name"
            cautions = (*cautions, problem) if problem else cautions
            notes = (*notes, said)
    else:
        candidates = _read(array, table, options)
    if candidates is None:
        table, candidates = None, _numbered(array, options)
    inputs = [str(file.absolute()) for file in (table, path) if file is not None]
    prints = [] if table is None else [list_fingerprint("candidates", table)]
    prints.append(plane_fingerprint("cutouts", path))
    return ArraySource(
        array,
        candidates,
        {"inputs": inputs, "options": options.as_plain()},
        tuple(prints),
        options.radius,
        options.fwhm,
        (*notes, *array.cautions, *origin.others),
        cautions,
    )


def _list_beside(path: Path) -> Path | None:
    try:
        names = [entry.name for entry in path.absolute().parent.iterdir() if entry.is_file()]
    except OSError:
        # A folder that may not be listed: the array is opened without a list.
        return None
    found = list_beside(path.name, names)
    return None if found is None else path.with_name(found)


def _usable(
    array: StampArray, table: Path, options: InputOptions
) -> tuple[CandidateList | None, str]:
    """Return the list beside an array; None and the reason if it cannot be used."""
    try:
        return _read(array, table, options), ""
    except InputError as error:
        return None, f"{error}; opened without a list"


def _read(array: StampArray, table: Path, options: InputOptions) -> CandidateList:
    from vetter.io.tables.candidates import list_with_stamps
    from vetter.io.tables.reading import read_table

    name = FitsName(table)
    file = read_table(name)
    if len(file.table) != array.count:
        rows = format_count(len(file.table), "row")
        stamps = format_count(array.count, "stamp")
        raise InputError(
            f"{table}: {rows}, but {array.path.name} has {stamps}: row i belongs to stamp i, so "
            "give the list of these stamps alone, or the array with no list"
        )
    return list_with_stamps(name, file, options.columns)


def _numbered(array: StampArray, options: InputOptions) -> CandidateList:
    from astropy.table import Table

    from vetter.io.tables.candidates import list_with_stamps
    from vetter.io.tables.table_file import TableFile

    columns = array.columns or {"stamp": np.arange(1, array.count + 1)}
    return list_with_stamps(FitsName(array.path), TableFile(Table(columns)), options.columns)
