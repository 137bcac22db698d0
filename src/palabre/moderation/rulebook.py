"""The house rules, ready to judge by. Text in, ``RuleBook`` out; nothing is read at judge time.

A site's file never repeats the shipped one: it names rules by id. Scalar keys replace, words,
lists, patterns, domains and exceptions are added, ``replace = true`` starts a rule afresh, and
``enabled = false`` takes it out, from judgement and from the sentence under the form alike.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from palabre.moderation.detectors import (
    DeepDetector,
    Detector,
    Registry,
    TrainedDetector,
    shipped,
)
from palabre.moderation.disguise import Vocabulary
from palabre.moderation.material import Limits, Material
from palabre.moderation.model import FirstLook, Model
from palabre.moderation.rule import Rule
from palabre.moderation.rulefile import Problem, RulesError, check_form, decode
from palabre.moderation.ruleforge import Forge, merged
from palabre.moderation.sentence import Wording, compose
from palabre.moderation.vectors import TextVectors

__all__ = ["Problem", "RuleBook", "RulesError", "default_rules", "load"]

SHIPPED_NAME: Final = "default.toml"
MODELS_NAME: Final = "models.toml"
SITE_NAME: Final = "house-rules.toml"


class Missing:
    """Stands in for a detector that a rule needs and nobody provides: it always fails."""

    version: Final = "none"

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def examine(self, text: object, facts: object) -> tuple[()]:
        """Raise: what cannot be looked at must not pass silently."""
        raise LookupError(f"nothing here can do {self.name!r}: {text!r:.0}{facts!r:.0}")

    def settle(self, text: object, facts: object) -> None:
        """Settle nothing."""

    def locate(self, text: object, facts: object, found: object) -> tuple[()]:
        """Raise: there is nothing to locate."""
        self.examine(text, found or facts)
        return ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RuleBook:
    """Compiled house rules.

    ``rules`` are those in force, gravest first. ``version`` is a hash of all that was read: same
    content, same version. ``deep`` are the detectors that cost milliseconds, which shallow depths
    leave out or put off; ``trained`` names those among ``detectors`` that ask a trained model all
    the same: the depth of rules leaves them out as well. ``required`` names those whose failure
    holds a comment.
    """

    rules: tuple[Rule, ...]
    version: str
    detectors: tuple[Detector, ...]
    deep: tuple[DeepDetector, ...]
    trained: frozenset[str]
    required: frozenset[str]
    vocabulary: Vocabulary
    wordings: Mapping[str, Wording]

    def rule(self, identifier: str) -> Rule | None:
        """Return a rule by id; None when it is not, or no longer, in force."""
        return next((rule for rule in self.rules if rule.id == identifier), None)

    def sentence(self, lang: str | None) -> str:
        """Return the sentence to print under the form: the rules that are enforced, no others.

        In the file's first language when ``lang`` has no wording; "" when nothing is enforced.
        """
        return compose(self.rules, self.wordings, lang)

    def spoken(self, lang: str) -> str:
        """Return the language of ``sentence(lang)``."""
        return lang if lang in self.wordings or not self.wordings else next(iter(self.wordings))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the rules speak, the file's first one first."""
        return tuple(self.wordings)


def default_rules() -> str:
    """Return the text of the shipped rules: words, patterns, figures; they ask for no model."""
    return _shipped(SHIPPED_NAME)


def model_rules() -> str:
    """Return the text of what the shipped rules let the models do."""
    return _shipped(MODELS_NAME)


def _shipped(name: str) -> str:
    folder = resources.files("palabre.moderation") / "house_rules"
    return (folder / name).read_text(encoding="utf-8")


def load(
    shipped_text: str,
    site: str | None = None,
    *,
    reading: str | None = None,
    models: Iterable[Model] = (),
    first_look: FirstLook | None = None,
    vectors: TextVectors | None = None,
    registry: Registry | None = None,
    site_name: str = SITE_NAME,
) -> RuleBook:
    """Return the rules of ``shipped_text`` as changed by ``site``; raise ``RulesError``.

    ``reading`` is the text that says what the models may do (``model_rules``), between the two.
    Rules that ask for a model hold everything when none of ``models`` is there, and so do rules by
    example without ``vectors``.
    """
    documents = [decode(shipped_text, SHIPPED_NAME)]
    if reading is not None:
        documents.append(decode(reading, MODELS_NAME))
    if site is not None:
        documents.append(decode(site, site_name))
    problems = [problem for document in documents for problem in check_form(document)]
    if problems:
        raise RulesError(problems)
    table = merged([document.table for document in documents])
    registry = registry or shipped()
    forge = Forge(documents, table, registry)
    rules = forge.rules()
    if forge.problems:
        raise RulesError(forge.problems)
    material = Material(
        entries=tuple(forge.entries),
        patterns=tuple(forge.patterns),
        excepted=forge.excepted,
        domains=forge.domains,
        shorteners=forge.shorteners,
        limits=Limits(**table.get("limits", {})),
        models=tuple(models),
        first_look=first_look,
        lessons=tuple(forge.lessons),
        vectors=vectors,
    )
    needed = _needed(rules, registry)
    built: list[Detector] = [registry.build(n, material) for n in registry if n in needed]
    built += [Missing(name) for name in sorted(needed) if name not in set(registry)]
    content = json.dumps(
        [table, sorted(forge.lists_read.items())], sort_keys=True, ensure_ascii=False
    )
    return RuleBook(
        rules=rules,
        version=hashlib.sha256(content.encode("utf-8")).hexdigest()[:12],
        detectors=tuple(d for d in built if not isinstance(d, DeepDetector)),
        deep=tuple(d for d in built if isinstance(d, DeepDetector)),
        trained=frozenset(d.name for d in built if isinstance(d, TrainedDetector)),
        required=frozenset(_needed([r for r in rules if r.enforced], registry)),
        vocabulary=Vocabulary(forge.words()),
        wordings=forge.wordings(),
    )


def _needed(rules: Iterable[Rule], registry: Registry) -> set[str]:
    needed: set[str] = set()
    for rule in rules:
        needed.update(rule.requires)
        for symbol in rule.watches:
            name = registry.giver(symbol)
            if name is not None:
                needed.add(name)
    return needed
