"""Whether a reader may write here now, and what is held whatever it says: modes, and who they are.

The site's own newsroom is not concerned by any of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from palabre.application.facts import standing_of
from palabre.application.known_modes import KnownModes
from palabre.application.mode_ports import Wrote
from palabre.application.ports import Standing, UnitOfWork
from palabre.application.proof import CANNOT, Proof
from palabre.domain.address import ArticleAddress, canonical
from palabre.domain.article import Thread
from palabre.domain.comment import Author
from palabre.domain.decision import ActorKind, Decision, DecisionRecord, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.member import Member
from palabre.domain.mode import FREE, InForce, Mode
from palabre.domain.site import Site
from palabre.domain.trust import KNOWN_AFTER, Trust, earned
from palabre.moderation.circumstances import (
    NEW_LINK,
    NO_PROOF,
    READ_FIRST,
    WATCHED,
    held_for,
    links_elsewhere,
    noted,
)
from palabre.moderation.facts import Facts

_SHUT_OUT = {Trust.SUSPENDED: Code.SUSPENDED, Trust.BANNED: Code.BANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who writes, as far as the door asks: ``author_key`` None: by a token that is new here.

    ``unproven``: a proof of work was asked, and cannot be had from this client.
    """

    author: Author
    author_key: str | None
    source: str | None
    standing: Standing
    unproven: bool = False

    @property
    def known_key(self) -> str | None:
        """The author's key, where anything was written with it: a made-up one says nothing."""
        s = self.standing
        return self.author_key if s.published or s.held or s.refused else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What came with a post in answer to a challenge: ``given``, under the ``key`` it was for.

    ``member``: a reader for whom their own site speaks; guests alone are asked.
    """

    address: ArticleAddress
    given: str | None
    key: str | None
    member: Member | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The rules of the door; ``modes`` None: the house has none.

    ``holds_new_links``: what readers who are not known yet link to is looked at first. ``proof``
    None: no proof of work is ever asked; ``always``: of every guest, else under modes that say so.
    """

    modes: KnownModes | None = None
    holds_new_links: bool = False
    proof: Proof | None = None
    always: bool = False

    @property
    def may_ask(self) -> bool:
        """Tell whether a proof of work is asked anywhere at present."""
        if self.proof is None or self.modes is None:
            return self.proof is not None and self.always
        return self.always or any(mode.proof for mode in self.modes.all())

    def in_force(self, thread: Thread, now: datetime) -> InForce:
        """Return what the modes of a thread come to."""
        if self.modes is None:
            return FREE
        article = thread.article
        return self.modes.now(article.site_id, article.section_id, thread.id, now)

    def let_in(
        self,
        unit: UnitOfWork | None,
        site: Site,
        author: Author,
        author_key: str | None,
        source: str | None,
        now: datetime,
    ) -> Caller:
        """Return who it is, or refuse whom moderators have shut out and say until when.

        ``suspended``, ``banned``.
        """
        standing = standing_of(unit, author_key, site)
        trust, until = standing.trust(now), standing.until
        if trust in _SHUT_OUT and until is not None and not author.is_staff:
            raise _until(_SHUT_OUT[trust], until, now)
        return Caller(author=author, author_key=author_key, source=source, standing=standing)

    def is_solved(self, given: str | None, url: str, key: str | None, now: datetime) -> bool:
        """Tell whether what came with a post solves a challenge that was given out for it."""
        if self.proof is None or given in {None, CANNOT}:
            return False
        return self.proof.holds(given, canonical(url).origin, key, now)

    def proven(
        self, unit: UnitOfWork | None, caller: Caller, site: Site, asked: Work, now: datetime
    ) -> Caller:
        """Return the caller with what came of the proof of work, if one is asked here and of them.

        ``proof_wanted``, ``proof_wrong``, ``proof_expired``, ``proof_used``.
        """
        if self.proof is None or unit is None or not self.may_ask:
            return caller
        member = asked.member is not None and asked.member.site_id == site.id
        if member or caller.author.is_staff or caller.standing.trust(now) is Trust.TRUSTED:
            return caller
        if not self.always and not self._asks(unit, site, asked.address, now):
            return caller
        if asked.given == CANNOT:
            return replace(caller, unproven=True)
        origin = asked.address.origin
        if asked.given is None:
            raise self.proof.asked(Code.PROOF_WANTED, origin, asked.key, now)
        self.proof.check(asked.given, origin, asked.key, now)
        return caller

    def _asks(self, unit: UnitOfWork, site: Site, address: ArticleAddress, now: datetime) -> bool:
        if self.modes is None:
            return False
        thread = unit.threads.find(address.origin, address.key)
        if thread is not None:
            return self.in_force(thread, now).proof
        section = site.section_of(address.path)
        return self.modes.now(site.id, section.id if section else None, None, now).proof

    def weigh(
        self, decision: Decision, text: str, facts: Facts, caller: Caller, now: datetime
    ) -> Decision:
        """Return the judge's decision, less what is not for everybody to have published."""
        trust = caller.standing.trust(now)
        if caller.author.is_staff:
            return decision
        if caller.unproven:
            decision = unproven(decision)
        if trust is Trust.WATCHED:
            return held_for(decision, WATCHED)
        if self.holds_new_links and trust is Trust.NEW and links_elsewhere(text, facts.own_hosts):
            return held_for(decision, NEW_LINK)
        return decision

    def under_modes(
        self, unit: UnitOfWork, decision: Decision, thread: Thread, caller: Caller, now: datetime
    ) -> Decision:
        """Return the decision under the modes of a thread, or refuse what they do not take.

        ``closed_now`` and ``thread_closed``, ``known_readers_only``, ``slow_mode``.
        """
        found = self.in_force(thread, now)
        if found is FREE or caller.author.is_staff:
            return decision
        require_open(found, now)
        record = caller.standing
        if found.known_only and (
            earned(record.published, record.refused, record.first, now) is Trust.NEW
        ):
            raise Refusal(Code.KNOWN_READERS_ONLY, comments=KNOWN_AFTER)
        if found.slow:
            since = now - timedelta(minutes=found.slow_minutes)
            wrote = unit.modes.wrote(caller.known_key, caller.source, since)
            for mode in found.slow:
                _require_time(mode, wrote, now)
        return held_for(decision, READ_FIRST) if found.holds_all else decision

    def edited(self, decision: Decision, thread: Thread, caller: Caller, now: datetime) -> Decision:
        """Return the decision on an edit under the modes: it waits for nobody's turn again."""
        found = self.in_force(thread, now)
        if found is FREE or caller.author.is_staff:
            return decision
        require_open(found, now)
        return held_for(decision, READ_FIRST) if found.holds_all else decision


