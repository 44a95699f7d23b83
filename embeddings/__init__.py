"""Sentence encoders and vector indexes, each behind a small protocol (`embeddings.protocols`)."""
