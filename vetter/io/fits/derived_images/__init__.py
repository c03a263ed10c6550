"""Images computed from stored ones: made linear, turned, joined from several HDUs, convolved."""
