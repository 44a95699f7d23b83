"""Ways in and out, one folder each. A channel is pure: it verifies, parses and renders, and keeps nothing."""
