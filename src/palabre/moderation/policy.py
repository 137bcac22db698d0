"""From evidence to a verdict.

A rule adds up what it watches, but only so far: several doubts together may bring a person to look
(``_DOUBTS_AT_MOST``), they never refuse. Refusing takes one piece of evidence that is strong enough
by itself, and a rule that may refuse at all.

What a trained model says is a probability, and stands by itself: it is measured against thresholds
of its own (``Trust``) and added to nothing, since the model has read the very words that the lists
know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from palabre.domain.decision import SCORES, Evidence, GroundKind, Span, Verdict
from palabre.moderation.detectors.classifier import PREFIX
from palabre.moderation.detectors.examples import ENDING
from palabre.moderation.rule import Rule, Trust

_DOUBTS_AT_MOST: Final = 0.85
_CONSIDERED: Final = 50
# How far a threshold to hold moves towards certainty for authors with a long and good record, and
# the scores of which no rule moves.
_SPARED: Final = 0.5
_NEVER_SPARED: Final = frozenset({"hate", "antisemitism", "racism", "threat"})
_MILDEST_FIRST: Final = tuple(Verdict)
# What is part of what: hate against Jews is hate, and hate is toxic.
_PARTS: Final = (
    ("hate", ("antisemitism", "racism")),
    ("toxicity", ("insult", "hate", "threat")),
)
# Of those, what raises its whole also where a model has read the whole itself. The rest does not:
# each was calibrated alone, and the highest of four doubts is no longer a probability (French
# held-back texts, macro-F1 at 0.5: hate 0.793 alone, 0.780 raised by its parts; toxicity 0.784
# alone, 0.791 raised by hate, 0.759 raised by all three).
_RAISING: Final = (("toxicity", "hate"),)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of the evidence; ``worded``: what it would without the models' word.

    ``strength`` and ``in_words`` are those of all the evidence and of what is not the models' word.
    """

    rule: Rule
    strength: float
    verdict: Verdict
    worded: Verdict
    in_words: float


def weigh(
    rules: Iterable[Rule],
    evidence: Iterable[Evidence],
    lang: str | None = None,
    *,
    lenient: bool = False,
) -> tuple[Finding, ...]:
    """Return a finding for each rule that has anything to go by, in the order of ``rules``.

    ``lang`` is the language in which the text was read. ``lenient``: rules of the house's own, none
    of law and none against hate and threats, take half as much more to hold (``_spares``).
    """
    by_symbol: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_symbol.setdefault(item.symbol, []).append(item)
    if not by_symbol:
        return ()
    found = []
    for rule in rules:
        trusted = rule.trust.symbol if rule.trust else None
        weighed = [
            (round(item.score * weight, 3), item.spans)
            for symbol, weight in rule.watches.items()
            if symbol != trusted
            for item in by_symbol.get(symbol, ())
        ]
        said = max((item.score for item in by_symbol.get(trusted or "", ())), default=None)
        if not weighed and said is None:
            continue
        strongest = max((score for score, _ in weighed), default=0.0)
        together = max(strongest, min(_DOUBTS_AT_MOST, _together(weighed)))
        worded = verdict = _verdict(rule, strongest, together) if weighed else Verdict.PUBLISH
        if rule.trust and said is not None:
            verdict = max(verdict, _trusted(rule.trust, said, lang), key=_MILDEST_FIRST.index)
        if lenient and verdict is Verdict.HOLD and _spares(rule, together, said, lang):
            worded = verdict = Verdict.PUBLISH
        strength = round(max(together, said or 0.0), 3)
        found.append(Finding(rule, strength, verdict, worded, round(together, 3)))
    return tuple(_more_exactly(finding, found) for finding in found)


def _spares(rule: Rule, together: float, said: float | None, lang: str | None) -> bool:
    """Tell whether a doubt holds anybody, but not yet an author with a long and good record."""
    if rule.ground_kind is GroundKind.LAW or rule.score in _NEVER_SPARED:
        return False
    if rule.hold is not None and together >= rule.hold + _SPARED * (1 - rule.hold):
        return False
    threshold = rule.trust.holds_from(lang) if rule.trust and said is not None else None
    return threshold is None or (said or 0.0) < threshold + _SPARED * (1 - threshold)


