"""Answers beside those of others, on the same questions: `python -m bench.quality` (`make bench-quality`)."""
