"""Dialogs on the order in which candidates come."""
