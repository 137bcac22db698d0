"""A long text read in time: rules over all of it, models over its beginning and its end.

Coral waits 800 ms, PyPI's akismet one second. A model takes tens of milliseconds for each thousand
characters, the rules hardly any; and what a spammer or a raging reader hides stands rarely in the
middle alone. The evidence says which passages a model has read (``read_in_parts``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from palabre.application.ports import Judge
from palabre.domain.decision import Decision, Evidence, Span, Verdict
from palabre.moderation.facts import Facts

READ_IN_PARTS: Final = "read_in_parts"
_DETECTOR: Final = "read_long"
_VERSION: Final = "1"
_MILDEST_FIRST: Final = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLong:
    """A judge that reads whole what has up to ``whole`` characters, and of more just so many.

    ``judge`` may ask models; ``by_rules`` never does.
    """

    judge: Judge
    by_rules: Judge
    whole: int

    def is_long(self, text: str) -> bool:
        """Tell whether models would not read all of a text."""
        return len(text) > self.whole

    def __call__(self, text: str, facts: Facts) -> Decision:
        """Return what the house's rules make of the text."""
        if not self.is_long(text):
            return self.judge(text, facts)
        head = Span(0, _break(text, self.whole * 3 // 4, back=True))
        tail = Span(_break(text, len(text) - (self.whole - head.end), back=False), len(text))
        parts = [_moved(self.judge(text[s.begin : s.end], facts), s.begin) for s in (head, tail)]
        return _together(self.by_rules(text, facts), parts, (head, tail))


def _break(text: str, at: int, *, back: bool) -> int:
    """Return the nearest end of a word, so that none is cut."""
    near = text.rfind(" ", max(0, at - 60), at) if back else text.find(" ", at, at + 60)
    return near if near > 0 else at


def _moved(decision: Decision, by: int) -> Decision:
    evidence = tuple(
        replace(item, spans=tuple(Span(s.begin + by, s.end + by) for s in item.spans))
        for item in decision.evidence
    )
    return replace(decision, evidence=evidence)


def _together(whole: Decision, parts: Iterable[Decision], read: tuple[Span, ...]) -> Decision:
    """Return the gravest of several readings, with the evidence of all and the highest scores."""
    readings = (whole, *parts)
    gravest = max(readings, key=lambda d: _MILDEST_FIRST.index(d.verdict))
    evidence = dict.fromkeys(item for d in readings for item in d.evidence)
    told = Evidence(
        symbol=READ_IN_PARTS, score=0.0, detector=_DETECTOR, version=_VERSION, spans=read
    )
    names = dict.fromkeys(name for d in readings for name in d.scores)
    said = {name: [v for d in readings if (v := d.scores.get(name)) is not None] for name in names}
    not_needed = dict.fromkeys(n for d in readings[1:] for n in d.not_needed)
    return replace(
        gravest,
        rules=tuple(dict.fromkeys([*gravest.rules, *(r for d in readings for r in d.rules)])),
        evidence=(*evidence, told),
        scores={name: max(values) if values else None for name, values in said.items()},
        lang=whole.lang,
        not_checked=tuple(dict.fromkeys(n for d in readings for n in d.not_checked)),
        not_needed=tuple(not_needed),
        versions={k: v for d in readings for k, v in d.versions.items()} | {_DETECTOR: _VERSION},
    )
