"""A lead sets how comments are taken in a thread, a section or a site, or lets it be as always.

Each act is a line of the ledger: who, where, what, until when and why. Nothing here acts by itself:
a burst of what is held makes a suggestion at the desk, which somebody accepts or leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from palabre.application.mode_ports import Burst
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain.article import Thread
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id, new_id
from palabre.domain.ledger import Entry, LineKind
from palabre.domain.mode import DAY, MAX_SLOW, Mode
from palabre.domain.permission import Task, may_do, require_somewhere, require_task
from palabre.domain.person import Moderator

# A suggestion is made where so many comments of one thread were held within this time.
BURST, WITHIN = 10, timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A thread in which more is held than usual, and how much."""

    thread: Thread
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """The use case with the parts it works with."""

    store: Store
    clock: Clock

    def __call__(self, mode: Mode, moderator: Moderator) -> Mode:
        """Set a mode in the place of the one that stands there; one that asks nothing lifts it.

        ``bad_field`` names what makes no sense; ``not_permitted``: not there, by this account.
        """
        now = self.clock()
        mode = replace(_checked(mode, now), set_by=moderator.id, set_at=now)
        with self.store.writing() as unit:
            mode = _placed(unit, mode)
            require_task(moderator, Task.SET_MODE, mode.site_id, mode.section_id)
            if mode.does_nothing:
                unit.modes.lift(mode.scope)
            else:
                unit.modes.set(mode)
            unit.ledger.add(_line(mode, now))
        return mode

    def standing(self, moderator: Moderator) -> Sequence[tuple[Mode, Thread | None]]:
        """Return the modes where the account may set them, with the threads of those that have one.

        Those that have ended by themselves are left out.
        """
        require_somewhere(moderator, Task.SET_MODE)
        now = self.clock()
        with self.store.reading() as unit:
            return [
                (mode, unit.threads.get(mode.thread_id) if mode.thread_id else None)
                for mode in unit.modes.all()
                if (mode.until is None or now < mode.until)
                and may_do(moderator, Task.SET_MODE, mode.site_id, mode.section_id)
            ]

    def suggestions(self, moderator: Moderator) -> Sequence[Suggestion]:
        """Return the threads in which a burst is held and all that comes is not read first yet."""
        now = self.clock()
        with self.store.reading() as unit:
            bursts = unit.modes.bursts(now - WITHIN, at_least=BURST)
            if not bursts:
                return []
            modes = [m for m in unit.modes.all() if m.until is None or now < m.until]
            found = []
            for burst in bursts:
                place = (burst.site_id, burst.section_id)
                thread = unit.threads.get(burst.thread_id)
                if thread is None or not may_do(moderator, Task.SET_MODE, *place):
                    continue
                if not any(m.holds_all and _reaches(m, burst) for m in modes):
                    found.append(Suggestion(thread=thread, held=burst.held))
            return found


def _reaches(mode: Mode, burst: Burst) -> bool:
    return mode.covers(burst.site_id, burst.section_id, burst.thread_id)


def _placed(unit: UnitOfWork, mode: Mode) -> Mode:
    """Return the mode with the site and section of its thread, or refuse a place nobody knows."""
    if mode.thread_id is not None:
        thread = unit.threads.get(mode.thread_id) if is_id(mode.thread_id) else None
        if thread is None:
            raise Refusal(Code.NOT_FOUND)
        article = thread.article
        return replace(mode, site_id=article.site_id, section_id=article.section_id)
    site = unit.sites.get(mode.site_id)
    if site is None:
        raise Refusal(Code.BAD_FIELD, field="place")
    if mode.section_id is not None and all(s.id != mode.section_id for s in site.sections):
        raise Refusal(Code.BAD_FIELD, field="place")
    return mode


def _checked(mode: Mode, now: datetime) -> Mode:
    if not 0 <= mode.slow_minutes <= MAX_SLOW:
        raise Refusal(Code.BAD_FIELD, field="slow", minimum=0, maximum=MAX_SLOW)
    hours = (mode.opens, mode.shuts)
    if None in hours and hours != (None, None):
        raise Refusal(Code.BAD_FIELD, field="opens" if mode.opens is None else "shuts")
    if mode.opens is not None and (
        mode.opens == mode.shuts or not all(0 <= (m or 0) < DAY for m in hours)
    ):
        raise Refusal(Code.BAD_FIELD, field="shuts")
    if mode.until is not None and mode.until <= now:
        raise Refusal(Code.BAD_FIELD, field="until")
    return mode


def _line(mode: Mode, now: datetime) -> Entry:
    return Entry(
        id=new_id(now),
        kind=LineKind.MODE,
        site_id=mode.site_id,
        at=now,
        content={
            "scope": mode.scope,
            "lifted": mode.does_nothing,
            "holds_all": mode.holds_all,
            "known_only": mode.known_only,
            "slow_minutes": mode.slow_minutes,
            "proof": mode.proof,
            "closes_at": mode.closes_at.isoformat() if mode.closes_at else None,
            "opens": mode.opens,
            "shuts": mode.shuts,
            "why": mode.why.value,
            "until": mode.until.isoformat() if mode.until else None,
            "by": mode.set_by,
        },
    )
