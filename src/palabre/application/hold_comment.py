"""A claim needs a comment: what it says is not lost before the hold's end, whatever is erased.

A hold keeps nothing on the page. It names its reason and its end, and both can be read by whoever
asks what is held on them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.application.person_ports import Hold
from palabre.application.ports import Clock, Store
from palabre.application.read_thread import locate
from palabre.domain.errors import Code, Refusal

# Press offences lapse after three months or a year; a hold that is needed longer is placed again.
LONGEST = timedelta(days=366)
_MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldComment:
    """The use case."""

    store: Store
    clock: Clock

    def place(self, comment_id: str, *, reason: str, until: datetime, placed_by: str) -> Hold:
        """Hold a comment; a reason is needed, and an end within a year (``bad_field``)."""
        now = self.clock()
        reason = reason.strip()[:_MAX_REASON]
        if not reason:
            raise Refusal(Code.BAD_FIELD, field="reason")
        if not now < until <= now + LONGEST:
            raise Refusal(Code.BAD_FIELD, field="until", maximum=LONGEST.days)
        hold = Hold(
            comment_id=comment_id,
            reason=reason,
            placed_by=placed_by,
            begun_at=now,
            ends_at=until,
        )
        with self.store.writing() as unit:
            locate(unit, comment_id)
            unit.people.hold(hold)
        return hold

    def release(self, comment_id: str) -> None:
        """End a hold; the copy that it kept goes with the next run of retention."""
        with self.store.writing() as unit:
            unit.people.release(comment_id, self.clock())
