"""A reader votes on a comment, or takes the vote back."""

from dataclasses import dataclass, replace

from palabre.application.door import OPEN_DOOR, Door, require_open
from palabre.application.enter_queue import stirred
from palabre.application.ports import Clock, Store
from palabre.application.read_thread import locate
from palabre.application.tokens import key_of, new_token
from palabre.domain.person import Action, Case, Viewer, require
from palabre.domain.vote import Tally, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """The comment's tally, and the voter's secret (new at the first vote)."""

    tally: Tally
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The use case with the parts it works with; ``door`` knows where modes have closed."""

    store: Store
    clock: Clock
    door: Door = OPEN_DOOR

    def __call__(
        self, comment_id: str, value: Value, *, voter: str | None, viewer: Viewer
    ) -> Voted:
        """Set the vote of the holder of the token ``voter``; without one, issue one.

        Where comments are closed nobody votes (``thread_closed``, ``closed_now``): what nobody can
        answer any more is not to be voted down.
        """
        token = voter or new_token()
        now = self.clock()
        with self.store.writing() as unit:
            found = locate(unit, comment_id)
            require(
                Action.VOTE,
                Case(viewer=viewer, now=now, thread=found.thread, comment=found.comment),
            )
            if viewer.staff_of != found.site.id:
                require_open(self.door.in_force(found.thread, now), now)
            tally = unit.votes.cast(comment_id, key_of(token), value, now)
            stirred(unit, replace(found.comment, up=tally.up, down=tally.down), found.thread)
            return Voted(tally=tally, token=token)
