"""How large the parts of an alert packet may be: a crafted one must not fill the memory."""

from __future__ import annotations

PACKET = 32 << 20
"""Bytes of a packet, or of a block of packets, unpacked. Real ones take 50 to 500 kB."""

SCHEMA = 4 << 20
"""Bytes of a schema. Real ones take 20 to 100 kB."""

STAMP = 8 << 20
"""Bytes of one stamp, unpacked: a megapixel in double precision."""

SCHEMA_DEPTH = 32
"""Records within records in a schema."""

SCHEMA_PARTS = 20_000
"""Fields of a schema, with those of its nested records where they are used."""

PARTS_PER_BYTE = 32
"""Fields that a record may have for each byte that it takes at least: null takes none."""

HISTORY = 100_000
"""Earlier epochs of one packet that are looked at."""
