"""The list as it is seen: which columns show, sort and filter it; what the card says."""
