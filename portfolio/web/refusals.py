"""What was refused, said where the person looks for it: beside the field it belongs to, or above the form."""

from __future__ import annotations

from geo.errors import GeoError
from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say


def beside(error: GeoError, field: str) -> RuleError:
    """Return what geo refuses as a rule that a field's answer breaks."""
    return RuleError(say("{sentence}", sentence=error.sentence), field)
