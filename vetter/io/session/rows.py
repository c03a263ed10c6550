"""Decisions as rows of the session's table, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from vetter.core.decisions.decision import Decision, How, Verdict, storable
from vetter.errors import InputError

COLUMNS = (
    "seq, id, key, verdict, tags, comment, reviewer, at, seconds, how, step, undoes, x, y, ra, dec"
)
INSERT = f"INSERT INTO decisions ({COLUMNS[5:]}) VALUES ({', '.join('?' * 15)})"
"""Takes what `to_row` gives."""

_NAN = float("nan")
_MAX_NUMBER = 1e30
"""1e30, far beyond any pixel, degree or second, and its square is a number still."""

_MAX_DEPTH = 32
"""32 levels of lists in lists, where the program writes five."""

_MIN_ROW_BYTES = 20
"""20 bytes, less than SQLite takes for a row of sixteen empty values."""

_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_HOWS = {how.value: how for how in How}


def to_row(decision: Decision) -> tuple[Any, ...]:
    """What is stored of a decision, in the order of COLUMNS but without ``seq``."""
    tags = json.dumps(decision.tags, ensure_ascii=False) if decision.tags else "[]"
    return (
        decision.id,
        storable(decision.key),
        decision.verdict.value,
        storable(tags),
        storable(decision.comment),
        storable(decision.reviewer),
        decision.at,
        decision.seconds,
        decision.how,
        decision.group,
        decision.undoes,
        decision.x,
        decision.y,
        decision.ra,
        decision.dec,
    )


def from_rows(rows: Iterable[tuple[Any, ...]], path: object, size: int) -> list[Decision]:
    """The decisions of rows in the order of COLUMNS.

    SQLite holds any type in any column, so a damaged or forged file may: the sums and joins
    below are there to find that out, at the least cost for a hundred thousand rows.

    Parameters
    ----------
    rows : iterable of tuple
    path : path
        The session file, for what goes wrong.
    size : int
        Bytes of that file: its rows hold no more text, unless it was forged.

    Raises
    ------
    InputError
        A row holds what no version of the program writes; names the file and the row.
    """
    decisions = []
    seq: int = 0
    before = -1
    tag_lists = _TagLists({"[]": ()})
    left = size
    try:
        for row in rows:
            seq, ident, key, word, tags, comment, reviewer, at, seconds, how = row[:10]
            group, undoes, x, y, ra, dec = row[10:]
            text = "".join((ident, key, tags, comment, reviewer, at, group or "", undoes or ""))
            left -= len(text) + _MIN_ROW_BYTES
            if left < 0 or seq <= before:
                raise ValueError
            before = seq
            x, y = _NAN if x is None else x, _NAN if y is None else y
            ra, dec = _NAN if ra is None else ra, _NAN if dec is None else dec
            seconds = 0.0 if seconds is None else seconds
            # One comparison tells for most rows that nothing is infinite; NaN fails it too.
            if not -_MAX_NUMBER < x + y + ra + dec + seconds < _MAX_NUMBER:
                x, y, ra, dec, seconds = map(_finite, (x, y, ra, dec, seconds))
            said = (_VERDICTS[word], tag_lists[tags], comment, reviewer, at, seconds, _HOWS[how])
            decisions.append(Decision(ident, seq, key, *said, group, undoes, x, y, ra, dec))
    except (KeyError, ValueError, TypeError, OverflowError):
        raise InputError(f"{path}: a damaged session: decision {seq} is not readable") from None
    return decisions


def _finite(value: float) -> float:
    """A number, or NaN in the place of one that no candidate has."""
    return value if -_MAX_NUMBER < value < _MAX_NUMBER else _NAN


class _TagLists(dict[str, tuple[str, ...]]):
    """Tags as stored to tags, each list of them made once."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = _tags(text)
        return self[text]


def _tags(text: str) -> tuple[str, ...]:
    tags = parsed(text)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError
    return tuple(tags)


def parsed(text: object) -> Any:
    """The plain types of a JSON text; raises ValueError for what is none, or is too deep."""
    if not isinstance(text, str):
        raise ValueError("no text")
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            item
            for inner in level
            if isinstance(inner, (dict, list))
            for item in (inner.values() if isinstance(inner, dict) else inner)
        ]
        if not level:
            return value
    raise ValueError("too deep")


def plain_meta(meta: dict[str, Any]) -> str:
    """Metadata as strict JSON: NaN and infinities become {"number": "nan"}.

    Numpy scalars become Python's, tuples and arrays become lists; TypeError for what JSON
    cannot hold.
    """
    # Without blanks: a fit's result is then short enough for SQLite to have no page of its own.
    packed = _packed(meta)
    return json.dumps(packed, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def meta_from(text: object) -> dict[str, Any]:
    """The metadata that :func:`plain_meta` wrote; raises ValueError for anything else."""
    unpacked = _unpacked(parsed(text))
    if not isinstance(unpacked, dict):
        raise ValueError("not a mapping")
    return unpacked


def _packed(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": repr(value)}
    if isinstance(value, dict):
        return {str(key): _packed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(item) for item in value]
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"number"} and value["number"] in ("nan", "inf", "-inf"):
            return float(value["number"])
        return {key: _unpacked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    return value
