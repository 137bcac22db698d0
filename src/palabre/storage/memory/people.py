"""Moderators, their sessions, and readers' votes in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.stored import Session
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Duty, Moderator
from palabre.domain.vote import Tally, Value
from palabre.storage.memory import scores
from palabre.storage.memory.passkeys import MemoryPasskeys
from palabre.storage.memory.state import State


class MemoryModerators(MemoryPasskeys):
    """Accounts of the newsroom, and their sessions."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._moderators = state.moderators
        self._sessions = state.sessions

    def add(self, moderator: Moderator) -> None:
        """Store a new account; a login that is taken is refused."""
        if self.by_login(moderator.login) is not None:
            raise Refusal(Code.BAD_FIELD, field="login")
        self._moderators[moderator.id] = moderator

    def get(self, moderator_id: str) -> Moderator | None:
        """Return the account with this id."""
        return self._moderators.get(moderator_id)

    def all(self) -> Sequence[Moderator]:
        """Return all accounts, by login."""
        return sorted(self._moderators.values(), key=lambda m: m.login)

    def set_duties(self, moderator_id: str, duties: Sequence[Duty]) -> None:
        """Replace what the account may do where."""
        moderator = self._moderators.get(moderator_id)
        if moderator is not None:
            self._moderators[moderator_id] = replace(moderator, duties=tuple(duties))

    def by_login(self, login: str) -> Moderator | None:
        """Return the account with this login."""
        return next((m for m in self._moderators.values() if m.login == login), None)

    def set_password(self, moderator_id: str, password_hash: str) -> None:
        """Replace the hash."""
        moderator = self._moderators.get(moderator_id)
        if moderator is not None:
            self._moderators[moderator_id] = replace(moderator, password_hash=password_hash)

    def open_session(self, session: Session) -> None:
        """Store a sign-in."""
        self._sessions[session.key] = replace(
            session, seen_at=session.seen_at or session.created_at
        )

    def session(self, key: str) -> Session | None:
        """Return the sign-in with this key, expired or not."""
        return self._sessions.get(key)

    def sessions(self, *, now: datetime, moderator_id: str | None = None) -> Sequence[Session]:
        """Return the sessions that are open, of one account or of all, the newest first."""
        found = [
            session
            for session in self._sessions.values()
            if session.expires_at > now and moderator_id in {None, session.moderator_id}
        ]
        return sorted(sorted(found, key=lambda s: s.key), key=lambda s: s.created_at, reverse=True)

    def see_session(self, key: str, at: datetime) -> None:
        """Note that a session was used."""
        session = self._sessions.get(key)
        if session is not None:
            self._sessions[key] = replace(session, seen_at=at)

    def end_session(self, key: str) -> None:
        """Forget a sign-in."""
        self._sessions.pop(key, None)

    def end_sessions_of(self, moderator_id: str) -> None:
        """Forget all sign-ins of an account."""
        for session in list(self._sessions.values()):
            if session.moderator_id == moderator_id:
                del self._sessions[session.key]

    def end_expired(self, now: datetime) -> None:
        """Forget the sign-ins that have run out."""
        for session in list(self._sessions.values()):
            if session.expires_at <= now:
                del self._sessions[session.key]


class MemoryVotes:
    """Votes, one per voter and comment."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._votes = state.votes

    def cast(self, comment_id: str, voter_key: str, value: Value, at: datetime) -> Tally:
        """Set this voter's vote, and move the comment's counters by the difference."""
        row = self._state.comments.get(comment_id)
        if row is None:
            raise Refusal(Code.UNKNOWN_COMMENT)
        before, _ = self._votes.get((comment_id, voter_key), (0, at))
        up = row.comment.up + (value == 1) - (before == 1)
        down = row.comment.down + (value == -1) - (before == -1)
        if value != before:
            if value:
                self._votes[comment_id, voter_key] = (value, at)
            else:
                del self._votes[comment_id, voter_key]
            voted = replace(row.comment, up=up, down=down)
            self._state.comments[comment_id] = replace(row, comment=voted)
            if row.comment.status is Status.PUBLISHED:
                thread = self._state.threads[row.comment.thread_id]
                self._state.threads[thread.id] = replace(thread, version=thread.version + 1)
                if row.comment.parent_id is None and up - down != row.comment.score:
                    scores.note(self._state, row.comment, version=thread.version + 1, at=at)
        return Tally(up=up, down=down, mine=value)

    def of(self, comment_ids: Sequence[str], voter_key: str) -> Mapping[str, Value]:
        """Return this voter's votes on the comments given."""
        found = ((c, self._votes.get((c, voter_key))) for c in comment_ids)
        return {comment_id: vote[0] for comment_id, vote in found if vote}
