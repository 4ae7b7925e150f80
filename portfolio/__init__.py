"""Capital-project portfolio tracker for a district's public education plan."""
