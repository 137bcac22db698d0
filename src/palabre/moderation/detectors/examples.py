"""Rules by example: what each rule's head says of a text.

The heads are trained when the rules are read, in milliseconds; judging only asks them. What cannot
be trained (no encoder, no background, or one that fails) has not checked, and says so each time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from palabre.domain.decision import Evidence
from palabre.moderation.facts import Facts
from palabre.moderation.lesson import Lesson
from palabre.moderation.material import Material
from palabre.moderation.model import UnavailableError
from palabre.moderation.prepared import Prepared
from palabre.moderation.vectors import TextVectors

if TYPE_CHECKING:
    from palabre.moderation.adapt import Head

ENDING: Final = "_example"
# Vectors of examples outlive a reading of the rules: nothing is read twice when a file is saved.
_KEPT_AT_MOST: Final = 2_000
_kept: dict[tuple[str, str], Any] = {}


class ByExample:
    """Asks the heads of all rules by example about one vector."""

    name: Final = "examples"

    def __init__(self, material: Material) -> None:
        self._vectors = material.vectors
        self._failure = ""
        self.heads: Mapping[str, Head] = {}
        try:
            self.heads = train(material.lessons, material.vectors)
        except UnavailableError as error:
            self._failure = str(error)
        except Exception as error:  # noqa: BLE001 -- an encoder that fails must not stop the house
            self._failure = f"{type(error).__name__}: {error}"
        self.version: Final = _version(material) if self.heads else "none"

    @property
    def failure(self) -> str:
        """Why nothing could be learned; "" when all is well."""
        return self._failure

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return one piece of evidence per rule; raise when there is nothing to ask."""
        del facts
        if self._vectors is None or self._failure:
            raise UnavailableError(self._failure or "no encoder was handed in")
        vector = self._vectors.vector(text.original)
        return tuple(
            Evidence(
                symbol=rule + ENDING,
                score=round(head.score(vector), 3),
                detector=self.name,
                version=self.version,
            )
            for rule, head in self.heads.items()
        )

    def settle(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...] | None:
        """Return None: no cheaper look knows a house's own rule."""
        del text, facts
        return None

    def locate(
        self, text: Prepared, facts: Facts, found: tuple[Evidence, ...]
    ) -> tuple[Evidence, ...]:
        """Return ``found``, its own evidence with the passage that carries it."""
        from palabre.moderation.passages import carrying  # noqa: PLC0415 -- imports numpy

        del facts
        vectors = self._vectors
        own = [item for item in found if item.detector == self.name]
        heads = [self.heads[item.symbol.removesuffix(ENDING)] for item in own]
        if vectors is None or not heads:
            return found

        def ask(variant: str) -> list[float]:
            vector = vectors.vector(variant)
            return [head.logit(vector) for head in heads]

        spans = dict(zip(own, carrying(text.original, ask), strict=True))
        return tuple(
            replace(item, spans=(span,)) if (span := spans.get(item)) else item for item in found
        )


def train(lessons: tuple[Lesson, ...], vectors: TextVectors | None) -> "dict[str, Head]":
    """Return a head for each lesson; raise ``UnavailableError`` when there is no encoder."""
    if not lessons:
        return {}
    if vectors is None:
        raise UnavailableError("no encoder was handed in")
    import numpy as np  # noqa: PLC0415 -- rules without examples need not pay for it

    from palabre.moderation.adapt import learn  # noqa: PLC0415 -- the same

    ordinary = vectors.ordinary()
    version = vectors.version

    def of(texts: tuple[str, ...]) -> Any:  # noqa: ANN401 -- an array, whose type is imported for checking only
        for text in texts:
            if (version, text) not in _kept:
                if len(_kept) >= _KEPT_AT_MOST:
                    _kept.clear()
                _kept[version, text] = vectors.vector(text)
        width = (0, ordinary.shape[1])
        return np.array([_kept[version, text] for text in texts]) if texts else np.empty(width)

    return {
        item.rule: learn(of(item.examples), of(item.counter_examples), ordinary) for item in lessons
    }


def _version(material: Material) -> str:
    encoder = material.vectors.version if material.vectors else "none"
    said = hashlib.sha256(repr(material.lessons).encode("utf-8", "replace")).hexdigest()
    return f"1+{encoder}+{said[:8]}"
