"""Evidence is exact: the original text under a span is what was matched, however it was hidden."""

import html
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.moderation.disguise import Vocabulary
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.normalise import fold, skeleton
from palabre.moderation.prepared import Prepared
from palabre.moderation.rulebook import load

WORD = "malotru"
RULES = load(
    """
    [sentence.fr]
    opening = "Interdit : tout commentaire"
    or = "ou"
    [rules.test]
    label.fr = "malpoli"
    says.fr = "Soyez polis."
    hold = 0.5
    words.fr = ["malotru | 0.9"]
    """
)
LOOKALIKES = {
    "a": "аαａ𝐚",
    "o": "оοｏ0",
    "l": "ⅼｌ",
    "t": "тｔ7",
    "u": "υｕ",
    "m": "ｍ𝓶",
    "r": "ｒ",
}
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
MARKS = "\u0301\u0323\u20dd\ufe0f"

# Neighbours that cannot touch or extend the word: letters of other scripts, emoji, signs, blanks.
NEIGHBOURS = [
    "é",
    "ж",
    "日",
    " ",
    "😀",
    "👩‍👧",
    "œ",
    "ﬁ",
    " &eacute;",
    "!",
    "\n",
    "ß",
    "É",
    "’",
    " 12 ",
]
around = st.lists(st.sampled_from(NEIGHBOURS), max_size=12).map("".join)
padded = around.map(lambda text: text + " ")


@st.composite
def hidden(draw):
    """Draw a spelling of WORD that a reader would still read."""
    ways = ["homoglyph", "mark", "zero", "entity", "stretch", "spaced", "dots", "mask", "caps"]
    way = draw(st.sampled_from(ways))
    letters = list(WORD)
    at = draw(st.integers(1, len(WORD) - 2))
    match way:
        case "homoglyph":
            letters = [draw(st.sampled_from([c, *LOOKALIKES.get(c, "")])) for c in WORD]
        case "mark":
            letters = [c + draw(st.text(st.sampled_from(MARKS), max_size=2)) for c in WORD]
        case "zero":
            letters[at] += draw(st.text(st.sampled_from(ZERO_WIDTH), min_size=1, max_size=3))
        case "entity":
            form = draw(st.sampled_from(["&#{};", "&#x{:x};"]))
            letters[at] = form.format(ord(letters[at]))
        case "stretch":
            letters[at] *= draw(st.integers(3, 9))
        case "spaced":
            return " ".join(WORD)
        case "dots":
            return draw(st.sampled_from(".-_*")).join(WORD)
        case "mask":
            letters[at] = "*"
        case "caps":
            letters = [c.upper() if draw(st.booleans()) else c for c in WORD]
    return "".join(letters)


@settings(deadline=None)
@given(padded, hidden(), around.map(lambda text: " " + text))
def test_a_span_covers_exactly_the_hidden_word(before, word, after):
    text = before + word + after
    decision = judge(text, Facts(lang="fr"), RULES)
    spans = [span for item in decision.evidence for span in item.spans]
    assert spans == [(len(before), len(before) + len(word))], decision
    passage = text[spans[0].begin : spans[0].end]
    readings = Prepared(passage, RULES.vocabulary).readings
    assert any(reading.text == WORD for reading in readings)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_reading_maps_back_in_order_and_inside_the_text(text):
    for reading in Prepared(text, Vocabulary(["malotru", "fils de pute", "con"])).readings:
        spans = [reading.span(i, i + 1) for i in range(len(reading.text))]
        assert all(0 <= s.begin < s.end <= len(text) for s in spans)
        assert all(a.begin <= b.begin and a.end <= b.end for a, b in pairwise(spans))


@settings(deadline=None)
@given(st.text(max_size=120))
def test_folding_a_passage_alone_gives_what_was_read_there(text):
    reading = fold(text)
    if reading.begins is None:
        assert len(reading.text) == len(text)
        return
    for index in range(len(reading.text)):
        span = reading.span(index, index + 1)
        assert reading.text[index] in fold(text[span.begin : span.end]).text


@settings(deadline=None)
@given(st.text(max_size=120))
def test_folding_twice_changes_nothing_more(text):
    once = fold(text).text
    # Folding may lay an ampersand bare ("&amp;#99;"): entities are resolved once, as browsers do.
    if "&" not in text:
        assert fold(once).text == once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Éléphant", "elephant"),
        ("E\u0301le\u0301phant", "elephant"),
        ("ŒUVRE", "oeuvre"),
        ("ﬁn", "fin"),
        ("İstanbul", "istanbul"),
        ("&eacute;t&#233;", "ete"),
        ("AT&T", "at&t"),
        ("&amp;#99;", "&#99;"),
        ("l’été\u00a0!", "l'ete !"),
        ("\ue000", " "),
        ("٠١٢", "012"),
        ("Ѕрат", "spam"[:3] + "t"),
    ],
)
def test_folding(text, folded):
    assert fold(text).text == folded


def test_entities_are_read_as_browsers_read_them():
    assert fold(html.escape("<b>")).text == "<b>"


@pytest.mark.parametrize(
    "other",
    [
        "rédaction",
        "Redaction",
        "REDACTION",
        "Redact1on",
        "R e d a c t i o n",
        "Rédаction",
        "Rédactíon",
        "re.dac-tion",
        "Réd\u200baction",
        "𝐑édaction",
        "Redactioooon",
        "RÉDACTION ✔",
    ],
)
def test_names_that_look_alike_have_one_skeleton(other):
    assert skeleton(other) == skeleton("Rédaction")


@pytest.mark.parametrize(
    ("one", "other"), [("Rédaction", "Réaction"), ("Paul", "Paule"), ("12", "13"), ("Иван", "Петр")]
)
def test_names_that_differ_have_different_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_skeleton_survives_case_and_decomposition(name):
    assert skeleton(unicodedata.normalize("NFD", name)) == skeleton(
        unicodedata.normalize("NFC", name)
    )
    assert skeleton(f" {name} ") == skeleton(name)
