"""A moderator decides: approve, refuse with a rule, hold, restore, undo.

Whatever is decided becomes a new line in the log that names the one it supersedes; nothing that
was ever decided is changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from palabre.application import records
from palabre.application.enter_queue import enter
from palabre.application.ports import Clock, QueueItem, Store, UnitOfWork
from palabre.application.read_thread import Located, locate
from palabre.application.traces import Remember
from palabre.application.work_ports import COUNTED
from palabre.domain.comment import Status, check_move
from palabre.domain.decision import ActorKind, Decision, DecisionRecord, Ground, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, may_do, require_task
from palabre.domain.person import Action, Case, Moderator, Viewer, require
from palabre.domain.waiting import Entry, Level

MAX_NOTE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the moderator chose. A refusal names the rule it rests on."""

    verdict: Verdict
    rule: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderate:
    """The use case with the parts it works with.

    ``ground_of`` returns the ground of a rule, or None for a rule that does not exist.
    """

    store: Store
    clock: Clock
    ground_of: Callable[[str], Ground | None]
    rules_version: str
    remember: Remember | None = None

    def decide(self, comment_id: str, choice: Choice, moderator: Moderator) -> DecisionRecord:
        """Decide on a comment; a refusal without a known rule is refused (``unknown_rule``).

        What a colleague is reading is refused (``claimed``).
        """
        decision, note = self._chosen(choice)
        with self.store.writing() as unit:
            return self._decide(unit, comment_id, decision, moderator, note)

    def _chosen(self, choice: Choice) -> tuple[Decision, str | None]:
        ground = self.ground_of(choice.rule) if choice.rule else None
        if (choice.verdict is Verdict.REFUSE or choice.rule) and ground is None:
            raise Refusal(Code.UNKNOWN_RULE, field="rule", rule=choice.rule or "")
        decision = Decision(
            verdict=choice.verdict,
            rules=(choice.rule,) if choice.rule else (),
            rules_version=self.rules_version,
            ground=ground,
        )
        return decision, (choice.note or "").strip()[:MAX_NOTE] or None

    def decide_all(
        self, group: str, choice: Choice, moderator: Moderator
    ) -> Sequence[DecisionRecord]:
        """Decide the same on all waiting near copies of a comment: each its own line in the log.

        What a colleague is reading, and what lies outside the moderator's duties, is left alone.
        """
        decision, note = self._chosen(choice)
        now = self.clock()
        done = []
        with self.store.writing() as unit:
            for entry in unit.work.group(group):
                task = _task_on(entry)
                if entry.reader(now) in {None, moderator.id} and may_do(
                    moderator, task, entry.site_id, entry.section_id
                ):
                    told = self._decide(unit, entry.comment_id, decision, moderator, note)
                    done.append(told)
        return done

    def undo(self, comment_id: str, moderator: Moderator) -> DecisionRecord:
        """Return a comment to what the decision before a moderator's latest one had said."""
        with self.store.writing() as unit:
            found = self._found(unit, comment_id, moderator, Task.DECIDE)
            history = {record.id: record for record in unit.decisions.history(comment_id)}
            latest = unit.decisions.latest(comment_id)
            before = history.get(latest.supersedes or "") if latest else None
            if latest is None or before is None or latest.actor.kind is not ActorKind.MODERATOR:
                raise Refusal(Code.NOTHING_TO_UNDO)
            if latest.actor.id != moderator.id:
                article = found.thread.article
                require_task(moderator, Task.OVERRULE, article.site_id, article.section_id)
            return self._record(unit, found, before.decision, moderator, None)

    def queue(
        self, moderator: Moderator, *, status: Status, limit: int, after: str | None
    ) -> tuple[Sequence[QueueItem], Mapping[Status, int]]:
        """Return a page of comments in one state, and how many stand in each."""
        with self.store.reading() as unit:
            site_ids = [s.id for s in unit.sites.all() if moderator.works_on(s.id)]
            items = unit.queue.page(site_ids=site_ids, status=status, limit=limit, after=after)
            return items, unit.queue.counts(site_ids=site_ids, most=COUNTED + 1)

    def counts(self, moderator: Moderator) -> Mapping[Status, int]:
        """Return how many comments stand in each state where the moderator works.

        More than ``COUNTED`` are counted as one more than that.
        """
        with self.store.reading() as unit:
            sites = [s.id for s in unit.sites.all() if moderator.works_on(s.id)]
            return unit.queue.counts(site_ids=sites, most=COUNTED + 1)

    def item(
        self, comment_id: str, moderator: Moderator
    ) -> tuple[QueueItem, Sequence[DecisionRecord]]:
        """Return one comment as the desk shows it, with all that was ever decided on it."""
        with self.store.reading() as unit:
            self._found(unit, comment_id, moderator, Task.READ)
            item = unit.queue.item(comment_id)
            if item is None:
                raise Refusal(Code.UNKNOWN_COMMENT)
            return item, unit.decisions.history(comment_id)

    def _decide(
        self,
        unit: UnitOfWork,
        comment_id: str,
        decision: Decision,
        moderator: Moderator,
        note: str | None,
    ) -> DecisionRecord:
        entry = unit.work.entry(comment_id)
        task = _task_on(entry) if entry else Task.DECIDE
        found = self._found(unit, comment_id, moderator, task)
        if entry is not None and entry.reader(self.clock()) not in {None, moderator.id}:
            raise Refusal(Code.CLAIMED)
        return self._record(unit, found, decision, moderator, note)

    def _found(
        self, unit: UnitOfWork, comment_id: str, moderator: Moderator, task: Task
    ) -> Located:
        found = locate(unit, comment_id)
        viewer = Viewer(moderator=moderator)
        require(
            Action.MODERATE,
            Case(viewer=viewer, now=self.clock(), thread=found.thread, comment=found.comment),
        )
        article = found.thread.article
        require_task(moderator, task, article.site_id, article.section_id)
        return found

    def _record(
        self,
        unit: UnitOfWork,
        found: Located,
        decision: Decision,
        moderator: Moderator,
        note: str | None,
    ) -> DecisionRecord:
        now = self.clock()
        latest = unit.decisions.latest(found.comment.id)
        if latest is None:
            raise Refusal(Code.UNKNOWN_COMMENT)
        status = decision.verdict.status
        comment = found.comment
        if status is not comment.status:
            check_move(comment.status, status)
            comment = unit.comments.move(comment.id, status)
        elif latest.actor.kind is ActorKind.MODERATOR and latest.decision.rules == decision.rules:
            # The same decision twice (a double click, two moderators): the first one stands.
            return latest
        record = records.by_moderator(
            latest, decision, moderator_id=moderator.id, note=note, at=now
        )
        unit.decisions.add(record)
        body = found.stored.body
        if self.remember is not None and body is not None:
            keys = self.remember.keys(body.text, found.stored.author, found.site)
            self.remember.decided(unit, keys, found.site.id, latest=latest, record=record)
        if status is Status.HELD:
            enter(unit, replace(found.stored, comment=comment), latest.decision, found.thread)
        unit.outbox.put(records.event_of(comment, found.thread.article.site_id, at=now))
        return record


def _task_on(entry: Entry) -> Task:
    return Task.DECIDE_ESCALATED if entry.level is Level.LEGAL else Task.DECIDE
