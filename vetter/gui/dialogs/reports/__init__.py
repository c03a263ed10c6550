"""Dialogs that show a report as text: on inputs, reviewers, agreement, and for other services."""
