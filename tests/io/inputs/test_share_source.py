from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.field_files import write_field, write_list
from tests.helpers.growing_source import GrowingFake
from tests.helpers.memory_source import MemorySource
from tests.helpers.night_files import write_night
from vetter.core.cutout_source import ManyFields, has_epochs
from vetter.core.decisions.agreement.share import SHARE, Share, share_of_record
from vetter.core.decisions.planted import PlantedRow
from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, open_recorded
from vetter.io.inputs.share_source import take_share


def share_of(*keys: str, overlap: tuple[str, ...] = ()) -> Share:
    return Share((2,), 5, frozenset(keys), frozenset(overlap))


def test_share_lists_its_keys_in_the_order_of_the_list() -> None:
    source = take_share(MemorySource(), share_of("C4", "C1"))
    assert source.candidates.keys.tolist() == ["C1", "C4"]
    assert source.candidates.row_of("C4") == 1
    assert source.candidates.x.tolist() == [30.25, 60.25]


def test_share_says_which_it_is() -> None:
    assert take_share(MemorySource(), share_of("C4")).title == "in memory, share 2 of 5"


def test_cutouts_of_a_share_are_those_of_the_list() -> None:
    whole = MemorySource()
    source = take_share(MemorySource(), share_of("C4", "C1"))
    one, other = source.cutout(1, 5.0), whole.cutout(4, 5.0)
    assert np.array_equal(one["image"], other["image"])


def test_keys_that_are_gone_are_left_out() -> None:
    assert len(take_share(MemorySource(), share_of("C4", "gone")).candidates) == 1


def test_record_gives_the_share_back() -> None:
    share = share_of("C4", "C1", overlap=("C1",))
    assert share_of_record(take_share(MemorySource(), share).record) == share


def test_record_without_share_is_a_whole_list() -> None:
    assert share_of_record({"inputs": [], "options": {}}) is None


@pytest.mark.parametrize(
    "damaged", [None, [], {"numbers": [1]}, {"numbers": [1], "of": 2, "keys": [1], "overlap": []}]
)
def test_damaged_record_is_refused(damaged: object) -> None:
    with pytest.raises(InputError, match="share is damaged"):
        share_of_record({SHARE: damaged})


def test_all_shares_are_the_list_itself() -> None:
    whole = MemorySource()
    assert take_share(whole, Share((1, 2), 2, None, frozenset(["C1"]))) is whole
    assert whole.record[SHARE]["overlap"] == ["C1"]


def test_share_of_a_list_opens_from_its_record(tmp_path: Path) -> None:
    options = InputOptions(planes=write_field(tmp_path), radius=5)
    whole = open_input(str(write_list(tmp_path / "l.csv")), options)
    share = take_share(whole, share_of("b"))
    again = open_recorded(share.record)
    assert again.candidates.keys.tolist() == ["b"]
    assert again.fingerprints == whole.fingerprints
    assert again.chooses_columns
    assert np.array_equal(again.cutout(0, 5.0)["image"], whole.cutout(1, 5.0)["image"])
    again.close()
    whole.close()


def test_share_grows_with_its_list() -> None:
    whole = GrowingFake((2, 5, 8), free=True)
    keys = whole.whole.keys[[1, 6]].tolist()
    source = take_share(whole, share_of(*keys))
    assert source.candidates.keys.tolist() == keys[:1]
    grown = source.grow()
    assert grown is not None
    assert grown.keys.tolist() == keys
    assert source.grow() is None
    assert source.is_complete


def test_share_of_a_night_keeps_images_and_epochs(tmp_path: Path) -> None:
    whole = open_input(str(write_night(tmp_path)))
    assert isinstance(whole, ManyFields)
    rows = [row for row in range(len(whole.candidates)) if row % 2]
    keys = whole.candidates.keys[rows].tolist()
    source = take_share(whole, share_of(*keys))
    assert has_epochs(source)
    assert [source.field_of(row) for row in range(len(rows))] == [whole.field_of(r) for r in rows]
    assert source.epochs.labels.tolist() == whole.epochs.labels[rows].tolist()
    assert source.cutout(0, 5.0).meta["name"] == whole.cutout(rows[0], 5.0).meta["name"]
    source.close()


class PlantedSource(MemorySource):
    """Six candidates, of which the last two are test rows."""

    planted = (PlantedRow("C4", "fake", "{}"), PlantedRow("C5", "fake", "{}"))


def test_rows_planted_after_the_split_are_in_the_share() -> None:
    source = take_share(PlantedSource(), share_of("C0", "C1"))
    assert source.candidates.keys.tolist() == ["C0", "C1", "C4", "C5"]


def test_rows_planted_before_the_split_stay_in_their_share() -> None:
    source = take_share(PlantedSource(), share_of("C0", "C4"))
    assert source.candidates.keys.tolist() == ["C0", "C4"]
    assert [row.key for row in source.planted] == ["C4"]
