"""Our own scripts of a map, each a file in ``static/``, in the order in which they need each other."""

from __future__ import annotations

_DRAWING = ("source", "elements", "pins", "cards", "areas", "spread", "names", "list")
_TOOLS = ("address", "gcj02", "bases", "heat", "years", "search", "measure", "mini", "tools")

SMALL_MAP = (*(f"map-{name}.js" for name in _DRAWING), "map.js")
FULL_MAP = (*(f"map-{name}.js" for name in (*_DRAWING, *_TOOLS)), "map.js")
