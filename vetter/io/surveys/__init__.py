"""Images of sky surveys, from the network."""
