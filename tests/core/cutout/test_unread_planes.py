from __future__ import annotations

from vetter.core.cutout.cutout import list_missing_planes


def test_planes_that_lack_for_one_reason_say_it_once() -> None:
    why = "/data/a/long/way/down/science.fits: cut short"
    unread = {"image": why, "mask": "mask.fits: no such file", "err": why}
    assert list_missing_planes(unread) == [
        f"no image and no err: {why}",
        "no mask: mask.fits: no such file",
    ]


def test_of_those_needed_the_others_are_not_said() -> None:
    assert list_missing_planes({"image": "gone", "mask": "gone"}, ["mask"]) == ["no mask: gone"]
