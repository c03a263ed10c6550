from __future__ import annotations

import pytest

from vetter.core.candidates.column_roles import apply_choices, recognise, units_in_names
from vetter.errors import InputError

PRODUCERS = {
    "sextractor": (
        "NUMBER X_IMAGE Y_IMAGE XWIN_IMAGE YWIN_IMAGE ALPHA_J2000 DELTA_J2000 MAG_AUTO "
        "MAGERR_AUTO FWHM_IMAGE FLAGS",
        "key=NUMBER x=X_IMAGE y=Y_IMAGE ra=ALPHA_J2000 dec=DELTA_J2000 mag=MAG_AUTO "
        "mag_err=MAGERR_AUTO fwhm=FWHM_IMAGE",
    ),
    "windowed": ("XWIN_IMAGE YWIN_IMAGE", "x=XWIN_IMAGE y=YWIN_IMAGE"),
    "photutils": ("label xcentroid ycentroid", "key=label x=xcentroid y=ycentroid"),
    "photutils 2": ("id x_centroid y_centroid", "key=id x=x_centroid y=y_centroid"),
    "stdpipe": (
        "x y ra dec mag_calib mag_calib_err fwhm flags",
        "x=x y=y ra=ra dec=dec mag=mag_calib mag_err=mag_calib_err fwhm=fwhm",
    ),
    "lsst": (
        "diaSourceId diaObjectId ra decl midpointMjdTai band",
        "key=diaSourceId ra=ra dec=decl time=midpointMjdTai filter=band",
    ),
    "lsst coord": ("id coord_ra coord_dec", "key=id ra=coord_ra dec=coord_dec"),
    "ztf": (
        "objectId candid jd fid magpsf sigmapsf ra dec xpos ypos",
        "key=candid name=objectId x=xpos y=ypos ra=ra dec=dec mag=magpsf mag_err=sigmapsf "
        "time=jd filter=fid",
    ),
    "vizier": ("_RAJ2000 _DEJ2000 Name", "key=Name ra=_RAJ2000 dec=_DEJ2000"),
    "gaia": ("source_id RA_ICRS DE_ICRS", "key=source_id ra=RA_ICRS dec=DE_ICRS"),
    "pan-starrs": (
        "objID raMean decMean rmag",
        "key=objID ra=raMean dec=decMean mag=rmag",
    ),
    "lasair": ("objectId ramean decmean gmag", "key=objectId ra=ramean dec=decmean mag=gmag"),
    "fink": (
        "i:objectId i:candid i:ra i:dec i:magpsf",
        "key=i:candid name=i:objectId ra=i:ra dec=i:dec mag=i:magpsf",
    ),
    "radians": ("id ra_rad dec_rad", "key=id ra=ra_rad dec=dec_rad"),
    "hours": ("id ra_hours dec_deg", "key=id ra=ra_hours dec=dec_deg"),
    "daophot": ("ID XCENTER YCENTER MAG MERR", "key=ID x=XCENTER y=YCENTER mag=MAG mag_err=MERR"),
}


@pytest.mark.parametrize(("names", "expected"), PRODUCERS.values(), ids=PRODUCERS.keys())
def test_producers(names: str, expected: str) -> None:
    assert recognise(names.split()).format_choices() == expected


@pytest.mark.parametrize(
    ("names", "one_based"),
    [
        ("X_IMAGE Y_IMAGE", True),
        ("XCENTER YCENTER", True),
        ("x y", False),
        ("x_image y_image", False),
    ],
)
def test_pixel_convention_by_name(names: str, one_based: bool) -> None:
    assert recognise(names.split()).one_based is one_based


def test_x_of_one_make_never_goes_with_y_of_another() -> None:
    roles = recognise(["X_IMAGE", "YWIN_IMAGE"])
    assert (roles.x, roles.y) == (None, None)


def test_lone_ra_is_no_position() -> None:
    assert recognise(["id", "ra"]).ra is None


def test_x_in_degrees_is_no_pixel() -> None:
    assert recognise(["x", "y"], units={"x": "deg", "y": "deg"}).x is None


def test_fwhm_in_arcseconds_is_left_alone() -> None:
    assert recognise(["fwhm"], units={"fwhm": "arcsec"}).fwhm is None


def test_ucds_stand_in_for_names() -> None:
    ucds = {"a": "pos.eq.ra;meta.main", "d": "pos.eq.dec;meta.main", "k": "meta.id;meta.main"}
    roles = recognise(["k", "a", "d"], ucds=ucds)
    assert (roles.key, roles.ra, roles.dec) == ("k", "a", "d")


def test_the_users_choice_wins() -> None:
    names = ["x", "y", "XWIN_IMAGE", "YWIN_IMAGE"]
    roles = apply_choices(recognise(names), {"x": "xwin_image", "y": "YWIN_IMAGE"}, names, "f.cat")
    assert (roles.x, roles.y, roles.one_based) == ("XWIN_IMAGE", "YWIN_IMAGE", True)


@pytest.mark.parametrize(
    ("choice", "says"), [({"x": "q"}, "no column 'q' for x"), ({"size": "x"}, "no such role")]
)
def test_a_choice_that_cannot_be(choice: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        apply_choices(recognise(["x", "y"]), choice, ["x", "y"], "f.cat")


def test_units_behind_names() -> None:
    names = ["RA (deg)", "Dec [deg]", "mag (AB)", "x [pix]", "y [pix]"]
    roles = recognise(names, units_in_names(names))
    assert (roles.ra, roles.dec, roles.mag, roles.x) == (*names[:3], "x [pix]")
    assert units_in_names(["ra_hours", "cat.ra_rad", "decl_radians", "rad", "x (arcsec)"]) == {
        "ra_hours": "hourangle",
        "cat.ra_rad": "rad",
        "decl_radians": "rad",
        "x (arcsec)": "arcsec",
    }


def test_ucds_of_the_first_kind() -> None:
    ucds = {"a": "POS_EQ_RA_MAIN", "d": "POS_EQ_DEC_MAIN", "k": "ID_MAIN", "m": "PHOT_MAG_R"}
    roles = recognise(list("kadm"), ucds=ucds)
    assert (roles.key, roles.ra, roles.dec, roles.mag) == ("k", "a", "d", "m")