OPEN_DOOR = Door()


def unproven(decision: Decision) -> Decision:
    """Hold for want of a proof of work; noted also where the judge itself holds or refuses.

    So an edit that the judge would let pass is no way round it.
    """
    found = noted(decision, NO_PROOF)
    return replace(found, verdict=Verdict.HOLD) if found.verdict is Verdict.PUBLISH else found


def was_unproven(history: Sequence[DecisionRecord]) -> bool:
    """Tell whether a proof was wanting, and no moderator has decided since."""
    for record in reversed(history):
        if record.actor.kind is ActorKind.MODERATOR:
            return False
        if any(item.symbol == NO_PROOF for item in record.decision.evidence):
            return True
    return False


def require_open(found: InForce, now: datetime) -> None:
    """Refuse to write where modes have closed the comments."""
    if not found.closed:
        return
    if found.opens_at is None:
        raise Refusal(Code.THREAD_CLOSED)
    raise _until(Code.CLOSED_NOW, found.opens_at, now)


def _require_time(mode: Mode, wrote: Sequence[Wrote], now: datetime) -> None:
    here = (w.at for w in wrote if mode.covers(w.site_id, w.section_id, w.thread_id))
    last = max(here, default=None)
    if last is None:
        return
    wait = last + timedelta(minutes=mode.slow_minutes) - now
    if wait > timedelta(0):
        raise Refusal(Code.SLOW_MODE, minutes=mode.slow_minutes, retry_after=_seconds(wait))


def _until(code: Code, at: datetime, now: datetime) -> Refusal:
    return Refusal(code, until=at.isoformat(), retry_after=_seconds(at - now))


def _seconds(length: timedelta) -> int:
    return max(1, math.ceil(length.total_seconds()))
