"""Files, databases and the network: no Qt."""
