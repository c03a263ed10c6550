"""Texts on the candidate on screen."""
