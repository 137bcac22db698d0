"""A moderator pins or features a comment, or takes that back. The ledger keeps who did and when."""

from dataclasses import dataclass

from palabre.application.ports import Clock, Store
from palabre.application.read_thread import locate
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import MOST, Highlight, Mark
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, LineKind
from palabre.domain.permission import Task, require_task
from palabre.domain.person import Action, Case, Moderator, Viewer, require


@dataclass(frozen=True, slots=True, kw_only=True)
class HighlightComment:
    """The use case with the parts it works with."""

    store: Store
    clock: Clock

    def __call__(self, comment_id: str, mark: Mark, moderator: Moderator, *, on: bool) -> Highlight:
        """Set a mark or take it off at once, and return the comment's marks as they then are.

        Refuses what is not published (``move_impossible``), an answer to be pinned (``bad_field``:
        a conversation is pinned as a whole), and a mark too many (``highlights_full``).
        """
        now = self.clock()
        with self.store.writing() as unit:
            found = locate(unit, comment_id)
            comment, article = found.comment, found.thread.article
            viewer = Viewer(moderator=moderator)
            require(Action.MODERATE, Case(viewer=viewer, now=now, thread=found.thread))
            require_task(moderator, Task.HIGHLIGHT, article.site_id, article.section_id)
            before = found.stored.highlight
            if before.has(mark) is on:
                return before  # a double click
            if on:
                if comment.status is not Status.PUBLISHED:
                    raise Refusal(
                        Code.MOVE_IMPOSSIBLE, status=comment.status.value, wanted=mark.value
                    )
                if mark is Mark.PINNED and comment.parent_id is not None:
                    raise Refusal(Code.BAD_FIELD, field="do")
                if len(unit.highlights.of_thread(comment.thread_id, mark)) >= MOST[mark]:
                    raise Refusal(Code.HIGHLIGHTS_FULL, maximum=MOST[mark])
            after = before.put(mark, on=on)
            unit.highlights.set(comment, after)
            unit.ledger.add(
                Entry(
                    id=new_id(now),
                    kind=LineKind.HIGHLIGHT,
                    site_id=article.site_id,
                    comment_id=comment.id,
                    at=now,
                    content={"mark": mark.value, "on": on, "by": moderator.id},
                )
            )
        return after
