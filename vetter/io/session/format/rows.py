"""Decisions as rows of the session's table, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from vetter.core.decisions.decision import Decision, How, Verdict, storable
from vetter.errors import InputError

COLUMNS_1 = (
    "seq, id, key, verdict, tags, comment, reviewer, at, seconds, how, step, undoes, x, y, ra, dec"
)
"""Columns of a decision in version 1 of the format."""

COLUMNS = f"{COLUMNS_1}, seen, program, until"
SELECT_1 = f"{COLUMNS_1}, '', '', ''"
"""The values of `COLUMNS`, of a decision in version 1 of the format."""

INSERT = f"INSERT INTO decisions ({COLUMNS[5:]}) VALUES ({', '.join('?' * 18)})"
"""Statement for the values that `to_row` returns."""

_NAN = float("nan")
_MAX_NUMBER = 1e30
"""1e30, far beyond any pixel, degree or second; its square is still finite."""

_MAX_DEPTH = 32
"""32 levels of nested JSON; the program writes five."""

_MIN_ROW_BYTES = 20
"""20 bytes, less than SQLite takes for a row of sixteen empty values."""

_new_tuple = tuple.__new__
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_HOWS = {how.value: how for how in How}


def to_row(decision: Decision) -> tuple[Any, ...]:
    """Return the stored values of a decision, in the order of COLUMNS but without ``seq``."""
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
        storable(decision.seen),
        decision.program,
        decision.until,
    )


def from_rows(rows: Iterable[tuple[Any, ...]], path: object, size: int) -> list[Decision]:
    """Return the decisions of rows in the order of COLUMNS.

    SQLite stores any type in any column, and a damaged or forged file may do so: the sums and
    joins below raise for wrong types, at the least cost for a hundred thousand rows.

    Parameters
    ----------
    rows : iterable of tuple
    path : path
        The session file, named in the error.
    size : int
        Bytes of the file: its rows hold no more text, unless it was forged.

    Raises
    ------
    InputError
        A row holds values that no version of the program writes; names the file and the row.
    """
    decisions = []
    seq: int = 0
    before = -1
    tag_lists = _TagLists({"[]": ()})
    # Most decisions of a session have the same texts here: each is held once.
    shared: dict[str, str] = {}
    share = shared.setdefault
    left = size
    try:
        for (
            seq, ident, key, verdict, tags, comment, reviewer, at, seconds, how,
            group, undoes, x, y, ra, dec, seen, program, until,
        ) in rows:  # fmt: skip
            left -= _MIN_ROW_BYTES + len(
                "".join(
                    (ident, key, tags, comment, reviewer, at, group or "", undoes or "")
                    + (seen, program, until)
                )
            )
            if left < 0 or seq <= before:
                raise ValueError
            before = seq
            total = seconds = 0.0 if seconds is None else seconds
            # Lists without RA and Dec, or without pixels, are common.
            if x is None and y is None:
                x = y = _NAN
            else:
                x, y = _NAN if x is None else x, _NAN if y is None else y
                total += x + y
            if ra is None and dec is None:
                ra = dec = _NAN
            else:
                ra, dec = _NAN if ra is None else ra, _NAN if dec is None else dec
                total += ra + dec
            # This one comparison clears most rows of infinities; NaN fails it too.
            if not -_MAX_NUMBER < total < _MAX_NUMBER:
                x, y, ra, dec, seconds = map(_finite_or_nan, (x, y, ra, dec, seconds))
            # Not Decision(...), a call of a Python function: half of the time.
            decisions.append(
                _new_tuple(
                    Decision,
                    (
                        ident, seq, key, _VERDICTS[verdict], tag_lists[tags], comment,
                        share(reviewer, reviewer), at, seconds, _HOWS[how], group, undoes,
                        x, y, ra, dec, share(seen, seen), share(program, program), until,
                    ),
                )
            )  # fmt: skip
    except (KeyError, ValueError, TypeError, OverflowError):
        raise InputError(f"{path}: a damaged session: decision {seq} is not readable") from None
    return decisions


def _finite_or_nan(value: float) -> float:
    """Return a number, or NaN if it is infinite or too large for any candidate."""
    return value if -_MAX_NUMBER < value < _MAX_NUMBER else _NAN


class _TagLists(dict[str, tuple[str, ...]]):
    """Cache of tags by their stored text, so that each text is parsed once."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = _parse_tags(text)
        return self[text]


def _parse_tags(text: str) -> tuple[str, ...]:
    tags = parse_json(text)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError
    return tuple(tags)


def parse_json(text: object) -> Any:
    """Return the plain types of a JSON text; raises ValueError if invalid or nested too deep."""
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
    """Return metadata as strict JSON: NaN and infinities become {"number": "nan"}.

    Numpy scalars become Python's, tuples and arrays become lists; raises TypeError for values
    that JSON cannot hold.
    """
    # Without blanks a fit's result is short enough for SQLite not to need a page for it alone.
    packed = _pack(meta)
    return json.dumps(packed, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def meta_from(text: object) -> dict[str, Any]:
    """Return the metadata that :func:`plain_meta` wrote; raises ValueError for other text."""
    unpacked = _unpack(parse_json(text))
    if not isinstance(unpacked, dict):
        raise ValueError("not a mapping")
    return unpacked


def _pack(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": repr(value)}
    if isinstance(value, dict):
        return {str(key): _pack(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pack(item) for item in value]
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"number"} and value["number"] in ("nan", "inf", "-inf"):
            return float(value["number"])
        return {key: _unpack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpack(item) for item in value]
    return value
