"""The website's own widget."""
