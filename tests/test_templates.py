"""The scripting face of survey images."""

from __future__ import annotations

import inspect

from vetter import templates
from vetter.io.surveys import hips


def test_names_and_arguments() -> None:
    assert templates.get_hips_image is hips.get_hips_image
    assert issubclass(templates.SurveyError, OSError)
    arguments = list(inspect.signature(templates.get_hips_image).parameters)
    documented = "hips ra dec width height fov wcs shape header asinh normalize upscale get_header"
    assert arguments[: len(documented.split())] == documented.split()
