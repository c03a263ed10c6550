"""Kinds of table files, by content rather than name, and the command that wrote a table."""

from __future__ import annotations

import re
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.compressed import opener_of
from vetter.io.files.file_marks import mark_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import foreign_kind, input_errors
from vetter.io.tables.dialects.mpc import is_mpc
from vetter.io.tables.encoding import lines_of, not_table_error, utf_16_without_mark

_HEAD_BYTES = 4096
# Not compiled before a file needs them: together they take a millisecond of each start.
_SEXTRACTOR = r"^#\s+\d+\s+[A-Za-z]\w*"
# A value behind the bracket: [field] and [[field]] are TOML.
_JSON = r"^\s*(\{|\[\s*(\{|\]|\[\s*[\"\d\]-]|\"|-?\d[\d.eE+-]*\s*[,\]]|(true|false|null)\s*[,\]]))"
_REGIONS = (
    r"(?i)^\s*(# Region file format|global\s+\w+\s*=|"
    r"[+-]?\s*(circle|point|ellipse|box|polygon|annulus"
    r"|line|text|vector)\s*\(|(image|physical|fk[45]|icrs|j2000|b1950|galactic|ecliptic|linear)"
    r"\s*(;|$|[+-]?(circle|point|ellipse|box|polygon|annulus)\b)"
    r"|[+-]?(circle|point)\s+[-+\d.]\S*[\s,]+[-+\d.]\S*\s*[\d.]*\s*$)"
)
_CRTF = (
    r"(?i)^\s*(#CRTF|(ann\s+|[+-]\s*)?"
    r"(circle|symbol|ellipse|centerbox|rotbox|box|poly|annulus)\s*\[\s*\[)"
)
_HTML = (
    rb"(?is)^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*"
    rb"<(!doctype\s+html|html|head|body|table)\b"
)
_DAOPHOT = r"(?m)^#K\s+\w+\s+=|^#N\s+\w+"
_DAOPHOT_II = r"(?i)^\s*NL\s+NX\s+NY\b"
_HEAD = 1 << 16
_MAKERS = {
    "vetter adjust": (b"adjust_chi2", b"disappeared_reason"),
    "vetter export": (b"verdict", b"reviewer", b"decided_at"),
}


def kind_of(path: Path) -> str:
    """Return the kind of a table file.

    It is ``fits``, ``votable``, ``parquet``, ``ecsv``, ``sextractor``, ``daophot``, ``regions``,
    ``crtf``, ``daophot ii``, ``mpc``, ``html``, ``json``, ``session``, ``avro`` or ``text``.

    Raises
    ------
    InputError
        The file does not exist, is empty, a folder, unreadable, or of no such kind.
    """
    head = _unpacked(path, _head(path))
    mark = mark_of(head)
    if mark is not None and not mark.is_packed:
        return mark.value
    if re.match(_HTML, head):
        return "html"
    if foreign_kind(head) is not None:
        raise not_table_error(path, head)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif (wide := utf_16_without_mark(head)) is not None:
        text = head[: len(head) // 2 * 2].decode(wide, "replace")
    elif b"\0" in head:
        raise not_table_error(path, head)
    else:
        text = head.decode("utf-8-sig", "replace")
    return _kind_of_text(text)


def _kind_of_text(text: str) -> str:
    if "<VOTABLE" in text or (text.lstrip().startswith("<?xml") and "VOTABLE" in text):
        return "votable"
    if text.startswith("# %ECSV"):
        return "ecsv"
    if re.match(_JSON, text):
        return "json"
    if re.match(_CRTF, text):
        return "crtf"
    if _is_regions(text):
        return "regions"
    if re.match(_DAOPHOT, text):
        return "daophot"
    if re.match(_DAOPHOT_II, text):
        return "daophot ii"
    if is_mpc(text):
        return "mpc"
    return "sextractor" if is_sextractor(text) else "text"


def _is_regions(text: str) -> bool:
    """Return whether a text is a region file: its first line is DS9's, a frame or a shape."""
    for line in lines_of(text):
        if re.match(_REGIONS, line):
            return True
        if line.strip() and not line.lstrip().startswith("#"):
            return False
    return False


def _head(path: Path) -> bytes:
    try:
        with open_plain_file(path) as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: expected a file, found a folder") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not head:
        raise InputError(f"{path}: the file is empty")
    return head


def _unpacked(path: Path, head: bytes) -> bytes:
    opener = opener_of(head, path)
    if opener is None:
        return head
    with input_errors(path, "a damaged packed file"), opener(path) as packed:
        unpacked: bytes = packed.read(_HEAD_BYTES)
    return unpacked


def is_sextractor(head: str) -> bool:
    """Return whether a text begins as SExtractor's ASCII_HEAD: ``#   1 NUMBER  Running number``."""
    return bool(re.match(_SEXTRACTOR, head))


def writing_command(path: Path) -> str:
    """Return the command of this program that wrote a table; empty for other tables.

    All formats that the program writes have the column names as text before the rows.
    """
    try:
        with open_plain_file(path) as file:
            head = file.read(_HEAD).lower()
    except OSError:
        # Unreadable; opening the file raises the reason.
        return ""
    makers = (maker for maker, names in _MAKERS.items() if all(name in head for name in names))
    return next(makers, "")
