"""What is in the demo field: stars, galaxies, and what changed between template and image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from demo_scene import SIZE, Sources, flux_of, shift
from numpy.random import Generator


@dataclass(frozen=True)
class Truth:
    """Something that is there: its kind and where the image shows it."""

    kind: str
    x: float
    y: float
    flux: float


def place(rng: Generator, margin: float = 12) -> tuple[float, float]:
    x, y = rng.uniform(margin, SIZE - 1 - margin, 2)
    return float(x), float(y)


def populate(rng: Generator) -> tuple[Sources, list[Truth]]:
    """Stars, galaxies and what changed between template and image."""
    sources, truths = Sources(), []
    stars = [
        (m, *place(rng)) for m in (12.0, 12.3, 12.9, 13.3, *(22.7 - rng.exponential(2.2, 800)))
    ]
    # A loose cluster where the registration is off: many dipoles, as astronomers know them.
    stars += [(rng.uniform(14.5, 20), *rng.normal((750, 730), 125)) for _ in range(75)]
    for magnitude, x, y in stars:
        now = then = float(flux_of(magnitude))
        sources.star(x, y, now, then)
        bump = float(np.hypot(*shift(np.float64(x), np.float64(y))))
        kind = "saturated star" if magnitude < 12.4 else "dipole" if bump > 0.12 else "residual"
        truths.append(Truth(kind, x, y, 0.0))
    for _ in range(30):
        x, y = place(rng)
        then = float(flux_of(rng.uniform(16.0, 20.5)))
        now = then * float(10 ** (0.4 * rng.choice([-1, 1]) * rng.uniform(0.12, 1.4)))
        sources.star(x, y, now, then)
        truths.append(Truth("variable", x, y, now - then))
    for _ in range(7):
        x, y = place(rng)
        flux = float(flux_of(rng.uniform(15.5, 18)))
        angle = rng.uniform(0, 2 * np.pi)
        moved = (0.9 * float(np.cos(angle)), 0.9 * float(np.sin(angle)))
        sources.star(x, y, flux, flux, moved)
        truths.append(Truth("proper motion", x, y, 0.0))
    add_galaxies(rng, sources, truths)
    for _ in range(28):
        x, y = place(rng, 20)
        flux = float(flux_of(rng.uniform(16.0, 21.3)))
        sources.star(x, y, flux, 0.0)
        truths.append(Truth("transient", x, y, flux))
    return sources, truths


def add_galaxies(rng: Generator, sources: Sources, truths: list[Truth]) -> None:
    """Galaxies; every fourth has a transient in it, some of those in its nucleus."""
    for number in range(160):
        x, y = place(rng)
        radius = float(rng.uniform(1.5, 9))
        flux = float(flux_of(rng.uniform(17.0, 21.5)))
        ratio, angle = float(rng.uniform(0.3, 1)), float(rng.uniform(0, np.pi))
        sources.galaxy(x, y, flux, radius, ratio, angle, bool(rng.random() < 0.7))
        if number % 4 == 0:
            off = 0.0 if number % 12 == 0 else float(rng.uniform(0.3, 1.6)) * radius
            turn = float(rng.uniform(0, 2 * np.pi))
            there = x + off * float(np.cos(turn)), y + off * float(np.sin(turn))
            new = float(flux_of(rng.uniform(17.5, 21.0)))
            sources.star(*there, new, 0.0)
            truths.append(Truth("transient on a host", *there, new))
        else:
            bump = float(np.hypot(*shift(np.float64(x), np.float64(y))))
            truths.append(Truth("dipole" if bump > 0.12 else "residual", x, y, 0.0))
