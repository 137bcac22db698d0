"""An author changes or takes back a comment, by the secret token.

An edit walks the whole path again: it is judged like a new text. A comment that a moderator has
stopped does not come back through an edit alone; its new text waits for a human.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from palabre.application import facts, incoming, records
from palabre.application.door import OPEN_DOOR, Caller, Door, unproven, was_unproven
from palabre.application.enter_queue import enter
from palabre.application.ports import Clock, Judge, Renderer, Store, Stored, UnitOfWork
from palabre.application.read_thread import Located, locate
from palabre.application.sealed_store import Connection, Doing, KeepSource
from palabre.domain.comment import Body, Status
from palabre.domain.decision import ActorKind, Decision, DecisionRecord, Verdict
from palabre.domain.events import EventKind
from palabre.domain.person import Action, Case, Viewer, require
from palabre.moderation.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The comment after the edit, and the decision on its new words."""

    stored: Stored
    record: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class EditComment:
    """The use case with the parts it works with."""

    store: Store
    judge: Judge
    render: Renderer
    clock: Clock
    limits: incoming.Limits
    edit_window: timedelta
    keep_source: KeepSource | None = None
    layer_of: facts.LayerOf | None = None
    door: Door = OPEN_DOOR

    def __call__(
        self,
        comment_id: str,
        text: str,
        viewer: Viewer,
        connection: Connection | None = None,
        *,
        trap: bool = False,
    ) -> Edited:
        """Replace the words of a comment and judge it again; the old words are kept.

        ``trap``: a field was filled in which people do not see. How long it took says nothing: one
        letter is soon mended.
        """
        now = self.clock()
        text = incoming.comment_text(text, self.limits)
        with self.store.reading() as unit:
            found = locate(unit, comment_id)
            self._require(Action.EDIT, found, viewer, now)
            author, key = found.stored.author, found.comment.author_key
            caller = self.door.let_in(unit, found.site, author, key, None, now)
            circumstances = self._facts(unit, found, caller, now, trap=trap)
        decision = self.judge(text, circumstances)
        decision = self.door.weigh(decision, text, circumstances, caller, now)
        decision = self.door.edited(decision, found.thread, caller, now)
        html = self.render(text)
        with self.store.writing() as unit:
            found = locate(unit, comment_id)
            self._require(Action.EDIT, found, viewer, now)
            history = unit.decisions.history(comment_id)
            decision = after_moderator(decision, history)
            if was_unproven(history):
                decision = unproven(decision)
            body = Body(
                revision=found.comment.revision + 1,
                text=text,
                html=html,
                renderer=self.render.version,
                salt=secrets.token_bytes(32),
            )
            unit.comments.revise(comment_id, body, now)
            if decision.verdict.status is not found.comment.status:
                unit.comments.move(comment_id, decision.verdict.status)
            stored = locate(unit, comment_id).stored
            record = records.by_engine(
                stored.comment, body, decision, at=now, supersedes=history[-1].id
            )
            unit.decisions.add(record)
            enter(unit, stored, decision, found.thread)
            edited = records.event_of(
                stored.comment, found.thread.article.site_id, at=now, kind=EventKind.COMMENT_EDITED
            )
            unit.outbox.put(edited)
            self._keep(unit, comment_id, Doing.EDITED, connection, now)
        return Edited(stored=stored, record=record)

    def delete(self, comment_id: str, viewer: Viewer, connection: Connection | None = None) -> None:
        """Erase the words of a comment for good; replies below it stay."""
        now = self.clock()
        with self.store.writing() as unit:
            found = locate(unit, comment_id)
            self._require(Action.DELETE, found, viewer, now)
            deleted = unit.comments.move(comment_id, Status.DELETED)
            unit.comments.erase_words(comment_id)
            unit.outbox.put(records.event_of(deleted, found.thread.article.site_id, at=now))
            self._keep(unit, comment_id, Doing.DELETED, connection, now)

    def _keep(
        self,
        unit: UnitOfWork,
        comment_id: str,
        doing: Doing,
        connection: Connection | None,
        now: datetime,
    ) -> None:
        if self.keep_source is not None:
            self.keep_source(unit, comment_id, doing, connection, now)

    def _require(self, action: Action, found: Located, viewer: Viewer, now: datetime) -> None:
        case = Case(
            viewer=viewer,
            now=now,
            thread=found.thread,
            comment=found.comment,
            edit_window=self.edit_window,
        )
        require(action, case)

    def _facts(
        self, unit: UnitOfWork, found: Located, caller: Caller, now: datetime, *, trap: bool
    ) -> Facts:
        # An edit is no new post: the flood rules have had their say on the first one.
        return facts.gather(
            unit,
            site=found.site,
            author=caller.author,
            standing=caller.standing,
            source=None,
            lang=found.comment.lang,
            now=now,
            watch_floods=False,
            layer_of=self.layer_of,
            trap=trap,
        )


def after_moderator(decision: Decision, history: Sequence[DecisionRecord]) -> Decision:
    """Let a text that would be published wait, where a moderator had stopped the comment."""
    by_hand = [r.decision for r in history if r.actor.kind is ActorKind.MODERATOR]
    stopped = by_hand and by_hand[-1].verdict is not Verdict.PUBLISH
    if stopped and decision.verdict is Verdict.PUBLISH:
        last = by_hand[-1]
        return replace(decision, verdict=Verdict.HOLD, rules=last.rules, ground=last.ground)
    return decision
