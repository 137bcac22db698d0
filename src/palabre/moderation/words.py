"""Word lists: one entry a line, so that an editor can read and argue about each.

    connard{,s,e,es}          | 0.6
    fils de pute              | 0.95
    retard{,s}                | 0.5 | ambiguous
    pédale                    | 0.5 | exact

Braces spell out variants. ``ambiguous``: harmless in the other language, counts only where the text
speaks this one. ``exact``: accents must stand as written. ``#`` begins a comment.
"""

import re
from importlib import resources

from palabre.moderation.material import Entry
from palabre.moderation.normalise import accented, fold

_BRACES = re.compile(r"\{([^{}]*)\}")
_FLAGS = ("ambiguous", "exact")
_DEFAULT = 0.6
# Written in one go ("filsdepute") a phrase this long is still nothing else.
_GLUED = 8


class EntryError(ValueError):
    """A line that is no entry; the message says what to write instead."""


def available() -> tuple[str, ...]:
    """Return the names of the shipped lists ("insult.fr")."""
    folder = resources.files("palabre.moderation") / "house_rules" / "words"
    return tuple(
        sorted(f.name.removesuffix(".txt") for f in folder.iterdir() if f.name.endswith(".txt"))
    )


def read(name: str) -> str:
    """Return the text of a shipped list."""
    folder = resources.files("palabre.moderation") / "house_rules" / "words"
    return (folder / f"{name}.txt").read_text(encoding="utf-8")


def lines(text: str) -> list[str]:
    """Return the entry lines of a list file."""
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in bare if line]


def parse(line: str, *, symbol: str, lang: str | None) -> list[Entry]:
    """Return the entries that one line stands for; raise ``EntryError``."""
    words, *rest = (part.strip() for part in line.split("|"))
    flags = {part for part in rest if part in _FLAGS}
    scores = [part for part in rest if part not in _FLAGS]
    if len(scores) > 1:
        raise EntryError(f"{line!r}: write word | score | {' or '.join(_FLAGS)}")
    try:
        score = float(scores[0]) if scores else _DEFAULT
    except ValueError:
        raise EntryError(f"{line!r}: {scores[0]!r} is no score; write a figure like 0.6") from None
    if not 0.0 < score <= 1.0:
        raise EntryError(f"{line!r}: a score is above 0 and at most 1")
    if "ambiguous" in flags and lang is None:
        raise EntryError(f"{line!r}: an ambiguous word needs its language: put it under words.fr")
    entries = []
    for word in _spelled_out(words):
        folded = fold(word).text.strip()
        if not any(sign.isalnum() for sign in folded):
            raise EntryError(f"{line!r}: there is no word in it")
        exact = accented(word) if "exact" in flags else None
        spellings = {folded}
        glued = folded.replace(" ", "").replace("'", "")
        if len(glued) >= _GLUED and exact is None:
            spellings |= {glued, folded.replace("'", " "), folded.replace("'", "")}
        entries += [
            Entry(
                text=spelling,
                symbol=symbol,
                score=score,
                lang=lang,
                exact=exact,
                ambiguous="ambiguous" in flags,
            )
            for spelling in sorted(spellings)
        ]
    return entries


def _spelled_out(words: str) -> list[str]:
    match = _BRACES.search(words)
    if match is None:
        return [words]
    before, after = words[: match.start()], words[match.end() :]
    return [
        whole
        for variant in match.group(1).split(",")
        for whole in _spelled_out(before + variant.strip() + after)
    ]
