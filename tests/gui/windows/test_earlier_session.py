"""A session of an earlier version: fits and stars that its version measured are not used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.core.fit.adjustment import Adjustment
from vetter.io.session.format.rows import plain_meta
from vetter.io.session.session_file import SessionFile

EARLIER_FIT = Adjustment(True, dx=0.25, dy=-0.1, scale=1.02, chi2_0=900.0, chi2=230.0, df=221)
EARLIER_SETTINGS = {
    "stars of field 0": {"of": "earlier", "stars": [[10.0, 20.0, 0.1, 0.2, 1.0]]},
    "psf of field 0": {"of": "earlier", "kind": "unknown"},
    "fit of field 0": {"of": "earlier"},
    "columns": ["verdict", "name", "disappeared", "chi2_after", "tags"],
}


def test_session_of_earlier_version_opens(qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    options = {"session": path, "reviewer": "ann", "settings": WITHOUT_FITS}
    first = open_window("demo", **options)
    until_painted(qtbot, first)
    first.session.accept()
    qtbot.waitUntil(lambda: first.session.counts.accepted == 1, timeout=30000)
    keys = [str(key) for key in first.session.candidates.keys]
    first.close()
    with SessionFile.open(path, "ann") as stored:
        text = plain_meta(EARLIER_FIT.as_record())
        stored.put_adjustments([(key, "earlier", text) for key in keys])
        stored.set_settings(EARLIER_SETTINGS)
    again = open_window("demo", **options)
    until_painted(qtbot, again)
    try:
        assert again.session.counts.accepted == 1
        assert again.candidate_list.columns == EARLIER_SETTINGS["columns"]
        again.fits.request_current()
        row = again.session.current_row
        qtbot.waitUntil(lambda: again.fits.table.get(row) is not None, timeout=90000)
        fit, judgement = again.fits.table.get(row)
        assert fit.dx != 0.25 and judgement.stars > 10
        assert len(again.fits.table) == 1
    finally:
        again.close()
