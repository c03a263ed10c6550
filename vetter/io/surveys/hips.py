"""Images of sky surveys on any pixel grid, from the hips2fits service of CDS."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.coordinates.wcs import header_wcs, with_wcs
from vetter.errors import InputError, VetterError
from vetter.io.surveys.grid import (
    Image,
    SurveyGrid,
    bin_mean,
    grid_size,
    normalise_background,
    refinement_factor,
    undo_asinh,
)

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

_MIRROR = "https://alaskybis.cds.unistra.fr/hips-image-services/hips2fits"


class SurveyError(VetterError, OSError):
    """Failure of a survey's server: unreachable, too slow, or a refusal."""


def get_hips_image(
    hips: str,
    ra: float | None = None,
    dec: float | None = None,
    width: int | None = None,
    height: int | None = None,
    fov: float | None = None,
    wcs: WCS | None = None,
    shape: tuple[int, int] | None = None,
    header: Header | None = None,
    asinh: bool | None = None,
    normalize: bool = True,
    upscale: bool | int = False,
    get_header: bool = True,
    verbose: bool | Callable[..., Any] = False,
    timeout: float = 60.0,
    server: str | Sequence[str] | None = None,
) -> Image | tuple[Image, Header]:
    """Return an image of any HiPS survey, on the grid of a WCS or around a position.

    Parameters
    ----------
    hips : str
        The survey's identifier, as in https://aladin.cds.unistra.fr/hips/list, for example
        ``PanSTARRS/DR1/r``.
    ra, dec : float, optional
        Centre, degrees; used with `fov` if neither `wcs` nor `header` has a celestial WCS.
    width, height : int, optional
        Columns and rows; by default from `shape`, `header` or `wcs`.
    fov : float, optional
        Width of the field, degrees.
    wcs : astropy.wcs.WCS, optional
        The grid; it precedes `header`, and both precede `ra`, `dec` and `fov`.
    shape : (int, int), optional
        Rows and columns.
    header : astropy.io.fits.Header, optional
        The grid's WCS, and its size in NAXIS1 and NAXIS2.
    asinh : bool, optional
        Whether the survey is on Pan-STARRS' asinh scale, which is converted to linear flux. By
        default True for all Pan-STARRS bands but g.
    normalize : bool
        Scale to a background of 100 with a noise of 10.
    upscale : bool or int
        Request pixels that many times smaller and average them, which lessens the error of
        averaging on an asinh scale; True: pixels of 1 arcsec or less.
    get_header : bool
        Whether to return the header too.
    verbose : bool or callable
        Whether to report each step, by ``print`` or the given callable.
    timeout : float
        Seconds for the whole request: name look-up, connecting, waiting, reading.
    server : str or sequence of str, optional
        Servers to try in turn; by default astroquery's server, then its mirror.

    Returns
    -------
    ndarray of float64, shape (height, width), or (ndarray, Header)
        NaN where the survey has no data; the header has the requested WCS.

    Raises
    ------
    InputError
        Size or position is missing; or astroquery, or Pillow or matplotlib, which it needs for
        images, is not installed.
    SurveyError
        No image within `timeout` seconds; raised by then, even while the network hangs.

    Notes
    -----
    Differs from STDPipe 0.4.1: a failure is an error, where STDPipe returns None and waits
    without a limit.

    Examples
    --------
    The request needs the network, so the example is not run:

    >>> from vetter.templates import get_hips_image
    >>> image, header = get_hips_image(
    ...     "PanSTARRS/DR1/r", ra=150.1, dec=2.2, fov=0.05, width=300, height=300
    ... )  # doctest: +SKIP
    >>> image.shape  # doctest: +SKIP
    (300, 300)

    One request of many may fail. Each failure raises SurveyError, so a loop goes on:

    >>> from vetter.templates import SurveyError
    >>> images, failures = {}, {}
    >>> for name, ra, dec in positions:  # doctest: +SKIP
    ...     try:
    ...         images[name] = get_hips_image(
    ...             "PanSTARRS/DR1/r", ra=ra, dec=dec, fov=0.05, width=300, height=300
    ...         )
    ...     except SurveyError as error:
    ...         failures[name] = str(error)
    """
    report = (verbose if callable(verbose) else print) if verbose else _ignore
    if wcs is None and header is not None:
        wcs = header_wcs(header)
    nx, ny = grid_size(width, height, shape, header, wcs)
    factor = 1
    if wcs is not None and wcs.has_celestial:
        factor = refinement_factor(wcs, upscale)
        ask = _grid_request(hips, SurveyGrid(wcs, nx, ny, factor))
    elif ra is not None and dec is not None and fov is not None:
        ask = _field_request(hips, float(ra), float(dec), float(fov), nx, ny)
    else:
        raise InputError(
            "hips2fits: the position is missing; give wcs or header with a sky, or ra, dec and fov"
        )
    report(f"Asking hips2fits for {nx * factor} x {ny * factor} pixels of {hips}")
    image, received = _ask_in_time(ask, server, timeout)
    report(f"Received {image.shape[1]} x {image.shape[0]} pixels")
    if image.shape != (ny * factor, nx * factor):
        raise SurveyError(
            f"hips2fits: expected shape {(ny * factor, nx * factor)}, found {image.shape}"
        )
    if asinh is None:
        asinh = "PanSTARRS" in hips and not hips.rstrip("/").endswith("PanSTARRS/DR1/g")
    if asinh:
        image = undo_asinh(image)
    if factor > 1:
        image = bin_mean(image, factor)
    if normalize:
        image = normalise_background(image)
    if not get_header:
        return image
    if wcs is not None and wcs.has_celestial:
        received = with_wcs(received, wcs)
    received["NAXIS1"], received["NAXIS2"] = nx, ny
    return image, received


