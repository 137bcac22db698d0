"""Trained models' scores as evidence. The models are handed in; here they are only asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from palabre.domain.decision import SCORES, Evidence, Span
from palabre.moderation.facts import Facts
from palabre.moderation.language import spoken
from palabre.moderation.material import Material
from palabre.moderation.model import FirstLook, Model, UnavailableError
from palabre.moderation.prepared import Prepared

PREFIX: Final = "model_"
SYMBOLS: Final = tuple(f"{PREFIX}{score}" for score in SCORES)
# Says of a text too long for one look where the parts lay that were read apart; proves nothing.
WINDOWS: Final = "read_in_parts"


class Classifier:
    """Asks the models; where there are several, the strongest answer to each score counts."""

    name: Final = "classifier"

    def __init__(self, material: Material) -> None:
        self._models = {model.name: model for model in material.models}
        self._first_look = material.first_look
        self.version: Final = (
            "+".join(f"{m.name}@{m.version}" for m in self._models.values()) or "none"
        )

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return one piece of evidence per score; none where no model can tell in this language.

        Raises when there is no model, and when one fails or says what is no probability.
        """
        if not self._models:
            raise UnavailableError("no model was handed in")
        lang = spoken(text.guessed, facts.lang)
        best: dict[str, Evidence] = {}
        windows: list[Evidence] = []
        for model in self._models.values():
            scored = model.read(text.original, lang)
            for item in _evidence(scored.scores, model):
                known = best.get(item.symbol)
                if known is None or known.score < item.score:
                    best[item.symbol] = item
            if scored.windows:
                windows.append(
                    Evidence(
                        symbol=WINDOWS,
                        score=0.0,
                        detector=model.name,
                        version=model.version,
                        spans=scored.windows,
                    )
                )
        return (*(best[symbol] for symbol in SYMBOLS if symbol in best), *windows)

    def settle(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...] | None:
        """Return what a first look says of a text that is plainly harmless; None in doubt."""
        look = self._first_look
        if look is None:
            return None
        scores = look.settle(text.plain.text, spoken(text.guessed, facts.lang))
        return None if scores is None else _evidence(scores, look)

    def locate(
        self, text: Prepared, facts: Facts, found: tuple[Evidence, ...]
    ) -> tuple[Evidence, ...]:
        """Return the models' own pieces of evidence in ``found`` with the passages they rest on."""
        lang = spoken(text.guessed, facts.lang)
        spans: dict[tuple[str, str], tuple[Span, ...]] = {}
        for model in self._models.values():
            names = [_score(item) for item in found if item.detector == model.name]
            if names:
                located = model.locate(text.original, lang, names)
                spans |= {(model.name, name): passages for name, passages in located.items()}
        return tuple(
            replace(item, spans=spans.get((item.detector, _score(item)), item.spans))
            for item in found
        )


def _score(item: Evidence) -> str:
    return item.symbol.removeprefix(PREFIX)


def _evidence(scores: Mapping[str, float], by: Model | FirstLook) -> tuple[Evidence, ...]:
    for name, score in scores.items():
        if name not in SCORES or not 0.0 <= score <= 1.0:
            raise UnavailableError(f"{by.name} said {name!r} = {score!r}")
    return tuple(
        Evidence(
            symbol=PREFIX + name,
            score=round(float(scores[name]), 3),
            detector=by.name,
            version=by.version,
        )
        for name in SCORES
        if name in scores
    )
