"""Contradictions between the roles of planes and their pixels, in words for the user.

Each finding needs evidence that a plane in its right role does not give; without it none is
reported. Stars serve as evidence only from `_MIN_STARS` on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from vetter.core.cutout.plane_checks.plane_content import PlaneContent

_MIN_STARS = 3
_MANY_STARS = 10
_CHANCE = 0.34
"""Share of the brightest stars that two images may have in common by chance: of one field they
share most, and an image much shallower than the other lacks stars in one direction only."""
_ERR_FACTOR = 5.0
"""Factor between errors and noise up to which errors may be right: resampling lowers the noise,
faint sources raise it."""


def contradictions(
    planes: Mapping[str, PlaneContent], words: Mapping[str, str] | None = None
) -> list[str]:
    """Return a line for each plane whose pixels contradict its role.

    Parameters
    ----------
    planes : mapping of str to PlaneContent
        Plane name to content, of planes that come from files; a mask's are its integers.
    words : mapping of str to str, optional
        Plane name to the plane that the file's own name means; '' if it means none.
    """
    found = [*_uncovered(planes)]
    planes = {name: one for name, one in planes.items() if one.known > 0}
    image, diff, template = (planes.get(name) for name in ("image", "diff", "template"))
    if image is not None and image.noise > 0:
        flags = _flags(image, planes)
        found += flags.values()
        planes = {name: one for name, one in planes.items() if name not in flags}
        diff, template = planes.get("diff"), planes.get("template")
        swapped = list(_roles_of_image(image, diff, template, (words or {}).get("image", "")))
        found += swapped
        if "err" in planes:
            others = [planes[name] for name in ("diff", "template", "convolved") if name in planes]
            found += _errors(planes["err"], image, others)
        if not swapped:
            of_templates = _templates(image, planes)
            found += of_templates.values()
            if diff is not None:
                right = {name: one for name, one in planes.items() if name not in of_templates}
                found += _differences(diff, image, right)
    if "mask" in planes and planes["mask"].whole < 0.99:
        found.append(
            f"mask holds measured values from {planes['mask'].values.min():.4g} to "
            f"{planes['mask'].values.max():.4g}, no flags: it may be another plane"
        )
    return found


def _uncovered(planes: Mapping[str, PlaneContent]) -> Iterator[str]:
    image = planes.get("image")
    if image is None or image.known < 0.5:
        return
    for name, one in planes.items():
        if one.known == 0:
            yield (
                f"{name} has no pixel at any of {len(one.boxes)} places of the image: it may "
                "show another part of the sky"
            )


def _flags(image: PlaneContent, planes: Mapping[str, PlaneContent]) -> dict[str, str]:
    """Return sky planes that hold flags, with a line each; counts of photons may look so too."""
    if image.is_flags:
        return {}
    return {
        name: f"{name} looks like a mask: {one.zeros:.0%} of its pixels are 0, the others are "
        f"whole numbers up to {one.values.max():.6g}"
        for name, one in planes.items()
        if name in ("template", "convolved", "diff") and one.is_flags
    }


def _roles_of_image(
    image: PlaneContent, diff: PlaneContent | None, template: PlaneContent | None, word: str
) -> Iterator[str]:
    measured = f"its level is {image.level:.3g} at a noise of {image.noise:.3g}"
    if diff is not None and image.is_symmetric and not diff.is_symmetric:
        if len(diff.peaks) >= _MIN_STARS and _share(image, diff) < 0.5:
            yield f"image and diff look swapped: image has none of the stars of diff, {measured}"
            return
    if image.is_symmetric:
        bright, dark = image.outliers
        yield (
            f"image looks like a difference: {measured}, and {dark} of its "
            f"{bright + dark} outlying pixels are dark"
        )
    elif _looks_empty(image) and template is not None and _lacks(image, template):
        yield (
            f"image looks like a difference: {measured}, and it has none of the "
            f"{len(template.peaks)} stars of template"
        )
    elif _looks_empty(image) and word == "diff" and len(image.peaks) < _MIN_STARS:
        yield f"image looks like a difference: the file is named as one, and {measured}"


def _lacks(plane: PlaneContent, other: PlaneContent) -> bool:
    """Return whether a plane shows none of another's stars."""
    seen, known = plane.seen(other.peaks)
    return known >= _MIN_STARS and seen == 0


def _share(plane: PlaneContent, other: PlaneContent) -> float:
    """Return the share of another plane's stars that this plane shows; NaN for no star."""
    seen, known = plane.seen(other.peaks)
    return seen / known if known else float("nan")


def _errors(
    err: PlaneContent, image: PlaneContent, others: Sequence[PlaneContent]
) -> Iterator[str]:
    if err.is_flags:
        yield (
            f"err looks like a mask: {err.zeros:.0%} of its pixels are 0, the others are whole "
            f"numbers up to {err.values.max():.6g}"
        )
        return
    if err.negative > 0.01:
        yield f"err is no error: {err.negative:.0%} of its pixels are below 0"
        return
    # The errors may be those of the difference, to which the template's noise belongs.
    noises = [noise for one in (image, *others) for noise in (one.noise, one.fine_noise)]
    noises = [noise for noise in noises if np.isfinite(noise) and noise > 0]
    if not noises or not err.level > 0:
        return
    low, high = min(noises), max(noises)
    if low / _ERR_FACTOR <= err.level <= high * _ERR_FACTOR:
        return
    compared = f"err is {err.level:.3g}, the noise of image {image.noise:.3g}"
    if low**2 / _ERR_FACTOR <= err.level <= high**2 * _ERR_FACTOR:
        yield f"{compared}: err looks like a variance, for --variance"
    elif high**-2 / _ERR_FACTOR <= err.level <= low**-2 * _ERR_FACTOR:
        yield f"{compared}: err looks like a weight, for --weight"
    elif not low / 10 <= err.level <= high * 10:
        yield f"{compared}: err may belong to another image"


