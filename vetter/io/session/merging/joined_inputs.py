"""Recorded inputs of a merged session, and the lists that differ between sessions."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from vetter.core.decisions.agreement.share import SHARE, join_shares, share_of_record
from vetter.core.fakes.plan import PLANT_KEY
from vetter.io.session.merging.parts import SessionParts
from vetter.io.session.recorded_inputs import RecordedInput, added_count, list_content


def join_inputs(parts: Sequence[SessionParts]) -> tuple[list[RecordedInput], list[str]]:
    """Return the inputs of a merged session, and a line for each session of another list.

    Of each list the newest record is kept, with the shares of all sessions of that list; the list
    whose files are here, or the newest, is the last, with which the session opens.
    """
    last = [(part, part.inputs[-1]) for part in parts if part.inputs]
    by_list: dict[tuple[str, ...], list[RecordedInput]] = {}
    for _, recorded in last:
        by_list.setdefault(list_content(recorded.fingerprints), []).append(recorded)
    joined = [_join_list(records) for records in by_list.values()]
    joined.sort(key=_rank)
    lines = []
    if joined:
        present = list_content(joined[-1].fingerprints)
        name = _first_input(joined[-1])
        lines = [
            f"{part.path}: expected the list {name}, found another ({_first_input(recorded)}): "
            "its verdicts count where key and position agree"
            for part, recorded in last
            if list_content(recorded.fingerprints) != present
        ]
    return joined, lines


def _rank(recorded: RecordedInput) -> tuple[bool, str, str]:
    """Return a value to sort records by: those whose files are here last, then by time."""
    name = _first_input(recorded)
    is_here = name == "demo" or os.path.exists(name.split("[")[0])
    return is_here, recorded.at, json.dumps(recorded.record, sort_keys=True)


def _first_input(recorded: RecordedInput) -> str:
    return str((recorded.record.get("inputs") or [""])[0])


def _join_list(records: Sequence[RecordedInput]) -> RecordedInput:
    """Return one record for all sessions of one list."""
    newest = max(records, key=_rank)
    record = {
        name: value for name, value in newest.record.items() if name not in (SHARE, PLANT_KEY)
    }
    plants = [one.record.get(PLANT_KEY) for one in records]
    if plants[0] is not None and all(plant == plants[0] for plant in plants):
        # Fakes of different seeds cannot be shown in one list; their decisions stay.
        record[PLANT_KEY] = plants[0]
    added = added_count(record)
    shares = [share for one in records if (share := share_of_record(one.record)) is not None]
    if not shares:
        own = newest.candidates - added_count(newest.record)
        return newest._replace(record=record, candidates=own + added)
    share = join_shares(shares, has_whole=len(shares) < len(records))
    # Merged shares of the whole list have no keys, but its length. Test rows are in no share's
    # keys: a list is split before they are put into it.
    lengths = [one.candidates - added_count(one.record) for one in records if _has_all(one)]
    lengths.append(len(frozenset().union(*(one.keys or () for one in shares))))
    return newest._replace(
        record={**record, SHARE: share.as_plain()},
        candidates=max(lengths) + added,
    )


def _has_all(recorded: RecordedInput) -> bool:
    share = share_of_record(recorded.record)
    return share is None or share.keys is None
