"""A source of cutouts in memory: sources at known places on noise of a fixed seed."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import numpy as np
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import ArrayPlane, Box, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.errors import InputError

PLANES = ("image", "template", "convolved", "diff", "err", "mask")


def field(size: int = 400, count: int = 12, seed: int = 1) -> dict[str, Any]:
    """Planes of a small field, and the places of its transients under the key 'places'."""
    return dict(_field(size, count, seed))


@lru_cache(maxsize=4)
def _field(size: int, count: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y, x = np.ogrid[:size, :size]

    def star(x0: float, y0: float) -> np.ndarray:
        """Return a row times a column: of a grid, each pixel would take an exponential."""
        across, down = (np.exp(-(d**2) / 2 / 1.8**2) for d in (x - x0, y - y0))
        return np.asarray(across * down)

    template = np.zeros((size, size))
    for x0, y0, flux in zip(
        rng.uniform(0, size, 150),
        rng.uniform(0, size, 150),
        10 ** rng.uniform(1.5, 3.5, 150),
        strict=True,
    ):
        template += flux * star(x0, y0)
    places = np.column_stack([rng.uniform(30, size - 30, count), rng.uniform(30, size - 30, count)])
    image = template.copy()
    for x0, y0 in places:
        image += 300 * star(x0, y0)
    err = np.sqrt(100 + image)
    image = image + rng.normal(0, 1, image.shape) * err
    convolved = template + rng.normal(0, 2, image.shape)
    mask = np.zeros(image.shape, bool)
    column = min(121, size // 2)
    mask[:, column] = True
    image[:, column] = np.nan
    return {
        "image": image + 500,
        "template": template + rng.normal(0, 5, image.shape) + 500,
        "convolved": convolved + 500,
        "diff": image - convolved,
        "err": err,
        "mask": mask,
        "places": places,
    }


class FieldInMemory(CutoutSource):
    """Cutouts of a field in memory; counts what it is asked for, fails where it is told to.

    ``gate`` is an event that a cutout waits for: clear it to keep the builder busy.
    """

    title = "a field in memory"
    default_radius = 20.0
    notes: tuple[str, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()

    def __init__(
        self,
        planes: dict[str, Any] | None = None,
        places: Any = None,
        wcs: Any = None,
        fails: tuple[int, ...] = (),
        notes: dict[str, str] | None = None,
        provenance: dict[str, Provenance] | None = None,
    ) -> None:
        planes = dict(planes if planes is not None else field())
        found = planes.pop("places", None)
        self.places = np.asarray(places if places is not None else found, float)
        self.planes = {name: ArrayPlane(name, np.asarray(p)) for name, p in planes.items()}
        self.plane_names = tuple(planes)
        self.wcs, self.fails = wcs, fails
        self.of_planes = notes or {}
        self.plane_provenance = provenance or {}
        self.record: dict[str, Any] = {}
        self.asked: list[tuple[int, float]] = []
        self.gate = threading.Event()
        self.gate.set()
        count = len(self.places)
        x, y = self.places.T
        keys = np.array([f"C{row}" for row in range(count)])
        unknown = np.full(count, np.nan)
        self.candidates = CandidateList(
            Table({"id": keys, "x": x, "y": y}),
            Roles(key="id", name="id", x="x", y="y"),
            keys,
            x,
            y,
            unknown,
            unknown,
        )

    def cutout(self, row: int, radius: float) -> Cutout:
        self.asked.append((row, radius))
        assert self.gate.wait(60), "the gate stayed shut"
        if row in self.fails:
            raise InputError(f"C{row}.fits: wants an image, found none")
        x, y = self.places[row]
        box = Box.around(x, y, radius)
        planes = {name: plane.read(box) for name, plane in self.planes.items()}
        meta = {"name": f"C{row}", "x": x, "y": y}
        made = self.plane_provenance
        origin = box.x0, box.y0
        return Cutout(planes, meta, origin=origin, notes=self.of_planes, provenance=made)

    def close(self) -> None:
        pass
