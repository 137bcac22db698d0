"""A cheap guess between French and English, by counting the small words that each cannot avoid.

It is evidence for words that are harmless in the other language ("con", "bite", "retard"), no
language identification: it says None as soon as it is in doubt.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[a-z]+")

# Words that exist in both languages ("on", "or", "a", "me", "sur", "plus") are left out.
_FRENCH: Final = """
    le la les un une des du de et est sont c ce cette ces cet qui que quoi dont ou mais donc car je
    tu il elle nous vous ils elles mon ton son ma ta sa mes tes ses notre votre leur leurs ne pas
    jamais rien dans avec pour par sans sous chez avant apres tres trop bien aussi alors comme quand
    fait faire dit dire ai as avons avez ont suis sommes etes etait ete etre avoir qu n d l j y au
    aux tout tous toute toutes meme encore deja encore ca cela oui merci
"""
_ENGLISH: Final = """
    the an and is are was were be been being i you he she it we they my your his her its our their
    this that these those who what which when where why how not no do does did don have has had will
    would can could should of to in at for with from by about into than then there here all some any
    if but so just like very too out up get got im youre dont isnt cant yes thanks them him us
"""
_FRENCH_WORDS: Final = frozenset(_FRENCH.split())
_ENGLISH_WORDS: Final = frozenset(_ENGLISH.split())
_CLEAR: Final = 2


def guess(folded: str) -> str | None:
    """Return "fr" or "en" when the small words of a folded text clearly say so, else None."""
    words = set(_WORD.findall(folded))
    french = len(words & _FRENCH_WORDS)
    english = len(words & _ENGLISH_WORDS)
    if french >= _CLEAR and french > 2 * english:
        return "fr"
    if english >= _CLEAR and english > 2 * french:
        return "en"
    return None


def spoken(guessed: str | None, page: str | None) -> str | None:
    """Return the language in which to read a text: what it clearly speaks, else the page's."""
    return guessed or primary(page)


def primary(tag: str | None) -> str | None:
    """Return the primary subtag of a BCP 47 tag in small letters ("fr-CA" -> "fr"), else None."""
    if not tag:
        return None
    return tag.strip().replace("_", "-").partition("-")[0].lower() or None
