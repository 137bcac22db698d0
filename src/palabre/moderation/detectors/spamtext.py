"""Does it read like advertising? A small trained model, which may hold and never refuses."""

import re
from typing import Final

from palabre.domain.decision import Evidence, Span
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.normalise import fold
from palabre.moderation.prepared import Prepared

SYMBOL: Final = "spam_text"
SYMBOLS: Final = (SYMBOL,)
_EVEN: Final = 0.5
_RELIEF: Final = 0.65  # at most so much of the model's word can moderators' approvals take back
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_NO_WORDS: Final = 0.4  # a date or a reference: the model reads words, and here are none
_BEND: Final = 0.8
_HIGHEST: Final = 0.89
_SENTENCE: Final = re.compile(r".+?(?:[.!?…]+(?=\s)|\n|$)", re.DOTALL)
# Beyond, readers' letters and bots' walls of text alike: the first is what a reader sees.
_READ: Final = 4_000
_SENTENCES: Final = 12


class SpamText:
    """Asks the spam model that ships; see docs/explanation/spam-card.md."""

    name: Final = "spamtext"
    version: Final = "1"
    # Small as it is, it takes three times what all the lists take.
    trained: Final = True

    def __init__(self, material: Material) -> None:
        del material

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return the probability; from even odds on with the sentence that carries it."""
        from palabre.moderation.spammodel import shipped  # noqa: PLC0415 -- imports numpy

        model = shipped()
        read = text.original[:_READ]
        folded = text.plain.text if len(text.original) <= _READ else fold(read).text
        score = _below_refusal(model.probability(read, folded))
        if not _LETTERS.search(folded):
            score *= _NO_WORDS
        if facts.layer is not None:
            # What moderators let through weighs less, down to a floor: links, words and patterns
            # are others' matter, and nothing taught can take from those.
            score *= 1.0 - _RELIEF * facts.layer.welcome(folded)
        spans: tuple[Span, ...] = ()
        if score >= _EVEN:
            parts = [s for s in _SENTENCE.finditer(read) if s.group().strip()][:_SENTENCES]
            if len(parts) > 1:
                rest = [read[: s.start()] + read[s.end() :] for s in parts]
                said = [model.logit(without, fold(without).text) for without in rest]
                best = parts[said.index(min(said))]
                begin = best.start() + len(best.group()) - len(best.group().lstrip())
                spans = (Span(begin, best.start() + len(best.group().rstrip())),)
        return (
            Evidence(
                symbol=SYMBOL,
                score=round(score, 3),
                detector=self.name,
                version=f"{self.version}+{model.card.version}",
                spans=spans,
            ),
        )


def _below_refusal(score: float) -> float:
    """Return a probability squeezed below what refuses by itself; the order stays."""
    if score <= _BEND:
        return score
    return _BEND + (score - _BEND) * (_HIGHEST - _BEND) / (1.0 - _BEND)
