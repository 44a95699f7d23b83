"""Makes the encoder that ships in `embeddings/e5_ko` (see README.md). The product never imports this."""
