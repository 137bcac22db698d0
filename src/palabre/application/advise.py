"""Advisers outside are asked about comments that are held: their answer is one more evidence.

They are asked in the worker, never while a reader waits, and told the words alone. What they say
becomes a new Decision that holds as the one before did, so that a person decides, with the advice
before their eyes and in the order that it suggests. An adviser that fails changes nothing: the
comment waits as it did. What is held is found in the ledger, line by line, as webhooks find it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from palabre.application import records
from palabre.application.adviser_ports import (
    BREACH,
    HARMLESS,
    Advice,
    Adviser,
    AdviserFailedError,
    Question,
)
from palabre.application.enter_queue import enter
from palabre.application.ledger_ports import Place
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.read_thread import Located, locate
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, DecisionRecord, Evidence, Verdict
from palabre.domain.errors import Refusal
from palabre.domain.ledger import Line, LineKind
from palabre.moderation.pseudonym import pseudonymised

_log = structlog.get_logger("palabre.advisers")
_AT_ONCE: Final = 200
_LEASE: Final = timedelta(minutes=3)
_RETRY, _LONGEST = timedelta(seconds=30), timedelta(hours=1)
_TRIES: Final = 3  # calls for one comment; then it waits without the advice
_MOST_TEXT: Final = 4000  # characters that are sent
_DAY: Final = "%Y-%m-%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLimits:
    """What one adviser may take in a day (UTC)."""

    calls: int = 200
    tokens: int = 200_000
    seconds: int = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise:
    """The use case; any number of workers may call it, one asks each adviser at a time."""

    store: Store
    clock: Clock
    advisers: tuple[Adviser, ...]
    limits: DayLimits = DayLimits()
    tick: Callable[[], float] = time.monotonic

    def __call__(self) -> bool:
        """Ask each adviser about one comment at most; tell whether there may be more to ask."""
        turns = [self._turn(adviser) for adviser in self.advisers]  # all of them, whoever was busy
        return any(turns)

    def _turn(self, adviser: Adviser) -> bool:
        taken = self._take(adviser)
        if taken is None:
            return False
        place, lines = taken
        if not self._may_spend(adviser):
            midnight = self.clock().replace(hour=0, minute=0, second=0, microsecond=0)
            self._leave(replace(place, due_at=midnight + timedelta(days=1), status="day's limit"))
            return False
        for line in lines:
            asked = self._question(adviser, line)
            if asked is not None:
                return self._ask(adviser, place, line, *asked)
            place = replace(place, number=line.number, attempts=0)
        self._leave(replace(place, due_at=self.clock(), status=None))
        return True

    def _ask(
        self, adviser: Adviser, place: Place, line: Line, before: DecisionRecord, asked: Question
    ) -> bool:
        begin, advice, status = self.tick(), None, None
        try:
            advice = adviser.ask(asked)
        except AdviserFailedError as error:
            status = str(error)[:40]
        spent = self.tick() - begin
        self._spend(adviser, tokens=advice.tokens if advice else 0, seconds=spent)
        if advice is not None:
            self._keep(adviser, before, advice)
        attempts = 0 if advice else place.attempts + 1
        done = advice is not None or attempts % _TRIES == 0
        wait = timedelta() if advice else min(_RETRY * 2 ** min(attempts - 1, 10), _LONGEST)
        self._leave(
            replace(
                place,
                number=line.number if done else line.number - 1,
                attempts=attempts,
                due_at=self.clock() + wait,
                status=status,
            )
        )
        _log.info("advice", adviser=adviser.name, given=advice is not None, reason=status)
        return advice is not None

    def _take(self, adviser: Adviser) -> tuple[Place, Sequence[Line]] | None:
        """Return the lines that an adviser has not seen, for this worker alone for a while."""
        now, name = self.clock(), f"adviser {adviser.name}"
        with self.store.reading() as unit:
            known, head = unit.ledger.place(name), unit.ledger.head().length
            if known is not None and (known.due_at > now or known.number >= head):
                return None
        with self.store.writing() as unit:
            place = unit.ledger.place(name)
            if place is None:
                # An adviser that is new is asked about what comes, not about years that are past.
                unit.ledger.keep_place(Place(name=name, number=head, due_at=now))
                return None
            if place.due_at > now:
                return None
            lines = unit.ledger.chain(after=place.number, limit=_AT_ONCE)
            unit.ledger.keep_place(replace(place, due_at=now + _LEASE))
        return place, lines

    def _leave(self, place: Place) -> None:
        with self.store.writing() as unit:
            unit.ledger.keep_place(place)

    def _question(self, adviser: Adviser, line: Line) -> tuple[DecisionRecord, Question] | None:
        """Return what to ask of a line; None where it tells of nothing that waits for advice."""
        content = line.content
        held = content.get("verdict") == Verdict.HOLD.value
        if line.kind is not LineKind.DECISION or not held or line.comment_id is None:
            return None
        with self.store.reading() as unit:
            found = _waiting(unit, line.comment_id, adviser)
        if found is None:
            return None
        located, latest = found
        stored = located.stored
        if stored.body is None:
            return None
        text = pseudonymised(stored.body.text, stored.author.name)[:_MOST_TEXT]
        return latest, Question(
            text=text, lang=located.comment.lang, origin=located.thread.article.origin
        )

    def _keep(self, adviser: Adviser, before: DecisionRecord, advice: Advice) -> None:
        """Write the advice down as a new Decision, unless the comment moved on meanwhile."""
        now = self.clock()
        with self.store.writing() as unit:
            found = _waiting(unit, before.comment_id, adviser)
            if found is None or found[1].id != before.id:
                return
            located, latest = found
            body = located.stored.body
            if body is None:
                return
            evidence = Evidence(
                symbol=BREACH if advice.breach else HARMLESS,
                score=round(advice.score, 3),
                detector=f"{adviser.name}:{advice.rule}" if advice.rule else adviser.name,
                version=advice.version[:60],
            )
            old = latest.decision
            decision = replace(
                old,
                evidence=(*old.evidence, evidence),
                versions={**old.versions, adviser.name: evidence.version},
            )
            record = records.by_engine(
                located.comment, body, decision, at=now, supersedes=latest.id
            )
            unit.decisions.add(record)
            enter(unit, located.stored, decision, located.thread)

    def _may_spend(self, adviser: Adviser) -> bool:
        with self.store.reading() as unit:
            spent = {kind: _account(unit, adviser, kind, self.clock()) for kind in _ACCOUNTS}
        return (
            spent["calls"].number < self.limits.calls
            and spent["tokens"].number < self.limits.tokens
            and spent["ms"].number < self.limits.seconds * 1000
        )

    def _spend(self, adviser: Adviser, *, tokens: int, seconds: float) -> None:
        cost = {"calls": 1, "tokens": tokens, "ms": round(seconds * 1000)}
        with self.store.writing() as unit:
            for kind, more in cost.items():
                account = _account(unit, adviser, kind, self.clock())
                unit.ledger.keep_place(replace(account, number=account.number + more))


_ACCOUNTS: Final = ("calls", "tokens", "ms")


def _account(unit: UnitOfWork, adviser: Adviser, kind: str, now: datetime) -> Place:
    """Return what an adviser took today: ``number`` of calls, tokens or milliseconds."""
    name, today = f"adviser {adviser.name} {kind}", f"{now:{_DAY}}"
    known = unit.ledger.place(name)
    if known is not None and known.status == today:
        return known
    return Place(name=name, number=0, due_at=now, status=today)


def _waiting(
    unit: UnitOfWork, comment_id: str, adviser: Adviser
) -> tuple[Located, DecisionRecord] | None:
    """Return a comment that the engine holds and that this adviser has not seen."""
    try:
        found = locate(unit, comment_id)
    except Refusal:
        return None  # it is gone
    latest = unit.decisions.latest(comment_id)
    if found.comment.status is not Status.HELD or latest is None:
        return None
    by_engine = latest.actor.kind is ActorKind.ENGINE
    return (found, latest) if by_engine and adviser.name not in latest.decision.versions else None
