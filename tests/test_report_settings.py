"""Settings of reports: tables inside a section."""

from __future__ import annotations

import pytest

from vetter.errors import SettingsError
from vetter.settings import Settings


def test_tables_of_reports_are_read() -> None:
    reports = {
        "tns": {"reporter": "A", "reporting_group_id": 111},
        "ades": {"bands": ["r=Sr"]},
    }
    settings = Settings.from_mapping({"reports": reports}).reports
    assert (settings.tns.reporter, settings.tns.reporting_group_id) == ("A", 111)
    assert settings.ades.bands == ("r=Sr",) and settings.tns.at_type == -1


@pytest.mark.parametrize(
    ("reports", "text"),
    [
        ({"tns": {"author": "A"}}, "reports.tns.author: no such setting"),
        ({"tns": {"at_type": "SN"}}, "reports.tns.at_type: expected a int"),
        ({"tns": "A"}, "reports.tns: expected a table of keys, found 'A'"),
        ({"atel": {}}, "reports.atel: no such setting"),
    ],
    ids=["key", "type", "no-table", "kind"],
)
def test_unusable_settings_of_reports_name_their_key(reports, text) -> None:
    with pytest.raises(SettingsError, match=text):
        Settings.from_mapping({"reports": reports})


def test_typed_fields_change_a_copy() -> None:
    given = Settings().reports
    changed = given.with_fields(
        {"ades.aperture": "8.4", "ades.observers": "A. B, C", "tns.at_type": "2"}
    )
    assert (changed.ades.aperture, changed.ades.observers, changed.tns.at_type) == (
        8.4,
        ("A. B", "C"),
        2,
    )
    assert given.ades.aperture == 0
