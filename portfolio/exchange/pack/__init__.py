"""The files of a leadership pack: each is one rendering of ``reports.pack_table.PackTable``."""
