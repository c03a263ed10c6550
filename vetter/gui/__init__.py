"""The window (PyQt6 and pyqtgraph): observes the review and calls its verbs, without logic."""
