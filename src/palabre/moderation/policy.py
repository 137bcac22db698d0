"""From evidence to a verdict.

A rule adds up what it watches, but only so far: several doubts together may bring a person to look
(``_DOUBTS_AT_MOST``), they never refuse. Refusing takes one piece of evidence that is strong enough
by itself, and a rule that may refuse at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from palabre.domain.decision import SCORES, Evidence, Span, Verdict
from palabre.moderation.detectors.classifier import PREFIX
from palabre.moderation.rule import Rule

_DOUBTS_AT_MOST: Final = 0.85
_CONSIDERED: Final = 50
# What is part of what: hate against Jews is hate, and hate is toxic.
_PARTS: Final = (
    ("hate", ("antisemitism", "racism")),
    ("toxicity", ("insult", "hate", "threat")),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of the evidence."""

    rule: Rule
    strength: float
    verdict: Verdict


def weigh(rules: Iterable[Rule], evidence: Iterable[Evidence]) -> tuple[Finding, ...]:
    """Return a finding for each rule that has anything to go by, in the order of ``rules``."""
    by_symbol: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_symbol.setdefault(item.symbol, []).append(item)
    if not by_symbol:
        return ()
    found = []
    for rule in rules:
        weighed = [
            (round(item.score * weight, 3), item.spans)
            for symbol, weight in rule.watches.items()
            for item in by_symbol.get(symbol, ())
        ]
        if weighed:
            strongest = max(score for score, _ in weighed)
            together = max(strongest, min(_DOUBTS_AT_MOST, _together(weighed)))
            found.append(Finding(rule, round(together, 3), _verdict(rule, strongest, together)))
    return tuple(found)


def _together(weighed: list[tuple[float, tuple[Span, ...]]]) -> float:
    """Add up as independent doubts; of findings in one passage only the strongest counts."""
    doubt = 1.0
    taken: list[Span] = []
    for score, spans in sorted(weighed, key=lambda pair: (-pair[0], pair[1]))[:_CONSIDERED]:
        if any(a.begin < b.end and b.begin < a.end for a in spans for b in taken):
            continue
        taken.extend(spans)
        doubt *= 1.0 - score
    return 1.0 - doubt


def _verdict(rule: Rule, strongest: float, together: float) -> Verdict:
    if rule.may_refuse and rule.refuse is not None and strongest >= rule.refuse:
        return Verdict.REFUSE
    if rule.hold is not None and together >= rule.hold:
        return Verdict.HOLD
    return Verdict.PUBLISH


def verdict(findings: tuple[Finding, ...], *, checked: bool) -> tuple[Verdict, tuple[str, ...]]:
    """Return the house's verdict and the rules it rests on, those that refuse first, then gravest.

    ``checked`` False: something that the rules require was not looked at, which holds a comment
    that nothing refuses.
    """
    acting = [finding for finding in findings if finding.verdict is not Verdict.PUBLISH]
    refusing = [finding.rule.id for finding in acting if finding.verdict is Verdict.REFUSE]
    holding = [finding.rule.id for finding in acting if finding.verdict is Verdict.HOLD]
    if refusing:
        return Verdict.REFUSE, (*refusing, *holding)
    if holding or not checked:
        return Verdict.HOLD, tuple(holding)
    return Verdict.PUBLISH, ()


_NOTHING: Final[Mapping[str, float | None]] = dict.fromkeys(SCORES)


def scores(findings: tuple[Finding, ...], evidence: Iterable[Evidence]) -> dict[str, float | None]:
    """Return all scores, in the order of ``SCORES``; None where nothing can tell.

    Word lists can say that something is there, not that nothing is: without a model a score is
    the strength of what was found, and None where nothing was.
    """
    result: dict[str, float | None] = dict(_NOTHING)

    def raise_to(name: str, value: float) -> None:
        known = result[name]
        result[name] = value if known is None else max(known, value)

    for item in evidence:
        if item.symbol.startswith(PREFIX):
            raise_to(item.symbol.removeprefix(PREFIX), item.score)
    for finding in findings:
        if finding.rule.score is not None:
            raise_to(finding.rule.score, finding.strength)
    for whole, parts in _PARTS:
        for part in parts:
            value = result[part]
            if value is not None:
                raise_to(whole, value)
    return result
