"""Dialects of lists in text, converted to the usual form or read by columns; see `row_lengths`."""
