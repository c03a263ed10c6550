"""Archives of packets, and packed files, read in place: tar, ZIP, gzip, bzip2 and xz."""
