"""Where and when: sky, pixels, WCS and times."""
