"""Computations on arrays, tables and records, without Qt and without files."""
