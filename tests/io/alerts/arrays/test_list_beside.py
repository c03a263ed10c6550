from __future__ import annotations

import pytest

from vetter.io.alerts.arrays.list_beside import list_beside


@pytest.mark.parametrize(
    "array, files, found",
    [
        ("triplets.npy", ["candidates.csv", "notes.md"], "candidates.csv"),
        ("usage_triplets.npy", ["usage_candidates.csv", "train.csv"], "usage_candidates.csv"),
        ("train.npy", ["candidates.csv", "train_labels.csv", "train.csv"], "train.csv"),
        ("val_triplets_v11.npz", ["train_cand_v11.csv", "val_cand_v11.csv"], "val_cand_v11.csv"),
        ("triplets.npy", ["usage_candidates.csv"], None),
        ("night.npy", [], None),
    ],
)
def test_a_list_goes_with_the_array_of_its_name(
    array: str, files: list[str], found: str | None
) -> None:
    assert list_beside(array, files) == found
