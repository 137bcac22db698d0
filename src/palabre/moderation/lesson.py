"""A rule by example, as the file states it: what breaks the rule, and what is near it and does not.

From so few texts nothing can be learned that is not in them: too few, or the same text on both
sides, is a mistake of the file, told with key, line and remedy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from palabre.moderation.normalise import fold

FEWEST: Final = 5
MOST: Final = 30
LONGEST: Final = 2_000
_SHOWN: Final = 40

Report = Callable[[tuple[str, ...], str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The examples of one rule, of all languages together."""

    rule: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...] = ()


def lesson(identifier: str, table: Mapping[str, Any], report: Report) -> Lesson | None:
    """Return what a rule teaches by example, None where it has none; ``report`` hears mistakes."""
    shown = {key: _texts(table, key) for key in ("examples", "counter_examples")}
    if not any(shown.values()):
        return None
    seen: dict[str, str] = {}
    path = ("rules", identifier)
    for key, texts in shown.items():
        fewest = FEWEST if key == "examples" else 0
        if not fewest <= len(texts) <= MOST:
            remedy = f"Give from {FEWEST} to {MOST}, as unlike each other as they come in"
            report((*path, key), f"there are {len(texts)}", remedy)
        for lang, given in table.get(key, {}).items():
            for text in given:
                _check(text, (*path, key, lang), key, seen, report)
    return Lesson(
        rule=identifier,
        examples=tuple(shown["examples"]),
        counter_examples=tuple(shown["counter_examples"]),
    )


def _check(
    text: str, path: tuple[str, ...], key: str, seen: dict[str, str], report: Report
) -> None:
    short = repr(text[:_SHOWN])
    folded = " ".join(fold(text).text.split())
    if not folded:
        report(path, f"{short} is empty", "Take it out")
    elif folded in seen:
        where = "twice" if seen[folded] == key else "both an example and a counter-example"
        report(path, f"{short} is {where}", "Keep one of them")
    elif len(text) > LONGEST:
        report(path, f"{short}… has {len(text)} characters", f"Keep the {LONGEST} that matter")
    seen.setdefault(folded, key)


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    return [text for texts in table.get(key, {}).values() for text in texts]
