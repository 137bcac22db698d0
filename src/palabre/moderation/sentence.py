"""The sentence under the form, made of the rules that are enforced and of nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from palabre.moderation.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a language joins the parts: ``being`` leads adjectives, ``doing`` leads clauses."""

    opening: str
    being: str
    doing: str
    either: str


_COMMAS = {"ar": "،"}  # U+060C; other languages here write the Latin one


def compose(rules: Iterable[Rule], wordings: Mapping[str, Wording], lang: str | None) -> str:
    """Return "La rédaction retirera d’office tout commentaire raciste, injurieux ou qui ...".

    A rule without an adjective or a clause in the language follows with its own full sentence: no
    rule that is enforced goes unsaid.
    """
    if lang not in wordings:
        lang = next(iter(wordings), None)
    if lang is None:
        return ""
    wording = wordings[lang]
    enforced = [rule for rule in rules if rule.enforced]
    labels = [rule.label[lang] for rule in enforced if lang in rule.label]
    clauses = [rule.clause[lang] for rule in enforced if lang in rule.clause]
    others = [r.sentence(lang) for r in enforced if lang not in r.label and lang not in r.clause]
    comma = _COMMAS.get(lang, ",")
    return " ".join([*_removed(wording, labels, clauses, comma), *others])


def _removed(wording: Wording, labels: list[str], clauses: list[str], comma: str) -> list[str]:
    if not labels and not clauses:
        return []
    parts = [wording.opening]
    if labels:
        parts += [wording.being, listed(labels, wording.either, comma)]
    if clauses:
        if labels:
            parts[-1] += comma
            parts.append(wording.either)
        parts += [wording.doing, listed(clauses, wording.either, comma)]
    return [" ".join(part for part in parts if part) + "."]


def listed(items: list[str], either: str, comma: str = ",") -> str:
    """Return "a, b or c"."""
    if len(items) == 1:
        return items[0]
    return f"{f'{comma} '.join(items[:-1])} {either} {items[-1]}"
