"""Sentences are finished texts that can be said in another language; what was typed stays as it was typed."""

from __future__ import annotations

import copy
import datetime as dt
import json
from decimal import Decimal

import pytest

from geo.errors import GeoError
from geo.sentences import say as say_of_place
from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say, say_again, several
from portfolio.domain.terms import Level, Source

ENGLISH = {
    "{source}已支付 {paid:,} 万元": "{paid:,} × 10,000 yuan of {source} are paid",
    "市级补助": "City grant",
    "没有“{text}”": "There is no “{text}”",
    "{first}的{level}": "{level} of {first}",
    "小学": "Primary school",
    "、": ", ",
    "第 {number} 个要素{place}": "Feature {number}{place}",
    "附近": " nearby",
}


def english(text: str, _count: object = None, /) -> str:
    return ENGLISH.get(text, text)


def test_a_sentence_is_its_chinese_text_wherever_a_text_will_do() -> None:
    sentence = say("{source}已支付 {paid:,} 万元", source=Source.CITY_GRANT, paid=1200)

    assert isinstance(sentence, str)
    assert sentence == "市级补助已支付 1,200 万元" == str(sentence) == f"{sentence}"
    assert str(RuleError(sentence, "amount")) == "市级补助已支付 1,200 万元"


def test_another_language_has_its_own_order_and_its_own_terms() -> None:
    sentence = say("{source}已支付 {paid:,} 万元", source=Source.CITY_GRANT, paid=1200)

    assert sentence.translated(english) == "1,200 × 10,000 yuan of City grant are paid"


def test_sentences_inside_sentences_and_lists_are_said_in_turn() -> None:
    inner = say("没有“{text}”", text="x")
    listed = several([Level.PRIMARY, inner, "其芳小学"])

    assert say("{first}的{level}", first=listed, level=Level.PRIMARY) == "小学、没有“x”、其芳小学的小学"
    assert listed.translated(english) == "Primary school, There is no “x”, 其芳小学"
    assert say("{first}的{level}", first=inner, level=Level.PRIMARY).translated(english) == (
        "Primary school of There is no “x”"
    )


@pytest.mark.parametrize("typed", ["小学", "{text}", "{0.__class__}", "%(text)s", "没有“{text}”", "}{"])
def test_what_was_typed_is_neither_formatted_again_nor_translated(typed: str) -> None:
    sentence = say("没有“{text}”", text=typed)

    assert sentence == f"没有“{typed}”"
    assert sentence.translated(english) == f"There is no “{typed}”"
    assert several([typed]).translated(english) == typed


def test_geo_says_its_sentences_in_the_same_shape() -> None:
    error = GeoError(say_of_place("第 {number} 个要素{place}", number=3, place=say_of_place("附近")))

    assert str(error) == "第 3 个要素附近"
    assert error.sentence.translated(english) == "Feature 3 nearby"
    assert say("{sentence}", sentence=error.sentence).translated(english) == "Feature 3 nearby"


def test_an_empty_list_is_no_sentence() -> None:
    assert not several([])


def test_terms_are_written_by_their_label_into_any_text() -> None:
    assert f"{Source.CITY_GRANT}" == "市级补助"
    assert f"{Source.CITY_GRANT:>6}" == "  市级补助"
    assert isinstance(say("{source}", source=Source.CITY_GRANT), Sentence)


KEPT = [
    say("{source}已支付 {paid:,} 万元", source=Source.CITY_GRANT, paid=1200),
    say(
        "{first}的{level}", first=several([Level.PRIMARY, say("没有“{text}”", text="小学"), "{}"]), level=Level.PRIMARY
    ),
    say("{share:.1f}%，自 {day} 起", share=Decimal("33.35"), day=dt.date(2026, 1, 31)),
    several([say("没有“{text}”", text="}{"), "其芳小学"], "；"),
    say("小学"),
]


@pytest.mark.parametrize("sentence", KEPT)
def test_a_sentence_put_on_record_is_said_again_in_any_language(sentence: Sentence) -> None:
    again = say_again(json.loads(json.dumps(sentence.plain())))

    assert isinstance(again, Sentence)
    assert again == sentence
    assert again.translated(english) == sentence.translated(english)
    assert again.plain() == sentence.plain()


@pytest.mark.parametrize("sentence", KEPT)
def test_a_copy_of_a_sentence_is_a_sentence(sentence: Sentence) -> None:
    made = copy.deepcopy(sentence)

    assert isinstance(made, Sentence)
    assert (made, made.translated(english)) == (sentence, sentence.translated(english))


@pytest.mark.parametrize("typed", ["小学", "{text}", '{"say": "小学"}', ""])
def test_a_text_is_no_sentence_when_it_is_read_again(typed: str) -> None:
    assert say_again(typed) == typed
    assert not isinstance(say_again(typed), Sentence)
