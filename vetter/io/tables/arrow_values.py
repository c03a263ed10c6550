"""Columns of Arrow as columns of tables: integers with gaps stay integers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from astropy.table import Column, MaskedColumn


def has_pyarrow() -> bool:
    """Whether pyarrow is installed; it is an optional extra."""
    return find_spec("pyarrow") is not None


def is_plain(kind: Any) -> bool:
    """Whether an Arrow type holds one number, truth value, time or text in a cell."""
    from pyarrow import types

    return not (
        types.is_nested(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_null(kind)
    )


def arrow_column(values: Any) -> Column:
    """An Arrow column of plain values, masked where it has nulls."""
    from pyarrow import compute, types

    kind = values.type
    if types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    mask = compute.is_null(values).to_numpy() if values.null_count else None
    if types.is_integer(kind) or types.is_boolean(kind):
        blank = False if types.is_boolean(kind) else 0
        data = compute.fill_null(values, blank).to_numpy()
    elif types.is_floating(kind):
        data = compute.fill_null(values, float("nan")).to_numpy()
    elif types.is_timestamp(kind) or types.is_date(kind):
        data = _isot(values)
    else:
        texts = ["" if value is None else str(value) for value in values.to_pylist()]
        data = np.array(texts, dtype=str)
    return Column(data) if mask is None else MaskedColumn(data=data, mask=mask)


def _isot(values: Any) -> Any:
    """Times as text, as FITS and ECSV have them; zones become UTC."""
    times = np.asarray(values.to_numpy()).astype("datetime64[us]")
    return np.where(np.isnat(times), "", np.datetime_as_string(times))
