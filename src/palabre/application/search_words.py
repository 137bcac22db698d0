"""Words made comparable for the search: folded, cut, and brought to their stems (Snowball).

Both databases index the same stems, so that they find the same comments: SQLite's FTS5 knows no
French, and PostgreSQL's French would be another one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from palabre.moderation.normalise import fold

MAX_TERMS = 12
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40
# Elided articles and pronouns, which no stemmer takes off: l'élection, qu'il.
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['\u2019](?=\w)", re.IGNORECASE)
_NAMES = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}


def stems(text: str, lang: str) -> str:
    """Return the stems of a text, separated by blanks, each once, in the order they came."""
    found = (_stem(word, lang[:2].lower()) for word in _words(text))
    return " ".join(dict.fromkeys(found))


def terms(query: str, langs: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return what a search asks for: all of these, each in one of its forms.

    Whoever searches need not say in which language; a word has a stem in each of ``langs``.
    """
    asked = sorted({lang[:2].lower() for lang in langs})
    words = list(dict.fromkeys(_words(query)))[:MAX_TERMS]
    # A name is kept as it is written.
    return tuple(
        tuple(dict.fromkeys((*(_stem(word, lang) for lang in asked), word))) for word in words
    )


def _words(text: str) -> list[str]:
    plain = fold(_ELISION.sub(" ", text)).text
    return [word[:_LONGEST] for word in _WORD.findall(plain)]


@lru_cache(maxsize=65_536)
def _stem(word: str, lang: str) -> str:
    name = _NAMES.get(lang)
    # The stemmers keep state while they work: each call has one of its own.
    return str(snowballstemmer.stemmer(name).stemWord(word)) if name else word
