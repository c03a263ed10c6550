"""Requests for a practice, whose session is a temporary file."""

from __future__ import annotations

import dataclasses
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vetter.core.fakes.practice import practice_plan
from vetter.io.input_options import InputOptions
from vetter.review.opening.input_reader import OpenRequest

_PREFIX = "vetter-practice-"


def practice_request(record: Mapping[str, Any]) -> OpenRequest:
    """Return the request for a practice on the inputs of a source's record."""
    inputs = tuple(str(name) for name in record.get("inputs", ()))
    return practice_of(OpenRequest(inputs, InputOptions.from_record(record)))


def practice_of(request: OpenRequest) -> OpenRequest:
    """Return the request for a practice on the inputs of another request.

    Each has other sources, and a session in a folder of its own, which `remove_practice` removes.
    """
    options = dataclasses.replace(request.options, plant=practice_plan(secrets.randbelow(2**31)))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    return OpenRequest(request.inputs, options, folder / "practice.vetter", remembered=False)


def remove_practice(path: Path) -> None:
    """Remove the session of a practice with its folder; another folder stays."""
    if path.parent.name.startswith(_PREFIX):
        shutil.rmtree(path.parent, ignore_errors=True)
