"""Survey images: what is asked, what is made of the answer, and how long a failure takes."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.distorted_wcs import WCSS
from vetter.errors import InputError
from vetter.io.surveys import hips as surveys
from vetter.io.surveys.hips import SurveyError, get_hips_image

pytest.importorskip("matplotlib", reason="astroquery wants it for images; it is an extra")

FIELD: dict[str, Any] = {"ra": 10.0, "dec": 20.0, "fov": 0.1, "width": 30, "height": 20}


class Server(HTTPServer):
    """Answers as hips2fits does, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, str]] = []
        self.mode = "image"
        self.stop = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hips2fits"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        query = {k: v[0] for k, v in parse_qs(urlparse(self.path).query).items()}
        self.server.asked.append(query)
        if self.server.mode == "refuse":
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b'{"title": "Bad request", "description": "no such HiPS"}')
            return
        self.send_response(200)
        self.end_headers()
        if self.server.mode == "drip":
            while not self.server.stop.wait(0.02):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        if self.server.mode == "nonsense":
            self.wfile.write(b"<html>sorry</html>")
            return
        grid = json.loads(query["wcs"]) if "wcs" in query else query
        keys = ("NAXIS1", "NAXIS2") if "wcs" in query else ("width", "height")
        nx, ny = (int(grid[key]) for key in keys)
        image = np.arange(nx * ny, dtype=np.float32).reshape(ny, nx) / (nx * ny)
        content = io.BytesIO()
        fits.PrimaryHDU(image).writeto(content)
        self.wfile.write(content.getvalue())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    serving = Server()
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield serving
    serving.stop.set()
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_around_a_position(server: Server) -> None:
    image, header = get_hips_image("DSS2/r", server=server.address, normalize=False, **FIELD)
    assert image.shape == (20, 30)
    assert image.dtype == np.float64
    assert image[-1, -1] == pytest.approx(599 / 600)
    assert (header["NAXIS1"], header["NAXIS2"]) == (30, 20)
    asked = server.asked[0]
    assert (asked["hips"], asked["ra"], asked["fov"]) == ("DSS2/r", "10.0", "0.1")


@pytest.mark.parametrize("kind", WCSS)
def test_on_the_grid_of_a_wcs(server: Server, kind: str) -> None:
    wcs = WCSS[kind]()
    image, header = get_hips_image("DSS2/r", wcs=wcs, shape=(20, 30), server=server.address)
    assert image.shape == (20, 30)
    asked = json.loads(server.asked[0]["wcs"])
    assert ("A_2_0" in asked) == (kind != "tpv")
    assert ("PV1_1" in asked) == (kind == "tpv")
    if kind != "tables":
        for sky in (WCS(fits.Header(asked)), WCS(header)):
            np.testing.assert_allclose(
                sky.all_pix2world([0, 29], [0, 19], 0),
                wcs.all_pix2world([0, 29], [0, 19], 0),
                atol=1e-9,
            )


def test_size_and_grid_from_a_header(server: Server) -> None:
    header = WCSS["sip"]().to_header(relax=True)
    header["NAXIS1"], header["NAXIS2"] = 12, 14
    image = get_hips_image("DSS2/r", header=header, server=server.address, get_header=False)
    assert isinstance(image, np.ndarray)
    assert image.shape == (14, 12)


def test_background_is_normalised(server: Server) -> None:
    image, _ = get_hips_image("DSS2/r", server=server.address, **FIELD)
    assert np.median(image) == pytest.approx(100)
    assert 1.4826 * np.median(abs(image - 100)) == pytest.approx(10)


