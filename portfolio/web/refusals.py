"""What was refused, said where the person looks for it: beside the answer it is of, or above the form."""

from __future__ import annotations

from typing import Any

from wtforms import FieldList, FormField

from geo.errors import GeoError
from portfolio.domain.errors import PortfolioError, RuleError
from portfolio.domain.sentences import say
from portfolio.web.language import tell


def put_beside(form: Any, error: PortfolioError | GeoError, otherwise: str | None = None) -> None:
    """Put an error's sentence beside the field it names, else beside ``otherwise``, else above the form.

    A field of a row is named by list, number and field, such as ``zones-0-line``; one of a part of the form by both.
    """
    field = _find(form, getattr(error, "field", None)) or _find(form, otherwise)
    if field is None:
        form.form_errors.append(tell(error.sentence))
    else:
        field.errors = [*field.errors, tell(error.sentence)]


def _find(form: Any, name: str | None) -> Any:
    """Return the field of that name; None where the form has none."""
    found = form
    for part in (name or "").split("-"):
        if isinstance(found, FieldList):
            found = found[int(part)] if part.isdecimal() and int(part) < len(found) else None
        else:
            found = (found.form if isinstance(found, FormField) else found)._fields.get(part)
        if found is None:
            return None
    return found


def beside(error: GeoError, field: str) -> RuleError:
    """Return what geo refuses as a rule that a field's answer breaks."""
    return RuleError(say("{sentence}", sentence=error.sentence), field)
