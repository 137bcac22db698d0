"""All that is held on a person, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.person import Person, mailbox_of
from palabre.application.person_ports import DataRequest, Erased, Hold, VoteLine
from palabre.domain.comment import Author, Status
from palabre.domain.subscription import Subscription
from palabre.storage.memory.state import Row, State


class MemoryPersons:
    """All that is held on a person."""

    def __init__(self, state: State) -> None:
        self._state = state

    def comments(self, person: Person) -> Sequence[str]:
        """Return the ids of the person's comments in any state, oldest first."""
        return sorted(i for i, row in self._state.comments.items() if _is_of(row, person))

    def source_times(self, comment_id: str) -> Sequence[datetime]:
        """Return when the hash of an address was noted for a comment."""
        row = self._state.comments.get(comment_id)
        return [row.comment.created_at] if row and row.source is not None else []

    def votes(self, person: Person) -> Sequence[VoteLine]:
        """Return the person's votes, by comment."""
        return [
            VoteLine(comment_id=comment_id, value=value, at=at)
            for (comment_id, voter), (value, at) in sorted(self._state.votes.items())
            if voter in person.voter_keys
        ]

    def subscriptions(self, person: Person) -> Sequence[Subscription]:
        """Return what was asked for from the person's addresses or with their tokens."""
        found = [
            s
            for s in self._state.subscriptions.values()
            if s.author_key in person.author_keys or s.address_hash in person.address_hashes
        ]
        return sorted(found, key=lambda s: s.id)

    def detach(self, comment_id: str, author_key: str) -> None:
        """Take all that says who wrote it off a comment."""
        state = self._state
        row = state.comments[comment_id]
        comment = replace(row.comment, author_key=author_key)
        state.comments[comment_id] = replace(row, comment=comment, author=Author(), source=None)
        for record in [r for r in state.records.values() if r.comment_id == comment_id and r.note]:
            state.records[record.id] = replace(record, note=None)
        for key in [k for k, r in state.repeats.items() if r.comment_id == comment_id]:
            del state.repeats[key]
        if comment.status is Status.PUBLISHED:
            thread = state.threads[comment.thread_id]
            state.threads[thread.id] = replace(thread, version=thread.version + 1)

    def ask(self, request: DataRequest) -> None:
        """Store a request."""
        self._state.requests[request.id] = request

    def request(self, request_id: str) -> DataRequest | None:
        """Return a request."""
        return self._state.requests.get(request_id)

    def requests_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the requests for an address since a moment."""
        found = self._state.requests.values()
        return sum(r.address_hash == address_hash and r.asked_at > since for r in found)

    def forget_requests(self, address_hash: str) -> None:
        """Remove the requests for an address."""
        found = self._state.requests
        for key in [k for k, r in found.items() if r.address_hash == address_hash]:
            del found[key]

    def hold(self, hold: Hold) -> None:
        """Place a hold, or replace the one there is."""
        self._state.holds[hold.comment_id] = hold

    def release(self, comment_id: str, at: datetime) -> None:
        """Let a hold end at a moment."""
        hold = self.hold_of(comment_id, at)
        if hold is not None:
            self._state.holds[comment_id] = replace(hold, ends_at=at)

    def hold_of(self, comment_id: str, now: datetime) -> Hold | None:
        """Return the hold that is on a comment."""
        hold = self._state.holds.get(comment_id)
        return hold if hold is not None and hold.ends_at > now else None

    def keep_words(self, comment_id: str, content: str, at: datetime) -> None:
        """Keep a copy of what a held comment said."""
        self._state.held_words[comment_id] = (content, at)

    def kept_words(self, comment_id: str) -> str | None:
        """Return that copy."""
        kept = self._state.held_words.get(comment_id)
        return kept[0] if kept else None

    def record(self, erased: Erased) -> None:
        """Note how much was erased."""
        self._state.erasures[max(self._state.erasures, default=0) + 1] = erased

    def erasures(self, *, limit: int) -> Sequence[Erased]:
        """Return the latest notes, newest first."""
        return list(self._state.erasures.values())[::-1][:limit]


def _is_of(row: Row, person: Person) -> bool:
    email = row.author.email
    return row.comment.author_key in person.author_keys or (
        email is not None and mailbox_of(email) in person.mailboxes
    )
