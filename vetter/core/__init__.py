"""Arrays, tables and records: no Qt, no files."""
