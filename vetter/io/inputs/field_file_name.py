"""What a field file is told by, without all that reads one."""

from __future__ import annotations

from pathlib import Path


def is_field_file(path: Path) -> bool:
    """Whether a file is meant as a field file."""
    return path.suffix.lower() == ".toml"
