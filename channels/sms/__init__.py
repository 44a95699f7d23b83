"""Text messages out, through a gateway."""
