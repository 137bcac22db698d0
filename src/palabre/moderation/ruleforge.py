"""From the decoded files to rules: merging, references, words and patterns, each checked."""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import re2

from palabre.domain.decision import SCORES, GroundKind
from palabre.moderation import words
from palabre.moderation.detectors import Registry
from palabre.moderation.detectors.classifier import PREFIX as MODEL_PREFIX
from palabre.moderation.detectors.examples import ENDING
from palabre.moderation.detectors.learned import ENDING as LEARNED
from palabre.moderation.detectors.pattern import compile_pattern, literal_words
from palabre.moderation.lesson import Lesson, lesson
from palabre.moderation.material import Entry, Pattern
from palabre.moderation.normalise import fold
from palabre.moderation.rule import OTHER, Rule, Trust
from palabre.moderation.rulefile import Document, Problem, Table, nearest
from palabre.moderation.sentence import Wording

_ADDED: Final = ("lists", "patterns", "domains")
_ADDED_BY_LANGUAGE: Final = ("words", "except", "examples", "counter_examples")
_FRAGMENT: Final = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")
_DEFAULT_SCORE: Final = 0.6
SHORTENERS: Final = "shorteners"


def merged(tables: list[Table]) -> Table:
    """Return the tables as one: a later one changes an earlier one by rule and key."""
    result: Table = {}
    for table in tables:
        for top in ("sentence", "fragments", "limits"):
            for key, value in table.get(top, {}).items():
                known = result.setdefault(top, {}).get(key)
                both = isinstance(known, dict) and isinstance(value, dict)
                result[top][key] = {**known, **value} if both else value
        for identifier, rule in table.get("rules", {}).items():
            rules = result.setdefault("rules", {})
            known = {} if rule.get("replace") else rules.get(identifier, {})
            rules[identifier] = _merged_rule(known, rule)
    return result


def _merged_rule(known: Table, rule: Table) -> Table:
    result = {**known}
    for key, value in rule.items():
        before = known.get(key)
        if key in _ADDED and before:
            result[key] = [*before, *value]
        elif key in _ADDED_BY_LANGUAGE and before:
            langs = {**before, **value}
            result[key] = {lg: [*before.get(lg, ()), *value.get(lg, ())] for lg in langs}
        elif key in {"says", "label", "clause", "model"} and before and value:
            result[key] = {**before, **value}
        else:
            result[key] = value
    return result


