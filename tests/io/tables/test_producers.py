"""Lists as the usual programs write them, each opened and its columns found."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.field_files import tan_wcs
from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates

# The first candidate of each is at (19, 29) from 0, and at 150.002, 2.0 on the sky.
SKY = "150.002 2.0"
TEXTS = {
    "sextractor": (
        "#   1 NUMBER                 Running object number\n"
        "#   2 X_IMAGE                Object position along x            [pixel]\n"
        "#   3 Y_IMAGE                Object position along y            [pixel]\n"
        "#   4 XWIN_IMAGE             Windowed position estimate         [pixel]\n"
        "#   5 YWIN_IMAGE             Windowed position estimate         [pixel]\n"
        "#   6 ALPHA_J2000            Right ascension                    [deg]\n"
        "#   7 DELTA_J2000            Declination                        [deg]\n"
        "#   8 MAG_AUTO               Kron-like magnitude                [mag]\n"
        "#   9 MAGERR_AUTO            RMS error                          [mag]\n"
        "#  10 FWHM_IMAGE             FWHM assuming a gaussian core      [pixel]\n"
        "1  20.000  30.000  20.010  30.010 150.0020000  +2.0000000  -9.8  0.01  3.1\n"
        "2  40.000  11.000  40.010  11.010 150.0000000  +1.9981000  -8.1  0.04  3.3\n",
        "key=NUMBER x=X_IMAGE y=Y_IMAGE ra=ALPHA_J2000 dec=DELTA_J2000 mag=MAG_AUTO "
        "mag_err=MAGERR_AUTO fwhm=FWHM_IMAGE",
    ),
    "sextractor windowed": (
        "#   1 NUMBER  Running object number\n"
        "#   2 XWIN_IMAGE  Windowed position  [pixel]\n"
        "#   3 YWIN_IMAGE  Windowed position  [pixel]\n"
        "#   4 ALPHAWIN_J2000  Windowed right ascension  [deg]\n"
        "#   5 DELTAWIN_J2000  windowed declination  [deg]\n"
        "1 20.0 30.0 150.002 2.0\n2 40.0 11.0 150.0 1.9981\n",
        "key=NUMBER x=XWIN_IMAGE y=YWIN_IMAGE ra=ALPHAWIN_J2000 dec=DELTAWIN_J2000",
    ),
    "iraf phot": (
        "#K IRAF       = NOAO/IRAFV2.16          version    %-23s\n"
        "#K USER       = astronomer              name       %-23s\n"
        "#\n"
        "#N ID    XCENTER   YCENTER   MAG         MERR                        \\\n"
        "#U ##    pixels    pixels    magnitudes  magnitudes                  \\\n"
        "#F %-9d  %-10.3f   %-10.3f   %-12.3f     %-14.3f\n"
        "#\n"
        "1        20.000    30.000    15.138      0.003                       \n"
        "2        40.000    11.000    18.206      0.026                       \n",
        "key=ID x=XCENTER y=YCENTER mag=MAG mag_err=MERR",
    ),
    "photutils": (
        "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: label, datatype: int64}\n"
        "# - {name: xcentroid, datatype: float64}\n# - {name: ycentroid, datatype: float64}\n"
        "# - {name: kron_flux, datatype: float64}\n# schema: astropy-2.0\n"
        "label xcentroid ycentroid kron_flux\n1 19.0 29.0 1.5\n2 39.0 10.0 2.5\n",
        "key=label x=xcentroid y=ycentroid",
    ),
    "daostarfinder": (
        "id,xcentroid,ycentroid,sharpness,roundness1,npix,peak,flux,mag\n"
        "1,19.0,29.0,0.5,0.1,25,9,8,-2.2\n2,39.0,10.0,0.5,0.1,25,9,8,-2.2\n",
        "key=id x=xcentroid y=ycentroid mag=mag",
    ),
    "photutils psf": (
        "id,group_id,x_init,y_init,flux_init,x_fit,y_fit,flux_fit,x_err,y_err\n"
        "1,1,19.2,29.2,5,19.0,29.0,5,.1,.1\n2,2,39,10,5,39,10,5,.1,.1\n",
        "key=id x=x_fit y=y_fit",
    ),
    "sep": (
        "thresh,npix,tnpix,xmin,xmax,ymin,ymax,x,y,x2,y2,a,b,theta,flux,peak,flag\n"
        "1.5,9,9,17,21,27,31,19.0,29.0,1,1,1,1,0,100,20,0\n"
        "1.5,9,9,37,41,8,12,39.0,10.0,1,1,1,1,0,100,20,0\n",
        "x=x y=y",
    ),
    "stdpipe": (
        "x y xerr yerr flux fluxerr mag magerr flags ra dec bg fwhm\n"
        "19.0 29.0 .1 .1 900 30 -7.3 .03 0 150.002 2.0 100 3.2\n"
        "39.0 10.0 .1 .1 900 30 -7.3 .03 0 150.0 1.9981 100 3.2\n",
        "x=x y=y ra=ra dec=dec mag=mag mag_err=magerr fwhm=fwhm",
    ),
    "lsst sources": (
        "diaSourceId,diaObjectId,visit,detector,midpointMjdTai,ra,dec,x,y,psfFlux,snr,band\n"
        "170028526563426306,170028526563426000,1,94,60641.1,150.002,2.0,19.0,29.0,1e3,9,r\n"
        "170028526563426307,170028526563426001,1,94,60641.1,150.0,1.9981,39.0,10.0,1e3,9,r\n",
        "key=diaSourceId x=x y=y ra=ra dec=dec time=midpointMjdTai filter=band",
    ),
    "lsst alerts of old": (
        "diaSourceId,ra,decl,midPointTai,filterName,psFlux\n"
        "281323062375219200,150.002,2.0,59000.1,r,9\n281323062375219201,150.0,1.9981,59000.1,r,9\n",
        "key=diaSourceId ra=ra dec=decl time=midPointTai filter=filterName",
    ),
    "gaia": (
        "solution_id,designation,source_id,ref_epoch,ra,ra_error,dec,dec_error,phot_g_mean_mag\n"
        "1,Gaia DR3 5,4111834567779557376,2016.0,150.002,.1,2.0,.1,15.2\n"
        "1,Gaia DR3 6,4111834567779557377,2016.0,150.0,.1,1.9981,.1,16.2\n",
        "key=source_id name=designation ra=ra dec=dec mag=phot_g_mean_mag",
    ),
    "vizier": (
        "#\n#   VizieR Astronomical Server vizier.cds.unistra.fr\n#\n"
        "_RAJ2000;_DEJ2000;recno;RAJ2000;DEJ2000;Vmag\n"
        "150.002;+02.00000;1;10 00 00.48;+02 00 00.0;15.2\n"
        "150.000;+01.99810;2;10 00 00.00;+01 59 53.2;16.2\n",
        "key=recno ra=_RAJ2000 dec=_DEJ2000 mag=Vmag",
    ),
    "vizier sexagesimal": (
        "RAJ2000\tDEJ2000\trecno\n10 00 00.48\t+02 00 00.0\t1\n10 00 00.00\t+01 59 53.2\t2\n",
        "key=recno ra=RAJ2000 dec=DEJ2000",
    ),
    "json alerts": (
        '{"objectId": "ZTF1", "candid": 1155522101501501507, "candidate": {"ra": 150.002, '
        '"dec": 2.0, "xpos": 20.0, "ypos": 30.0, "magpsf": 18.1, "fid": 1}}\n'
        '{"objectId": "ZTF2", "candid": 1155522101501501508, "candidate": {"ra": 150.0, '
        '"dec": 1.9981, "xpos": 40.0, "ypos": 11.0, "magpsf": 18.1, "fid": 1}}\n',
        "key=candid name=objectId x=candidate.xpos y=candidate.ypos ra=candidate.ra "
        "dec=candidate.dec mag=candidate.magpsf filter=candidate.fid",
    ),
}


def check(candidates: CandidateList) -> None:
    assert (candidates.x[0], candidates.y[0]) == (
        pytest.approx(19.0, abs=0.05),
        pytest.approx(29.0, abs=0.05),
    )
    assert not candidates.cautions


@pytest.mark.parametrize(("text", "roles"), TEXTS.values(), ids=TEXTS.keys())
def test_texts_of_producers(tmp_path: Path, text: str, roles: str) -> None:
    (tmp_path / "list").write_text(text)
    candidates = read_candidates(tmp_path / "list", tan_wcs())
    assert candidates.roles.format_choices() == roles
    check(candidates)


@pytest.mark.parametrize("name", ["sextractor", "vizier", "json alerts"])
def test_packed_texts(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.gz").write_bytes(gzip.compress(TEXTS[name][0].encode()))
    check(read_candidates(tmp_path / "list.gz", tan_wcs()))


def test_lsst_catalogues_in_radians(tmp_path: Path) -> None:
    table = Table({"id": [1, 2], "base_SdssCentroid_x": [19.0, 39.0]})
    table["base_SdssCentroid_y"] = [29.0, 10.0]
    table["coord_ra"], table["coord_dec"] = np.radians([150.002, 150.0]), np.radians([2.0, 1.9981])
    table["coord_ra"].unit = table["coord_dec"].unit = "rad"
    table.write(tmp_path / "src.fits")
    candidates = read_candidates(tmp_path / "src.fits", tan_wcs())
    assert candidates.roles.format_choices() == (
        "key=id x=base_SdssCentroid_x y=base_SdssCentroid_y ra=coord_ra dec=coord_dec"
    )
    check(candidates)


@pytest.mark.parametrize(("factor", "unit"), [(1.0, "degrees"), (np.pi / 180, "radians")])
def test_lsst_coordinates_without_a_unit(tmp_path: Path, factor: float, unit: str) -> None:
    wcs = tan_wcs()
    wcs.wcs.crval = [2.0, 1.0]
    ra, dec = wcs.all_pix2world([19.0], [29.0], 0)
    Table({"id": [1], "coord_ra": ra * factor, "coord_dec": dec * factor}).write(tmp_path / "l.csv")
    candidates = read_candidates(tmp_path / "l.csv", wcs)
    check(candidates)
    assert any(f"no unit: {unit}" in note or f"in {unit}" in note for note in candidates.notes)


def test_ldac_catalogues(tmp_path: Path) -> None:
    head = fits.table_to_hdu(Table({"Field Header Card": ["x" * 80]}))
    head.name = "LDAC_IMHEAD"
    columns = {"NUMBER": [1], "X_IMAGE": [20.0], "Y_IMAGE": [30.0], "VIGNET": np.zeros((1, 9, 9))}
    objects = fits.table_to_hdu(Table(columns))
    objects.name = "LDAC_OBJECTS"
    fits.HDUList([fits.PrimaryHDU(), head, objects]).writeto(tmp_path / "l.cat")
    candidates = read_candidates(tmp_path / "l.cat", tan_wcs())
    check(candidates)
    assert candidates.table["VIGNET"].shape == (1, 9, 9)


def test_sky_positions_that_are_objects(tmp_path: Path) -> None:
    from astropy.coordinates import SkyCoord

    table = Table({"label": [1, 2]})
    table["sky_centroid"] = SkyCoord([150.002, 150.0], [2.0, 1.9981], unit="deg")
    table.write(tmp_path / "l.ecsv", serialize_method="data_mask")
    candidates = read_candidates(tmp_path / "l.ecsv", tan_wcs())
    assert candidates.roles.ra == "sky_centroid.ra"
    check(candidates)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("10:00:00.48", "hourangle"),
        (10.000133333, "hourangle"),
        ("10.000133333", "hourangle"),
        ("150:00:07.2", "deg"),
        ("10h00m00.48s", "h:m:s"),
        (2.618028785, "rad"),
    ],
)
def test_units_of_right_ascensions(tmp_path: Path, value: object, unit: str) -> None:
    kind = "string" if isinstance(value, str) else "float64"
    text = (
        f"# %ECSV 1.0\n# ---\n# datatype:\n# - {{name: ra, unit: '{unit}', datatype: {kind}}}\n"
        "# - {name: dec, unit: deg, datatype: float64}\n# schema: astropy-2.0\n"
        f"ra dec\n{value} 2.0\n"
    )
    (tmp_path / "l.ecsv").write_text(text)
    check(read_candidates(tmp_path / "l.ecsv", tan_wcs()))


def test_what_else_might_have_been_taken_is_said(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(TEXTS["sextractor"][0])
    notes = read_candidates(tmp_path / "list", tan_wcs()).notes
    assert (
        "positions are taken from X_IMAGE, Y_IMAGE; they might be XWIN_IMAGE, YWIN_IMAGE" in notes
    )


def test_a_column_without_any_value_plays_no_part(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("candid,id,x,y,xcentroid,ycentroid\n,7,,,19.0,29.0\n")
    candidates = read_candidates(tmp_path / "l.csv")
    assert candidates.roles.format_choices() == "key=id x=xcentroid y=ycentroid"


def test_ldac_catalogues_of_chips_are_one_list(tmp_path: Path) -> None:
    hdus = fits.HDUList([fits.PrimaryHDU()])
    for shift in (0.0, 5.0):
        hdus.append(fits.BinTableHDU(Table({"F": ["SIMPLE"]}), name="LDAC_IMHEAD"))
        table = Table({"NUMBER": [1], "X_IMAGE": [20.0 + shift], "Y_IMAGE": [30.0]})
        hdus.append(fits.BinTableHDU(table, name="LDAC_OBJECTS"))
    hdus.writeto(tmp_path / "l.ldac")
    both = read_candidates(tmp_path / "l.ldac")
    assert both.x.tolist() == [19.0, 24.0] and both.column("EXT_NUMBER").tolist() == [1, 2]
    assert any("2 tables LDAC_OBJECTS are one list" in note for note in both.notes)
    assert read_candidates(f"{tmp_path}/l.ldac[LDAC_OBJECTS,2]").x.tolist() == [24.0]
    with pytest.raises(InputError, match=r"no HDU \[LDAC_OBJECTS,3\]; found"):
        read_candidates(f"{tmp_path}/l.ldac[LDAC_OBJECTS,3]")
