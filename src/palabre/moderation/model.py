"""The seam for trained models: what one promises. The models themselves come from elsewhere."""

from collections.abc import Mapping
from typing import Protocol


class Model(Protocol):
    """A trained model, loaded and ready; ``tests/moderation/model_conformance.py`` checks one.

    ``scores`` gives a calibrated probability (0 to 1) for each score that the model knows, named as
    in ``palabre.domain.decision.SCORES``, and leaves out what it cannot tell. Same text and
    language, same scores. It may raise: the judge then holds the comment. ``lang`` is a primary
    subtag or None when nobody knows.
    """

    @property
    def name(self) -> str:
        """A stable name, kept in decisions."""
        ...

    @property
    def version(self) -> str:
        """Changes with every change of weights or thresholds."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The primary subtags that it was trained and measured on; empty: all."""
        ...

    def scores(self, text: str, lang: str | None) -> Mapping[str, float]:
        """Return the scores of a text."""
        ...
