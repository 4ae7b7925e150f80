"""The tables that pages, maps, downloads and the API share. Each says its grain; none of its readers computes."""
