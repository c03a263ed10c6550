"""What keeps the house in order: floors, imports, file lengths, and docs made from code."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.source_files import imported_by, statements

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "vetter"
SCRIPTING_FACE = ("vetter.cutouts", "vetter.plots", "vetter.templates")
CLAUSE = re.compile(r"(What|Whether|How|Which|Who|Whose|Where|When|Why)\b")
# Openings of functions' docstrings; a new verb is added here.
VERBS = """
    Accept Adapt Add Allocate Answer Append Apply Arrange Ask Average Begin Bind Blank Break Bring
    Build Cache Cancel Change Check Choose Clear Close Collect Commit Compare Compress
    Compute Concatenate Connect Continue Convert Convolve Copy Count Create Crop Cut Decide Decode
    Delete Descend Describe Deselect Discard Dismiss Distribute Divide Do Draw Drop Edit
    Emit Empty End Enter Escape Estimate Evaluate Explain Export Extend Fill Filter Find Finish Fit
    Flush Forget Format Give Go Group Have Hide Insert Interpolate Invert Join Judge Keep
    Kill Leave Let List Make Mark Match Measure Merge Move Open Paint Parse Pause Place
    Press Print Process Put Query Queue Raise Read Recognise Record Redirect Redo Reduce Refuse
    Reject Release Remove Rename Render Repaint Repair Replace Report Request Reserve Reset
    Restore Resume Return Roll Round Run Save Scale Scan Schedule Scroll Search See Select
    Send Serve Set Share Shift Show Smooth Sort Spell Split Stack Stage Start Stay Step Stop
    Store Stroke Subtract Sum Suppress Suspend Switch Take Tick Time Transform Try Turn Undo
    Unpack Update Use Wait Walk Write Yield Zoom
