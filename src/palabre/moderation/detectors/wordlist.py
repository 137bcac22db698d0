"""Words and phrases of the house's lists, all at once (Aho-Corasick), on word boundaries."""

from typing import Final

import ahocorasick_rs

from palabre.domain.decision import Evidence, Span
from palabre.moderation.context import weight
from palabre.moderation.detectors.finds import evidence
from palabre.moderation.facts import Facts
from palabre.moderation.language import primary
from palabre.moderation.material import Entry, Material
from palabre.moderation.normalise import Reading, accented
from palabre.moderation.prepared import Prepared


class WordList:
    """Finds listed words in a text that may hide them."""

    name: Final = "wordlist"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        by_text: dict[str, list[Entry]] = {}
        for entry in material.entries:
            by_text.setdefault(entry.text, []).append(entry)
        self._entries = [tuple(by_text[text]) for text in sorted(by_text)]
        self._automaton = ahocorasick_rs.AhoCorasick(sorted(by_text))
        self._excepted = material.excepted

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return one piece of evidence per word found."""
        found: dict[tuple[str, Span], float] = {}
        for reading in text.readings:
            hits = self._automaton.find_matches_as_indexes(reading.text, overlapping=True)
            for index, begin, end in hits:
                if _is_whole(reading.text, begin, end) and reading.concerns(begin, end):
                    span = reading.span(begin, end)
                    for entry in self._entries[index]:
                        if self._counts(entry, text, reading, span, facts):
                            strength = entry.score * weight(reading.text, begin, end)
                            key = (entry.symbol, span)
                            found[key] = max(strength, found.get(key, 0.0))
        return evidence(found, self) if found else ()

    def _counts(
        self, entry: Entry, text: Prepared, reading: Reading, span: Span, facts: Facts
    ) -> bool:
        if entry.text in self._excepted.get(entry.symbol, ()):
            return False
        if entry.exact is not None and (
            reading is not text.plain
            or accented(text.original[span.begin : span.end]) != entry.exact
        ):
            return False
        if not entry.ambiguous:
            return True
        # Unknown language: all lists count.
        lang = text.guessed or primary(facts.lang)
        return lang is None or lang == entry.lang


def _is_whole(text: str, begin: int, end: int) -> bool:
    return not ((begin and text[begin - 1].isalnum()) or (end < len(text) and text[end].isalnum()))
