"""Every read. ``get_`` raises NotFoundError, ``find_`` may return None, ``list_`` is ordered with a tie-breaker."""