def _templates(image: PlaneContent, planes: Mapping[str, PlaneContent]) -> dict[str, str]:
    """Return template and convolved with what contradicts these roles, where something does."""
    found = {}
    for name in ("template", "convolved"):
        one = planes.get(name)
        if one is None:
            continue
        measured = f"its level is {one.level:.3g} at a noise of {one.noise:.3g}"
        if one.equals(image):
            found[name] = f"{name} has the same pixels as image: it may be a copy of it"
            continue
        here, there = one.seen(image.peaks), image.seen(one.peaks)
        if one.is_symmetric and not image.is_symmetric:
            found[name] = (
                f"{name} looks like a difference: {measured}, with outlying pixels on both sides"
            )
        elif here[1] < _MIN_STARS or here[0] > _CHANCE * here[1]:
            continue
        elif _looks_empty(one) and here[0] <= 0.1 * here[1] and there[1] < _MIN_STARS:
            found[name] = (
                f"{name} looks like a difference: {measured}, and it has {here[0]} of the "
                f"{here[1]} brightest stars of image"
            )
        elif here[0] == 0 and here[1] >= _MANY_STARS and there[1] < _MIN_STARS:
            found[name] = (
                f"{name} shows none of the {here[1]} brightest stars of image: it may be another "
                "plane"
            )
        elif there[1] >= _MIN_STARS and there[0] <= _CHANCE * there[1]:
            found[name] = (
                f"{name} shows {here[0]} of the {here[1]} brightest stars of image, and image "
                f"{there[0]} of the {there[1]} of {name}: it may be another field's"
            )
    return found


def _looks_empty(plane: PlaneContent) -> bool:
    """Return whether a plane's level is about 0, as in a difference or without the sky."""
    return plane.noise > 0 and abs(plane.level) < plane.noise


def _differences(
    diff: PlaneContent, image: PlaneContent, planes: Mapping[str, PlaneContent]
) -> Iterator[str]:
    template, convolved = planes.get("template"), planes.get("convolved")
    if len(image.peaks) < _MIN_STARS:
        return
    unsubtracted = _unsubtracted(diff, image, template or convolved)
    if unsubtracted:
        yield unsubtracted
    elif convolved is not None:
        yield from _sums(diff, image, convolved, template)
    elif template is not None:
        yield from _noises(diff, image, template)


def _unsubtracted(diff: PlaneContent, image: PlaneContent, template: PlaneContent | None) -> str:
    stars = [peak for peak in image.peaks if np.isfinite(diff.height_at(peak))]
    if template is not None:
        # A star that the template lacks is rightly in the difference.
        stars = [peak for peak in stars if template.seen([peak])[0]]
    if len(stars) < (_MANY_STARS if template is None else _MIN_STARS):
        return ""
    full = sum(diff.height_at(peak) > 0.5 * peak.height for peak in stars)
    if full < 0.8 * len(stars):
        return ""
    return f"diff shows {full} of {len(stars)} stars of image at full height: it is not subtracted"


def _sums(
    diff: PlaneContent,
    image: PlaneContent,
    convolved: PlaneContent,
    template: PlaneContent | None,
) -> Iterator[str]:
    if convolved.noise_correlation(image) > 0.5:
        # The image was convolved, not the template.
        return
    same = diff.correlation(image.minus(convolved))
    # Of a convolved image the difference is convolved - template.
    other = np.nan if template is None else diff.correlation(convolved.minus(template))
    if abs(other) > abs(same):
        return
    if same < -0.5:
        yield "diff is convolved - image: new sources are negative in it"
    elif abs(same) < 0.3:
        yield f"diff is not image - convolved (correlation {same:.2f}): one may be another night's"


def _noises(diff: PlaneContent, image: PlaneContent, template: PlaneContent) -> Iterator[str]:
    by_image, by_template = diff.noise_correlation(image), diff.noise_correlation(template)
    if by_image < -0.3 and by_template > 0.1:
        yield (
            "diff is template - image, and new sources are negative in it; or image and template "
            "are swapped"
        )
        return
    # A template much noisier than the image hides its noise.
    if by_image < 0.05 and by_template < -0.15 and image.faint_noise > 0.7 * diff.faint_noise:
        yield (
            f"diff was not made from this image: it has the noise of template (correlation "
            f"{by_template:.2f}) and not that of image ({by_image:.2f})"
        )
        return
    matched = image.minus(diff)
    # Noise that is rounding, or that of a template without any, tells nothing.
    if not matched.faint_noise > 0.03 * image.faint_noise or not template.faint_noise > 0:
        return
    if matched.noise_correlation(template) < 0.15 and matched.noise_correlation(image) < 0.5:
        yield (
            "diff was not made with this template: image - diff has other noise "
            f"(correlation {matched.noise_correlation(template):.2f}); it may be another night's"
        )
