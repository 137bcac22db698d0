"""Many patterns in one pass find the same as each alone, and no text makes them slow."""

import time

import pytest

from moderation.behaviour import CASES
from palabre.moderation.detectors.pattern import HousePatterns, compile_pattern
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.normalise import fold
from palabre.moderation.rulebook import default_rules, load

HOSTILE = {
    "words": "connard " * 2500,
    "name": "A" + "a" * 20_000 + " voleur",
    "digits": "1" * 20_000,
    "apart": "a " * 10_000,
    "brackets": "[" * 20_000 + "](http://a",
    "links": "[a](//b " * 2500,
    "mails": "a@" * 10_000,
    "stars": "c*" * 10_000,
    "quotes": '"' * 20_000 + "juif",
    "marks": "e" + "\u0301" * 20_000,
    "entities": "&#99;" * 4000,
    "begins": "je vais te " * 2000,
}


def test_one_pass_finds_what_each_pattern_finds_alone(book):
    detector = next(d for d in book.detectors if isinstance(d, HousePatterns))
    for case in CASES:
        text = fold(case["text"]).text
        at_once = {
            first + index for first, many in detector._sets for index in many.Match(text) or ()
        }
        alone = {n for n, one in enumerate(detector._compiled) if one.search(text)}
        assert at_once == alone


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(book, kind):
    # The processor's time for this thread: what else the machine does is no cost of the text's.
    started = time.thread_time()
    judge(HOSTILE[kind], Facts(lang="fr"), book)
    # Generous: a busy machine; a quadratic part took seconds.
    assert time.thread_time() - started < 1.0


def test_a_pattern_matches_whole_words():
    assert compile_pattern("chat").search("un chat noir")
    assert not compile_pattern("chat").search("un chaton")


def test_the_group_find_is_what_was_found():
    site = """
    [[rules.insult.patterns]]
    find = ["oh le (?P<find>vilain)"]
    score = 0.8
    """
    decision = judge("Oh le VILAIN !", Facts(lang="fr"), load(default_rules(), site))
    assert [span for item in decision.evidence for span in item.spans] == [(6, 12)]


def test_no_patterns_find_nothing(book):
    empty = HousePatterns(Material())
    assert empty.examine(PreparedStub(), Facts()) == ()


class PreparedStub:
    readings = (fold("rien"),)
