"""Names of plane and list files, as the tools that write them choose."""

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
"""Endings of candidate tables; formats that describe their columns best come first."""

NAMES = {
    # visit_image, template_detector and difference_image are Rubin's dataset types.
    "image": (
        "image",
        "science",
        "sci",
        "new",
        "visit",
        "visit_image",
        "preliminary_visit_image",
    ),
    "template": ("template", "tmpl", "reference", "ref", "template_detector"),
    "convolved": ("convolved", "convolved_template", "conv"),
    "diff": ("diff", "difference", "subtraction", "sub", "difference_image"),
    "err": ("err", "ediff", "error", "noise"),
    "mask": ("mask", "dq"),
}
"""Plain names of the planes, for one field a folder."""

_MORE_NAMES = {
    "image": ("img", "sciimg", "search"),
    "template": ("tpl", "templ", "refimg"),
    "convolved": ("convolved_ref", "conv_ref", "convref", "template_conv", "matched"),
    # hotpants and STDPipe write diff, ZOGY D, sfft sfftdiff, ZTF scimrefdiffimg.
    "diff": ("subtracted", "diffimg", "sfftdiff", "scimrefdiffimg", "d"),
    "err": ("rms", "sigma", "unc", "uncert", "diffimgunc", "diff_err", "diff_noise"),
    "mask": ("msk", "mskimg", "flag", "flags", "badpix", "diff_mask"),
    "variance": ("var", "variance"),
    "weight": ("weight", "weights", "wht", "weightmap"),
    "scorr": ("scorr",),
    "decorr": ("decorr", "difference_decorr", "diff_decorr"),
}
_LIST_WORDS = (
    "dia_source",
    "dia_sources",
    "diasource",
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
_TABLE_ENDINGS = (".ecsv", ".parquet", ".vot", ".votable", ".cat", ".ldac")
_WITH_LIST_WORD = rf"(?:^|[._-])(?:{'|'.join(_LIST_WORDS)})(?:$|[._-])"
_ENDING_IN_LIST_WORD = rf"^(?P<stem>.*?)[._-]?({'|'.join(_LIST_WORDS)})$"
# Rubin's dataset types stand in front of a file's own name.
_DIA_SOURCE_FIRST = r"^dia_?sources?[._-](?P<stem>.+)$"


def _planes_by_word() -> dict[str, str]:
    words = {word: plane for plane, names in NAMES.items() for word in names}
    return words | {word: plane for plane, names in _MORE_NAMES.items() for word in names}


WORDS = _planes_by_word()
"""Plane that each word in a file name stands for."""


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of names that end, and that begin, with a plane's word.

    They are compiled at the first use: if the user gives all planes, no name is parsed.
    """
    words = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
    behind = re.compile(rf"^(?P<stem>.+?)[._-](?P<word>{words})$", re.IGNORECASE)
    before = re.compile(rf"^(?P<word>{words})[._-](?P<stem>.+)$", re.IGNORECASE)
    return behind, before


def without_ending(name: str, endings: tuple[str, ...]) -> str | None:
    """Return a file name without its ending, in any case of letters; None for other endings."""
    lower = name.lower()
    ending = max((end for end in endings if lower.endswith(end)), key=len, default=None)
    return None if ending is None else name[: -len(ending)]


def plane_of(name: str) -> tuple[str, str]:
    """Split a FITS file's name (without ending) into the field's stem and the plane.

    Returns
    -------
    (stem, plane) : (str, str)
        ``r1_diff`` and ``diff_r1`` are ('r1', 'diff'), ``science`` is ('', 'image'). A name
        without a known word is an image: ``r1`` is ('r1', 'image').
    """
    alone = WORDS.get(name.lower())
    if alone is not None and len(name) > 1:
        return "", alone
    behind, before = _patterns()
    for pattern in (behind, before):
        # The only single letter that names a plane is ZOGY's D behind a stem.
        match = pattern.match(name)
        if match and (len(match["word"]) > 1 or (pattern is behind and match["word"] == "D")):
            stem = match["stem"]
            # r1_sci_diff goes with r1_sci, which is r1's image.
            inner, plane = plane_of(stem)
            return inner if plane == "image" else stem, WORDS[match["word"].lower()]
    return name, "image"


def is_surely_a_list(name: str) -> bool:
    """Return whether a file is a candidate table, not a note or log, by its ending or name."""
    stem = without_ending(name, LIST_ENDINGS)
    has_table_ending = without_ending(name, _TABLE_ENDINGS) is not None
    return has_table_ending or (
        stem is not None and re.search(_WITH_LIST_WORD, stem, re.IGNORECASE) is not None
    )


def list_stem(name: str) -> str:
    """Return the field's stem of a list's name (without ending): ``r1`` for ``r1_cands``."""
    match = re.match(_ENDING_IN_LIST_WORD, name, re.IGNORECASE) or re.match(
        _DIA_SOURCE_FIRST, name, re.IGNORECASE
    )
    stem = match["stem"] if match else name
    return plane_of(stem)[0] if stem else ""


def is_field_file(path: Path) -> bool:
    """Return whether a path has the ending of a field file."""
    return path.suffix.lower() == ".toml"
