"""How large the parts of an alert packet may be: a crafted one must not fill the memory."""

from __future__ import annotations

PACKET = 32 << 20
"""Bytes of a packet, or of a block of packets, unpacked. Real ones take 50 to 500 kB."""

SCHEMA = 4 << 20
"""Bytes of a schema. Real ones take 20 to 100 kB."""

STAMP = 8 << 20
"""Bytes of one stamp, unpacked: a megapixel in double precision."""

SCHEMA_DEPTH = 64
"""Types within types in a schema. Tables in tables with nullable records take five a table."""

SCHEMA_PARTS = 20_000
"""Fields of a schema, with those of its nested records where they are used."""

MEMORY_PER_BYTE = 4096
"""Bytes of memory for each byte of a packet: a null and a record take none there."""

MEMORY = 2 << 30
"""Bytes of memory that one packet may take. Records of nulls take 60 for each of theirs."""

OTHERS = 100_000
"""Files of an archive one after another that are no packets: an empty one takes hardly a byte."""

HISTORY = 100_000
"""Earlier epochs of one packet that are looked at."""
