"""Bytes: headers and checksums, building and parsing whole batches as numpy arrays."""
