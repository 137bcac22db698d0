"""The short way for plain texts gives the very bytes of the long way, or steps aside."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.rendering.markdown import parsed_html
from palabre.rendering.plain import plain_html

PIECES = [
    *("le", "marché", "Élus", "Да", "λόγος", "1", "12.", "3)", "A", "a.b", "www.x.fr", "l’été"),
    *(" ", " ", "  ", "\n", "\n\n", "\n\n\n", "\t", "\u00a0", "\u202f", "\u2003", "\u200b", "\r"),
    *(".", ",", ";", ":", "?", "!", "'", '"', "(", ")", "/", "//", "%", "€", "«", "»", "…", "–"),
    *("-", "--", "---", "- ", "*", "_", "~~", "`", "[", "]", "<", ">", "&", "&amp;", "\\", "#"),
    *("=", "+", "+ ", "@", "http:", "https://", "mailto:", "ftp:", "x@y.fr", "|", "^", "$", "{"),
    *("\x85", "\u2028", "\x0b", "\x0c", "\x1c", "ﬁ", "e\u0301", "😀", "漢字", "\u202e"),
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join)


@given(texts | st.text(max_size=60) | st.from_regex(r"[A-Za-zé .,:/\n'\"«»\u00a0-]{1,60}\Z"))
@settings(max_examples=1500)
def test_both_ways_lead_to_the_same_bytes(text: str):
    text = text.strip()  # as ``incoming.comment_text`` leaves it
    short = plain_html(text)
    assert short is None or short == parsed_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour.",
        "Il a dit : « Non ! » Et pourtant…\nC’est vrai, 12 % en plus ?",
        'Premier paragraphe.\n\nUn second, "entre guillemets" (et plus) et/ou moins : voilà.',
        "Vraiment\u00a0? Oui\u202f!",
        "Ну что ж, посмотрим.",
    ],
)
def test_sentences_take_the_short_way(text: str):
    assert plain_html(text) == parsed_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "- a",
        "1. a",
        "a\n- b",
        "*a*",
        "https://example.org",
        "a\n\n\nb",
        "a  b",
        "a\n b",
        "x:y",
        "a//b",
    ],
)
def test_whatever_could_be_more_takes_the_long_way(text: str):
    assert plain_html(text) is None


def test_a_long_text_takes_no_longer_than_its_length():
    assert plain_html("a" * 10_000 + "*") is None
    assert plain_html("mot " * 2_500 + "*") is None
