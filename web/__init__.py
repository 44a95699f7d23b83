"""Everything that faces the network, and the composition of the whole."""
