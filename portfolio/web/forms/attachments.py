"""Forms of files that are attached to records."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField

from portfolio.web.attachments import ACCEPTED


class FilesForm(FlaskForm):  # type: ignore[misc]
    """Give a record more files."""

    file = MultipleFileField(
        _l("附件"),
        description=_l("PDF、图片或 Office 文件，可一次选几个；每个不超过 20 MB，合计不超过 25 MB"),
        render_kw={"accept": ACCEPTED},
    )
