"""Our own scripts of a map, each a file in ``static/``, sent as one in the order in which they need each other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import current_app

_FIRST = ("source", "busy", "elements", "address")
_DRAWING = (*_FIRST, "pins", "cards", "areas", "spread", "names", "list", "gcj02", "bases", "focus")
_TOOLS = ("heat", "years", "search", "measure", "mini", "towns", "tools")

SMALL_MAP = (*(f"map-{name}.js" for name in _DRAWING), "map.js")
FULL_MAP = (*(f"map-{name}.js" for name in (*_DRAWING, *_TOOLS)), "map.js")
PLACING = (
    *(f"map-{name}.js" for name in ("source", "elements", "address", "areas", "names", "gcj02", "bases")),
    *("placing-site.js", "placing.js", "placing-keys.js"),
)
BUNDLES = {"small-map": SMALL_MAP, "map": FULL_MAP, "placing": PLACING}


def read_scripts(names: tuple[str, ...]) -> bytes:
    """Return those scripts as one: a page asks once, not sixteen times."""
    folder = Path(current_app.static_folder or "")
    return _join(tuple((path, path.stat().st_mtime_ns) for path in (folder / name for name in names)))


@cache
def _join(files: tuple[tuple[Path, int], ...]) -> bytes:
    return b"".join(path.read_bytes() for path, _modified_ns in files)
