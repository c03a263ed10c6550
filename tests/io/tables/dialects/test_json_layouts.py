"""Replies of archives and brokers in JSON, and what pandas writes: the records within are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.candidates import list_with_stamps, read_candidates
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile

ROWS = [("ZTF26a", 188.5, -0.25), ("ZTF26b", 188.75, -0.5)]
RECORDS = [{"id": name, "ra": ra, "dec": dec} for name, ra, dec in ROWS]
COLUMNS = [
    {"name": "id", "datatype": "char"},
    {"name": "ra", "unit": "deg", "ucd": "pos.eq.ra"},
    {"name": "dec", "unit": "deg", "ucd": "pos.eq.dec"},
]
SOURCES = [{**record, "groups": [{"id": 1}]} for record in RECORDS]
LOCI = [{"type": "locus", "id": n, "attributes": {"ra": r, "dec": d}} for n, r, d in ROWS]
NODES = [{"node": record} for record in RECORDS]


def read(folder: Path, content: Any, indent: int | None = None) -> TableFile:
    (folder / "list.json").write_text(json.dumps(content, indent=indent))
    return read_table(parse_fits_name(folder / "list.json"))


# The column of identities, that of RA, and the document.
DOCUMENTS: dict[str, tuple[str, str, Any]] = {
    "TAP": ("id", "ra", {"metadata": COLUMNS, "data": [list(row) for row in ROWS]}),
    "ALeRCE": ("id", "ra", {"total": 2, "has_next": False, "items": RECORDS, "page": 1}),
    "ALeRCE detections": (
        "id",
        "ra",
        {"non_detections": [{"mjd": 1.0}], "detections": RECORDS},
    ),
    "SkyPortal": ("id", "ra", {"status": "success", "data": {"sources": SOURCES, "total": 2}}),
    "TNS": ("id", "ra", {"data": {"received_data": {"ra": "1", "dec": "2"}, "reply": RECORDS}}),
    "MAST": ("id", "ra", {"fields": COLUMNS, "data": RECORDS, "paging": {"rowsTotal": 2}}),
    "ANTARES": ("id", "attributes.ra", {"data": LOCI, "meta": {"count": 2}}),
    "GraphQL": ("node.id", "node.ra", {"data": {"objects": {"edges": NODES}}}),
    "rows below names": ("id", "ra", [["id", "ra", "dec"], *map(list, ROWS)]),
    "pandas split": (
        "index",
        "ra",
        {"columns": ["ra", "dec"], "index": ["ZTF26a", "ZTF26b"], "data": [r[1:] for r in ROWS]},
    ),
    "pandas index": ("index", "ra", {name: {"ra": ra, "dec": dec} for name, ra, dec in ROWS}),
    "pandas columns": (
        "index",
        "ra",
        {"ra": {name: ra for name, ra, _ in ROWS}, "dec": {name: dec for name, _, dec in ROWS}},
    ),
}


@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "many lines"])
@pytest.mark.parametrize(("key", "ra", "content"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_records_within_document_are_candidates(
    tmp_path: Path, key: str, ra: str, content: Any, indent: int | None
) -> None:
    file = read(tmp_path, content, indent)
    assert file.table[key].tolist() == ["ZTF26a", "ZTF26b"]
    assert file.table[ra].tolist() == [188.5, 188.75]
    assert not file.cautions


def test_units_and_ucds_of_tap_are_kept(tmp_path: Path) -> None:
    file = read(tmp_path, {"metadata": COLUMNS, "data": [list(row) for row in ROWS]})
    assert file.units == {"ra": "deg", "dec": "deg"}
    assert file.ucds == {"ra": "pos.eq.ra", "dec": "pos.eq.dec"}


@pytest.mark.parametrize(
    ("reply", "caution"),
    [
        ({"total": 500, "items": RECORDS}, "one page of a longer reply: 2 of 500 records"),
        ({"data": {"sources": SOURCES, "totalMatches": 90}}, "longer reply: 2 of 90 records"),
        ({"has_next": True, "total": None, "items": RECORDS}, "the first or next 2 records"),
    ],
)
def test_one_page_of_a_longer_reply_is_a_caution(
    tmp_path: Path, reply: dict[str, Any], caution: str
) -> None:
    assert caution in read(tmp_path, reply).cautions[0]


def feature(number: int, kind: str = "Point", **properties: Any) -> dict[str, Any]:
    place = [[1.0, 2.0]] if kind == "Polygon" else [-170.0 + number, 5.0 + number, 0.0]
    geometry = {"type": kind, "coordinates": place}
    return {"type": "Feature", "id": f"SN{number}", "geometry": geometry, "properties": properties}


@pytest.mark.parametrize("is_collection", [True, False])
def test_points_of_geojson_are_candidates(tmp_path: Path, is_collection: bool) -> None:
    features = [feature(1, mag=18.5), feature(2, mag=19.5), feature(3, "Polygon", mag=20.5)]
    collection = {"type": "FeatureCollection", "features": features}
    file = read(tmp_path, collection if is_collection else features)
    assert file.table["id"].tolist() == ["SN1", "SN2", "SN3"]
    assert file.table["mag"].tolist() == [18.5, 19.5, 20.5]
    note = "list.json: coordinates of 2 points are taken as RA and Dec, degrees"
    assert note in file.notes and not file.cautions
    positions = list_with_stamps(parse_fits_name(tmp_path / "list.json"), file)
    np.testing.assert_array_equal(positions.ra, [191.0, 192.0, np.nan])
    np.testing.assert_array_equal(positions.dec, [6.0, 7.0, np.nan])


def test_positions_among_properties_come_before_geometry(tmp_path: Path) -> None:
    features = [feature(n, name=f"a{n}", ra=10.0 + n, dec=-5.0) for n in (1, 2)]
    file = read(tmp_path, {"type": "FeatureCollection", "features": features})
    assert file.table["ra"].tolist() == [11.0, 12.0] and file.table["dec"].tolist() == [-5.0] * 2
    assert not any("coordinates" in note for note in file.notes)


def test_second_list_of_positions_is_left_out_with_a_note(tmp_path: Path) -> None:
    file = read(tmp_path, {"detections": RECORDS, "forced": RECORDS[:1]})
    assert len(file.table) == 2
    assert "list.json: forced (1 record) is left out" in file.notes


@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "many lines"])
def test_object_with_its_history_is_one_candidate(tmp_path: Path, indent: int | None) -> None:
    file = read(tmp_path, {**RECORDS[0], "history": RECORDS}, indent)
    assert file.table["id"].tolist() == ["ZTF26a"]


def test_row_of_another_length_is_left_out_with_a_note(tmp_path: Path) -> None:
    rows = [*map(list, ROWS), ["ZTF26c", 1.0]]
    file = read(tmp_path, {"metadata": COLUMNS, "data": rows})
    assert len(file.table) == 2
    assert "list.json: 1 of 3 records could not be read: record 3" in file.notes


@pytest.mark.parametrize("content", ["[1, 2]", '["a"]', "[[1, 2], [3, 4]]", "[null]"])
def test_json_without_objects_is_refused_as_json(tmp_path: Path, content: str) -> None:
    (tmp_path / "list.json").write_text(content)
    with pytest.raises(InputError, match="expected JSON records with a candidate each, found none"):
        read_candidates(tmp_path / "list.json")


def test_text_in_brackets_named_json_is_called_a_text(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[field]\nname = 3\n")
    with pytest.raises(InputError, match="not JSON: it is a text that begins"):
        read_candidates(tmp_path / "list.json")
