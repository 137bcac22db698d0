"""A reader, or a moderator for them, has what is held on them erased: all, who they are, or one.

What stays of a comment is its place: a stone without words, name or sender, so that the answers
below still stand somewhere. Each gets an author of its own that nobody is, so that two of them
cannot be told to be one person's. It is done in short transactions: a kill leaves less to do, and
doing it again finds the rest.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from palabre.application import records
from palabre.application.own_pseudonyms import forget_pseudonyms, with_what_they_keep
from palabre.application.person import Person, Scope
from palabre.application.person_ports import Erased
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.read_thread import locate
from palabre.application.tokens import key_of, new_token
from palabre.application.traces import Remember
from palabre.domain.comment import Author, Body, Status
from palabre.domain.errors import Code, Refusal

READER = "reader"
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePerson:
    """The use case."""

    store: Store
    clock: Clock
    remember: Remember | None = None

    def __call__(
        self,
        person: Person,
        scope: Scope,
        *,
        comment_id: str | None = None,
        asked_by: str = READER,
    ) -> Erased:
        """Erase and return how much it was; ``comment_id`` names the one of ``Scope.COMMENT``.

        ``unknown_comment``: it is none of the person's.
        """
        with self.store.reading() as unit:
            person = with_what_they_keep(unit, person)
        if scope is Scope.COMMENT:
            counts = self._one(person, comment_id or "")
        else:
            counts = self._comments(person, scope)
        votes = 0 if scope is Scope.COMMENT else self._votes(person)
        subscriptions = 0 if scope is Scope.COMMENT else self._subscriptions(person)
        erased = Erased(
            at=self.clock(),
            scope=scope,
            asked_by=asked_by,
            comments=counts[0],
            votes=votes,
            subscriptions=subscriptions,
            held=counts[1],
        )
        with self.store.writing() as unit:
            unit.people.record(erased)
        return erased

    def _one(self, person: Person, comment_id: str) -> tuple[int, int]:
        with self.store.writing() as unit:
            if comment_id not in unit.people.comments(person):
                raise Refusal(Code.UNKNOWN_COMMENT)
            self._forget(unit, comment_id, text=True)
            return 1, int(take_away(unit, comment_id, self.clock()))

    def _forget(self, unit: UnitOfWork, comment_id: str, *, text: bool) -> None:
        """Forget the keyed hashes by which what they write would be known again."""
        found = locate(unit, comment_id)
        if self.remember is not None and found.stored.body is not None:
            keys = self.remember.keys(found.stored.body.text, found.stored.author, found.site)
            self.remember.forget(unit, keys, text=text)

    def _comments(self, person: Person, scope: Scope) -> tuple[int, int]:
        done = held = 0
        while True:
            with self.store.writing() as unit:
                found = unit.people.comments(person)[:_AT_ONCE]
                if not found:
                    return done, held
                for comment_id in found:
                    keeps_text = scope is Scope.IDENTITY
                    self._forget(unit, comment_id, text=not keeps_text)
                    held += take_away(unit, comment_id, self.clock(), keeps_text=keeps_text)
                done += len(found)

    def _votes(self, person: Person) -> int:
        done = 0
        while True:
            with self.store.writing() as unit:
                found = unit.people.votes(person)[:_AT_ONCE]
                if not found:
                    return done
                for key in person.voter_keys:
                    mine = unit.votes.of([v.comment_id for v in found], key)
                    for comment_id in mine:
                        unit.votes.cast(comment_id, key, 0, self.clock())
                done += len(found)

    def _subscriptions(self, person: Person) -> int:
        with self.store.writing() as unit:
            found = unit.people.subscriptions(person)
            unit.subscriptions.end([s.id for s in found])
            # What they wrote in reports goes; that there was a report stays, without them.
            wrote = unit.ledger.with_words_of(sorted(person.mailboxes))
            unit.ledger.erase_words([line.id for line in wrote])
            unit.measures.forget(sorted(person.author_keys))
            forget_pseudonyms(unit, person)
            for hashed in person.address_hashes:
                unit.subscriptions.forget(hashed)
                unit.people.forget_requests(hashed)
            return len(found)


def take_away(
    unit: UnitOfWork, comment_id: str, now: datetime, *, keeps_text: bool = False
) -> bool:
    """Take words and author from a comment; tell whether a hold keeps a copy of them.

    ``keeps_text``: of a published comment only the author goes.
    """
    found = locate(unit, comment_id)
    stored, comment = found.stored, found.comment
    bodies = unit.comments.bodies(comment_id)
    held = bool(bodies) and unit.people.hold_of(comment_id, now) is not None
    if held:
        unit.people.keep_words(comment_id, _copy(stored.author, bodies), now)
    if not (keeps_text and comment.status is Status.PUBLISHED):
        if comment.status is not Status.DELETED:
            comment = unit.comments.move(comment_id, Status.DELETED)
            site_id = found.thread.article.site_id
            unit.outbox.put(records.event_of(comment, site_id, at=now))
        unit.comments.erase_words(comment_id)
    unit.people.detach(comment_id, key_of(new_token()))
    return held


def _copy(author: Author, bodies: Sequence[Body]) -> str:
    """Return what a court may ask for: every wording, with the salt that ties it to decisions."""
    wordings = [{"revision": b.revision, "text": b.text, "salt": b.salt.hex()} for b in bodies]
    content = {"name": author.name, "email": author.email, "wordings": wordings}
    return json.dumps(content, ensure_ascii=False)
