"""Pure computation on arrays, tables and records: no Qt, no files."""
