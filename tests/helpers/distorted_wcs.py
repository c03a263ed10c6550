"""WCS with distortions of the three kinds: SIP, TPV, and lookup tables."""

from __future__ import annotations

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS, DistortionLookupTable


def tan_sip() -> WCS:
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header["CRVAL1"], header["CRVAL2"] = 310.12345678901234, 33.98765432109876
    header["CRPIX1"], header["CRPIX2"] = 520.3, 480.7
    header["CD1_1"], header["CD1_2"] = -7.1e-5, 3.3e-7
    header["CD2_1"], header["CD2_2"] = 2.9e-7, 7.2e-5
    for name, value in (("A", 1.23456789012345e-6), ("B", -2.3456789012345e-6)):
        header[f"{name}_ORDER"] = 2
        header[f"{name}_2_0"], header[f"{name}_1_1"], header[f"{name}_0_2"] = value, value / 3, 1e-7
    return WCS(header)


def tpv() -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TPV", "DEC--TPV"]
    wcs.wcs.crval = [316.83664572741, -65.96615744051]
    wcs.wcs.crpix = [-564.2001, -7062.667]
    wcs.wcs.cd = [[-4.27e-07, 7.288e-05], [-7.285e-05, -4.178e-07]]
    terms = [(1, 0, 1.2e-3), (1, 1, 1.0123), (1, 4, -1.2e-3), (2, 0, 1e-3), (2, 1, 0.99)]
    wcs.wcs.set_pv(terms)
    return wcs


def with_tables() -> WCS:
    wcs = tan_sip()
    rng = np.random.default_rng(5)
    for name in ("cpdis1", "cpdis2", "det2im1", "det2im2"):
        data = rng.normal(0, 0.4, (12, 13)).astype(np.float32)
        table = DistortionLookupTable(data, (1.0, 1.0), (1.0, 1.0), (90.0, 95.0))
        setattr(wcs, name, table)
    return wcs


WCSS = {"sip": tan_sip, "tpv": tpv, "tables": with_tables}
