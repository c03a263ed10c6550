"""Cutouts for scripts: ``from vetter import cutouts`` replaces STDPipe's import.

The names are defined and documented in other modules. The fit and its judgement are imported at
their first use, because they need scipy; a script that only cuts and writes does not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vetter.core.cutout.crop import crop_image, crop_image_centered
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.extraction import get_cutout
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout

if TYPE_CHECKING:
    from vetter.core.fit.adjust import adjust_cutout, adjust_cutouts
    from vetter.core.judgement.cutout_answer import answer
    from vetter.core.judgement.disappeared import disappeared
    from vetter.core.matching.match_template import match_template
    from vetter.core.noise.cutout_err import estimate_err

__all__ = [
    "Cutout",
    "adjust_cutout",
    "adjust_cutouts",
    "answer",
    "crop_image",
    "crop_image_centered",
    "disappeared",
    "estimate_err",
    "get_cutout",
    "load_cutout",
    "match_template",
    "write_cutout",
]


_MODULES = {
    "adjust_cutout": "vetter.core.fit.adjust",
    "adjust_cutouts": "vetter.core.fit.adjust",
    "answer": "vetter.core.judgement.cutout_answer",
    "disappeared": "vetter.core.judgement.disappeared",
    "estimate_err": "vetter.core.noise.cutout_err",
    "match_template": "vetter.core.matching.match_template",
}
"""Modules of the names that need scipy."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
