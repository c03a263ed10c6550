"""Pages of the API in HTML, built from the docstrings with pdoc.

``make_docs.py [FOLDER [MODULE ...]]`` writes them to FOLDER (default: build/api), or the pages of
these modules alone. ``resources/api.md`` opens the first page, with the names that scripts import;
all other modules follow. Run with ``-W error``, a name that pdoc cannot resolve ends the build.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType

import pdoc.doc
import pdoc.doc_types
import pdoc.render

import vetter

ROOT = Path(__file__).resolve().parent.parent


def import_modules() -> dict[str, ModuleType]:
    """Import vetter and every module in it, by full name."""
    names = [info.name for info in pkgutil.walk_packages(vetter.__path__, "vetter.")]
    names.remove("vetter.__main__")
    return {name: importlib.import_module(name) for name in ["vetter", *names]}


def resolve_lazy_names(module: ModuleType) -> None:
    """Store the names that a module imports on first use, since pdoc reads its ``__dict__``."""
    for name in getattr(module, "__all__", ()):
        setattr(module, name, getattr(module, name))


def named_tuples(module: ModuleType) -> Iterator[type]:
    """Yield the named tuples that a module defines."""
    for _, value in inspect.getmembers(module, inspect.isclass):
        is_named_tuple = issubclass(value, tuple) and "__new__" in vars(value)
        if value.__module__ == module.__name__ and is_named_tuple:
            yield value


def resolve_fields(cls: type, module: ModuleType) -> None:
    """Replace the annotations of ``__new__``, which are texts outside the module, by types."""
    cls.__new__.__annotations__ = pdoc.doc_types.resolve_annotations(
        cls.__annotations__, module, None, cls.__qualname__
    )


def build(folder: Path, only: Collection[str] = ()) -> None:
    """Write a page for each module, an index and the data of the search field; or some pages."""
    modules = import_modules()
    for module in modules.values():
        resolve_lazy_names(module)
        for cls in named_tuples(module):
            resolve_fields(cls, module)
    vetter.__doc__ = (ROOT / "resources" / "api.md").read_text(encoding="utf-8")
    pdoc.render.configure(docformat="numpy", show_source=False)
    pages = {name: pdoc.doc.Module(module) for name, module in modules.items()}
    for name, page in pages.items():
        if only and name not in only:
            continue
        file = folder / f"{name.replace('.', '/')}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(pdoc.render.html_module(page, pages), encoding="utf-8")
    if only:
        return
    (folder / "index.html").write_text(pdoc.render.html_index(pages), encoding="utf-8")
    (folder / "search.js").write_text(pdoc.render.search_index(pages), encoding="utf-8")


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "api"
    build(folder, sys.argv[2:])
    print(folder / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
