"""Widgets and pyqtgraph: observes the review, calls its verbs, decides nothing."""
