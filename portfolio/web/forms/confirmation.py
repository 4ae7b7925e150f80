"""Forms whose answers may look like slips: sent again with a tick beside the question, they are taken."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from portfolio.domain.errors import ConfirmationNeededError, RuleError
from portfolio.domain.sentences import Sentence
from portfolio.web.refusals import put_beside


class ConfirmedForm(FlaskForm):  # type: ignore[misc]
    """A form that may ask back once. The tick carries the question itself, so that nothing else is confirmed by it."""

    confirmed = StringField(_l("请确认"))
    question: Sentence | None = None

    @property
    def confirmation(self) -> str:
        """Return what the tick sends: the question in the words that are compared and kept, whatever the page's."""
        return str(self.question)

    def reject(self, error: RuleError, *, beside: str) -> None:
        """Put a rule's sentence beside the field it names, else beside ``beside``; a question gets its tick."""
        if isinstance(error, ConfirmationNeededError):
            self.question, error.field = error.sentence, "confirmed"
        put_beside(self, error, beside)
        self._ask_for_file_again()

    def _ask_for_file_again(self) -> None:
        """Say that a file has to be chosen again: no browser fills one in, and nothing was kept."""
        file: Any = self._fields.get("file")
        if file is not None and file.data and not file.errors:
            file.errors = [gettext("还没有保存，附件请重新选择")]