""".split()
HEAVY = ("scipy", "photutils", "matplotlib", "astroquery", "pyarrow", "PIL")


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def loaded_by(*names: str, root_only: bool = True) -> set[str]:
    """Which modules are loaded in a fresh process that imports those."""
    code = f"import json, sys, {', '.join(names)}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = json.loads(run.stdout)
    return {name.split(".")[0] for name in loaded} if root_only else set(loaded)


def test_imports_keep_to_the_floors() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("file", modules("review"), ids=lambda file: file.stem)
def test_review_knows_no_widgets(file: Path) -> None:
    qt = {name.split(".")[1] for name in imported_by(file) if name.startswith("PyQt6.")}
    assert qt <= {"QtCore"}
    assert not any(name.startswith("pyqtgraph") for name in imported_by(file))


@pytest.mark.parametrize("name", SCRIPTING_FACE)
def test_scripting_face_imports_without_qt(name: str) -> None:
    assert not {"PyQt6", "pyqtgraph", "matplotlib"} & loaded_by(name)


def test_window_starts_without_the_heavy_imports() -> None:
    loaded = loaded_by("vetter.app")
    assert not set(HEAVY) & loaded


def test_version_is_told_without_the_heavy_imports() -> None:
    loaded = loaded_by("vetter.cli")
    assert not {"PyQt6", "numpy", "astropy"} & loaded


def test_warnings_are_kept_quiet_in_one_way_that_threads_share() -> None:
    own = PACKAGE / "errors.py"
    words = ("catch_warnings", "simplefilter", "filterwarnings")
    files = [file for file in modules(".") if file != own]
    assert not [file for file in files if any(word in file.read_text() for word in words)]


def test_module_length_stays_within_700_lines() -> None:
    lengths = {file: len(file.read_text().splitlines()) for file in PACKAGE.rglob("*.py")}
    assert not [str(file) for file, lines in lengths.items() if lines > 700]


def test_no_folder_is_a_hall() -> None:
    folders = [folder for folder in (PACKAGE, *PACKAGE.rglob("*")) if folder.is_dir()]
    halls = {}
    for folder in folders:
        entries = [e for e in folder.iterdir() if e.is_dir() or e.suffix == ".py"]
        names = {e.stem for e in entries} - {"__init__", "__pycache__"}
        # The top holds what users start and import: the contract fixes these names.
        if len(names) > 15:
            halls[str(folder.relative_to(ROOT))] = sorted(names)
    assert not halls


class Documented(NamedTuple):
    """Place and docstring of a module, class or function, and whether it is called."""

    place: str
    text: str
    is_called: bool


@cache
def documented() -> list[Documented]:
    """Return what has a docstring; without the parsed files, which are large."""
    found = []
    for file in modules("."):
        for node in statements(file):
            if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                continue
            if text := ast.get_docstring(node):
                place = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
                is_called = isinstance(node, ast.FunctionDef)
                if not is_property(node):
                    found.append(Documented(place, text, is_called))
    return found


def is_property(node: ast.AST) -> bool:
    names = [ast.unparse(decorator) for decorator in getattr(node, "decorator_list", [])]
    return any("property" in name or name.endswith(".setter") for name in names)


def test_module_and_class_docstrings_open_with_a_noun() -> None:
    texts = [(entry.place, entry.text) for entry in documented() if not entry.is_called]
    assert len(texts) > 500
    assert [(place, text[:60]) for place, text in texts if CLAUSE.match(text)] == []


def test_function_docstrings_open_with_a_verb() -> None:
    texts = [(entry.place, entry.text) for entry in documented() if entry.is_called]
    assert len(texts) > 1000
    assert [
        (place, text[:60]) for place, text in texts if text.split()[0].strip(",:;") not in VERBS
    ] == []


def test_every_package_says_what_is_in_it() -> None:
    packages = [file for file in PACKAGE.rglob("__init__.py") if not file.read_text().strip()]
    assert not packages


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc"])
def test_no_room_is_called_by_what_it_is_not(word: str) -> None:
    assert not list(PACKAGE.rglob(f"*{word}*.py"))


def test_readme_has_the_keys_of_the_command_table() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_key_table.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_resources_fit_in_the_package() -> None:
    demo = ROOT / "resources" / "demo"
    assert sum(file.stat().st_size for file in demo.iterdir()) < 5_000_000


def test_every_direct_requirement_is_pinned() -> None:
    pins = pinned()
    for kind in ("run", "dev"):
        lines = (ROOT / "requirements" / f"{kind}.txt").read_text().splitlines()
        names = [line for line in lines if line and line[0] not in "#-"]
        assert {normal(name) for name in names} <= set(pins)


def test_pins_satisfy_the_packages_own_bounds() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["plots"], *extras["parquet"]]
    pins = pinned()
    for text in wanted:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[normal(requirement.name)]), text


def test_what_is_imported_is_required() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["plots"], *extras["parquet"]]
    required = {normal(Requirement(text).name) for text in wanted}
    called = {"erfa": "pyerfa", "PIL": "pillow"}
    roots = {name.split(".")[0] for file in modules(".") for name in imported_by(file)}
    foreign = roots - set(sys.stdlib_module_names) - {"vetter"}
    assert {normal(called.get(name, name)) for name in foreign} == required


def test_no_text_says_to_install_the_other_vetter() -> None:
    files = [*ROOT.glob("*.md"), *PACKAGE.rglob("*.py"), *(ROOT / "resources").rglob("*.md")]
    for file in files:
        assert not re.search(r"pip3? install (--\S+ )*['\"]?vetter(?!-cutouts)\b", file.read_text())


def test_the_tests_keep_out_of_the_users_home() -> None:
    assert "vetter-test-home-" in os.path.expanduser("~")


def test_tests_leave_no_variable_of_qt_but_one() -> None:
    code = (
        "import os; from tests import conftest; conftest.pytest_unconfigure();"
        "print([name for name in os.environ if name.startswith('QT_')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "QT_FONT_DPI": "144", "QT_QPA_PLATFORMTHEME": "gtk3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "['QT_QPA_PLATFORM']"


def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements" / "pins.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if "==" in line]
    return {normal(name): version for name, version in pairs}


def normal(name: str) -> str:
    """A distribution's name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()
