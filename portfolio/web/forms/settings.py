"""What the forms of the settings page share."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField


class SettingForm(FlaskForm):  # type: ignore[misc]
    """A form that knows which version of its setting it was filled in against."""

    version = HiddenField()

    @property
    def version_number(self) -> int:
        """Return the version, 0 where nothing was set yet; a mangled one is no version that exists."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
