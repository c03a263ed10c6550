"""Exports: cutouts with their verdicts, and tables with all decisions."""
