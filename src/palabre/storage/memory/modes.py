"""Modes, and what moderators set on readers, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.mode_ports import Burst, Wrote
from palabre.domain.comment import Status
from palabre.domain.mode import Mode
from palabre.domain.trust import Measure
from palabre.storage.memory.state import State

_BURSTS = 5


class MemoryModes:
    """Modes: few, read as a whole."""

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> Sequence[Mode]:
        """Return all of them, by scope."""
        return [mode for _, mode in sorted(self._state.modes.items())]

    def set(self, mode: Mode) -> None:
        """Set a mode, in the place of the one that its part of the house has."""
        self._state.modes[mode.scope] = mode

    def lift(self, scope: str) -> None:
        """Take a mode away."""
        self._state.modes.pop(scope, None)

    def wrote(self, author_key: str | None, source: str | None, since: datetime) -> Sequence[Wrote]:
        """Return where an author (else: a source) wrote since, and when last."""
        found: dict[str, datetime] = {}
        for row in self._state.comments.values():
            comment = row.comment
            mine = (
                comment.author_key == author_key
                if author_key is not None
                else source is not None and row.source == source
            )
            if mine and comment.created_at > since:
                last = found.get(comment.thread_id, comment.created_at)
                found[comment.thread_id] = max(last, comment.created_at)
        return [
            Wrote(thread_id=thread_id, site_id=a.site_id, section_id=a.section_id, at=at)
            for thread_id, at in found.items()
            for a in (self._state.threads[thread_id].article,)
        ]

    def bursts(self, since: datetime, *, at_least: int) -> Sequence[Burst]:
        """Return the threads in which so many comments came since and wait."""
        held = Counter(
            row.comment.thread_id
            for row in self._state.comments.values()
            if row.comment.status is Status.HELD and row.comment.created_at >= since
        )
        ranked = sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))[:_BURSTS]
        return [
            Burst(thread_id=thread_id, site_id=a.site_id, section_id=a.section_id, held=n)
            for thread_id, n in ranked
            if n >= at_least
            for a in (self._state.threads[thread_id].article,)
        ]

    def pace(self, since: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many comments came since, by article."""
        came: Counter[tuple[str, str]] = Counter()
        for row in self._state.comments.values():
            if row.comment.created_at >= since:
                article = self._state.threads[row.comment.thread_id].article
                came[article.origin, article.key] += 1
        return came


class MemoryMeasures:
    """What moderators set on readers."""

    def __init__(self, state: State) -> None:
        self._found = state.measures

    def set(self, measure: Measure) -> None:
        """Set a measure, in the place of the one that the reader has on the site."""
        self._found[measure.author_key, measure.site_id] = measure

    def of(self, author_key: str, site_id: str) -> Measure | None:
        """Return what is set on a reader, ended or not."""
        return self._found.get((author_key, site_id))

    def of_keys(self, author_keys: Sequence[str]) -> Sequence[Measure]:
        """Return what is set on these authors on any site."""
        found = [m for m in self._found.values() if m.author_key in set(author_keys)]
        return sorted(found, key=lambda m: m.site_id)

    def by_statement(self, statement_id: str) -> Measure | None:
        """Return the measure that a statement of reasons is about."""
        return next((m for m in self._found.values() if m.statement_id == statement_id), None)

    def end(self, author_key: str, site_id: str, at: datetime) -> None:
        """Let a measure end at a moment."""
        known = self.of(author_key, site_id)
        if known is not None and known.until > at:
            self.set(replace(known, until=at))

    def forget(self, author_keys: Sequence[str]) -> None:
        """Remove what is set on these authors."""
        for key in [key for key in self._found if key[0] in set(author_keys)]:
            del self._found[key]

    def since(self, site_ids: Sequence[str], now: datetime, *, limit: int) -> Sequence[Measure]:
        """Return the measures of some sites that are in force, the latest first."""
        found = [m for m in self._found.values() if m.site_id in set(site_ids) and m.holds(now)]
        found.sort(key=lambda m: m.author_key)
        found.sort(key=lambda m: m.set_at, reverse=True)
        return found[:limit]
