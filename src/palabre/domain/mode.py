"""Modes of a thread, a section or a site: how comments are taken while a newsroom cannot keep up.

Several may be in force at once, each for its own reason: what is strictest counts. Each has an end
unless it was set without one, and each says why in a word that readers are told in their language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

DAY = 24 * 60  # minutes
MAX_SLOW = DAY  # minutes between two comments of one author


class Why(StrEnum):
    """Why a mode is set: all that readers are told of the reason."""

    SURGE = "surge"  # more comments than the newsroom can read
    SUBJECT = "subject"  # a subject that calls for care
    ABUSE = "abuse"  # too many comments broke the rules
    ABSENT = "absent"  # nobody is there to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How comments are taken in one part of the house.

    ``section_id`` and ``thread_id`` None: in all of the site, or of the section. ``slow_minutes``:
    between two comments of one author, 0: no limit. ``proof``: the browsers of guests compute for a
    moment before a comment is taken (``application/proof.py``). ``opens`` and ``shuts`` are minutes
    of the day on the house's clock, both or neither; a day may end after midnight. ``closes_at``:
    closed from then on. ``until``: when the mode ends by itself. ``set_by``: the moderator's id.
    """

    site_id: str
    section_id: str | None = None
    thread_id: str | None = None
    holds_all: bool = False
    known_only: bool = False
    slow_minutes: int = 0
    proof: bool = False
    closes_at: datetime | None = None
    opens: int | None = None
    shuts: int | None = None
    why: Why = Why.SURGE
    until: datetime | None = None
    set_by: str = ""
    set_at: datetime

    @property
    def scope(self) -> str:
        """The part of the house, in a word that is no other's."""
        if self.thread_id is not None:
            return f"thread:{self.thread_id}"
        if self.section_id is not None:
            return f"section:{self.site_id}/{self.section_id}"
        return f"site:{self.site_id}"

    @property
    def does_nothing(self) -> bool:
        """Tell whether it asks for nothing at all."""
        asks = self.holds_all or self.known_only or self.slow_minutes or self.proof
        return not (asks or self.closes_at is not None or self.opens is not None)

    def covers(self, site_id: str, section_id: str | None, thread_id: str | None) -> bool:
        """Tell whether the mode reaches a thread (None: one that is yet to be)."""
        if self.thread_id is not None:
            return self.thread_id == thread_id
        return self.site_id == site_id and self.section_id in {None, section_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What the modes of a thread come to at one moment.

    ``closed``: nobody may write; ``opens_at``: until when, None: for good. ``shuts_at``: when the
    day's hours or the mode's own end close it. ``changes_at``: until when all this holds.
    ``slow``: the modes that limit authors, for what each of them counts.
    """

    holds_all: bool = False
    known_only: bool = False
    proof: bool = False
    slow: tuple[Mode, ...] = ()
    closed: bool = False
    opens_at: datetime | None = None
    shuts_at: datetime | None = None
    why: tuple[Why, ...] = ()
    changes_at: datetime | None = None

    @property
    def slow_minutes(self) -> int:
        """The longest time between two comments of one author."""
        return max((mode.slow_minutes for mode in self.slow), default=0)

    @property
    def says_something(self) -> bool:
        """Tell whether readers are to be told."""
        told = self.holds_all or self.known_only or self.slow or self.proof or self.closed
        return bool(told or self.shuts_at is not None)


FREE = InForce()


def in_force(modes: Iterable[Mode], now: datetime, zone: tzinfo) -> InForce:
    """Return what the modes that cover a thread come to; hours are those of ``zone``."""
    alive = [mode for mode in modes if mode.until is None or now < mode.until]
    if not alive:
        return FREE
    hours = [(mode, *_hours(mode, now, zone)) for mode in alive if mode.opens is not None]
    ended = [m for m in alive if m.closes_at is not None and m.closes_at <= now]
    shut = [(mode, turn) for mode, is_open, turn in hours if not is_open]
    coming = [m.closes_at for m in alive if m.closes_at is not None and now < m.closes_at]
    turns = [turn for _, _, turn in hours]
    ends = [mode.until for mode in alive if mode.until is not None]
    shuts = [*coming, *(turn for _, is_open, turn in hours if is_open)]
    closed = bool(ended or shut)
    for_good = any(mode.until is None for mode in ended)
    opens = [*(turn for _, turn in shut), *(m.until for m in ended if m.until is not None)]
    changes = [*coming, *turns, *ends]
    return InForce(
        holds_all=any(mode.holds_all for mode in alive),
        known_only=any(mode.known_only for mode in alive),
        proof=any(mode.proof for mode in alive),
        slow=tuple(mode for mode in alive if mode.slow_minutes),
        closed=closed,
        opens_at=max(opens) if closed and opens and not for_good else None,
        shuts_at=None if closed else min(shuts, default=None),
        why=tuple(dict.fromkeys(mode.why for mode in alive)),
        changes_at=min(changes, default=None),
    )


def _hours(mode: Mode, now: datetime, zone: tzinfo) -> tuple[bool, datetime]:
    """Tell whether a mode's hours are open, and return when that changes.

    The moments of three days are put in their order on the clock of the wall: the night on which
    it is set back or forward is no special case then.
    """
    opens, shuts = mode.opens or 0, mode.shuts or 0
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    turns: list[tuple[datetime, bool]] = []
    for day in (-1, 0, 1, 2):
        # Wall time: a day is added to the date, and the zone says which moment that is.
        begin = (midnight + timedelta(days=day)).replace(hour=opens // 60, minute=opens % 60)
        end = (midnight + timedelta(days=day)).replace(hour=shuts // 60, minute=shuts % 60)
        turns += [(begin.astimezone(UTC), True), (end.astimezone(UTC), False)]
    turns.sort()
    before = [is_open for at, is_open in turns if at <= now]
    after = [at for at, _ in turns if now < at]
    return before[-1], after[0]
