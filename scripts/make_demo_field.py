"""Make the demo field in resources/demo: simulated, from a fixed seed, of known truth.

Run it with the environment's python: ``.venv/bin/python scripts/make_demo_field.py``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from demo_detections import Detection, detect
from demo_files import SEED, field_header, tables, write_planes
from demo_scene import (
    BAD_COLUMN,
    BITS,
    SATURATION,
    SIZE,
    TEMPLATE_DEPTH,
    TEMPLATE_EDGE,
    Array,
    convolve,
    draw,
    fwhm,
    noise_variance,
)
from demo_truth import Truth, place, populate
from numpy.random import Generator
from numpy.typing import NDArray

CANDIDATES = 150
# How many of each kind the list has at most, in the order in which it is filled.
KEPT = {
    "transient on a host": 32,
    "transient": 22,
    "variable": 24,
    "proper motion": 5,
    "cosmic ray": 14,
    "hot pixel": 5,
    "saturated star": 6,
    "bad column": 4,
    "dipole": 44,
    "residual": 10,
}


def strike(rng: Generator, image: Array, mask: NDArray[np.uint8], truths: list[Truth]) -> None:
    """Cosmic rays, a third of them found by the pipeline and masked, and hot pixels."""
    for number in range(46):
        x, y = place(rng)
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.5, 7)
        steps = np.linspace(-length / 2, length / 2, 40)
        u = np.rint(x + steps * np.cos(angle)).astype(int)
        v = np.rint(y + steps * np.sin(angle)).astype(int)
        hit = np.unique(np.stack([v, u]), axis=1)
        hit = hit[:, ((hit >= 0) & (hit < SIZE)).all(axis=0)]
        charge = rng.uniform(150, 2500)
        image[hit[0], hit[1]] += charge * rng.uniform(0.4, 1, hit.shape[1])
        if number % 3 == 0:
            mask[hit[0], hit[1]] |= 1 << BITS["CR"]
        truths.append(Truth("cosmic ray", x, y, 0.0))
    for _ in range(12):
        x, y = place(rng)
        image[round(y), round(x)] += rng.uniform(90, 900)
        truths.append(Truth("hot pixel", round(x), round(y), 0.0))


def saturate(plane: Array, level: float) -> NDArray[np.bool_]:
    """Clip at full well and let the charge that does not fit run along its column."""
    full = plane > level
    for x in np.flatnonzero(full.any(axis=0)):
        rows = np.flatnonzero(full[:, x])
        spare = float((plane[rows, x] - level).sum())
        for step in range(1, 160):
            for y in (rows[0] - step, rows[-1] + step):
                if 0 <= y < SIZE and spare > 0:
                    room = level - plane[y, x]
                    plane[y, x] += min(room, spare)
                    spare -= room
                    full[y, x] = True
            if spare <= 0:
                break
    np.minimum(plane, level, out=plane)
    return full


def observe(rng: Generator) -> tuple[dict[str, NDArray[np.generic]], list[Truth]]:
    """The six planes, and what is there."""
    sources, truths = populate(rng)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    scene, earlier = draw(sources, True), draw(sources, False)
    variance, earlier_variance = noise_variance(scene, 1), noise_variance(earlier, TEMPLATE_DEPTH)
    image = scene + rng.normal(size=scene.shape) * np.sqrt(variance)
    template = earlier + rng.normal(size=scene.shape) * np.sqrt(earlier_variance)
    x = np.arange(SIZE)
    image += 0.4 * np.sin(x / 330.0) * np.cos(x[:, None] / 410.0)  # what the sky fit left
    strike(rng, image, mask, truths)
    mask[saturate(image, SATURATION)] |= 1 << BITS["SAT"]
    saturated = saturate(template, 1.6 * SATURATION)
    image[:, BAD_COLUMN] = image[:, BAD_COLUMN] * 0.35 + rng.normal(25, 18, SIZE)
    mask[:, BAD_COLUMN] |= 1 << BITS["BAD"]
    truths += [Truth("bad column", BAD_COLUMN, float(y), 0.0) for y in range(0, SIZE, 3)]
    convolved = convolve(template)
    err = np.sqrt(variance + convolve(earlier_variance, power=2))
    mask[convolve(saturated.astype(float)) > 0.05] |= 1 << BITS["SAT"]
    diff = image - convolved
    mask[:, TEMPLATE_EDGE:] |= 1 << BITS["EDGE"]
    for plane in (template, convolved, diff, err):
        plane[:, TEMPLATE_EDGE:] = np.nan
    planes = {"image": image, "template": template, "convolved": convolved}
    return {**planes, "diff": diff, "err": err, "mask": mask}, truths


def label(found: Detection, truths: list[Truth]) -> Truth:
    """What a detection is: the likeliest thing within reach of it, else noise."""
    near = [t for t in truths if np.hypot(t.x - found.x, t.y - found.y) < reach(t.kind)]
    order = list(KEPT)
    return min(
        near,
        key=lambda t: (order.index(t.kind), np.hypot(t.x - found.x, t.y - found.y)),
        default=Truth("noise", found.x, found.y, 0.0),
    )


def reach(kind: str) -> float:
    """How far (px) from its place a thing is detected."""
    return {"saturated star": 18.0, "bad column": 3.0, "dipole": 5.0, "residual": 5.0}.get(
        kind, 3.0
    )


def choose(
    rng: Generator, found: list[Detection], truths: list[Truth]
) -> list[tuple[Detection, Truth]]:
    """150 of the detections, each real thing once, in the order of their rows."""
    labelled = [(d, label(d, truths)) for d in sorted(found, key=lambda d: -d.snr)]
    chosen: list[tuple[Detection, Truth]] = []
    seen: set[Truth] = set()
    for kind, limit in KEPT.items():
        rows = [
            (d, t)
            for d, t in labelled
            if t.kind == kind and (d.snr < 260 or t.kind == "saturated star")
        ]
        unique = []
        for d, t in rows:
            if t not in seen or kind in ("noise", "saturated star"):
                unique.append((d, t))
                seen.add(t)
        picked = rng.permutation(len(unique))[:limit]
        chosen += [unique[i] for i in picked]
    if len(chosen) < CANDIDATES:
        raise SystemExit(f"only {len(chosen)} candidates were detected; wants {CANDIDATES}")
    return sorted(chosen[:CANDIDATES], key=lambda pair: (pair[0].y, pair[0].x))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    usual = Path(__file__).resolve().parents[1] / "resources" / "demo"
    parser.add_argument("folder", type=Path, nargs="?", default=usual, help="(resources/demo)")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    planes, truths = observe(rng)
    header = field_header()
    middle = np.float64(SIZE / 2)
    sigma = float(fwhm(middle, middle)) / 2.3548
    found = detect(planes["diff"], planes["err"], planes["mask"], sigma)
    chosen = choose(rng, found, truths)
    candidates, truth = tables([(d, t.kind, t.flux) for d, t in chosen], header)
    write_planes(folder, planes, header)
    candidates.write(folder / "candidates.ecsv", overwrite=True)
    truth.write(folder / "truth.ecsv", overwrite=True)
    size = sum(file.stat().st_size for file in folder.iterdir())
    kinds, numbers = np.unique([t.kind for _, t in chosen], return_counts=True)
    print(f"{len(chosen)} of {len(found)} detections, {size / 1e6:.2f} MB in {folder}")
    print(", ".join(f"{n} {kind}" for kind, n in zip(kinds, numbers, strict=True)))


if __name__ == "__main__":
    main()
