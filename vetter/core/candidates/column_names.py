"""Names and UCDs by which catalogue programs call the columns that the program wants."""

from __future__ import annotations

# Most telling first. Names are compared in lower case without '_', '-', '.' and blanks, so
# that X_IMAGE, x_image and xImage are one. A key names one detection in one image: that is
# why objectId, which groups the epochs of an object, comes late.
NAMES: dict[str, tuple[str, ...]] = {
    role: tuple(text.split())
    for role, text in {
        "key": """
            candid candidateid diasourceid candkey key detectionid detid alertid vetid
            id sourceid srcid objid candno catalogid uid uuid idnumber number num label recno
            diaobjectid objectid oid designation name index source
        """,
        "name": """
            name candname candidatename designation objectname objname iauname tnsname
            objectid sourcename mainid target
        """,
        "x": """
            x ximage xwinimage xpsfimage xpeakimage xcentroid xcenter xcentre xpos xpix
            xpixel xfit xinit xcen xc xwin xcandidate xpeak xccd basesdsscentroidx
            slotcentroidx centroidx col column xmean
        """,
        "y": """
            y yimage ywinimage ypsfimage ypeakimage ycentroid ycenter ycentre ypos ypix
            ypixel yfit yinit ycen yc ywin ycandidate ypeak yccd basesdsscentroidy
            slotcentroidy centroidy row line ymean
        """,
        "ra": """
            ra radeg raj2000 alphaj2000 alphawinj2000 alphapsfj2000 alphasky alphawinsky
            raicrs rightascension coordra alpha raepoch2000 rad rahms rastring rastr
            ra2000 objra meanra skycentroidra ramean rastack rahours
        """,
        "dec": """
            dec decl decdeg dej2000 decj2000 deltaj2000 deltawinj2000 deltapsfj2000
            deltasky deltawinsky deicrs decicrs declination coorddec delta decepoch2000
            decd dedeg decdms decstring decstr de dec2000 objdec meandec skycentroiddec decmean
            decstack
        """,
        "mag": """
            magcalib mag magpsf psfmag magap magauto magbest magiso magaper magnitude
            magfit magmodel calmag instmag photgmeanmag gmag rmag imag zmag ymag umag vmag bmag
            jmag hmag kmag
        """,
        "mag_err": """
            magcaliberr magerr sigmapsf magpsferr psfmagerr sigmagap sigmag magerrauto
            magerrbest magerriso magerraper emag magerror errmag dmag merr
        """,
        "time": """
            time mjd jd mjdobs dateobs obsjd obsmjd midpointmjdtai midpointtai obstime
            date hjd bjd utc
        """,
        "filter": "filter filt band filtername filterid fid passband",
        "fwhm": "fwhm fwhmimage fwhmpix psffwhm fwhmpsf seeingpix fwhmpx",
    }.items()
}

UCDS: dict[str, tuple[str, ...]] = {
    "key": ("meta.id;meta.main", "id_main"),
    "x": ("pos.cartesian.x", "instr.det.x"),
    "y": ("pos.cartesian.y", "instr.det.y"),
    "ra": ("pos.eq.ra;meta.main", "pos.eq.ra", "pos_eq_ra_main"),
    "dec": ("pos.eq.dec;meta.main", "pos.eq.dec", "pos_eq_dec_main"),
    "mag": ("phot.mag", "phot_mag"),
    "mag_err": ("stat.error;phot.mag",),
    "time": ("time.epoch", "time.start"),
    "filter": ("instr.filter", "instr.bandpass"),
}
