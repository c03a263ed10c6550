"""Files, databases and the network, without Qt."""
