"""The vetting session as it runs: QtCore only, no widgets."""
