"""A cutout answers as a dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.wcs import WCS

from tests.helpers.plain_cutout import a_cutout, a_header


def test_answers_as_a_dict() -> None:
    cutout = a_cutout(header=a_header())
    assert list(cutout) == ["image", "mask", "meta", "header", "wcs"]
    assert "err" not in cutout
    assert "diff" not in cutout
    assert cutout["meta"]["x"] == 12.3
    assert cutout.get("template") is None
    assert isinstance(dict(cutout)["wcs"], WCS)
    with pytest.raises(KeyError):
        cutout["diff"]


def test_a_plane_is_assigned_and_deleted() -> None:
    cutout = a_cutout()
    plane = np.zeros((3, 5), np.float32)
    cutout["template"] = plane
    assert cutout.planes["template"] is plane
    del cutout["template"]
    assert cutout.plane_names == ("image", "mask")


def test_what_is_no_plane_is_kept_beside() -> None:
    cutout = a_cutout()
    cutout["remark"] = "odd"
    assert cutout["remark"] == "odd"
    assert cutout.plane_names == ("image", "mask")


def test_a_none_that_was_put_in_is_there_as_in_a_dict() -> None:
    cutout = a_cutout()
    cutout["template"] = None
    assert cutout["template"] is None
    assert dict(cutout)["template"] is None


def test_cleared_as_a_dict() -> None:
    cutout = a_cutout(header=a_header())
    meta = cutout.meta
    cutout["remark"] = "odd"
    cutout.clear()
    assert dict(cutout) == {"meta": {}}
    assert meta["x"] == 12.3


def test_joined_as_dicts_are() -> None:
    cutout, plane = a_cutout(), np.zeros((3, 5))
    joined = cutout | {"diff": plane}
    assert joined["diff"] is plane and joined.meta is cutout.meta
    assert "diff" not in cutout
    assert list({"diff": plane} | cutout) == ["diff", "image", "mask", "meta"]
    same = cutout
    same |= {"diff": plane}
    assert same is cutout and cutout["diff"] is plane