@pytest.mark.parametrize(
    ("hips", "asinh", "undone"),
    [
        ("PanSTARRS/DR1/r", None, True),
        ("CDS/P/PanSTARRS/DR1/i", None, True),
        ("PanSTARRS/DR1/g", None, False),
        ("CDS/P/PanSTARRS/DR1/g", None, False),
        ("PanSTARRS/DR1/r", False, False),
        ("DSS2/r", None, False),
        ("DSS2/r", True, True),
    ],
)
def test_panstarrs_is_made_linear(
    server: Server, hips: str, asinh: bool | None, undone: bool
) -> None:
    image, _ = get_hips_image(hips, asinh=asinh, normalize=False, server=server.address, **FIELD)
    stored = 599 / 600
    wanted = 2 * np.sinh(stored * 0.4 * np.log(10)) if undone else stored
    assert image[-1, -1] == pytest.approx(wanted, rel=1e-6)


def test_upscaled_and_averaged(server: Server) -> None:
    wcs = WCSS["sip"]()
    image, header = get_hips_image(
        "DSS2/r", wcs=wcs, shape=(4, 6), upscale=3, normalize=False, server=server.address
    )
    assert json.loads(server.asked[0]["wcs"])["NAXIS1"] == 18
    fine = np.arange(18 * 12).reshape(12, 18) / (18 * 12)
    assert image.shape == (4, 6)
    assert image[0, 0] == pytest.approx(fine[:3, :3].mean(), rel=1e-6)
    assert np.array(WCS(header).all_pix2world(2, 3, 0)) == pytest.approx(
        np.array(wcs.all_pix2world(2, 3, 0)), abs=1e-10
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ra": 1.0, "dec": 2.0, "fov": 0.1}, "size"),
        ({"width": 3, "height": 3}, "with a sky, or ra, dec and fov"),
        ({"wcs": WCS(naxis=2), "shape": (3, 3)}, "with a sky"),
        ({**FIELD, "width": 0}, "positive size"),
    ],
)
def test_what_is_missing_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        get_hips_image("DSS2/r", **options)


def test_verbose_says_what_is_done(server: Server) -> None:
    said: list[str] = []
    get_hips_image("DSS2/r", server=server.address, verbose=said.append, **FIELD)
    assert "DSS2/r" in said[0]


def failure(**options: Any) -> str:
    """The error's words; a call that no limit ended would wait for ever on some servers here."""
    with pytest.raises(SurveyError) as caught:
        get_hips_image("DSS2/r", **FIELD, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_refusal_gives_the_servers_words(server: Server) -> None:
    server.mode = "refuse"
    text = failure(server=server.address)
    assert text == f"hips2fits: {server.address}: Bad request: no such HiPS"


def test_an_answer_that_is_no_image(server: Server) -> None:
    server.mode = "nonsense"
    failure(server=server.address)


def test_the_next_server_is_asked(server: Server) -> None:
    image, _ = get_hips_image("DSS2/r", server=["http://127.0.0.1:1/x", server.address], **FIELD)
    assert image.shape == (20, 30)


def test_nobody_there() -> None:
    text = failure(server="http://127.0.0.1:1/x")
    assert text == "hips2fits: http://127.0.0.1:1/x: it refuses the connection"


def test_a_silent_server_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        text = failure(server=f"http://127.0.0.1:{silent.getsockname()[1]}/x", timeout=0.3)
    assert "no answer in time" in text or "no image within 0.3 s" in text


def test_a_dripping_server_is_given_up_in_time(server: Server) -> None:
    server.mode = "drip"
    assert failure(server=server.address, timeout=0.3)


def test_a_name_that_is_looked_up_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    # The look-up is a C call that no timeout reaches.
    over = threading.Event()

    def stuck(*args: Any, **kwargs: Any) -> Any:
        assert over.wait(60), "nobody gave up"
        raise socket.gaierror("given up")

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    text = failure(server="http://survey.invalid/x", timeout=0.3)
    over.set()
    assert text == "hips2fits: no image within 0.3 s"


def test_without_astroquery(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "astroquery.hips2fits", None)
    with pytest.raises(InputError, match="pip install astroquery"):
        get_hips_image("DSS2/r", **FIELD)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="matplotlib"):
        get_hips_image("DSS2/r", **FIELD)