def _ignore(*args: Any, **kwargs: Any) -> None:
    """Do nothing: the report of steps without ``verbose``."""


def _grid_request(hips: str, grid: SurveyGrid) -> Callable[[Any], Any]:
    return lambda service: service.query_with_wcs(hips, grid, format="fits")


def _field_request(
    hips: str, ra: float, dec: float, fov: float, nx: int, ny: int
) -> Callable[[Any], Any]:
    def ask(service: Any) -> Any:
        from astropy.coordinates import Angle, Latitude, Longitude

        return service.query(
            hips=hips,
            width=nx,
            height=ny,
            projection="TAN",
            ra=Longitude(ra, unit="deg"),
            dec=Latitude(dec, unit="deg"),
            fov=Angle(fov, unit="deg"),
            format="fits",
        )

    return ask


def _ask_in_time(
    ask: Callable[[Any], Any], server: str | Sequence[str] | None, timeout: float
) -> tuple[Image, Header]:
    """Return the answer, or raise, within `timeout` seconds; a later answer is dropped.

    A look-up of a name cannot be interrupted, so the request runs on a thread of its own, which
    holds nothing else and ends by itself.
    """
    deadline = time.monotonic() + timeout
    service_class, servers = _find_service(server)
    answers: list[tuple[Image, Header]] = []
    failures: list[str] = []

    def work() -> None:
        from vetter.io.surveys.http import DeadlineAdapter, reason_of

        for number, address in enumerate(servers):
            service = service_class()
            now = time.monotonic()
            # Equal shares of the time left, so that a silent server leaves some to the others.
            turn = now + (deadline - now) / (len(servers) - number)
            service.server, service.timeout = address, timeout
            for scheme in ("http://", "https://"):
                service._session.mount(scheme, DeadlineAdapter(turn))
            try:
                hdus = ask(service)
                image = np.asarray(hdus[0].data, dtype=np.float64)
                answers.append((image.reshape(image.shape[-2:]), hdus[0].header))
                return
            except Exception as error:  # an answer may raise any error, in three libraries
                failures.append(f"{address}: {reason_of(error)}")
            finally:
                service._session.close()

    thread = threading.Thread(target=work, name="hips2fits", daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if answers:
        return answers[0]
    if thread.is_alive() or time.monotonic() >= deadline:
        failures.append(f"no image within {timeout:g} s")
    raise SurveyError(f"hips2fits: {'; '.join(failures)}")


def _find_service(server: str | Sequence[str] | None) -> tuple[Any, list[str]]:
    try:
        from astroquery.hips2fits import hips2fits, hips2fitsClass

        if importlib.util.find_spec("matplotlib") is None:
            raise ImportError("No module named 'matplotlib'")
    except ImportError as error:
        raise InputError(
            f"hips2fits: needs astroquery, Pillow and matplotlib ({error}); "
            "install them with: pip install astroquery pillow matplotlib"
        ) from error
    if server is None:
        return hips2fitsClass, list(dict.fromkeys((str(hips2fits.server), _MIRROR)))
    return hips2fitsClass, [server] if isinstance(server, str) else list(server)
