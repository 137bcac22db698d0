"""Where in a text a score comes from, counted in UTF-16 units as Perspective's clients count."""

from collections.abc import Iterable

from palabre.domain.decision import Decision, Evidence
from palabre.moderation.rule import Rule
from palabre.web.perspective_wire import Score, SpanScore

_MODEL = "model_"
# What is part of what, as in the scores themselves: hate against Jews is hate, and hate is toxic.
_PARTS = {
    "hate": frozenset({"hate", "antisemitism", "racism"}),
    "toxicity": frozenset({"toxicity", "insult", "hate", "threat", "antisemitism", "racism"}),
}


def evidence_for(score: str, decision: Decision, rules: Iterable[Rule]) -> tuple[Evidence, ...]:
    """Return the findings that show passages for a score, models' and rules' alike."""
    parts = _PARTS.get(score, frozenset({score}))
    symbols = {_MODEL + part for part in parts}
    for rule in rules:
        if rule.score in parts:
            symbols.update(rule.watches)
    return tuple(i for i in decision.evidence if i.spans and i.score > 0 and i.symbol in symbols)


def units(text: str, evidence: Iterable[Evidence]) -> list[SpanScore]:
    """Return the passages of findings, in order, each once with its highest score."""
    best: dict[tuple[int, int], float] = {}
    for item in evidence:
        for span in item.spans:
            place = (span.begin, span.end)
            best[place] = max(item.score, best.get(place, 0.0))
    return [
        SpanScore(begin=_unit(text, b), end=_unit(text, e), score=Score(value=value))
        for (b, e), value in sorted(best.items())
    ]


def whole(text: str, value: float) -> SpanScore:
    """Return the whole text as one passage."""
    return SpanScore(begin=0, end=_unit(text, len(text)), score=Score(value=value))


def _unit(text: str, at: int) -> int:
    """Return a code point's place in UTF-16 units."""
    return len(text[:at].encode("utf-16-le")) // 2