def _trusted(trust: Trust, score: float, lang: str | None) -> Verdict:
    if trust.refuses(score, lang):
        return Verdict.REFUSE
    return Verdict.HOLD if trust.holds(score, lang) else Verdict.PUBLISH


def _more_exactly(finding: Finding, all_found: list[Finding]) -> Finding:
    """Return a finding less the models' word, where another rule says the same more exactly."""
    rule = finding.rule
    if rule.trust is None or not rule.trust.unless or finding.verdict is Verdict.PUBLISH:
        return finding
    others = (o for o in all_found if o.rule.id in rule.trust.unless)
    acting = max((o.verdict for o in others), key=_MILDEST_FIRST.index, default=Verdict.PUBLISH)
    if _MILDEST_FIRST.index(acting) < _MILDEST_FIRST.index(finding.verdict):
        return finding
    return replace(finding, verdict=finding.worded)


def decisive(rule: Rule, evidence: Iterable[Evidence], lang: str | None) -> tuple[Evidence, ...]:
    """Return the evidence that a rule acts on, strongest first.

    A model's word that does not reach the rule's threshold is no reason, however many there are.
    """
    watched = []
    for item in evidence:
        if rule.trust is not None and item.symbol == rule.trust.symbol:
            if _trusted(rule.trust, item.score, lang) is not Verdict.PUBLISH:
                watched.append((item.score, item))
        elif item.symbol in rule.watches:
            watched.append((item.score * rule.watches[item.symbol], item))
    return tuple(item for _, item in sorted(watched, key=lambda pair: -pair[0]))


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


def unexplained(
    findings: tuple[Finding, ...], evidence: Iterable[Evidence], lang: str | None
) -> set[Evidence]:
    """Return the models' evidence that acting rules rest on, where nothing shows a passage yet."""
    wanted: set[Evidence] = set()
    evidence = tuple(evidence)
    for finding in findings:
        if finding.verdict is Verdict.PUBLISH:
            continue
        reasons = decisive(finding.rule, evidence, lang)
        if not any(item.spans for item in reasons):
            said = finding.rule.trust.symbol if finding.rule.trust else None
            wanted.update(i for i in reasons if i.symbol == said or i.symbol.endswith(ENDING))
    return wanted


_NOTHING: Final[Mapping[str, float | None]] = dict.fromkeys(SCORES)


def scores(findings: tuple[Finding, ...], evidence: Iterable[Evidence]) -> dict[str, float | None]:
    """Return all scores, in the order of ``SCORES``; None where nothing can tell.

    Word lists can say that something is there, not that nothing is: without a model a score is
    the strength of what was found, and None where nothing was. A part raises its whole; of what
    the models say of parts, only ``_RAISING`` where they have read the whole as well.
    """
    evidence = tuple(evidence)
    result: dict[str, float | None] = dict(_NOTHING)
    worded: dict[str, float | None] = dict(_NOTHING)

    def raise_to(scores: dict[str, float | None], name: str, value: float | None) -> None:
        known = scores[name]
        if value is not None:
            scores[name] = value if known is None else max(known, value)

    for item in evidence:
        if item.symbol.startswith(PREFIX):
            raise_to(result, item.symbol.removeprefix(PREFIX), item.score)
    read = {name for name, value in result.items() if value is not None}
    for finding in findings:
        if finding.rule.score is not None:
            raise_to(result, finding.rule.score, finding.strength)
            if finding.in_words:
                raise_to(worded, finding.rule.score, finding.in_words)
    for whole, parts in _PARTS:
        for part in parts:
            raise_to(worded, whole, worded[part])
            apart = whole in read and (whole, part) not in _RAISING
            raise_to(result, whole, worded[part] if apart else result[part])
    return result
