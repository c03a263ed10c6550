from __future__ import annotations

import pytest

from vetter.errors import InputError
from vetter.io.cutouts.triplet_names import _plane_of, sets_by_patterns, sets_by_words
from vetter.io.files.plane_names import plane_of


@pytest.mark.parametrize(
    ("paths", "name", "planes"),
    [
        (["/d/A_sci.fits", "/d/A_ref.fits"], "A", {"image", "template"}),
        (["/d/A_new.fits.fz", "/d/A_sub.fits.gz"], "A", {"image", "diff"}),
        (["/d/sci_A.fits", "/d/diff_A.fits"], "A", {"image", "diff"}),
        (["/d/A/sci.fits", "/d/A/ref.fits"], "A", {"image", "template"}),
        (["/d/A.fits", "/d/A_tmpl.fits", "/d/A_mask.fits"], "A", {"image", "template", "mask"}),
        (["/d/A.1_image.fits", "/d/A.1_scorr.fits"], "A.1", {"image", "scorr"}),
        (["/d/A_sci.fits"], "A", {"image"}),
    ],
)
def test_files_of_one_candidate(paths: list[str], name: str, planes: set[str]) -> None:
    (one,) = sets_by_words(paths).sets
    assert (one.name, set(one.planes)) == (name, planes)


def test_a_file_without_a_word_and_without_others_is_no_candidate() -> None:
    found = sets_by_words(["/d/J0421+3312.fits", "/d/notes.txt"])
    assert (found.sets, found.others) == ([], 2)


def test_planes_without_an_image_are_left_alone_and_counted() -> None:
    found = sets_by_words(["/d/A_ref.fits", "/d/A_diff.fits", "/d/B_sci.fits"])
    assert [one.name for one in found.sets] == ["B"]
    assert (found.without_image, found.others) == (1, 2)


def test_a_second_file_of_a_plane_is_counted() -> None:
    found = sets_by_words(["/d/A_new.fits", "/d/A_sci.fits"])
    assert found.sets[0].planes == {"image": "/d/A_new.fits"}
    assert found.doubled == 1


def test_one_name_in_two_folders_is_two_candidates() -> None:
    paths = [f"/d/{night}/A_{word}.fits" for night in ("n1", "n2") for word in ("sci", "ref")]
    assert [one.name for one in sets_by_words(paths).sets] == ["n1/A", "n2/A"]


@pytest.mark.parametrize(
    "stem",
    [
        "A_sci",
        "A_ref_diff",
        "sci_A",
        "A-sub",
        "A.new",
        "J1",
        "x_D",
        "A_convolved_ref",
        "r1_sci_diff",
    ],
)
def test_the_short_way_agrees_with_the_patterns(stem: str) -> None:
    assert _plane_of(stem) == plane_of(stem)


def test_patterns_of_the_users_own() -> None:
    patterns = {"image": "{name}.new.fits", "template": "{name}.old*.fits"}
    found = sets_by_patterns(["/d/x/A.new.fits", "/d/x/A.old2.fits", "/d/B.fits"], "/d", patterns)
    assert found.sets[0].name == "A"
    assert found.sets[0].planes == {"image": "/d/x/A.new.fits", "template": "/d/x/A.old2.fits"}
    assert found.others == 1


def test_a_pattern_with_folders_begins_at_the_input() -> None:
    patterns = {"image": "new/{name}.fits", "template": "old/{name}.fits"}
    found = sets_by_patterns(["/d/new/A.fits", "/d/old/A.fits"], "/d", patterns)
    assert found.sets[0].planes == {"image": "/d/new/A.fits", "template": "/d/old/A.fits"}


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ({"image": "sci.fits"}, "{name} is missing"),
        ({"diff": "{name}_d.fits"}, "no pattern for the image"),
    ],
)
def test_patterns_that_make_no_sense(patterns: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sets_by_patterns([], "/d", patterns)
