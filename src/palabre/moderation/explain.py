"""A Decision in words: for its author, for a moderator, for the log.

The words come from a catalogue that is handed in; the names of rules come from the rules file. What
is quoted is the author's own text, cut at ``_QUOTE``. The log gets neither text nor names: symbols,
figures and offsets, the same in every language.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from palabre.domain.decision import Decision, Evidence, Verdict
from palabre.moderation import circumstances
from palabre.moderation.detectors import sender, spamtext
from palabre.moderation.detectors.classifier import PREFIX, WINDOWS
from palabre.moderation.language import guess, spoken
from palabre.moderation.normalise import fold
from palabre.moderation.policy import decisive
from palabre.moderation.rule import Rule
from palabre.moderation.rulebook import RuleBook

_QUOTE: Final = 80
_PASSAGES: Final = 3
# What an adviser outside found; its ``detector`` is "adviser:rule" or "adviser".
ADVISED: Final = ("advised_breach", "advised_harmless")


class Audience(StrEnum):
    """Who is told."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    LOG = "log"


class Catalogue(Protocol):
    """The words of one language, under symbolic keys, with named placeholders."""

    @property
    def lang(self) -> str:
        """The language of the words."""
        ...

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under ``key``."""
        ...

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence under ``key`` in the plural form for ``n``."""
        ...


# Symbols that have words of their own, ``judge.symbol.<symbol>``. A house's own rule has not: its
# words and patterns are told by ``judge.symbol.word`` and ``.phrase`` with the rule's name.
SYMBOLS: Final = frozenset(
    {
        *(f"{rule}_word" for rule in ("antisemitism", "racism", "hatred", "denial", "insult")),
        *(f"{rule}_phrase" for rule in ("antisemitism", "racism", "hatred", "denial", "insult")),
        *("threat_phrase", "sexual_word", "sexual_phrase", "spam_word", "spam_phrase"),
        *("courtesy_phrase", "profanity_word", "accusation", "phone", "email_address", "iban"),
        *("nir", "link_count", "link_shortener", "link_disguised", "link_domain"),
        *("repeat_post", "flood", "shouting"),
        *(spamtext.SYMBOLS + sender.SYMBOLS + circumstances.SYMBOLS),
    }
)


def explain(
    decision: Decision, rules: RuleBook, words: Catalogue, text: str, audience: Audience
) -> str:
    """Return why the text was treated so, in one paragraph."""
    if audience is Audience.LOG:
        return _for_log(decision)
    if audience is Audience.MODERATOR:
        return _for_moderator(decision, rules, words, text)
    return _for_author(decision, rules, words, text)


def _for_author(decision: Decision, rules: RuleBook, words: Catalogue, text: str) -> str:
    if decision.verdict is Verdict.PUBLISH:
        return words.say("judge.author.publish")
    reasons = [_named(item, rule, words, text) for rule, item in _decisive(decision, rules, text)]
    reasons += _circumstances(decision, words)
    if not reasons:
        # A moderator decides without evidence of the engine's; then the rules are the reason.
        known = (rules.rule(identifier) for identifier in decision.rules)
        reasons = [words.say("judge.rule", rule=_name(rule, words)) for rule in known if rule]
    if decision.not_checked and not decision.rules:
        reasons.append(_unchecked(decision, words))
    if not reasons:
        return words.say(f"judge.author.{decision.verdict.value}_bare")
    told = words.say("judge.and_also").join(dict.fromkeys(reasons))
    return words.say(f"judge.author.{decision.verdict.value}", reasons=told)


