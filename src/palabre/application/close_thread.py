"""A moderator closes a thread to new comments, or opens it again; what is there stays readable."""

from dataclasses import dataclass, replace

from palabre.application.ports import Clock, Store
from palabre.domain.article import Thread
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.permission import Task, require_task
from palabre.domain.person import Action, Case, Moderator, Viewer, require


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseThread:
    """The use case with the parts it works with."""

    store: Store
    clock: Clock

    def __call__(self, thread_id: str, moderator: Moderator, *, closed: bool) -> Thread:
        """Close or open a thread at once, and return it as it then is."""
        now = self.clock()
        with self.store.writing() as unit:
            thread = unit.threads.get(thread_id) if is_id(thread_id) else None
            if thread is None:
                raise Refusal(Code.NOT_FOUND)
            case = Case(viewer=Viewer(moderator=moderator), now=now, thread=thread)
            require(Action.MODERATE, case)
            article = thread.article
            require_task(moderator, Task.CLOSE_THREAD, article.site_id, article.section_id)
            closes_at = now if closed else None
            if thread.is_open(now) == closed:
                unit.threads.close(thread_id, closes_at)
        return replace(thread, closes_at=closes_at)
