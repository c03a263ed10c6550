"""Which PSF an image's candidates are fitted with, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import write_image, write_list
from vetter.core.cutout_source import ImageField, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.psf import effective_psf
from vetter.core.psf.models import Gaussian, Moffat, PsfImage
from vetter.errors import InputError
from vetter.io.field.stars.psf import choose_field_fit
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import FitSettings, Settings

FWHM = 3.0


@pytest.fixture(scope="module")
def starry(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A field of 25 stars, its image and a copy as the template."""
    folder = tmp_path_factory.mktemp("starry")
    rng = np.random.default_rng(4)
    image = rng.normal(1000.0, 5.0, (300, 300))
    for number in range(25):
        x, y = 30 + 60 * (np.array(divmod(number, 5)) + rng.uniform(-0.2, 0.2, 2))
        image += 20000 * Gaussian(FWHM).render(image.shape, x, y)
    table = write_list(folder / "list.ecsv", id=["a"], x=[150.0], y=[140.0])
    planes = {"image": str(write_image(folder / "image.fits", image))}
    planes["convolved"] = str(write_image(folder / "convolved.fits", image + 1.0))
    return {"table": str(table), **planes}


def fit_with(
    field: dict[str, str], settings: FitSettings | None = None, **options: Any
) -> FieldFit:
    planes = {name: path for name, path in field.items() if name != "table"}
    source = open_input(field["table"], InputOptions(planes=planes, **options))
    try:
        return choose_field_fit(source, source.record, settings or FitSettings(), 20.0)
    finally:
        source.close()


def test_the_fields_stars_where_nothing_else_is_said(starry: dict[str, str]) -> None:
    fit = fit_with(starry)
    assert isinstance(fit.options.psf, PsfImage)
    assert fit.description.startswith("PSF from 25 stars of the field; FWHM 3.")
    assert fit.options.fwhm == pytest.approx(FWHM, rel=0.05)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"psf": "gaussian"}, Gaussian),
        ({"psf": "moffat"}, Moffat),
        ({"fwhm": 3.5}, Gaussian),
        ({"fwhm": 3.5, "psf": "stars"}, PsfImage),
    ],
    ids=["gaussian", "moffat", "an FWHM alone", "both"],
)
def test_the_users_word_comes_first(
    starry: dict[str, str], given: dict[str, Any], kind: type
) -> None:
    assert isinstance(fit_with(starry, **given).options.psf, kind)


def test_the_settings_choose_too(starry: dict[str, str]) -> None:
    psf = fit_with(starry, FitSettings(psf="moffat", moffat_beta=2.5)).options.psf
    assert isinstance(psf, Moffat) and psf.beta == 2.5


def test_without_stars_it_is_a_gaussian_and_the_reason_is_said(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(100.0, 3.0, (200, 200))
    image = str(write_image(tmp_path / "image.fits", noise, {"FWHM": 4.2}))
    table = str(write_list(tmp_path / "list.ecsv"))
    fit = fit_with({"table": table, "image": image})
    assert fit.options.psf == Gaussian(4.2)
    for words in (fit.description, fit.options.psf_note):
        assert "not of the field's stars: the field has 0 good stars" in words


def test_error_in_psf_of_stars_falls_back(
    starry: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("a star of nothing")

    monkeypatch.setattr(effective_psf, "effective_psf", broken)
    fit = fit_with(starry)
    assert isinstance(fit.options.psf, Gaussian)
    assert fit.options.psf.fwhm == pytest.approx(FWHM, rel=0.05)
    wanted = "not of the field's stars: unexpected IndexError in their PSF: a star of nothing"
    assert fit.description.endswith(wanted)


def test_an_input_that_is_no_field_falls_back() -> None:
    class Stamps(ImageField):
        def fwhm(self, measure: bool = True) -> PsfFwhm:
            return PsfFwhm(2.5, "FWHM 2.50 px as you say")

    fit = choose_field_fit(Stamps(), {}, FitSettings(), 20.0)
    assert isinstance(fit.options.psf, Gaussian) and "no field" in fit.description


def test_a_file_is_read_and_recorded_by_its_full_name(
    starry: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(tmp_path / "psf.fits", Gaussian(3.2).render((31, 31), 15.0, 15.0))
    monkeypatch.chdir(tmp_path)
    assert fit_with(starry, psf="psf.fits").description.startswith("PSF of psf.fits; FWHM 3.2")
    assert InputOptions(psf="psf.fits[0]").as_plain() == {"psf": f"{tmp_path}/psf.fits[0]"}
    assert InputOptions(psf="stars").as_plain() == {"psf": "stars"}


def test_a_file_that_is_missing_is_said_when_the_input_is_opened(starry: dict[str, str]) -> None:
    with pytest.raises(InputError, match="mofat: no such file"):
        open_input(starry["table"], InputOptions(planes={"image": starry["image"]}, psf="mofat"))


def test_another_psf_is_another_signature(starry: dict[str, str]) -> None:
    fits = [fit_with(starry, psf=kind) for kind in ("gaussian", "moffat", "stars")]
    assert len({fit.signature(()) for fit in fits}) == 3


def test_a_psf_that_is_none_is_refused_by_the_settings() -> None:
    with pytest.raises(ValueError, match=r"fit\.psf: expected one of gaussian, moffat, stars"):
        Settings.from_mapping({"fit": {"psf": "airy"}})