class Forge:
    """Makes rules and gathers what the detectors will need, and every problem on the way."""

    def __init__(self, documents: list[Document], table: Table, registry: Registry) -> None:
        self._documents = documents
        self._table = table
        self._registry = registry
        self.problems: list[Problem] = []
        self.entries: list[Entry] = []
        self.patterns: list[Pattern] = []
        self.lessons: list[Lesson] = []
        self.excepted: dict[str, frozenset[str]] = {}
        self.domains: dict[str, frozenset[str]] = {}
        self.shorteners: frozenset[str] = frozenset()
        self.lists_read: dict[str, str] = {}

    def wordings(self) -> Mapping[str, Wording]:
        """Return how each language composes the sentence."""
        found = {}
        for lang, texts in self._table.get("sentence", {}).items():
            found[lang] = Wording(
                opening=texts.get("opening", ""),
                being=texts.get("being", ""),
                doing=texts.get("doing", ""),
                either=texts.get("or", ""),
            )
        return found

    def words(self) -> set[str]:
        """Return all that a disguise may hide: entries, their words, the words of patterns."""
        found = {entry.text for entry in self.entries}
        for text in list(found):
            found.update(re.findall(r"[a-z]{3,}", text))
        for pattern in self.patterns:
            found |= literal_words(pattern)
        return found

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that are not disabled, gravest first, then as in the file."""
        if not self._table.get("rules"):
            remedy = "Write at least one, beginning with [rules.some_id]"
            self._report((), "there are no rules", remedy)
        made = [
            self._rule(identifier, rule)
            for identifier, rule in self._table.get("rules", {}).items()
            if rule.get("enabled", True)
        ]
        if any("link_shortener" in rule.watches for rule in made):
            listed = words.read(SHORTENERS)
            self.lists_read[SHORTENERS] = listed
            self.shorteners = frozenset(words.lines(listed))
        return tuple(sorted(made, key=lambda rule: -rule.gravity))

    def _report(self, path: tuple[str, ...], message: str, remedy: str) -> None:
        """Report a problem in the last file that has the key."""
        holding = [d for d in self._documents if _reaches(d.table, path)]
        document = (holding or self._documents[:1])[-1]
        self.problems.append(document.problem(path, message, remedy))

    def _rule(self, identifier: str, table: Table) -> Rule:
        path = ("rules", identifier)
        self._check_words_for_readers(identifier, table)
        watches = self._watches(identifier, table)
        trust = self._trust(identifier, table)
        if trust is not None:
            watches.setdefault(trust.symbol, 1.0)
        self._gather(identifier, table)
        hold, refuse = (table.get(key, False) for key in ("hold", "refuse"))
        if hold is not False and refuse is not False and refuse < hold:
            message = f"refuse ({refuse}) is below hold ({hold})"
            self._report((*path, "refuse"), message, "Refusing takes more certainty: raise it")
        ground = dict(table.get("ground", {}))
        kind = GroundKind(ground.pop("kind", GroundKind.TERMS))
        dsa = table.get("dsa", {})
        examples = {lg: tuple(texts) for lg, texts in table.get("examples", {}).items()}
        return Rule(
            id=identifier,
            gravity=table.get("gravity", 50),
            says=table.get("says", {}),
            label=table.get("label", {}),
            clause=table.get("clause", {}),
            watches=watches,
            hold=None if hold is False else float(hold),
            refuse=None if refuse is False else float(refuse),
            trust=trust,
            may_refuse=table.get("may_refuse", True),
            score=table.get("score"),
            ground_kind=kind,
            ground_reference=ground or table.get("says", {}),
            dsa_category=dsa.get("category"),
            dsa_keyword=dsa.get("keyword"),
            examples=examples,
            counter_examples={
                lg: tuple(texts) for lg, texts in table.get("counter_examples", {}).items()
            },
            requires=("examples",) if examples else (),
        )

    def _check_words_for_readers(self, identifier: str, table: Table) -> None:
        path = ("rules", identifier)
        enforced = (
            table.get("hold", False) is not False
            or (table.get("refuse", False) is not False and table.get("may_refuse", True))
            or table.get("model", False) is not False
        )
        if not enforced:
            return
        if not table.get("says"):
            # Most often the id of a shipped rule, misspelt.
            shipped = set(self._documents[0].table["rules"]) - {identifier}
            lang = next(iter(self._table.get("sentence", {})), "fr")
            remedy = f'Add says.{lang} = "…". {nearest(identifier, shipped)}'.strip()
            self._report(path, "readers are not told of it", remedy)

    def _watches(self, identifier: str, table: Table) -> dict[str, float]:
        given: Any = table.get("symbols", {})
        watches = dict.fromkeys(given, 1.0) if isinstance(given, list) else dict(given)
        known = {*self._registry.symbols}
        for own in ("_word", "_phrase", ENDING, LEARNED):
            known |= {other + own for other in self._table["rules"]}
        for symbol in watches:
            if symbol not in known:
                path = ("rules", identifier, "symbols")
                self._report(path, f"unknown symbol {symbol!r}", nearest(symbol, known))
        if table.get("words") or table.get("lists"):
            watches.setdefault(f"{identifier}_word", 1.0)
        if table.get("patterns"):
            watches.setdefault(f"{identifier}_phrase", 1.0)
        if taught := lesson(identifier, table, self._report):
            self.lessons.append(taught)
            watches.setdefault(identifier + ENDING, 1.0)
        watches.setdefault(identifier + LEARNED, 1.0)
        return watches

    def _trust(self, identifier: str, table: Table) -> Trust | None:
        given = table.get("model", False)
        if given is False:
            return None
        path = ("rules", identifier, "model")
        score = given.get("score", table.get("score"))
        if score is None:
            self._report(path, "it does not say which score", f"Add score: {', '.join(SCORES)}")
            return None
        for other in given.get("unless", ()):
            if other not in self._table["rules"]:
                self._report(path, f"unknown rule {other!r}", nearest(other, self._table["rules"]))
        hold, refuse = (_thresholds(given.get(key, False)) for key in ("hold", "refuse"))
        for lang, figure in refuse.items():
            if figure < hold.get(lang, hold.get(OTHER, 0.0)):
                message = f"refuse ({lang}: {figure}) is below hold"
                self._report(path, message, "Refusing takes more certainty: raise it")
        return Trust(
            symbol=f"{MODEL_PREFIX}{score}",
            hold=hold,
            refuse=refuse if table.get("may_refuse", True) else {},
            unless=tuple(given.get("unless", ())),
        )

    def _gather(self, identifier: str, table: Table) -> None:
        path = ("rules", identifier)
        symbol = f"{identifier}_word"
        available = words.available()
        for name in table.get("lists", ()):
            if name not in available:
                message = f"unknown list {name!r}"
                self._report((*path, "lists"), message, nearest(name, available))
                continue
            self.lists_read[name] = words.read(name)
            lang = name.rpartition(".")[2]
            for line in words.lines(self.lists_read[name]):
                self._entry((*path, "lists"), line, symbol, lang)
        for lang, lines in table.get("words", {}).items():
            for line in lines:
                self._entry((*path, "words", lang), line, symbol, lang)
        self.excepted[symbol] = frozenset(
            fold(word).text for group in table.get("except", {}).values() for word in group
        )
        self.domains[identifier] = frozenset(
            domain.lower().removeprefix("www.") for domain in table.get("domains", ())
        )
        for block in table.get("patterns", ()):
            for source in block["find"]:
                self._pattern(path, block, source, f"{identifier}_phrase")

    def _entry(self, path: tuple[str, ...], line: str, symbol: str, lang: str) -> None:
        try:
            self.entries += words.parse(line, symbol=symbol, lang=lang)
        except words.EntryError as error:
            self._report(path, str(error), "See the reference of the house rules")

    def _pattern(self, path: tuple[str, ...], block: Table, source: str, symbol: str) -> None:
        fragments = self._table.get("fragments", {})
        for name in _FRAGMENT.findall(source):
            if name not in fragments:
                message = f"unknown fragment {name!r}"
                self._report((*path, "patterns"), message, nearest(name, fragments))
                return
        expanded = _FRAGMENT.sub(lambda match: f"(?:{fragments[match.group(1)]})", source)
        plain = _without_accents(expanded)
        try:
            compile_pattern(plain)
        except re2.error as error:
            said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
            message = f"{source!r} is no pattern: {said}"
            remedy = "Mend it; look-around and back-references do not exist here"
            self._report((*path, "patterns"), message, remedy)
            return
        self.patterns.append(
            Pattern(
                source=plain,
                symbol=symbol,
                score=float(block.get("score", _DEFAULT_SCORE)),
                lang=block.get("lang"),
            )
        )


def _thresholds(given: float | bool | Mapping[str, float | bool]) -> dict[str, float]:
    """Return thresholds by language; one that is false is never reached."""
    by_language = given if isinstance(given, Mapping) else {OTHER: given}
    figures = {g: float(f) if f is not False else math.inf for g, f in by_language.items()}
    return figures if any(figure < math.inf for figure in figures.values()) else {}


def _without_accents(source: str) -> str:
    """Fold accents and apostrophes of a pattern, which is matched against folded text."""
    marked = unicodedata.normalize("NFD", source.replace("’", "'").replace("œ", "oe"))
    return "".join(sign for sign in marked if not unicodedata.combining(sign))


def _reaches(table: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    here: Any = table
    for part in path:
        if not isinstance(here, Mapping) or part not in here:
            return False
        here = here[part]
    return True
