"""One way to read a text, whoever tries to hide what it says, with the way back to the original.

A *reading* is a folded text plus, for each of its characters, the passage of the original that it
came from. Offsets are Unicode code points of the given text, end exclusive. For most texts folding
replaces one character by one, so the way back is the identity and costs nothing; only texts with
characters that vanish or multiply (combining marks, zero-width characters, ligatures, HTML
entities) pay for a map.

The plain reading here folds characters. Words that were taken apart, spelled with digits, stretched
or masked are the matter of ``disguise.py``.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from palabre.domain.decision import Span
from palabre.moderation.lookalikes import UNEVEN, is_mark, plain_form

# Without a semicolon only numbers are taken: "AT&T" and "?a=1&copy=2" are no entities.
_ENTITY = re.compile(r"&(?:#\d{2,7};?|#[xX][0-9a-fA-F]{2,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")


class _Folding(dict[int, str]):
    """A table for ``str.translate`` that works out each character once."""

    def __missing__(self, code: int) -> str:
        plain = plain_form(chr(code))
        self[code] = folded = plain if len(plain) == 1 else UNEVEN
        return folded


_FOLDING = _Folding()


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text and the way back.

    Character ``i`` came from ``begins[i]:ends[i]`` of the original; both None: from ``i:i+1``.
    ``altered`` lists passages of ``text`` in which a disguise was taken off; empty for the plain
    reading, which is about the characters as they stand.
    """

    text: str
    begins: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    altered: tuple[tuple[int, int], ...] = field(default=())

    def span(self, begin: int, end: int) -> Span:
        """Return the passage of the original behind ``text[begin:end]`` (not empty)."""
        if self.begins is None or self.ends is None:
            return Span(begin, end)
        return Span(self.begins[begin], self.ends[end - 1])

    def concerns(self, begin: int, end: int) -> bool:
        """Tell whether a find there is this reading's own, not one the plain reading has too."""
        return not self.altered or any(b < end and begin < e for b, e in self.altered)


def fold(text: str) -> Reading:
    """Return the plain reading: small letters, no accents, look-alikes and entities resolved."""
    if "&" not in text or not _ENTITY.search(text):
        folded = text.translate(_FOLDING)
        if UNEVEN not in folded:
            return Reading(folded)
    return _fold_slowly(text)


def _fold_slowly(text: str) -> Reading:
    out: list[str] = []
    begins: list[int] = []
    ends: list[int] = []

    def take(sign: str, begin: int, end: int) -> None:
        plain = _FOLDING[ord(sign)]
        if plain == UNEVEN:
            plain = plain_form(sign)
        if not plain:
            if ends and is_mark(sign):
                ends[-1] = end
            return
        for letter in plain:
            out.append(letter)
            begins.append(begin)
            ends.append(end)

    at = 0
    for entity in _ENTITY.finditer(text):
        for index in range(at, entity.start()):
            take(text[index], index, index + 1)
        for sign in html.unescape(entity.group()):
            take(sign, *entity.span())
        at = entity.end()
    for index in range(at, len(text)):
        take(text[index], index, index + 1)
    return Reading("".join(out), begins, ends)


def accented(text: str) -> str:
    """Return ``text`` in small letters with its accents, for entries that differ only by them."""
    return unicodedata.normalize("NFKC", html.unescape(text)).lower().replace("’", "'")


_DIGIT_LETTERS = str.maketrans("01345789@$€", "oieastbgase")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def skeleton(text: str) -> str:
    """Return what is left of a name when case, accents, spaces, signs and disguises are taken off.

    Two names with one skeleton look alike to a reader: "Rédaction", "R e d a c t 1 o n" and the
    same with a Cyrillic letter are one. Doubled letters count once, and i, l and 1 are one letter.
    A name of digits and signs alone keeps its digits. Empty when nothing readable is left.
    """
    folded = fold(text).text
    bare = _NOT_NAME.sub("", folded.translate(_DIGIT_LETTERS) if _has_letter(folded) else folded)
    if not bare:
        # Scripts that do not fold to Latin: compared as they are.
        bare = "".join(sign for sign in folded if sign.isalnum())
    bare = re.sub(r"(.)\1+", r"\1", bare)
    return bare.replace("l", "i")


def _has_letter(text: str) -> bool:
    return any(sign.isalpha() for sign in text)
