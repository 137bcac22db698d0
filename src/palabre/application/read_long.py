"""A long text read in time: rules over all of it, models over what is worth their time.

Coral waits 800 ms, PyPI's akismet one second. The encoder takes a hundred milliseconds for each
thousand characters, the rules and the linear model hardly any. So the encoder reads the beginning,
the end, and of what lies between the passage that the linear model finds worst: whoever hides an
insult in the middle of a long letter is found. The evidence says which passages were read
(``read_in_parts``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from palabre.application.ports import Judge
from palabre.domain.decision import Decision, Evidence, Span, Verdict
from palabre.moderation.facts import Facts

READ_IN_PARTS: Final = "read_in_parts"
_DETECTOR: Final = "read_long"
_VERSION: Final = "2"
_MILDEST_FIRST: Final = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLong:
    """A judge that reads whole what has up to ``whole`` characters, and of more just so many.

    ``judge`` may ask models; ``by_rules`` never does. ``suspicion`` (text, language) says quickly
    how bad a passage looks, and only orders them; None: what lies between is left to the rules.
    """

    judge: Judge
    by_rules: Judge
    whole: int
    suspicion: Callable[[str, str | None], float] | None = None

    def is_long(self, text: str) -> bool:
        """Tell whether models would not read all of a text."""
        return len(text) > self.whole

    def __call__(self, text: str, facts: Facts) -> Decision:
        """Return what the house's rules make of the text."""
        if not self.is_long(text):
            return self.judge(text, facts)
        whole = self.by_rules(text, facts)
        passages = self._passages(text, whole.lang or facts.lang)
        parts = [_moved(self.judge(text[s.begin : s.end], facts), s.begin) for s in passages]
        return _together(whole, parts, passages)

    def _passages(self, text: str, lang: str | None) -> tuple[Span, ...]:
        """Return what the models read, in order: up to ``whole`` characters in all."""
        share = self.whole * 3 // 10
        begin = self.whole - share * (2 if self.suspicion else 1)
        head = Span(0, _break(text, begin, back=True))
        tail = Span(_break(text, len(text) - share, back=False), len(text))
        if self.suspicion is None:
            return head, tail
        # Neighbours share some words, so that no insult is cut in two.
        shared = share // 5
        between: list[Span] = []
        at, last = head.end - shared, tail.begin + shared
        while not between or between[-1].end < last:
            end = min(at + share, last)
            between.append(Span(at, end))
            at = max(at + share // 2, _break(text, end - shared, back=True))
        looks = [self.suspicion(text[s.begin : s.end], lang) for s in between]
        worst = between[looks.index(max(looks))]
        return head, worst, tail


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
