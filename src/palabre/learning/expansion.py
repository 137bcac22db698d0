"""Expand patterns into labelled texts: the same patterns give the same texts, in the same order."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from palabre.learning.parts import CHOICE, LABELS, SLOT, Entry, Group, Pattern, slots

ATTACKS: Final = ("hate", "insult", "threat")
TRIES_FOR_ONE: Final = 6
SENTENCE_START: Final = re.compile(r"(^|[.!?…]\s+)([«“\"'(¿¡]?\s?)$")


@dataclass(frozen=True, slots=True)
class Row:
    """One text with its labels: 1, 0 or None (cannot be told)."""

    id: str
    text: str
    lang: str
    kind: str
    group: str | None
    labels: dict[str, int | None]
    topic: str
    pattern: str
    heldback: bool


def expand(patterns: list[Pattern], groups: dict[str, Group]) -> Iterator[Row]:
    """Yield the rows of patterns; a text that came before, in any pattern, is left out."""
    seen: set[str] = set()
    for pattern in patterns:
        for number, template in enumerate(pattern.texts):
            made = 0
            for text, group in _draws(pattern, number, template):
                if text in seen:
                    continue
                seen.add(text)
                made += 1
                yield Row(
                    f"{pattern.id}-{number}-{made}", text, pattern.lang, pattern.kind, group,
                    labels(pattern, groups.get(group or "")), pattern.topic, pattern.id,
                    pattern.heldback,
                )  # fmt: skip
                if made == pattern.times:
                    break


def labels(pattern: Pattern, group: Group | None) -> dict[str, int | None]:
    """Return the labels of a pattern's text about a group.

    Toxicity follows hate, insult and threat: 1 where one is, None where one may be (or where sexual
    stands alone). Antisemitism and racism follow hate and the group.
    """
    yes = set(pattern.yes)
    if yes & {"antisemitism", "racism"}:
        yes.add("hate")
    out: dict[str, int | None] = {
        label: 1 if label in yes else None if label in pattern.unsure else 0 for label in LABELS
    }
    if "toxicity" not in yes | pattern.unsure:
        if yes & set(ATTACKS):
            out["toxicity"] = 1
        elif pattern.unsure & set(ATTACKS) or "sexual" in yes:
            out["toxicity"] = None
    hate = out["hate"]
    if group is not None and hate != 0:
        if group.antisemitism and "antisemitism" not in yes | pattern.unsure:
            out["antisemitism"] = hate
        if group.racism is not False and "racism" not in yes | pattern.unsure:
            out["racism"] = hate if group.racism else None
    return out


def _draws(pattern: Pattern, number: int, template: str) -> Iterator[tuple[str, str | None]]:
    chance = random.Random(f"{pattern.id}:{number}")  # noqa: S311 - not for secrets
    decks: dict[tuple[str, str], list[Entry]] = {}
    for _ in range(pattern.times * TRIES_FOR_ONE):
        chosen = template
        while match := CHOICE.search(chosen):
            option = chance.choice(match[1].split("|"))
            chosen = chosen[: match.start()] + option + chosen[match.end() :]
        hands: dict[tuple[str, str], Entry] = {}
        for name, which, _ in slots(chosen):
            key = (name, which)
            if key not in hands:
                entries, deck = pattern.lists[name], decks.setdefault(key, [])
                taken = [entry for other, entry in hands.items() if other[0] == name]
                if all(entry in taken for entry in deck):
                    deck[:] = chance.sample(entries, len(entries))
                hands[key] = _take(deck, taken)
        yield tidy(_filled(chosen, hands)), _group(chosen, hands, pattern.group)


def _take(deck: list[Entry], taken: list[Entry]) -> Entry:
    """Take the next entry that no other slot of this list holds, where there is one.

    A deck is taken to its end before it is shuffled again: each entry comes once before any twice.
    """
    for place in range(len(deck) - 1, -1, -1):
        if deck[place] not in taken:
            return deck.pop(place)
    return deck.pop()


def _filled(template: str, hands: dict[tuple[str, str], Entry]) -> str:
    """Fill the slots; a sentence's first has a capital, unless the text begins without one."""
    hasty = template[:1].islower()
    out = ""
    rest = template
    if template[:1] == "{":
        hasty = False
    while match := SLOT.search(rest):
        out += rest[: match.start()]
        ((name, which, form),) = slots(match[0])
        word = hands[name, which][form]
        if not hasty and SENTENCE_START.search(out):
            word = word[:1].upper() + word[1:]
        out += word
        rest = rest[match.end() :]
    return out + rest


def _group(template: str, hands: dict[tuple[str, str], Entry], default: str | None) -> str | None:
    for name, which, _ in slots(template):
        if "group" in hands[name, which]:
            return hands[name, which]["group"]
    return default


def tidy(text: str) -> str:
    """Close the gaps that empty options leave."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ([,.)…])(?=\W|$)", r"\1", text)
    return re.sub(r"([,;]) ?(?=[,.])", "", text).strip(" ,;")
