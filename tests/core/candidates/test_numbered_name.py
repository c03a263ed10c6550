from __future__ import annotations

from vetter.core.candidates.numbered_name import numbered_name


def test_a_name_not_taken_stays() -> None:
    assert numbered_name("mag", {"mag_2"}) == "mag"


def test_a_name_taken_has_the_first_free_number() -> None:
    assert numbered_name("mag", {"mag", "mag_2", "mag_4"}) == "mag_3"


def test_mark_stands_before_the_number() -> None:
    assert numbered_name("7", {"7"}, "#") == "7#2"


def test_names_alike_when_folded_are_told_apart() -> None:
    assert numbered_name("Mag", {"mag", "mag_2"}, fold=str.casefold) == "Mag_3"
