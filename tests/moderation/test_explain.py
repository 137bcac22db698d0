"""Decisions in words, in French and English, from the catalogues that ship."""

import re
from importlib import resources
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from palabre.domain.decision import Decision, Span, Verdict
from palabre.moderation.detectors import classifier, shipped
from palabre.moderation.engine import judge
from palabre.moderation.explain import SYMBOLS, Audience, explain
from palabre.moderation.facts import Facts
from palabre.moderation.model import Scored
from palabre.moderation.rulebook import default_rules, load, model_rules


class Words:
    def __init__(self, lang):
        self.lang = lang
        data = (resources.files("palabre") / "catalogues" / f"{lang}.po").read_bytes()
        self.texts = {}
        for message in read_po(BytesIO(data), abort_invalid=True):
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            if key:
                self.texts[key] = texts

    def say(self, key, **values):
        return self.texts[key][0].format(**values)

    def count(self, key, n, **values):
        many = n > 1 if self.lang == "fr" else n != 1
        return self.texts[key][many].format(n=n, **values)


FR, EN = Words("fr"), Words("en")


def told(text, words, audience, rules, **facts):
    decision = judge(text, Facts(lang=words.lang, **facts), rules)
    return explain(decision, rules, words, text, audience)


def test_both_languages_have_the_same_keys_and_placeholders():
    assert set(FR.texts) == set(EN.texts)

    def fields(texts):
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}

    for key, texts in FR.texts.items():
        assert all(texts), key
        assert fields(texts) | {"n"} == fields(EN.texts[key]) | {"n"}, key


def test_french_is_typeset():
    ours = (texts for key, texts in FR.texts.items() if key.startswith("judge."))
    for texts in ours:
        for text in texts:
            assert "'" not in text
            assert not re.search(r"«[^\u202f]|[^\u202f]»|(?<![\u202f]);|[^\u202f]%", text), text
            assert not re.search(r"[^\u00a0]:", text), text


def test_every_symbol_of_the_shipped_rules_has_words(book):
    for words in (FR, EN):
        for rule in book.rules:
            for symbol in rule.watches:
                own = symbol in SYMBOLS or symbol.endswith(("_word", "_phrase", "_learned"))
                assert own, symbol
        for symbol in (*SYMBOLS, *classifier.SYMBOLS):
            assert f"judge.symbol.{symbol}" in words.texts
    named = {s for s in shipped().symbols if not s.startswith("model_")}
    assert named <= SYMBOLS


def test_the_author_reads_what_was_noticed_and_where(book):
    assert told("Quel c0nnard !", FR, Audience.AUTHOR, book) == (
        "Un modérateur lira ce commentaire avant qu’il paraisse. Ce qui a été relevé\u00a0: "
        "terme injurieux («\u202fc0nnard\u202f»)."
    )
    assert told("Mort aux juifs", EN, Audience.AUTHOR, book) == (
        "This comment was not published. What was noticed: an antisemitic remark "
        "(“Mort aux juifs”)."
    )
    assert told("Bonjour", FR, Audience.AUTHOR, book) == (
        "Rien dans ce texte n’enfreint les règles de la maison."
    )


def test_the_moderator_reads_rules_and_strengths(book):
    said = told("Mort aux juifs, connards", FR, Audience.MODERATOR, book)
    assert said.startswith("Refusé d’office. Règle «\u202fantisémite\u202f» (antisemitism)\u00a0: ")
    assert "force 95\u202f%" in said
    assert "(insult)" in said


def test_the_log_reads_no_word_of_the_text(book):
    said = told("Mort aux juifs", FR, Audience.LOG, book)
    assert said == told("Mort aux juifs", EN, Audience.LOG, book)
    assert "juifs" not in said
    assert said.startswith("refuse rules=antisemitism antisemitism_phrase=0.950@0-14")


def test_what_was_not_checked_is_said():
    rules = load(default_rules(), "[rules.insult]\nsymbols = { model_insult = 1.0 }")
    said = told("Bonjour", FR, Audience.AUTHOR, rules)
    assert "n’a pas pu avoir lieu (classifier)" in said
    assert "could not be made (classifier)" in told("Hi", EN, Audience.MODERATOR, rules)
    assert "not_checked=classifier" in told("Hi", EN, Audience.LOG, rules)


class Reader:
    name = "toy"
    version = "1"

    def read(self, text, _lang):
        parts = (Span(0, 30), Span(20, len(text))) if len(text) > 50 else ()
        return Scored({"insult": 0.84, "hate": 0.3}, parts)

    def locate(self, _text, _lang, _names):
        return {"insult": (Span(0, 4),)}


def test_what_a_model_says_is_told_as_such_with_its_passage():
    rules = load(default_rules(), reading=model_rules(), models=[Reader()])
    said = told("Quel homme", FR, Audience.AUTHOR, rules)
    assert (
        "propos qu’un modèle de lecture automatique juge contraires à la règle "
        "«\u202finjurieux\u202f» («\u202fQuel\u202f»)" in said
    )
    said = told("What a man", EN, Audience.MODERATOR, rules)
    assert "an automatic reading model judges contrary to the rule “insulting” (“What”)" in said
    assert "probability 84%" in said
    assert "hate" not in said
    assert "parts" not in said


def test_a_text_read_in_parts_is_said_to_be():
    rules = load(default_rules(), reading=model_rules(), models=[Reader()])
    text = "Un long texte, plus long que ce que ce modèle peut lire."
    assert "l’a lu en 2 parties" in told(text, FR, Audience.MODERATOR, rules)
    assert "2 overlapping parts" in told(text, EN, Audience.MODERATOR, rules)


def test_a_houses_own_rule_is_told_by_its_name():
    site = """
    [rules.own]
    label.fr = "hors sujet"
    label.en = "off topic"
    says.fr = "Non."
    says.en = "No."
    hold = 0.5
    words.fr = ["football | 0.7"]
    """
    said = told("Et le football ?", FR, Audience.AUTHOR, load(default_rules(), site))
    assert "terme relevé par la règle «\u202fhors sujet\u202f» («\u202ffootball\u202f»)" in said


@pytest.mark.parametrize("words", [FR, EN])
def test_a_moderators_decision_without_evidence_is_told_by_its_rule(book, words):
    decision = Decision(verdict=Verdict.REFUSE, rules=("insult",), rules_version="x")
    said = explain(decision, book, words, "Bonjour", Audience.AUTHOR)
    assert book.rule("insult").label[words.lang] in said
    bare = Decision(verdict=Verdict.HOLD, rules=(), rules_version="x")
    assert explain(bare, book, words, "Bonjour", Audience.AUTHOR).count(".") == 1


def test_a_rule_that_is_gone_is_said_to_be_gone(book):
    decision = Decision(verdict=Verdict.REFUSE, rules=("gone",), rules_version="x")
    said = explain(decision, book, FR, "Bonjour", Audience.MODERATOR)
    assert "La règle gone n’est plus en vigueur." in said


def test_a_long_passage_is_cut_and_stands_on_one_line(book):
    text = "http://a.example/" + "x" * 300 + "\nhttp://b.example http://c.example http://d.example"
    said = told(text, FR, Audience.AUTHOR, book)
    assert "\n" not in said
    assert "…" in said
    assert "et un autre passage" in said
