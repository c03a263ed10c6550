"""Decisions as rows of the session's table, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from vetter.core.decisions import HOWS, Decision, Verdict
from vetter.errors import InputError

COLUMNS = (
    "seq, id, key, verdict, tags, comment, reviewer, at, seconds, how, step, undoes, x, y, ra, dec"
)
_NAN = float("nan")
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_HOWS = {how: how for how in HOWS}


def to_row(decision: Decision) -> tuple[Any, ...]:
    """What is stored of a decision, in the order of COLUMNS but without ``seq``."""
    tags = json.dumps(decision.tags, ensure_ascii=False) if decision.tags else "[]"
    return (
        decision.id,
        _storable(decision.key),
        decision.verdict.value,
        _storable(tags),
        _storable(decision.comment),
        _storable(decision.reviewer),
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


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates, which some file names carry, are escaped."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def from_rows(rows: Iterable[tuple[Any, ...]], path: object) -> list[Decision]:
    """The decisions of rows in the order of COLUMNS.

    SQLite holds any type in any column, so a damaged or forged file may: the sums and joins
    below are there to find that out, at the least cost for a hundred thousand rows.

    Raises
    ------
    InputError
        A row holds what no version of the program writes; names the file and the row.
    """
    decisions = []
    seq: int | None = None
    tag_lists = _TagLists({"[]": ()})
    try:
        for row in rows:
            seq, ident, key, word, tags, comment, reviewer, at, seconds, how = row[:10]
            group, undoes, x, y, ra, dec = row[10:]
            "".join((ident, key, comment, reviewer, at, group or "", undoes or ""))
            x, y = _NAN if x is None else x, _NAN if y is None else y
            ra, dec = _NAN if ra is None else ra, _NAN if dec is None else dec
            seconds = 0.0 if seconds is None else seconds
            x + y + ra + dec + seconds
            said = (_VERDICTS[word], tag_lists[tags], comment, reviewer, at, seconds, _HOWS[how])
            decisions.append(Decision(ident, seq, key, *said, group, undoes, x, y, ra, dec))
    except (KeyError, ValueError, TypeError):
        raise InputError(f"{path}: a damaged session: decision {seq} is not readable") from None
    return decisions


class _TagLists(dict[str, tuple[str, ...]]):
    """Tags as stored to tags, each list of them made once."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = _tags(text)
        return self[text]


def _tags(text: str) -> tuple[str, ...]:
    tags = json.loads(text)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError
    return tuple(tags)


def plain_meta(meta: dict[str, Any]) -> str:
    """Metadata as strict JSON: NaN and infinities become {"number": "nan"}.

    Numpy scalars become Python's, tuples and arrays become lists; TypeError for what JSON
    cannot hold.
    """
    # Without blanks: a fit's result is then short enough for SQLite to have no page of its own.
    packed = _packed(meta)
    return json.dumps(packed, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def meta_from(text: str) -> dict[str, Any]:
    """The metadata that :func:`plain_meta` wrote."""
    unpacked = _unpacked(json.loads(text))
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
