"""What can be wrong, each said in a Chinese sentence that tells a planner what to do."""

from __future__ import annotations

from portfolio.domain.sentences import Sentence, say


class PortfolioError(Exception):
    """A rule was broken or something is missing; ``sentence`` is fit for the screen."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFoundError(PortfolioError):
    """No record has that code or number."""


class RuleError(PortfolioError):
    """An answer breaks a rule; ``field`` names the form field the sentence belongs beside, if one."""

    def __init__(self, sentence: Sentence, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class ConfirmationNeededError(RuleError):
    """An answer is likely to be a slip; it is taken once the person confirms this very sentence."""


class DuplicateError(RuleError):
    """A record with the same identity exists already."""


class StaleError(PortfolioError):
    """Somebody saved the record since it was read."""

    def __init__(self, version: int, who: str) -> None:
        super().__init__(
            say(
                "保存前，{who}已经修改了这条记录（现为第 {version} 版）。您的修改尚未保存，请核对两个版本后再决定。",
                who=who,
                version=version,
            )
        )
        self.version = version
        self.who = who


class DataFileError(PortfolioError):
    """A data file cannot be read as it stands; the sentence names file, row and column."""
