"""The list beside the panels."""
