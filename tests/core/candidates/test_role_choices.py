from __future__ import annotations

import pytest

from vetter.core.candidates.column_roles import other_choices, recognise


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("id x y", ()),
        (
            "id X_IMAGE Y_IMAGE XWIN_IMAGE YWIN_IMAGE",
            ("positions are taken from X_IMAGE, Y_IMAGE; they might be XWIN_IMAGE, YWIN_IMAGE",),
        ),
        ("id x y ra dec RA_ICRS DE_ICRS", ("positions are taken from ra, dec",)),
        ("candid objectId id x y", ("identities are taken from candid; they might be id",)),
        ("id x y MAG_AUTO MAG_APER", ("magnitudes are taken from MAG_AUTO",)),
    ],
)
def test_what_else_might_be_meant(names: str, said: tuple[str, ...]) -> None:
    columns = names.split()
    found = other_choices(columns, recognise(columns))
    assert len(found) == len(said)
    assert all(text.startswith(start) for text, start in zip(found, said, strict=True))


def test_columns_in_degrees_might_not_be_pixels() -> None:
    columns = ["id", "x", "y", "xpos", "ypos"]
    units = {"xpos": "deg", "ypos": "deg"}
    assert other_choices(columns, recognise(columns, units), units) == ()
