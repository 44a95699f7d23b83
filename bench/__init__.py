"""Measures the running program from outside: `python -m bench` (or `make bench`)."""
