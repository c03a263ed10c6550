"""Cutouts built ahead, ready to paint."""
