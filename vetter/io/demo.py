"""The simulated demo field that comes with the package."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from vetter.core.cutout_source import CutoutSource
from vetter.errors import InputError
from vetter.io.input_options import PLANE_OPTIONS, InputOptions
from vetter.io.inputs import open_input

TITLE = "Demo field (simulated)"


def resource_path(name: str) -> Path:
    """A file or folder of ``resources/``: in the installed package, or beside a checkout's.

    Raises
    ------
    InputError
        It is not there: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise InputError(f"resources/{name}: missing from the installation in {package}")


def demo_input() -> tuple[list[str], InputOptions]:
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
    return [str(lists[0])], InputOptions(planes=planes)


def open_demo(options: InputOptions | None = None) -> CutoutSource:
    """The demo as a source; its record names ``demo``, wherever the package lies."""
    from vetter.io.field_source import FieldSource

    given = options or InputOptions()
    inputs, own = demo_input()
    source = open_input(inputs, given.over(own))
    assert isinstance(source, FieldSource)
    return dataclasses.replace(
        source,
        title=TITLE,
        record={"inputs": ["demo"], "options": given.plain()},
        extra_notes=("a simulated field with known truth", *source.extra_notes),
    )
