"""A text made ready for the detectors: its readings, and cheap first answers about it.

One pass of a linear-time automaton over the folded text says which kinds of trouble are possible at
all. Most comments show none, and then nobody looks closer.
"""

from enum import IntEnum
from functools import cached_property
from typing import Final

import re2

from palabre.moderation.disguise import Vocabulary, clear
from palabre.moderation.language import guess
from palabre.moderation.normalise import Reading, fold


class Sign(IntEnum):
    """What the first pass can see."""

    STRETCHED = 0
    MIXED = 1
    SPACED = 2
    WIDE = 3
    NUMBERS = 4
    AT = 5
    LINK = 6


_STOPS: Final = r"""a-z\s'"(),;:?/\[\]{}<>=&"""
_SIGNS: Final = {
    Sign.STRETCHED: "|".join(f"{chr(code)}{{3}}" for code in range(ord("a"), ord("z") + 1)),
    Sign.MIXED: rf"[a-z0-9@$€£][^{_STOPS}]+[a-z]|[a-z][0-9@$€*#]|[$€£][a-z]",
    Sign.SPACED: r"""(?:^|[^a-z0-9'])[a-z0-9@$](?:[^a-z0-9'"]{1,3}[a-z0-9@$]\b){2}""",
    Sign.WIDE: r"[a-z] {2,}[a-z]",
    Sign.NUMBERS: r"[0-9](?:[^0-9]{0,3}[0-9]){7}",
    Sign.AT: "@",
    Sign.LINK: r"://|www\.|[a-z0-9]\.[a-z]{2}",
}
_DISGUISES: Final = frozenset({Sign.STRETCHED, Sign.MIXED, Sign.SPACED, Sign.WIDE})


def _first_pass() -> re2.Set:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    automaton = re2.Set.SearchSet(options)
    for sign in Sign:
        automaton.Add(_SIGNS[sign])
    automaton.Compile()
    return automaton


_FIRST_PASS: Final = _first_pass()


class Prepared:
    """A text with its readings. Built once per judgement and only read afterwards."""

    def __init__(self, original: str, vocabulary: Vocabulary) -> None:
        self.original: Final = original
        self.plain: Final = fold(original)
        self._signs: Final = frozenset(_FIRST_PASS.Match(self.plain.text) or ())
        self.readings: Final[tuple[Reading, ...]] = self._read(vocabulary)

    def _read(self, vocabulary: Vocabulary) -> tuple[Reading, ...]:
        if not self._signs or self._signs.isdisjoint(_DISGUISES):
            return (self.plain,)
        cleared = clear(self.plain, vocabulary)
        return (self.plain,) if cleared is None else (self.plain, cleared)

    def shows(self, sign: Sign) -> bool:
        """Tell whether the first pass saw ``sign``; False spares a closer look."""
        return sign in self._signs

    @cached_property
    def guessed(self) -> str | None:
        """The language that the text itself speaks, None in doubt."""
        return guess(self.plain.text)
