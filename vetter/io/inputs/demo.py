"""The simulated demo field that comes with the package."""

from __future__ import annotations

from vetter.errors import InputError
from vetter.io.files.resources import resource_path
from vetter.io.input_options import PLANE_OPTIONS, InputOptions

TITLE = "Demo field (simulated)"
NOTE = "a simulated field with known truth"


def demo_input() -> tuple[str, InputOptions]:
    """The demo's candidate list, and its planes as options, whatever planes there are."""
    folder = resource_path("demo")
    lists = [path for path in sorted(folder.glob("candidates.*")) if path.is_file()]
    if not lists:
        raise InputError(f"{folder}: wanted the demo's candidates.ecsv, found none")
    planes: dict[str, str] = {}
    for name in PLANE_OPTIONS:
        files = sorted(folder.glob(f"{name}.fits*"))
        if files:
            planes[name] = str(files[0])
    return str(lists[0]), InputOptions(planes=planes)
