"""What an exported file carries of its verdict; a later export knows its own files by it."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from vetter.core.decisions.decision import Opinion
from vetter.io.export.decision_table import TAG_SEPARATOR


def marked(png: bytes, verdict: str) -> bytes:
    """A PNG file with its verdict as a text chunk, by which a later export knows it as its own.

    W3C PNG specification, 11.3.3: keyword, NUL, text; it goes right after the header chunk.
    """
    body = b"tEXtvet_verdict\x00" + verdict.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]


def vet_meta(opinion: Opinion) -> dict[str, Any]:
    """The ``vet_*`` metadata of a cutout, all five keys; '' for what has not been said."""
    return {
        "vet_verdict": opinion.verdict.value,
        "vet_tags": TAG_SEPARATOR.join(opinion.tags),
        "vet_comment": opinion.comment,
        "vet_reviewer": opinion.reviewer,
        "vet_decided_at": opinion.decided_at,
    }
