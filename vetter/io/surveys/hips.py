"""Images of sky surveys, on a grid of one's choice, from the hips2fits service of CDS."""

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
    Grid,
    Image,
    bin_mean,
    grid_size,
    normalise_background,
    refinement,
    undo_asinh,
)

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

_MIRROR = "https://alaskybis.cds.unistra.fr/hips-image-services/hips2fits"


class SurveyError(VetterError, OSError):
    """A survey's server cannot be reached, is too slow, or refuses."""


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
    """An image of any HiPS survey, on the grid of a WCS or around a position.

    Parameters
    ----------
    hips : str
        The survey's identifier, as in https://aladin.cds.unistra.fr/hips/list, for example
        ``PanSTARRS/DR1/r``.
    ra, dec : float, optional
        Centre, degrees; used with `fov` where neither `wcs` nor `header` has a sky.
    width, height : int, optional
        Columns and rows; else from `shape`, `header` or `wcs`.
    fov : float, optional
        Width of the field, degrees.
    wcs : astropy.wcs.WCS, optional
        The grid; before `header`, and both before ra, dec and fov.
    shape : (int, int), optional
        Rows and columns.
    header : astropy.io.fits.Header, optional
        The grid's WCS, and its size in NAXIS1 and NAXIS2.
    asinh : bool, optional
        Whether the survey is on Pan-STARRS' asinh scale, which is undone. By default all its
        bands but g.
    normalize : bool
        Scale to a background of 100 with a noise of 10.
    upscale : bool or int
        Ask for pixels that many times smaller and average them, which lessens the error of
        averaging on an asinh scale; True: until they are below 1 arcsec.
    get_header : bool
        Whether the header is returned too.
    verbose : bool or callable
        Say what is done, by ``print`` or the callable.
    timeout : float
        Seconds for everything together: finding the servers, connecting, waiting, reading.
    server : str or sequence of str, optional
        Where to ask, one after the other; by default astroquery's server, then its mirror.

    Returns
    -------
    ndarray of float64, shape (height, width), or (ndarray, Header)
        NaN where the survey has nothing; the header's WCS is the one asked for.

    Raises
    ------
    InputError
        Size or place are not given; or astroquery, or Pillow or matplotlib, which it wants
        for this, are not installed.
    SurveyError
        No image in `timeout` seconds. It is raised by then, whatever the network does.

    Notes
    -----
    Differs from STDPipe 0.4.1: a failure is an error, where there None is returned and the
    wait has no bound.
    """
    say = (verbose if callable(verbose) else print) if verbose else _silent
    if wcs is None and header is not None:
        wcs = header_wcs(header)
    nx, ny = grid_size(width, height, shape, header, wcs)
    factor = 1
    if wcs is not None and wcs.has_celestial:
        factor = refinement(wcs, upscale)
        ask = _ask_grid(hips, Grid(wcs, nx, ny, factor))
    elif ra is not None and dec is not None and fov is not None:
        ask = _ask_field(hips, float(ra), float(dec), float(fov), nx, ny)
    else:
        raise InputError("hips2fits: wants wcs or header with a sky, or ra, dec and fov")
    say(f"Asking hips2fits for {nx * factor} x {ny * factor} pixels of {hips}")
    image, found = _bounded(ask, server, timeout)
    say(f"Received {image.shape[1]} x {image.shape[0]} pixels")
    if image.shape != (ny * factor, nx * factor):
        raise SurveyError(f"hips2fits: asked for {(ny * factor, nx * factor)}, got {image.shape}")
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
        found = with_wcs(found, wcs)
    found["NAXIS1"], found["NAXIS2"] = nx, ny
    return image, found


def _silent(*args: Any, **kwargs: Any) -> None:
    """Says nothing."""


def _ask_grid(hips: str, grid: Grid) -> Callable[[Any], Any]:
    return lambda service: service.query_with_wcs(hips, grid, format="fits")


def _ask_field(
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


def _bounded(
    ask: Callable[[Any], Any], server: str | Sequence[str] | None, timeout: float
) -> tuple[Image, Header]:
    """The answer, or an error, in `timeout` seconds: what outlasts them goes on unheard.

    A look-up of a name cannot be interrupted, so the whole runs on a thread of its own, which
    holds nothing but its request and ends by itself.
    """
    deadline = time.monotonic() + timeout
    service_class, servers = _service(server)
    answers: list[tuple[Image, Header]] = []
    failures: list[str] = []

    def work() -> None:
        from vetter.io.surveys.http import DeadlineAdapter, reason_of

        for number, address in enumerate(servers):
            service = service_class()
            now = time.monotonic()
            # A silent first server leaves the others their share of the time.
            turn = now + (deadline - now) / (len(servers) - number)
            service.server, service.timeout = address, timeout
            for scheme in ("http://", "https://"):
                service._session.mount(scheme, DeadlineAdapter(turn))
            try:
                hdus = ask(service)
                image = np.asarray(hdus[0].data, dtype=np.float64)
                answers.append((image.reshape(image.shape[-2:]), hdus[0].header))
                return
            except Exception as error:  # whatever a server's answer leads to, in three libraries
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


def _service(server: str | Sequence[str] | None) -> tuple[Any, list[str]]:
    try:
        from astroquery.hips2fits import hips2fits, hips2fitsClass

        if importlib.util.find_spec("matplotlib") is None:
            raise ImportError("No module named 'matplotlib'")
    except ImportError as error:
        raise InputError(
            f"hips2fits: wants astroquery, Pillow and matplotlib ({error}); "
            "install them with: pip install astroquery pillow matplotlib"
        ) from error
    if server is None:
        return hips2fitsClass, list(dict.fromkeys((str(hips2fits.server), _MIRROR)))
    return hips2fitsClass, [server] if isinstance(server, str) else list(server)
