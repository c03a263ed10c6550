"""Writer of Parquet tables with the columns' units, descriptions and UCDs in the schema.

The schema's metadata hold a VOTable header as the IVOA note "Parquet in the VO" (2025) defines it,
which TOPCAT and astropy (``format="parquet.votable"``) read. Masked values are nulls.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

_OTHER_INTEGERS = {"int8": "i2", "uint16": "i4", "uint32": "i8", "uint64": "i8"}
"""Types that VOTable lacks, with the next larger ones, for the header alone."""

_DATA = re.compile(r"<DATA>.*</DATA>", re.DOTALL)


def write_parquet(plain: Table, path: Path) -> None:
    """Write a table of plain columns, as `plain_table` returns them."""
    import pyarrow
    from pyarrow import parquet

    fields, arrays = [], []
    for name, column in plain.columns.items():
        array = _arrow_array(column)
        notes = {"description": column.description, "unit": column.unit, **column.meta}
        known = {key: str(value) for key, value in notes.items() if value}
        fields.append(pyarrow.field(name, array.type, metadata=known or None))
        arrays.append(array)
    metadata = {
        "IVOA.VOTable-Parquet.version": "1.0",
        "IVOA.VOTable-Parquet.content": _votable_header(plain),
    }
    schema = pyarrow.schema(fields, metadata=metadata)
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path)


def _arrow_array(column: Any) -> Any:
    import pyarrow

    data = np.asarray(np.ma.getdata(column))
    data = data.astype(data.dtype.newbyteorder("<"), copy=False)
    mask = np.ma.getmaskarray(column)
    if data.ndim == 1:
        return pyarrow.array(data, mask=mask if mask.any() else None)
    values = pyarrow.array(data.ravel(), mask=mask.ravel() if mask.any() else None)
    return pyarrow.FixedSizeListArray.from_arrays(values, int(np.prod(data.shape[1:])))


def _votable_header(plain: Table) -> str:
    """Return a VOTable of these columns without data."""
    first, out = plain[:1], BytesIO()
    for name, column in plain.columns.items():
        if column.dtype.name in _OTHER_INTEGERS:
            first.replace_column(name, column[:1].astype(_OTHER_INTEGERS[column.dtype.name]))
    first.write(out, format="votable")
    return _DATA.sub('<PARQUET type="Parquet-local-XML"/>', out.getvalue().decode())
