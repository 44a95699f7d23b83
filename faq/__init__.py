"""What the foundation knows: entries, their sources, the search over them and the decision to answer."""
