"""What the files of planes and lists are called by the tools that write them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

IMAGE_ENDINGS = (".fits", ".fit", ".fits.fz", ".fits.gz", ".fit.gz", ".fts", ".fit.fz")
LIST_ENDINGS = (
    ".ecsv",
    ".parquet",
    ".vot",
    ".votable",
    ".xml",
    ".csv",
    ".tsv",
    ".cat",
    ".ldac",
    ".jsonl",
    ".reg",
    ".txt",
    ".dat",
)
"""Of candidate tables, those that tell the most of their columns first."""

NAMES = {
    "image": ("image", "science", "sci", "new"),
    "template": ("template", "tmpl", "reference", "ref"),
    "convolved": ("convolved", "convolved_template", "conv"),
    "diff": ("diff", "difference", "subtraction", "sub"),
    "err": ("err", "ediff", "error", "noise"),
    "mask": ("mask", "dq"),
}
"""Plain names of the planes, one folder for each field."""

_MORE = {
    "image": ("img", "sciimg", "search"),
    "template": ("tpl", "templ", "refimg"),
    "convolved": ("convolved_ref", "conv_ref", "convref", "template_conv", "matched"),
    # hotpants and STDPipe say diff, ZOGY D, sfft sfftdiff, ZTF scimrefdiffimg.
    "diff": ("subtracted", "diffimg", "sfftdiff", "scimrefdiffimg", "d"),
    "err": ("rms", "sigma", "unc", "uncert", "diffimgunc", "diff_err", "diff_noise"),
    "mask": ("msk", "mskimg", "flag", "flags", "badpix", "diff_mask"),
    "variance": ("var", "variance"),
    "weight": ("weight", "weights", "wht", "weightmap"),
    "scorr": ("scorr",),
    "decorr": ("decorr", "difference_decorr", "diff_decorr"),
}
_LISTS = (
    "candidates",
    "candidate",
    "cands",
    "cand",
    "catalog",
    "catalogue",
    "cat",
    "objects",
    "detections",
    "sources",
    "transients",
)
_TABLES = (".ecsv", ".parquet", ".vot", ".votable", ".cat", ".ldac")
_NAMED = rf"(?:^|[._-])(?:{'|'.join(_LISTS)})(?:$|[._-])"
_LISTED = rf"^(?P<stem>.*?)[._-]?({'|'.join(_LISTS)})$"


def _words() -> dict[str, str]:
    words = {word: plane for plane, names in NAMES.items() for word in names}
    return words | {word: plane for plane, names in _MORE.items() for word in names}


WORDS = _words()
"""The plane that a word in a file's name stands for."""


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of a name with such a word behind it, and before it; not made before a name is asked for:
    where all planes are given none is."""
    words = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
    behind = re.compile(rf"^(?P<stem>.+?)[._-](?P<word>{words})$", re.IGNORECASE)
    before = re.compile(rf"^(?P<word>{words})[._-](?P<stem>.+)$", re.IGNORECASE)
    return behind, before


def without_ending(name: str, endings: tuple[str, ...]) -> str | None:
    """A file's name without one of these endings, in whichever case; None where it has none."""
    lower = name.lower()
    found = max((end for end in endings if lower.endswith(end)), key=len, default=None)
    return None if found is None else name[: -len(found)]


def plane_of(name: str) -> tuple[str, str]:
    """What a FITS file's name (without ending) belongs to, and which plane it says to be.

    Returns
    -------
    (stem, plane) : (str, str)
        ``r1_diff`` and ``diff_r1`` are ('r1', 'diff'), ``science`` is ('', 'image'), and a name
        with no known word is the image of its own: ``r1`` is ('r1', 'image').
    """
    alone = WORDS.get(name.lower())
    if alone is not None and len(name) > 1:
        return "", alone
    behind, before = _patterns()
    for pattern in (behind, before):
        # Of single letters only ZOGY's D behind a name stands for a plane.
        found = pattern.match(name)
        if found and (len(found["word"]) > 1 or (pattern is behind and found["word"] == "D")):
            stem = found["stem"]
            # r1_sci_diff goes with r1_sci, which is r1's image.
            inner, plane = plane_of(stem)
            return inner if plane == "image" else stem, WORDS[found["word"].lower()]
    return name, "image"


def is_surely_a_list(name: str) -> bool:
    """Whether a file is a candidate table and no note or log, by its ending or its name."""
    stem = without_ending(name, LIST_ENDINGS)
    sure = without_ending(name, _TABLES) is not None
    return sure or (stem is not None and re.search(_NAMED, stem, re.IGNORECASE) is not None)


def list_stem(name: str) -> str:
    """What a list's name (without ending) belongs to: ``r1`` for ``r1_cands`` or ``r1_diff``."""
    found = re.match(_LISTED, name, re.IGNORECASE)
    stem = found["stem"] if found else name
    return plane_of(stem)[0] if stem else ""


def is_field_file(path: Path) -> bool:
    """Whether a file is meant as a field file."""
    return path.suffix.lower() == ".toml"
