"""Judge stored comments again: under the present rules, models and learned layer, or other ones.

What would change is told first; what is changed becomes a new Decision, never an edit of the old
one. A human's word stands: where the latest decision is a moderator's, and where a comment waits at
the legal desk or is being read, nothing is changed. Where a human had refused an earlier wording,
an engine that finds nothing more holds the comment, and does not publish it.

Some evidence cannot be had again: how fast posts came, what had come before them. A decision that
rested on it is never made milder here; nor does anything change on the word of a judge of whom a
part failed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from palabre.application import facts, records
from palabre.application.adviser_ports import BREACH
from palabre.application.edit_comment import after_moderator
from palabre.application.enter_queue import enter
from palabre.application.ports import Clock, Judge, QueueItem, Store, UnitOfWork
from palabre.application.quote import UNKNOWN_QUOTE, with_quote
from palabre.application.read_thread import locate
from palabre.application.traces import Remember
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Decision, DecisionRecord, Verdict
from palabre.domain.identifier import first_id
from palabre.domain.site import Site
from palabre.domain.waiting import Level
from palabre.moderation.circumstances import SYMBOLS
from palabre.moderation.facts import Facts

# Evidence on how a comment came, or by an adviser: its words alone do not give it again.
CIRCUMSTANCES: Final = frozenset(
    {"repeat_post", "flood", "near_duplicate", "surge", "hurried", "trap", BREACH, *SYMBOLS}
)
STATUSES: Final = (Status.PUBLISHED, Status.HELD, Status.REFUSED)
_PAGE: Final = 100
_ORDER: Final = tuple(Verdict)


class Outcome(StrEnum):
    """What comes of judging a comment again."""

    SAME = "same"
    CHANGED = "changed"
    BY_HAND = "by_hand"  # a human decided last, and the engine would say otherwise
    CIRCUMSTANCES = "circumstances"  # milder only because what it rested on cannot be seen again
    NOT_CHECKED = "not_checked"  # a part of the judge failed
    BUSY = "busy"  # a moderator reads it, it waits at the legal desk, or it changed meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which comments: of these sites (empty: all), in these states, posted ``since`` then."""

    sites: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = STATUSES
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """One comment judged again. ``item``: as it stood when it was judged."""

    item: QueueItem
    decision: Decision
    outcome: Outcome

    @property
    def before(self) -> Decision:
        """The latest decision so far."""
        return self.item.record.decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudge:
    """The use case. ``judge`` holds the rules, models and depth to judge by."""

    store: Store
    judge: Judge
    clock: Clock
    remember: Remember | None = None
    layer_of: facts.LayerOf | None = None

    def count(self, asked: Asked) -> int:
        """Return how many comments there are in these states, whenever they were posted."""
        with self.store.reading() as unit:
            counts = unit.queue.counts(site_ids=self._sites(unit, asked))
        return sum(counts[status] for status in asked.statuses)

    def look(self, asked: Asked) -> Iterator[Again]:
        """Judge one comment after another; nothing is changed. Those without words are left out."""
        with self.store.reading() as unit:
            sites = {s.id: s for s in unit.sites.all()}
            wanted = self._sites(unit, asked)
        moved: set[str] = set()  # may be met again in the state that they were moved to
        for status in asked.statuses:
            for item, known in self._items(asked, wanted, status, sites):
                if item.stored.comment.id in moved:
                    continue
                again = self._again(item, known)
                if again.outcome is Outcome.CHANGED:
                    moved.add(item.stored.comment.id)
                yield again

    def apply(self, again: Again) -> Outcome:
        """Write what is to be changed as a new Decision; return what came of it."""
        if again.outcome is not Outcome.CHANGED:
            return again.outcome
        now, comment = self.clock(), again.item.stored.comment
        with self.store.writing() as unit:
            found = locate(unit, comment.id)
            latest = unit.decisions.latest(comment.id)
            entry = unit.work.entry(comment.id)
            busy = entry is not None and (
                entry.level is not Level.DESK or entry.reader(now) is not None
            )
            stored, body = found.stored, found.stored.body
            if busy or latest is None or body is None or latest.id != again.item.record.id:
                return Outcome.BUSY
            status = again.decision.verdict.status
            moved = status is not found.comment.status
            if moved:
                stored = replace(stored, comment=unit.comments.move(comment.id, status))
            record = records.by_engine(
                stored.comment, body, again.decision, at=now, supersedes=latest.id
            )
            unit.decisions.add(record)
            enter(unit, stored, again.decision, found.thread)
            if moved:
                site_id = found.thread.article.site_id
                unit.outbox.put(records.event_of(stored.comment, site_id, at=now))
        return Outcome.CHANGED

    def _sites(self, unit: UnitOfWork, asked: Asked) -> list[str]:
        return [s.id for s in unit.sites.all() if not asked.sites or s.id in asked.sites]

    def _items(
        self, asked: Asked, site_ids: Sequence[str], status: Status, sites: Mapping[str, Site]
    ) -> Iterator[tuple[QueueItem, tuple[Facts, Sequence[DecisionRecord]]]]:
        oldest_first = status is Status.HELD
        first = first_id(asked.since) if asked.since is not None else None
        after = first if oldest_first else None
        while True:
            with self.store.reading() as unit:
                page = unit.queue.page(site_ids=site_ids, status=status, limit=_PAGE, after=after)
                found = [
                    (item, (self._facts(unit, item, sites), _history(unit, item)))
                    for item in page
                    if item.stored.body is not None
                    and (first is None or item.stored.comment.id >= first)
                ]
            yield from found
            past = first is not None and not oldest_first and page
            if len(page) < _PAGE or (past and page[-1].stored.comment.id < str(first)):
                return
            after = page[-1].stored.comment.id

    def _facts(self, unit: UnitOfWork, item: QueueItem, sites: Mapping[str, Site]) -> Facts:
        """Return what can be known of a comment long after it came."""
        stored, site = item.stored, sites[item.thread.article.site_id]
        comment, author = stored.comment, stored.author
        traces = None
        if self.remember is not None and stored.body is not None:
            traces = (self.remember, self.remember.keys(stored.body.text, author, site))
        known = facts.gather(
            unit,
            site=site,
            author=author,
            author_key=comment.author_key,
            source=None,
            lang=comment.lang,
            now=self.clock(),
            watch_floods=False,
            traces=traces,
            layer_of=self.layer_of,
        )
        # What came again may be this very comment, and it is one of its author's.
        twins = replace(known.twins, seen=0.0, elsewhere=0.0) if known.twins else None
        own = {comment.status.value: max(0, getattr(known, comment.status.value) - 1)}
        return replace(known, twins=twins, **own)

    def _again(self, item: QueueItem, known: tuple[Facts, Sequence[DecisionRecord]]) -> Again:
        circumstances, history = known
        body = item.stored.body
        decision = self.judge(body.text if body else "", circumstances)
        passage = item.stored.passage
        if passage is not None:
            decision = with_quote(decision, self.judge(passage.exact, circumstances))
        if item.record.actor.kind is ActorKind.ENGINE:
            decision = after_moderator(decision, history)
        return Again(item=item, decision=decision, outcome=_outcome(item.record, decision))


def _history(unit: UnitOfWork, item: QueueItem) -> Sequence[DecisionRecord]:
    """Return all decisions where there is more than one."""
    if item.record.supersedes is None:
        return [item.record]
    return unit.decisions.history(item.stored.comment.id)


def _outcome(record: DecisionRecord, after: Decision) -> Outcome:
    before = record.decision
    if set(after.not_checked) - {UNKNOWN_QUOTE}:
        return Outcome.NOT_CHECKED
    if (before.verdict, before.rules) == (after.verdict, after.rules):
        return Outcome.SAME
    if record.actor.kind is not ActorKind.ENGINE:
        # A moderator who refuses names one rule of several: the verdict is what can differ.
        return Outcome.SAME if before.verdict is after.verdict else Outcome.BY_HAND
    if before.verdict is after.verdict is Verdict.PUBLISH:
        return Outcome.SAME
    milder = _ORDER.index(after.verdict) < _ORDER.index(before.verdict)
    if milder and any(item.symbol in CIRCUMSTANCES for item in before.evidence):
        return Outcome.CIRCUMSTANCES
    return Outcome.CHANGED
