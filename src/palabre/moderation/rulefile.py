"""The house-rules file as text: what may stand in it, and where a mistake is.

Every mistake is reported at once, each with key, line and remedy; an unknown key names the nearest
known one. What the rules then mean is in ``rulebook.py``.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from palabre.moderation.rulekeys import LANG, LIMIT_KEYS, RULE_KEYS, SENTENCE_KEYS, is_whole

Table = dict[str, Any]
_SHOWN: Final = 40
_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,47}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: where it is and what to do. ``line`` 0: the file as a whole."""

    source: str
    line: int
    key: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        return (
            f"{where}: {self.key}: {self.message}. {self.remedy}"
            if self.key
            else (f"{where}: {self.message}. {self.remedy}")
        )


class RulesError(ValueError):
    """A rules file that cannot be used, with all its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded file that still knows where its keys stand."""

    source: str
    text: str
    table: Table

    def line(self, *path: str) -> int:
        """Return the line of a key, else of the nearest table around it, else 0."""
        return locate(self.text, path)

    def problem(self, path: tuple[str, ...], message: str, remedy: str) -> Problem:
        """Return a problem with the key at ``path``."""
        return Problem(
            source=self.source,
            line=self.line(*path),
            key=".".join(path),
            message=message,
            remedy=remedy,
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that nobody knows."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known are: {', '.join(choices)}." if choices else "Remove it."


def decode(text: str, source: str) -> Document:
    """Return the decoded file; raise ``RulesError`` with the line when it is no TOML."""
    try:
        table = msgspec.toml.decode(text.encode("utf-8"))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        at = re.search(r"line (\d+)", str(error))
        problem = Problem(
            source=source,
            line=int(at.group(1)) if at else 0,
            key="",
            message=f"this is no TOML: {error}",
            remedy="Mend this line; a text with an apostrophe goes in double quotes",
        )
        raise RulesError([problem]) from None
    return Document(source, text, table)


_HEADER: Final = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""")


def locate(text: str, path: tuple[str, ...]) -> int:
    """Return the line in which ``path`` or the nearest table around it is written; 0: nowhere."""
    best, depth = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header and not key:
            table = here = _parts(header.group(1))
        elif key:
            here = table + _parts(key.group(1))
        else:
            continue
        shared = 0
        while shared < min(len(here), len(path)) and here[shared] == path[shared]:
            shared += 1
        if shared > depth and (shared == len(here) or shared == len(path)):
            best, depth = number, shared
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


_TOP: Final = ("sentence", "fragments", "limits", "rules")


def check_form(document: Document) -> list[Problem]:
    """Return what is wrong with the form of a file: unknown keys, values of the wrong kind."""
    problems: list[Problem] = []
    for top, value in document.table.items():
        if top not in _TOP:
            problems.append(document.problem((top,), "unknown key", nearest(top, _TOP)))
        elif not isinstance(value, dict):
            problems.append(document.problem((top,), "not a table", f"Begin it with [{top}]"))
    if problems:
        return problems
    problems += _check_wordings(document)
    problems += _check_texts(document, ("fragments",), document.table.get("fragments", {}), None)
    for key, value in document.table.get("limits", {}).items():
        if key not in LIMIT_KEYS:
            remedy = nearest(key, LIMIT_KEYS)
            problems.append(document.problem(("limits", key), "unknown key", remedy))
        elif not is_whole(value) or value < 1:
            remedy = "Write a whole number from 1"
            problems.append(document.problem(("limits", key), f"{value!r} will not do", remedy))
    for identifier, rule in document.table.get("rules", {}).items():
        problems += _check_rule(document, identifier, rule)
    return problems


def _check_wordings(document: Document) -> list[Problem]:
    problems = []
    for lang, texts in document.table.get("sentence", {}).items():
        if isinstance(texts, dict) and LANG.fullmatch(lang):
            problems += _check_texts(document, ("sentence", lang), texts, SENTENCE_KEYS)
        else:
            message = "not a table of a language"
            problems.append(document.problem(("sentence", lang), message, "Write [sentence.fr]"))
    return problems


def _check_texts(
    document: Document, path: tuple[str, ...], texts: Table, known: tuple[str, ...] | None
) -> list[Problem]:
    problems = []
    for key, value in texts.items():
        if known is not None and key not in known:
            problems.append(document.problem((*path, key), "unknown key", nearest(key, known)))
        elif not isinstance(value, str):
            problems.append(document.problem((*path, key), "not a text", 'Write it in "…"'))
    return problems


def _check_rule(document: Document, identifier: str, rule: object) -> list[Problem]:
    path = ("rules", identifier)
    if not _ID.fullmatch(identifier):
        remedy = "Use small letters, digits, _ and -, like no_adverts"
        return [document.problem(path, "not fit as an id", remedy)]
    if not isinstance(rule, dict):
        return [document.problem(path, "not a table", f"Begin it with [rules.{identifier}]")]
    problems = []
    for key, value in rule.items():
        if key not in RULE_KEYS:
            remedy = nearest(key, RULE_KEYS)
            problems.append(document.problem((*path, key), "unknown key", remedy))
        else:
            fits, remedy = RULE_KEYS[key]
            if not fits(value):
                shown = (
                    repr(value) if len(repr(value)) <= _SHOWN else f"this {type(value).__name__}"
                )
                message = f"{shown} will not do"
                problems.append(document.problem((*path, key), message, remedy))
    return problems
