"""Tables as files: their formats, and the descriptions of their columns."""
