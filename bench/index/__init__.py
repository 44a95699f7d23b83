"""Measures the index from a thousand rows to a million: `make bench-index`."""
