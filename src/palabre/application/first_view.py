"""When somebody of the newsroom first saw a comment: what a publisher is asked of awareness.

Law 82-652, article 93-3: the director answers for a reader's message from the moment they knew of
it. So the first time that a comment is shown on the desk becomes a line of the ledger. It is noted
while the page is made and written a second later: nobody waits for it.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from palabre.application.ports import Clock, Store
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, LineKind

_REMEMBERED = 20_000  # comments that this process need not look up again


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstView:
    """The use case."""

    store: Store
    clock: Clock
    _seen: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    _known: dict[str, None] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def note(self, comment_id: str, site_id: str, moderator_id: str) -> None:
        """Remember that a comment is being shown to a moderator."""
        with self._turn:
            if comment_id not in self._known:
                self._seen.setdefault(comment_id, (site_id, moderator_id, self.clock()))

    def write(self) -> int:
        """Write what was seen for the first time, and return how many comments that were."""
        with self._turn:
            seen = dict(self._seen)
        if not seen:
            return 0
        with self.store.writing() as unit:
            new = {i: by for i, by in seen.items() if not unit.ledger.of_comment(i, LineKind.VIEW)}
            unit.ledger.add_many(
                [
                    Entry(
                        id=new_id(at),
                        kind=LineKind.VIEW,
                        site_id=site_id,
                        comment_id=comment_id,
                        at=at,
                        content={"by": moderator_id},
                    )
                    for comment_id, (site_id, moderator_id, at) in new.items()
                ]
            )
        with self._turn:
            for comment_id in seen:
                self._seen.pop(comment_id, None)
                self._known[comment_id] = None
            while len(self._known) > _REMEMBERED:
                self._known.pop(next(iter(self._known)))
        return len(new)
