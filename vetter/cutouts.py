"""Cutouts for scripts: ``from vetter import cutouts`` replaces STDPipe's import.

The names are defined and documented in other modules. The fit and its judgement are imported at
their first use, because they need scipy; a script that only cuts and writes does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vetter.core.cutout.crop import crop_image, crop_image_centered
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.extraction import get_cutout
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout

if TYPE_CHECKING:
    from vetter.core.fit.adjust import adjust_cutout, adjust_cutouts
    from vetter.core.judgement.cutout_answer import answer
    from vetter.core.judgement.disappeared import disappeared

__all__ = [
    "Cutout",
    "adjust_cutout",
    "adjust_cutouts",
    "answer",
    "crop_image",
    "crop_image_centered",
    "disappeared",
    "get_cutout",
    "load_cutout",
    "write_cutout",
]


def __getattr__(name: str) -> Any:
    if name in ("adjust_cutout", "adjust_cutouts"):
        from vetter.core.fit import adjust

        return getattr(adjust, name)
    if name == "answer":
        from vetter.core.judgement.cutout_answer import answer

        return answer
    if name == "disappeared":
        from vetter.core.judgement.disappeared import disappeared

        return disappeared
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
