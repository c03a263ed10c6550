from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.unreadable import input_errors


def test_a_file_that_has_gone_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "list.fits"
    with pytest.raises(InputError) as caught, input_errors(path, "a table that cannot be read"):
        path.read_bytes()
    assert str(caught.value) == f"{path}: a table that cannot be read: No such file or directory"
