"""A trained model's scores as evidence. The model is handed in; here it is only asked."""

from typing import Final

from palabre.domain.decision import SCORES, Evidence
from palabre.moderation.facts import Facts
from palabre.moderation.language import primary
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared

PREFIX: Final = "model_"
SYMBOLS: Final = tuple(f"{PREFIX}{score}" for score in SCORES)


class UnavailableError(RuntimeError):
    """The rules ask for a model that nobody handed in, or one that does not speak as promised."""


class Classifier:
    """Asks the models that speak the text's language; the strongest answer to each score counts."""

    name: Final = "classifier"
    heavy: Final = True

    def __init__(self, material: Material) -> None:
        self._models = material.models
        self.version: Final = "+".join(f"{m.name}@{m.version}" for m in self._models) or "none"

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return one piece of evidence per score; raise when no model can answer."""
        lang = text.guessed or primary(facts.lang)
        able = [m for m in self._models if lang is None or not m.languages or lang in m.languages]
        if not able:
            raise UnavailableError(f"no model for language {lang!r}")
        best: dict[str, Evidence] = {}
        for model in able:
            for name, score in model.scores(text.original, lang).items():
                if name not in SCORES or not 0.0 <= score <= 1.0:
                    raise UnavailableError(f"{model.name} said {name!r} = {score!r}")
                known = best.get(name)
                if known is None or known.score < score:
                    best[name] = Evidence(
                        symbol=PREFIX + name,
                        score=round(float(score), 3),
                        detector=model.name,
                        version=model.version,
                    )
        return tuple(best[name] for name in SCORES if name in best)
