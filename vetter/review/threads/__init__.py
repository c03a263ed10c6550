"""Threads that work behind the window and hand results back to it."""