def _for_moderator(decision: Decision, rules: RuleBook, words: Catalogue, text: str) -> str:
    parts = [words.say(f"judge.moderator.{decision.verdict.value}")]
    for identifier in decision.rules:
        rule = rules.rule(identifier)
        if rule is None:
            parts.append(words.say("judge.rule_gone", rule=identifier))
            continue
        found = [
            words.say(
                f"judge.moderator.{'probability' if _is_read(item) else 'finding'}",
                what=_named(item, rule, words, text),
                percent=round(100 * item.score),
            )
            for known, item in _decisive(decision, rules, text)
            if known is rule
        ]
        told = words.say("judge.and_also").join(dict.fromkeys(found))
        parts.append(
            words.say("judge.moderator.rule", rule=_name(rule, words), id=rule.id, found=told)
        )
    if found := _circumstances(decision, words):
        told = words.say("judge.and_also").join(found)
        parts.append(words.say("judge.author.hold", reasons=told))
    if decision.not_checked:
        parts.append(_unchecked(decision, words))
    parts += [
        words.say(
            f"judge.moderator.{item.symbol}",
            adviser=item.detector.partition(":")[0],
            rule=_rule_name(item.detector.partition(":")[2], rules, words),
            percent=round(100 * item.score),
        )
        for item in decision.evidence
        if item.symbol in ADVISED
    ]
    windows = max((len(i.spans) for i in decision.evidence if i.symbol == WINDOWS), default=0)
    if windows:
        parts.append(words.count("judge.moderator.in_parts", windows))
    return " ".join(parts)


def _for_log(decision: Decision) -> str:
    found = " ".join(
        f"{item.symbol}={item.score:.3f}" + "".join(f"@{s.begin}-{s.end}" for s in item.spans)
        for item in decision.evidence
    )
    parts = [decision.verdict.value, f"rules={','.join(decision.rules) or '-'}"]
    parts += [found] if found else []
    parts += [f"not_checked={','.join(decision.not_checked)}"] if decision.not_checked else []
    return " ".join([*parts, f"version={decision.rules_version}"])


def _decisive(decision: Decision, rules: RuleBook, text: str) -> Iterable[tuple[Rule, Evidence]]:
    """Yield what each deciding rule rests on: its strongest evidence first."""
    lang = spoken(guess(fold(text).text), decision.lang)
    for identifier in decision.rules:
        rule = rules.rule(identifier)
        if rule is not None:
            for item in decisive(rule, decision.evidence, lang)[:_PASSAGES]:
                yield rule, item


def _named(item: Evidence, rule: Rule, words: Catalogue, text: str) -> str:
    if item.symbol in SYMBOLS:
        what = words.say(f"judge.symbol.{item.symbol}")
    else:
        kinds = ("phrase", "example", "learned")
        kind = next((k for k in kinds if item.symbol.endswith(f"_{k}")), "word")
        if item.symbol.startswith(PREFIX):
            kind = "model"
        what = words.say(f"judge.symbol.{kind}", rule=_name(rule, words))
    if not item.spans:
        return what
    shown = [_cut(text[span.begin : span.end]) for span in item.spans[:_PASSAGES]]
    quoted = ", ".join(words.say("judge.quote", passage=passage) for passage in shown)
    more = len(item.spans) - len(shown)
    if more:
        quoted += words.count("judge.more_passages", more)
    return words.say("judge.passages", what=what, passages=quoted)


def _circumstances(decision: Decision, words: Catalogue) -> list[str]:
    """Return what held a comment whatever it says; nothing is refused for these."""
    if decision.verdict is not Verdict.HOLD:
        return []
    symbols = (item.symbol for item in decision.evidence)
    return [words.say(f"judge.symbol.{s}") for s in symbols if s in circumstances.SYMBOLS]


def _is_read(item: Evidence) -> bool:
    """Tell whether a model says it: then the figure is a probability."""
    return item.symbol.startswith(PREFIX) or item.symbol == spamtext.SYMBOL


def _rule_name(identifier: str, rules: RuleBook, words: Catalogue) -> str:
    rule = rules.rule(identifier)
    return _name(rule, words) if rule else identifier


def _name(rule: Rule, words: Catalogue) -> str:
    return rule.label.get(words.lang) or rule.clause.get(words.lang) or rule.id


def _cut(passage: str) -> str:
    """Return a passage on one line, short enough to quote."""
    line = " ".join(passage.split())
    return line if len(line) <= _QUOTE else line[: _QUOTE - 1] + "…"


def _unchecked(decision: Decision, words: Catalogue) -> str:
    names = ", ".join(decision.not_checked)
    return words.count("judge.not_checked", len(decision.not_checked), names=names)
