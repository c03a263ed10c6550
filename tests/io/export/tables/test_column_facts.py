"""Descriptions, units and UCDs of exported tables, as other programs read them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits, votable
from astropy.io.votable.ucd import parse_ucd
from astropy.table import Column, Table

from tests.helpers.decisions import REVIEWER
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.io.export.decision_table import COLUMNS, decision_table
from vetter.io.export.tables import table_writing
from vetter.io.export.tables.column_facts import ADDED, ROLE_FACTS, facts_of_list
from vetter.io.export.tables.table_writing import write_table

KINDS = ["ecsv", "votable", "fits", "parquet"]


def _candidates(**columns: Any) -> CandidateList:
    table = Table({"id": ["a", "b"], "RA": [1.0, 2.0], "DE": [3.0, 4.0], "m": [18.0, 19.0]})
    for name, values in columns.items():
        table[name] = values
    roles = Roles(key="id", ra="RA", dec="DE", mag="m")
    nowhere = np.full(2, np.nan)
    return CandidateList(
        table, roles, np.array(["a", "b"]), nowhere, nowhere, table["RA"].data, table["DE"].data
    )


def _read(path: Path, kind: str) -> Table:
    """Read a table; of Parquet the columns that the VOTable in its schema describes."""
    if kind != "parquet":
        return Table.read(path, format="ascii.ecsv" if kind == "ecsv" else kind)
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet is an optional extra")
    header = parquet.read_schema(path).metadata[b"IVOA.VOTable-Parquet.content"]
    empty = header.replace(b'<PARQUET type="Parquet-local-XML"/>', b"")
    fields = votable.parse(io.BytesIO(empty)).get_first_table().fields
    table = Table()
    for field in fields:
        table[field.name] = Column([0.0], unit=field.unit, description=field.description)
        table[field.name].meta["ucd"] = field.ucd
    return table


def _exported(candidates: CandidateList, path: Path, kind: str) -> Table:
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet is an optional extra")
    table, _ = decision_table(candidates.table, Ledger(candidates, REVIEWER))
    write_table(table, path, kind, {**facts_of_list(candidates), **ADDED})
    return _read(path, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_added_columns_describe_themselves(kind, tmp_path) -> None:
    back = _exported(_candidates(), tmp_path / "t", kind)
    for name in COLUMNS:
        assert back[name].description == ADDED[name].description
        assert back[name].meta["ucd"] == ADDED[name].ucd
    assert str(back["seconds"].unit) == "s"


@pytest.mark.parametrize("kind", KINDS)
def test_columns_with_roles_have_ucds_and_units(kind, tmp_path) -> None:
    back = _exported(_candidates(), tmp_path / "t", kind)
    assert back["RA"].meta["ucd"] == "pos.eq.ra;meta.main"
    assert back["DE"].meta["ucd"] == "pos.eq.dec;meta.main"
    assert back["m"].meta["ucd"] == "phot.mag"
    assert [str(back[name].unit) for name in ("RA", "DE", "m")] == ["deg", "deg", "mag"]


@pytest.mark.parametrize("kind", KINDS)
def test_facts_of_the_list_come_first(kind, tmp_path) -> None:
    own = Column([1.0, 2.0], unit="mmag", description="their own", meta={"ucd": "phot.color"})
    candidates = _candidates(m=own)
    back = _exported(candidates, tmp_path / "t", kind)["m"]
    assert (str(back.unit), back.description) == ("mmag", "their own")
    assert back.meta["ucd"] == "phot.color"


def test_position_in_hours_gets_no_degrees() -> None:
    candidates = _candidates()
    candidates.table["RA"] = [1 / 15, 2 / 15]
    assert facts_of_list(candidates)["RA"].unit == ""
    assert facts_of_list(candidates)["DE"].unit == "deg"


def test_text_with_a_role_gets_no_unit() -> None:
    assert facts_of_list(_candidates(m=["18.1", "19"]))["m"].unit == ""


def test_pixels_are_described_by_their_origin() -> None:
    table = Table({"NUMBER": [1], "X_IMAGE": [10.0], "Y_IMAGE": [12.0]})
    roles = Roles(key="NUMBER", x="X_IMAGE", y="Y_IMAGE", one_based=True)
    place = [np.array([9.0]), np.array([11.0]), np.array([np.nan]), np.array([np.nan])]
    facts = facts_of_list(CandidateList(table, roles, np.array(["1"]), *place))
    assert facts["X_IMAGE"].description == "position along x, pixels counted from 1"
    assert facts["X_IMAGE"].unit == "pix"


def test_fluxes_of_rubin_are_in_njy() -> None:
    facts = facts_of_list(_candidates(psfFlux=[100.0, -5.0], midpointMjdTai=[60000.0, 60001.0]))
    assert (facts["psfFlux"].ucd, facts["psfFlux"].unit) == ("phot.flux.density", "nJy")
    assert facts["psfFluxErr"].ucd == "stat.error;phot.flux.density"


def test_fits_header_holds_ucds_for_topcat(tmp_path) -> None:
    _exported(_candidates(), tmp_path / "t", "fits")
    header = fits.getheader(tmp_path / "t", 1)
    assert header["TUCD2"] == "pos.eq.ra;meta.main"
    assert header["TCOMM5"] == ADDED["verdict"].description


def test_parquet_without_pyarrow_is_one_line(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(table_writing, "has_pyarrow", lambda: False)
    with pytest.raises(InputError, match=r"pip install 'vetter-cutouts\[parquet\]'"):
        write_table(Table({"a": [1]}), tmp_path / "t", "parquet")


def test_parquet_nulls_are_masked_values(tmp_path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet is an optional extra")
    table = Table(
        {"a": np.ma.array([1, 2], mask=[0, 1]), "t": np.ma.array(["x", "y"], mask=[1, 0])}
    )
    write_table(table, tmp_path / "t", "parquet")
    assert parquet.read_table(tmp_path / "t").to_pydict() == {"a": [1, None], "t": [None, "y"]}


def test_ucds_are_words_of_the_vocabulary() -> None:
    facts = [*ADDED.values(), *ROLE_FACTS.values(), *facts_of_list(_candidates()).values()]
    for fact in facts:
        parse_ucd(fact.ucd, check_controlled_vocabulary=True)
