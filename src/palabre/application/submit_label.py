"""What a key's holder says of a comment, kept as an example for the learner (``Labels``).

The text and its language are kept, nothing that says who wrote it. The key's role says how much the
word weighs; that is the learner's business, as is what becomes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from palabre.application.ports import Clock, Store
from palabre.domain.client import ApiKey, LabelledExample
from palabre.domain.decision import SCORES
from palabre.domain.identifier import new_id

MOST = 20_480  # characters; Perspective's longest text


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLabel:
    """The use case."""

    store: Store
    clock: Clock

    def __call__(
        self, key: ApiKey, text: str, *, lang: str | None, labels: Mapping[str, float]
    ) -> bool:
        """Keep the example; return False where there is nothing to learn from."""
        known = {name: value for name, value in labels.items() if name in SCORES}
        text = text.strip()[:MOST]
        if not text or not known:
            return False
        now = self.clock()
        example = LabelledExample(
            id=new_id(now),
            key_id=key.id,
            site_id=key.site_id,
            at=now,
            text=text,
            lang=lang,
            labels=known,
        )
        with self.store.writing() as unit:
            unit.labels.keep(example)
        return True
