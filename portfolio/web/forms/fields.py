"""Fields over the domain's own parsers; what was typed stays as typed, every error says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from flask_babel import LazyString, gettext, lazy_gettext
from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice, enum_coerce
from wtforms.validators import ValidationError

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import MoneyUnit, parse_money_fen, parse_quantity
from portfolio.domain.terms import Term
from portfolio.web.language import tell

FIRST_YEAR, LAST_YEAR = 2000, 2100
_LINE_BREAKS = "\r\n\t"

Answer = TypeVar("Answer")
TermClass = TypeVar("TermClass", bound=Term)


def strip(value: str | None) -> str | None:
    """Take the spaces off both ends; nothing stays nothing."""
    return value.strip() if value else value


def required(sentence: str | LazyString) -> Any:
    """Return a validator that asks for an answer with ``sentence``; a blank one counts as none."""

    def check(_form: object, field: Any) -> None:
        if not (field.data.strip() if isinstance(field.data, str) else field.data):
            raise ValidationError(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class _CheckedText:
    """Text without control characters and no longer than ``max_length``; ``text`` is None when it is empty."""

    data: str | None
    allowed_controls = ""

    def __init__(self, label: Any = None, validators: Any = None, *, max_length: int, **options: Any) -> None:
        super().__init__(label, validators, filters=[strip], **options)  # type: ignore[call-arg]
        self.max_length = max_length

    @property
    def text(self) -> str | None:
        """Return the answer, or None when there is none."""
        return self.data or None

    def pre_validate(self, _form: object) -> None:
        """Refuse control characters and too many characters."""
        text = self.data or ""
        if any(not char.isprintable() and char not in self.allowed_controls and char != "\u3000" for char in text):
            raise ValidationError(gettext("含有看不见的控制字符，请重新输入这一项"))
        if (excess := len(text) - self.max_length) > 0:
            raise ValidationError(
                gettext("最多 %(limit)s 个字符，多了 %(excess)s 个，请删减", limit=self.max_length, excess=excess)
            )


class TextLineField(_CheckedText, StringField):  # type: ignore[misc]
    """One line of text."""

    def __init__(self, label: Any = None, validators: Any = None, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(label, validators, max_length=max_length, **options)


class SecretField(_CheckedText, PasswordField):  # type: ignore[misc]
    """A secret: typed like a password, never sent back to the page."""

    def __init__(self, label: Any = None, validators: Any = None, *, max_length: int = 200, **options: Any) -> None:
        render = {"autocomplete": "new-password", **(options.pop("render_kw", None) or {})}
        super().__init__(label, validators, max_length=max_length, render_kw=render, **options)


class TextBlockField(_CheckedText, TextAreaField):  # type: ignore[misc]
    """Several lines of text."""

    allowed_controls = _LINE_BREAKS

    def __init__(self, label: Any = None, validators: Any = None, *, max_length: int = 2000, **options: Any) -> None:
        super().__init__(label, validators, max_length=max_length, **options)


class _NumberField(StringField):  # type: ignore[misc]
    """Text that stands for a number; the number is read when the form is validated."""

    def __init__(self, label: Any = None, validators: Any = None, *, inputmode: str, **options: Any) -> None:
        render = {"inputmode": inputmode, "autocomplete": "off", **(options.pop("render_kw", None) or {})}
        super().__init__(label, validators, filters=[strip], render_kw=render, **options)

    def _value(self) -> str:
        """Return what was typed; a stored number is written plainly, without separators."""
        if isinstance(self.data, Decimal):
            return f"{self.data.normalize():f}"
        return str(super()._value())


class MoneyField(_NumberField):
    """An amount above zero in the unit chosen in the field named ``unit_field``; ``fen`` is None when empty.

    To show a stored amount, give the text in the unit that the unit field shows.
    """

    def __init__(self, label: Any = None, validators: Any = None, *, unit_field: str = "unit", **options: Any) -> None:
        super().__init__(label, validators, inputmode="decimal", **options)
        self.unit_field = unit_field
        self.fen: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the amount exactly, in fen."""
        unit = form[self.unit_field].data
        if self.data and isinstance(unit, MoneyUnit):
            self.fen = read_answer(lambda: parse_money_fen(self.data, unit))


class QuantityField(_NumberField):
    """A quantity above zero with at most ``places`` decimals; ``quantity`` is None when empty."""

    def __init__(self, label: Any = None, validators: Any = None, *, places: int = 2, **options: Any) -> None:
        super().__init__(label, validators, inputmode="decimal" if places else "numeric", **options)
        self.places = places
        self.quantity: Decimal | None = None

    def pre_validate(self, _form: object) -> None:
        """Read the quantity exactly."""
        if self.data:
            self.quantity = read_answer(lambda: parse_quantity(str(self.data), places=self.places))

    @property
    def whole(self) -> int | None:
        """Return the quantity of a field without decimals as a whole number."""
        return None if self.quantity is None else int(self.quantity)


class YearField(_NumberField):
    """A year from 2000 to 2100; ``year`` is None when empty."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, inputmode="numeric", **options)
        self.year: int | None = None

    def pre_validate(self, _form: object) -> None:
        """Read the year."""
        text = str(self.data or "")
        if not text:
            return
        is_year = text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR
        if not is_year:
            raise ValidationError(
                gettext("请填写 %(first)s 至 %(last)s 之间的四位年份，例如 2025", first=FIRST_YEAR, last=LAST_YEAR)
            )
        self.year = int(text)


class WholeNumberField(_NumberField):
    """A whole number from 0 to 999999; ``number`` is None when empty."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, inputmode="numeric", **options)
        self.number: int | None = None

    def pre_validate(self, _form: object) -> None:
        """Read the number."""
        text = str(self.data or "")
        if text and not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise ValidationError(gettext("请填写 0 至 999999 的整数"))
        self.number = int(text) if text else None


def read_answer(parse: Callable[[], Answer]) -> Answer:
    """Return what ``parse`` reads; a rule's sentence goes beside the field."""
    try:
        return parse()
    except RuleError as error:
        raise ValidationError(tell(error.sentence)) from error


class TermField(SelectField):  # type: ignore[misc]
    """One term out of a closed list; ``data`` is the term, or None for the empty choice.

    ``empty`` is the label of an empty choice (未知, 请选择), which exists only where it is given; ``among`` narrows the
    list. Terms with a ``group`` are listed under it.
    """

    def __init__(
        self,
        label: Any,
        terms: type[TermClass],
        *,
        empty: Any = None,
        among: Iterable[TermClass] | None = None,
        **options: Any,
    ) -> None:
        self.term_of = enum_coerce(terms)
        choices = [_choice(term) for term in (terms if among is None else among)]
        if empty is not None:
            choices.insert(0, SelectChoice("", empty))
        sentence = lazy_gettext("请从列表中选择一项")
        super().__init__(
            label,
            coerce=self._to_term,
            choices=choices,
            invalid_value_message=sentence,
            invalid_choice_message=sentence,
            **options,
        )

    def _to_term(self, value: Any) -> Any:
        return None if value in ("", None) else self.term_of(value)


def _choice(term: Term) -> SelectChoice:
    group = getattr(term, "group", None)
    return SelectChoice(term.value, lazy_gettext(term.label), optgroup=lazy_gettext(group) if group else None)
