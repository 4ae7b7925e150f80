"""Typed text on its way into the XML of Word and PowerPoint files."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return a text as one line without the characters that XML cannot hold."""
    return " ".join(_NOT_IN_XML.sub("", text).split())
